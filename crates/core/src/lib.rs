//! The Kolibri node: what happens between a door (HTTP, the command line) and the durable genome.
//!
//! A command enters through [`Node`], waits in the bounded queue of the [`store`], becomes a durable block
//! there, and leaves a [`trace`] and [`telemetry`]. Questions are answered by [`recall`], whose index follows
//! the genome. This crate knows no HTTP and no drills: what differs between a node that serves people and a
//! drill's node is passed in.

#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::cast_possible_wrap,
        clippy::cast_sign_loss,
        reason = "a wrong number fails the test"
    )
)]

pub mod background;
pub mod backup;
pub mod caller;
pub mod catalogue;
pub mod clock;
pub mod command;
mod error;
pub mod follow;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod host;
mod node;
pub mod observer;
pub mod order;
pub mod random;
pub mod recall;
mod regular;
pub mod store;
pub mod telemetry;
#[cfg(test)]
mod testing;
pub mod text;
pub mod trace;
pub mod verdict;
pub mod verification_job;

pub use error::{CommandError, ErrorKind, Fault, OpenError};
pub use node::{
    Context, Forgotten, InBatch, Node, NodeConfig, NotReady, NotReadyKind, Preview, Ready, Taught,
};
