//! The genome of a Kolibri node: what an event is, how it becomes a block, and how a sequence of blocks is
//! verified.
//!
//! This crate is pure. It knows no files, clocks, network or random numbers: times and salts come in as
//! arguments, bytes and verdicts go out. Its dependency list proves that.
//!
//! The byte formats are specified in `docs/genome-format.md`, with golden vectors.
//!
//! ```
//! use kolibri_genome::{Broken, Chain, Content, Teach};
//!
//! let (mut chain, genesis) = Chain::begin(1_000, &[1; 32], [7; 16]);
//! let taught = chain.seal(2_000, &[2; 32], &Content::Teach(Teach::new("capital of France?", "Paris")))?;
//! assert_eq!(taught.block.index, 1);
//! assert_eq!(taught.block.previous, genesis.block.hash());
//! # Ok::<(), Broken>(())
//! ```

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that fails may panic"))]

mod block;
mod chain;
mod content;
mod event;
mod hash;
mod head;
mod verify;

pub use block::{BLOCK_LEN, Block, BlockError, EVENT_AT};
pub use chain::{Chain, Sealed};
pub use content::{Ask, Content, ContentError, Forget, Match, SALT_LEN, Teach, content_digest};
pub use event::{EventType, UnknownEvent};
pub use hash::{Hash, ParseHashError};
pub use head::Head;
pub use verify::{Broken, Verifier};

/// The format version that this crate writes, and the newest it reads. Block 0 of every genome contains it.
pub const FORMAT_VERSION: u8 = 1;
