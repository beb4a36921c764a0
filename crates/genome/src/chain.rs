//! Sealing: turning events into blocks, each linked to the one before.

use crate::block::Block;
use crate::content::{Content, SALT_LEN, content_digest};
use crate::event::EventType;
use crate::hash::Hash;
use crate::head::Head;
use crate::verify::Broken;

/// The growing end of a genome.
#[derive(Debug, Clone)]
pub struct Chain {
    head: Head,
}

/// A block with its hash and content.
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
    /// Begins a genome with its GENESIS. Like every salt, `salt` is random and used for this block only.
    pub fn begin(time: u64, salt: &[u8; SALT_LEN], genome_id: [u8; 16]) -> (Self, Sealed) {
        let genesis = Sealed::new(0, time, Block::genesis_previous(), salt, &Content::Genesis { genome_id });
        (Self { head: genesis.head() }, genesis)
    }

    /// A genome that ends with `head`.
    ///
    /// ```
    /// use kolibri_genome::{Broken, Chain, Content, Teach};
    ///
    /// let (chain, genesis) = Chain::begin(1_000, &[1; 32], [7; 16]);
    /// let head = chain.head(); // kept across a restart
    /// let taught = Chain::resume(head).seal(2_000, &[2; 32], &Content::Teach(Teach::new("ping", "pong")))?;
    /// assert_eq!(taught.block.previous, genesis.hash);
    /// # Ok::<(), Broken>(())
    /// ```
    pub fn resume(head: Head) -> Self {
        Self { head }
    }

    /// The last block.
    pub fn head(&self) -> Head {
        self.head
    }

    /// Links the next block. A `time` before the previous block's becomes that block's time, so that times
    /// never go backwards when a clock does.
    ///
    /// # Errors
    /// What a [`Verifier`](crate::Verifier) would find wrong with the block: a second GENESIS, or content
    /// that names a block which does not come before it. The chain is then unchanged.
    pub fn seal(&mut self, time: u64, salt: &[u8; SALT_LEN], content: &Content) -> Result<Sealed, Broken> {
        if content.event() == EventType::Genesis {
            return Err(Broken::SecondGenesis);
        }
        let head = self.head;
        let sealed = Sealed::new(head.index + 1, head.time.max(time), head.hash, salt, content);
        sealed.block.verify_content(salt, &sealed.content)?;
        self.head = sealed.head();
        Ok(sealed)
    }
}

impl Sealed {
    fn new(index: u64, time: u64, previous: Hash, salt: &[u8; SALT_LEN], content: &Content) -> Self {
        let bytes = content.to_bytes();
        let digest = content_digest(salt, &bytes);
        let block = Block { index, time, event: content.event(), digest, previous };
        Self { block, hash: block.hash(), content: bytes }
    }

    fn head(&self) -> Head {
        Head { index: self.block.index, time: self.block.time, hash: self.hash }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ask, Forget, Match, Teach, Verifier};
    use proptest::prelude::*;

    const SALT: [u8; SALT_LEN] = [9; SALT_LEN];

    fn any_content() -> impl Strategy<Value = Content> {
        let block = || 0..12u64;
        prop_oneof![
            1 => any::<[u8; 16]>().prop_map(|genome_id| Content::Genesis { genome_id }),
            4 => any::<(String, String)>().prop_map(|(a, b)| Content::Teach(Teach::new(a, b))),
            2 => block().prop_map(|block| Content::Ask(Ask::new(Match::Exact { block }, 0))),
            2 => (block(), any::<u32>())
                .prop_map(|(block, score)| Content::Ask(Ask::new(Match::Similar { block }, score))),
            2 => proptest::collection::vec(block(), 1..4)
                .prop_map(|blocks| Content::Forget(Forget::new(blocks).unwrap())),
        ]
    }

    proptest! {
        #[test]
        fn whatever_is_sealed_verifies(
            events in proptest::collection::vec((any::<u64>(), any_content()), 0..12)
        ) {
            let (mut chain, genesis) = Chain::begin(1, &SALT, [1; 16]);
            let mut verifier = Verifier::new();
            verifier.block(&genesis.block.to_bytes(), genesis.hash).unwrap();
            for (time, content) in events {
                if let Ok(sealed) = chain.seal(time, &SALT, &content) {
                    let block = verifier.block(&sealed.block.to_bytes(), sealed.hash).unwrap();
                    prop_assert_eq!(block.verify_content(&SALT, &sealed.content), Ok(content));
                }
                prop_assert_eq!(verifier.head(), Some(chain.head()));
            }
        }
    }

    #[test]
    fn what_a_verifier_would_refuse_is_not_sealed() {
        let (mut chain, _) = Chain::begin(1, &SALT, [0; 16]);
        for (content, broken) in [
            (Content::Genesis { genome_id: [0; 16] }, Broken::SecondGenesis),
            (Content::Ask(Ask::new(Match::Exact { block: 1 }, 0)), Broken::Reference(1)),
            (Content::Forget(Forget::new([0, 2]).unwrap()), Broken::Reference(2)),
        ] {
            let before = chain.head();
            assert_eq!(chain.seal(2, &SALT, &content).unwrap_err(), broken);
            assert_eq!(chain.head(), before);
        }
    }

    #[test]
    fn time_does_not_run_backwards() {
        let (mut chain, _) = Chain::begin(100, &SALT, [0; 16]);
        let taught = chain.seal(50, &SALT, &Content::Teach(Teach::new("a", "b"))).unwrap();
        assert_eq!(taught.block.time, 100);
    }
}
