//! Verification: walking a genome block by block and naming the first fault.

use crate::FORMAT_VERSION;
use crate::block::{Block, BlockError};
use crate::content::{Content, ContentError};
use crate::event::EventType;
use crate::hash::Hash;
use crate::head::Head;

/// Checks blocks in order, keeping nothing but the link to the last one.
///
/// Two rules need other blocks, and are left to the caller: a block named by an ASK or a FORGET is a TEACH,
/// and the erased blocks are exactly those that FORGETs list (rules 12 and 13 of `docs/genome-format.md`).
///
/// ```
/// use kolibri_genome::{Broken, Chain, Content, Teach, Verifier};
///
/// let (mut chain, genesis) = Chain::begin(1_000, &[1; 32], [7; 16]);
/// let content = Content::Teach(Teach::new("ping", "pong"));
/// let taught = chain.seal(2_000, &[2; 32], &content)?;
///
/// let mut verifier = Verifier::new();
/// verifier.block(&genesis.block.to_bytes(), genesis.hash)?;
/// let block = verifier.block(&taught.block.to_bytes(), taught.hash)?;
/// assert_eq!(block.verify_content(&[2; 32], &taught.content)?, content);
/// assert_eq!(verifier.head(), Some(chain.head()));
/// # Ok::<(), Broken>(())
/// ```
#[derive(Debug, Default)]
pub struct Verifier {
    head: Option<Head>,
}

/// What is wrong with a block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The bytes cannot be read as a block.
    #[error("{0}")]
    Unreadable(#[from] BlockError),
    /// A block is missing or in the wrong place.
    #[error("it says it is block {found}, but block {expected} belongs here")]
    Index {
        /// The index that belongs here.
        expected: u64,
        /// The index in the block.
        found: u64,
    },
    /// The stored hash is not the hash of the block's bytes.
    #[error("its bytes hash to {computed}, but its stored hash is {stored}")]
    Hash {
        /// The hash of the bytes.
        computed: Hash,
        /// The hash that was stored.
        stored: Hash,
    },
    /// The block does not name the hash of the block before it.
    #[error("it names {found} as the previous block's hash, but that hash is {expected}")]
    Link {
        /// The previous block's hash.
        expected: Hash,
        /// The hash the block names.
        found: Hash,
    },
    /// Block 0 does not begin a genome, or begins one of a format version that this program does not read.
    #[error("{}", not_ours(*found))]
    Genesis {
        /// The format version of the genome it begins, if it begins one.
        found: Option<u8>,
    },
    /// A GENESIS that is not block 0.
    #[error("a GENESIS can only be block 0")]
    SecondGenesis,
    /// Time went backwards.
    #[error("its time is before the previous block's")]
    Time,
    /// Content that is not what the block committed to.
    #[error(transparent)]
    Content(#[from] ContentError),
    /// A block refers to a block that does not come before it.
    #[error("it refers to block {0}, which does not come before it")]
    Reference(u64),
}

impl Verifier {
    /// A verifier that expects block 0 next.
    pub fn new() -> Self {
        Self::default()
    }

    /// A verifier that expects the block after `head`, which it takes for granted.
    pub fn after(head: Head) -> Self {
        Self { head: Some(head) }
    }

    /// The last block that was accepted.
    pub fn head(&self) -> Option<Head> {
        self.head
    }

    /// Checks the next block's bytes, hash and link.
    ///
    /// # Errors
    /// The first fault. The verifier stays at the last good block.
    pub fn block(&mut self, bytes: &[u8], stored: Hash) -> Result<Block, Broken> {
        let computed = Block::hash_bytes(bytes);
        if computed != stored {
            return Err(Broken::Hash { computed, stored });
        }
        let block = Block::from_bytes(bytes)?;
        self.check_link(&block)?;
        self.head = Some(Head { index: block.index, time: block.time, hash: stored });
        Ok(block)
    }

    fn check_link(&self, block: &Block) -> Result<(), Broken> {
        let expected = self.head.map_or(0, |head| head.index + 1);
        if block.index != expected {
            return Err(Broken::Index { expected, found: block.index });
        }
        let Some(head) = self.head else {
            return match block.format_version() {
                Some(1..=FORMAT_VERSION) => Ok(()),
                found => Err(Broken::Genesis { found }),
            };
        };
        if block.previous != head.hash {
            return Err(Broken::Link { expected: head.hash, found: block.previous });
        }
        if block.event == EventType::Genesis {
            return Err(Broken::SecondGenesis);
        }
        if block.time < head.time {
            return Err(Broken::Time);
        }
        Ok(())
    }
}

impl Block {
    /// Like [`Block::open`], and checks that the content names only earlier blocks.
    ///
    /// # Errors
    /// [`Broken::Content`] or [`Broken::Reference`].
    pub fn verify_content(&self, salt: &[u8], content: &[u8]) -> Result<Content, Broken> {
        let content = self.open(salt, content)?;
        let last_named = match &content {
            Content::Ask(ask) => ask.found().block(),
            Content::Forget(forget) => forget.erased().last().copied(),
            Content::Genesis { .. } | Content::Teach(_) => None,
        };
        match last_named {
            Some(named) if named >= self.index => Err(Broken::Reference(named)),
            _ => Ok(content),
        }
    }
}

fn not_ours(found: Option<u8>) -> String {
    match found {
        Some(version) => {
            let read = FORMAT_VERSION;
            format!(
                "it begins a genome of format version {version}, but this program reads only up to version {read}"
            )
        }
        None => "it is not the beginning of a genome".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Ask, Chain, Forget, Match, Sealed, Teach};
    use proptest::prelude::*;

    const SALT: [u8; 32] = [9; 32];

    fn genome() -> Vec<Sealed> {
        let (mut chain, genesis) = Chain::begin(10, &SALT, [1; 16]);
        let contents = [
            Content::Teach(Teach::new("как дела?", "хорошо")),
            Content::Ask(Ask::new(Match::Exact { block: 1 }, 0)),
            Content::Forget(Forget::new([1]).unwrap()),
        ];
        let others =
            contents.iter().zip(11..).map(|(content, time)| chain.seal(time, &SALT, content).unwrap());
        std::iter::once(genesis).chain(others).collect()
    }

    fn verify(genome: &[Sealed]) -> Result<(), (usize, Broken)> {
        let mut verifier = Verifier::new();
        for (position, sealed) in genome.iter().enumerate() {
            verifier
                .block(&sealed.block.to_bytes(), sealed.hash)
                .and_then(|block| block.verify_content(&SALT, &sealed.content))
                .map_err(|broken| (position, broken))?;
        }
        Ok(())
    }

    #[test]
    fn a_sealed_genome_verifies() {
        assert_eq!(verify(&genome()), Ok(()));
    }

    #[test]
    fn every_flipped_bit_of_every_block_is_found_in_that_block() {
        for position in 0..4 {
            for bit in 0..crate::BLOCK_LEN * 8 {
                let genome = genome();
                let mut verifier = Verifier::new();
                for sealed in &genome[..position] {
                    verifier.block(&sealed.block.to_bytes(), sealed.hash).unwrap();
                }
                let mut bytes = genome[position].block.to_bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                assert!(verifier.block(&bytes, genome[position].hash).is_err(), "block {position} bit {bit}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_flipped_bit_of_salt_or_content_is_found(
            position in 0..4usize,
            bit in any::<prop::sample::Index>(),
        ) {
            let sealed = &genome()[position];
            let mut both = [SALT.to_vec(), sealed.content.clone()].concat();
            let bit = bit.index(both.len() * 8);
            both[bit / 8] ^= 1 << (bit % 8);
            let (salt, content) = both.split_at(32);
            prop_assert_eq!(
                sealed.block.verify_content(salt, content),
                Err(Broken::Content(ContentError::Digest))
            );
        }
    }

    #[test]
    fn a_block_left_out_is_named() {
        let mut genome = genome();
        genome.remove(2);
        assert_eq!(verify(&genome), Err((2, Broken::Index { expected: 2, found: 3 })));
    }

    #[test]
    fn a_rehashed_forgery_breaks_the_next_link() {
        let mut genome = genome();
        genome[1].block.time += 1;
        genome[1].hash = genome[1].block.hash();
        assert!(matches!(verify(&genome), Err((2, Broken::Link { .. }))));
    }

    #[test]
    fn a_genome_of_an_unknown_format_version_is_refused_and_the_version_named() {
        for version in [0, FORMAT_VERSION + 1, u8::MAX] {
            let mut genome = genome();
            genome[0].block.previous.0[31] = version;
            genome[0].hash = genome[0].block.hash();
            let (position, broken) = verify(&genome).unwrap_err();
            assert_eq!((position, &broken), (0, &Broken::Genesis { found: Some(version) }));
            assert!(broken.to_string().contains(&format!("format version {version},")), "{broken}");
        }
    }

    #[test]
    fn what_begins_no_genome_has_no_version() {
        let mut genome = genome();
        genome[0].block.event = EventType::Teach;
        genome[0].hash = genome[0].block.hash();
        assert_eq!(verify(&genome), Err((0, Broken::Genesis { found: None })));
    }
}
