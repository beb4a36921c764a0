//! Vectors that say what a sentence means: multilingual-e5-small with 4-bit weights, on the processor alone.
//!
//! This crate computes and nothing else. It knows no files, no clock, no network and no randomness; the bytes of the model
//! come from its caller. The vectors of two texts that mean the same point in nearly the same direction, in English, in
//! Russian and across the two.
//!

#![cfg_attr(
    test,
    allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a wrong number fails the test"
    )
)]

mod attention;
mod encoder;
mod error;
mod file;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod kernel;
mod level;
mod math;
mod network;
pub mod scan;
mod tokenizer;
mod weights;

pub use encoder::Encoder;
pub use error::ModelError;
pub use level::{Level, levels};
pub use network::MAX_TOKENS;
