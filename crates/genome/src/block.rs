//! One block: 82 fixed bytes and the hash over them.

use crate::FORMAT_VERSION;
use crate::content::{Content, ContentError, SALT_LEN, content_digest};
use crate::event::{EventType, UnknownEvent};
use crate::hash::{BLOCK_DOMAIN, Hash};

/// The length of a block's canonical bytes.
pub const BLOCK_LEN: usize = 82;

/// Where the event code is in a block's canonical bytes.
pub const EVENT_AT: std::ops::Range<usize> = 16..18;

/// The start of what block 0 contains instead of a previous hash; zeros and the format version follow.
const GENESIS_TAG: &[u8; 14] = b"kolibri genome";

/// One event, as the genome records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// Position in the genome; block 0 is the GENESIS.
    pub index: u64,
    /// Nanoseconds since 1970-01-01T00:00:00Z, never less than the previous block's.
    pub time: u64,
    /// What happened.
    pub event: EventType,
    /// Salted digest of the content ([`content_digest`]).
    pub digest: Hash,
    /// The previous block's hash; in block 0 [`Block::genesis_previous`].
    pub previous: Hash,
}

/// Bytes that are not a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// The wrong number of bytes.
    #[error("a block is {BLOCK_LEN} bytes long, not {0}")]
    Length(usize),
    /// An event type this version does not know.
    #[error(transparent)]
    Event(#[from] UnknownEvent),
}

impl Block {
    /// What block 0 contains instead of a previous hash: the format's name, zeros, and the format version.
    pub fn genesis_previous() -> Hash {
        Self::genesis_mark(FORMAT_VERSION)
    }

    /// The format version of the genome that this block begins; `None` if it does not begin one.
    pub fn format_version(&self) -> Option<u8> {
        let version = self.previous.0[31];
        let begins = self.index == 0
            && self.event == EventType::Genesis
            && self.previous == Self::genesis_mark(version);
        begins.then_some(version)
    }

    fn genesis_mark(version: u8) -> Hash {
        let mut bytes = [0; 32];
        bytes[..GENESIS_TAG.len()].copy_from_slice(GENESIS_TAG);
        bytes[31] = version;
        Hash(bytes)
    }

    /// The canonical bytes: index, time, event code, digest, previous hash; integers big-endian.
    pub fn to_bytes(&self) -> [u8; BLOCK_LEN] {
        let mut bytes = [0; BLOCK_LEN];
        bytes[0..8].copy_from_slice(&self.index.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.time.to_be_bytes());
        bytes[EVENT_AT].copy_from_slice(&self.event.code());
        bytes[18..50].copy_from_slice(self.digest.as_bytes());
        bytes[50..82].copy_from_slice(self.previous.as_bytes());
        bytes
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// When there are not [`BLOCK_LEN`] of them, or the event type is unknown.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BlockError> {
        let bytes: &[u8; BLOCK_LEN] = bytes.try_into().map_err(|_| BlockError::Length(bytes.len()))?;
        Ok(Self {
            index: u64::from_be_bytes(field(bytes, 0)),
            time: u64::from_be_bytes(field(bytes, 8)),
            event: EventType::from_code(field(bytes, EVENT_AT.start))?,
            digest: Hash(field(bytes, 18)),
            previous: Hash(field(bytes, 50)),
        })
    }

    /// The block's hash: SHA-256 over 0x00 and the canonical bytes (the leaf hash of RFC 6962, section 2.1).
    pub fn hash(&self) -> Hash {
        Self::hash_bytes(&self.to_bytes())
    }

    /// The hash of a block, from its bytes.
    pub fn hash_bytes(bytes: &[u8]) -> Hash {
        Hash::of(BLOCK_DOMAIN, &[bytes])
    }

    /// Reads the block's content and checks it against the block's digest.
    ///
    /// ```
    /// use kolibri_genome::{Chain, Content, ContentError};
    ///
    /// let (_, genesis) = Chain::begin(1_000, &[1; 32], [7; 16]);
    /// let content = Content::Genesis { genome_id: [7; 16] };
    /// assert_eq!(genesis.block.open(&[1; 32], &genesis.content), Ok(content));
    /// assert_eq!(genesis.block.open(&[2; 32], &genesis.content), Err(ContentError::Digest));
    /// ```
    ///
    /// # Errors
    /// When the digest differs, the salt is not [`SALT_LEN`] bytes long (otherwise part of the content could
    /// pass as salt), or the bytes are not the content of this event type.
    pub fn open(&self, salt: &[u8], content: &[u8]) -> Result<Content, ContentError> {
        let salt: &[u8; SALT_LEN] = salt.try_into().map_err(|_| ContentError::Digest)?;
        if content_digest(salt, content) != self.digest {
            return Err(ContentError::Digest);
        }
        Content::from_bytes(self.event, content)
    }
}

/// `N` bytes from `start`; every call site stays within [`BLOCK_LEN`].
fn field<const N: usize>(bytes: &[u8; BLOCK_LEN], start: usize) -> [u8; N] {
    std::array::from_fn(|i| bytes[start + i])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Chain, Teach};
    use proptest::prelude::*;

    fn any_block() -> impl Strategy<Value = Block> {
        (any::<u64>(), any::<u64>(), 0..EventType::ALL.len(), any::<[u8; 32]>(), any::<[u8; 32]>()).prop_map(
            |(index, time, event, digest, previous)| Block {
                index,
                time,
                event: EventType::ALL[event],
                digest: Hash(digest),
                previous: Hash(previous),
            },
        )
    }

    proptest! {
        #[test]
        fn a_block_survives_being_written_and_read(block in any_block()) {
            prop_assert_eq!(Block::from_bytes(&block.to_bytes()), Ok(block));
        }

        #[test]
        fn bytes_are_read_one_way_only(
            start in any::<[u8; 16]>(),
            event in 0..4usize,
            rest in any::<[u8; 32]>(),
        ) {
            let mut whole = Vec::from(start);
            whole.extend(EventType::ALL[event].code());
            whole.extend(rest);
            whole.extend(rest);
            prop_assert_eq!(Block::from_bytes(&whole).unwrap().to_bytes().to_vec(), whole);
        }

        #[test]
        fn another_length_is_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assume!(bytes.len() != BLOCK_LEN);
            prop_assert_eq!(Block::from_bytes(&bytes), Err(BlockError::Length(bytes.len())));
        }
    }

    #[test]
    fn a_salt_of_another_length_opens_nothing() {
        let salt = [9; SALT_LEN];
        let inner = Content::Teach(Teach::new("a", "b")).to_bytes();
        let outer = Teach::new("", std::str::from_utf8(&inner).unwrap());
        let (mut chain, _) = Chain::begin(0, &salt, [0; 16]);
        let sealed = chain.seal(0, &salt, &Content::Teach(outer)).unwrap();
        let (header, rest) = sealed.content.split_at(8);
        assert_eq!(rest, inner);
        assert_eq!(sealed.block.open(&[&salt, header].concat(), rest), Err(ContentError::Digest));
    }

    #[test]
    fn only_block_0_announces_a_format_version() {
        let (_, genesis) = Chain::begin(0, &[9; SALT_LEN], [0; 16]);
        let block = genesis.block;
        assert_eq!(block.format_version(), Some(FORMAT_VERSION));
        assert_eq!(Block { previous: Block::genesis_mark(7), ..block }.format_version(), Some(7));
        let mut damaged = block.previous;
        damaged.0[20] = 1;
        for other in [
            Block { index: 1, ..block },
            Block { event: EventType::Teach, ..block },
            Block { previous: damaged, ..block },
        ] {
            assert_eq!(other.format_version(), None);
        }
    }
}
