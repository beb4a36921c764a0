//! What a node promises, tested without HTTP and without the command line.

mod causes;
mod commands;
mod erasure;
mod faults;
mod index;
mod queue;
mod records;

use super::*;
use crate::testing::{answer, ask, config, copy, files, forget, open, series, teach, telemetry, try_teach};
use crate::testing::{until, until_indexed};
use crate::trace::TraceId;
