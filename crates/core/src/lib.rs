//! The Kolibri node: what happens between a door (HTTP, the command line) and the durable genome.
//!
//! A command enters through [`Node`], waits in the bounded queue of the [`store`], becomes a durable block there, and
//! leaves a [`trace`] and [`telemetry`]. Questions are answered by [`recall`]. A [`soak`] drill puts a node of its own
//! through all of that. This crate knows no HTTP.

mod call;
mod chance;
pub mod clock;
pub mod command;
mod error;
pub mod host;
mod node;
mod priority;
pub mod recall;
pub mod soak;
pub mod store;
pub mod telemetry;
#[cfg(test)]
mod testing;
pub mod text;
pub mod trace;
pub mod verification;

pub use call::Call;
pub use error::{CommandError, ErrorKind, OpenError};
pub use node::{Forgotten, InBatch, Node, NodeConfig, Ready, Taught};
