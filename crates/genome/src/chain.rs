//! Sealing: turning events into blocks, each linked to the one before.

use crate::block::Block;
use crate::content::{Content, SALT_LEN, content_digest};
use crate::hash::Hash;

/// The last block of a genome, as far as linking the next one needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The last block's index.
    pub index: u64,
    /// The last block's time, nanoseconds since the Unix epoch.
    pub time: u64,
    /// The last block's hash.
    pub hash: Hash,
}

/// The growing end of a genome.
#[derive(Debug, Clone)]
pub struct Chain {
    head: Option<Head>,
}

/// A block with what stands beside it.
#[derive(Debug, Clone)]
pub struct Sealed {
    /// The block.
    pub block: Block,
    /// Its hash.
    pub hash: Hash,
    /// The canonical bytes of its content.
    pub content: Vec<u8>,
}

impl Chain {
    /// A genome without any block; the first to be sealed is the GENESIS.
    pub fn begin() -> Self {
        Self { head: None }
    }

    /// A genome that ends with `head`.
    ///
    /// ```
    /// use kolibri_genome::{Chain, Content, Teach};
    ///
    /// let mut chain = Chain::begin();
    /// let genesis = chain.seal(1_000, &[1; 32], &Content::Genesis { genome_id: [7; 16] });
    /// let head = chain.head().unwrap(); // kept across a restart
    /// let taught = Chain::resume(head).seal(2_000, &[2; 32], &Content::Teach(Teach::new("ping", "pong")));
    /// assert_eq!(taught.block.previous, genesis.hash);
    /// ```
    pub fn resume(head: Head) -> Self {
        Self { head: Some(head) }
    }

    /// The last block; `None` before the GENESIS.
    pub fn head(&self) -> Option<Head> {
        self.head
    }

    /// Links the next block. A `time` before the previous block's becomes that block's time, so that times never go
    /// backwards when a clock does.
    pub fn seal(&mut self, time: u64, salt: &[u8; SALT_LEN], content: &Content) -> Sealed {
        let bytes = content.to_bytes();
        let block = Block {
            index: self.head.map_or(0, |head| head.index + 1),
            time: self.head.map_or(time, |head| head.time.max(time)),
            event: content.event(),
            digest: content_digest(salt, &bytes),
            previous: self.head.map_or_else(Block::genesis_previous, |head| head.hash),
        };
        let hash = block.hash();
        self.head = Some(Head { index: block.index, time: block.time, hash });
        Sealed { block, hash, content: bytes }
    }
}
