//! The content of a block's event, and the salted digest that ties it to the block.

use crate::event::EventType;
use crate::hash::{CONTENT_DOMAIN, Hash};

/// The length of the random salt, without which a digest would confirm a guess of the content. A salt is
/// never all zeros: zeros in place of salt and content mean that the content was erased.
pub const SALT_LEN: usize = 32;

/// The digest of its content that a block contains: SHA-256 over 0x02, the salt and the content's canonical
/// bytes.
pub fn content_digest(salt: &[u8; SALT_LEN], content: &[u8]) -> Hash {
    Hash::of(CONTENT_DOMAIN, &[salt, content])
}

/// The content of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The genome's identity, chosen at random when it began.
    Genesis {
        /// 16 random bytes.
        genome_id: [u8; 16],
    },
    /// See [`Teach`].
    Teach(Teach),
    /// See [`Ask`].
    Ask(Ask),
    /// See [`Forget`].
    Forget(Forget),
}

/// An association, exactly as it was taught.
///
/// In the format, a text is shorter than 4 GiB. Callers must refuse longer ones; the node's limits are a
/// small fraction of that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teach {
    /// What will be asked.
    pub stimulus: String,
    /// What will be answered.
    pub response: String,
}

impl Teach {
    /// An association of `stimulus` with `response`.
    pub fn new(stimulus: impl Into<String>, response: impl Into<String>) -> Self {
        Self { stimulus: stimulus.into(), response: response.into() }
    }

    /// The stimulus at the beginning of a TEACH's canonical bytes, which may be cut off anywhere after it.
    /// Nothing is checked: see [`Block::open`](crate::Block::open). `None` if there is no stimulus, as in
    /// erased content.
    pub fn stimulus_of(beginning: &[u8]) -> Option<&str> {
        let (length, rest) = beginning.split_first_chunk()?;
        let text = rest.get(..u32::from_be_bytes(*length) as usize)?;
        std::str::from_utf8(text).ok().filter(|stimulus| !stimulus.is_empty())
    }
}

/// How a question was answered. The question itself is not recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask {
    found: Match,
    score: u32,
}

/// How an answer was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// Nothing was similar enough.
    None,
    /// The stimulus equals the question, after normalisation.
    Exact {
        /// The TEACH block that answered.
        block: u64,
    },
    /// The stimulus is similar to the question.
    Similar {
        /// The TEACH block that answered.
        block: u64,
    },
}

/// Which blocks were erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forget {
    erased: Vec<u64>,
}

/// Bytes that are not the content they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Content and salt do not give the block's digest.
    #[error("the content does not match the block's digest")]
    Digest,
    /// Too short, too long, not UTF-8, or not canonical.
    #[error("the content of this {0} block is malformed")]
    Malformed(EventType),
}

impl Match {
    /// The block that answered.
    pub const fn block(self) -> Option<u64> {
        match self {
            Self::None => None,
            Self::Exact { block } | Self::Similar { block } => Some(block),
        }
    }
}

impl Content {
    /// The event that this content belongs to.
    pub fn event(&self) -> EventType {
        match self {
            Self::Genesis { .. } => EventType::Genesis,
            Self::Teach(_) => EventType::Teach,
            Self::Ask(_) => EventType::Ask,
            Self::Forget(_) => EventType::Forget,
        }
    }

    /// The canonical bytes. Integers are big-endian; a text is its length in bytes as u32, then UTF-8.
    ///
    /// ```
    /// use kolibri_genome::{Content, EventType, Teach};
    ///
    /// let content = Content::Teach(Teach::new("hi", "yo"));
    /// assert_eq!(content.to_bytes(), b"\0\0\0\x02hi\0\0\0\x02yo");
    /// assert_eq!(Content::from_bytes(EventType::Teach, &content.to_bytes()), Ok(content));
    /// ```
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::Genesis { genome_id } => genome_id.to_vec(),
            Self::Teach(teach) => teach.to_bytes(),
            Self::Ask(ask) => ask.to_bytes(),
            Self::Forget(forget) => forget.to_bytes(),
        }
    }

    /// Reads canonical bytes of an event's content. What it accepts, [`Content::to_bytes`] writes back
    /// unchanged.
    ///
    /// # Errors
    /// [`ContentError::Malformed`] when the bytes are not canonical.
    pub fn from_bytes(event: EventType, bytes: &[u8]) -> Result<Self, ContentError> {
        match event {
            EventType::Genesis => bytes.try_into().ok().map(|genome_id| Self::Genesis { genome_id }),
            EventType::Teach => Teach::from_bytes(bytes).map(Self::Teach),
            EventType::Ask => Ask::from_bytes(bytes).map(Self::Ask),
            EventType::Forget => Forget::from_bytes(bytes).map(Self::Forget),
        }
        .ok_or(ContentError::Malformed(event))
    }
}

impl Teach {
    fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.stimulus.len() + self.response.len());
        for text in [&self.stimulus, &self.response] {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a node takes texts of some kilobytes, not of 4 GiB"
            )]
            let length = text.len() as u32;
            bytes.extend(length.to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (stimulus, rest) = text(bytes)?;
        let (response, rest) = text(rest)?;
        rest.is_empty().then_some(Self { stimulus, response })
    }
}

impl Ask {
    /// The score of an exact match, and the highest score of a similar one.
    pub const FULL_SCORE: u32 = 1_000_000;

    /// A question that was answered by `found`. A similar match has this `score`, in millionths; an
    /// exact match always has the full score, and no match has 0.
    ///
    /// ```
    /// use kolibri_genome::{Ask, Match};
    ///
    /// assert_eq!(Ask::new(Match::Similar { block: 7 }, 734_512).score(), 734_512);
    /// assert_eq!(Ask::new(Match::Exact { block: 7 }, 734_512).score(), Ask::FULL_SCORE);
    /// assert_eq!(Ask::new(Match::None, 734_512).score(), 0);
    /// ```
    pub fn new(found: Match, score: u32) -> Self {
        let score = match found {
            Match::None => 0,
            Match::Exact { .. } => Self::FULL_SCORE,
            Match::Similar { .. } => score.min(Self::FULL_SCORE),
        };
        Self { found, score }
    }

    /// Which block answered, and how.
    pub fn found(self) -> Match {
        self.found
    }

    /// How sure the node was, in millionths, 0 to [`Ask::FULL_SCORE`].
    pub fn score(self) -> u32 {
        self.score
    }

    fn to_bytes(self) -> Vec<u8> {
        let (kind, block) = match self.found {
            Match::None => (0, 0),
            Match::Exact { block } => (1, block),
            Match::Similar { block } => (2, block),
        };
        let mut bytes = vec![kind];
        bytes.extend(block.to_be_bytes());
        bytes.extend(self.score.to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, rest) = bytes.split_first()?;
        let (block, rest) = rest.split_first_chunk()?;
        let block = u64::from_be_bytes(*block);
        let found = match (kind, block) {
            (0, 0) => Match::None,
            (1, _) => Match::Exact { block },
            (2, _) => Match::Similar { block },
            _ => return None,
        };
        let score = u32::from_be_bytes(rest.try_into().ok()?);
        Some(Self::new(found, score)).filter(|ask| ask.score == score)
    }
}

impl Forget {
    /// The erasure of these TEACH blocks, in any order; `None` if there are none.
    pub fn new(blocks: impl IntoIterator<Item = u64>) -> Option<Self> {
        let mut erased = Vec::from_iter(blocks);
        erased.sort_unstable();
        erased.dedup();
        (!erased.is_empty()).then_some(Self { erased })
    }

    /// The TEACH blocks that were erased: at least one, in ascending order, each once.
    pub fn erased(&self) -> &[u64] {
        &self.erased
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.erased.iter().flat_map(|block| block.to_be_bytes()).collect()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (numbers, rest) = bytes.as_chunks();
        let erased: Vec<u64> = numbers.iter().map(|number| u64::from_be_bytes(*number)).collect();
        let canonical = rest.is_empty() && !erased.is_empty() && erased.is_sorted_by(|a, b| a < b);
        canonical.then_some(Self { erased })
    }
}

/// Reads a length and the text after it; also returns the rest.
fn text(bytes: &[u8]) -> Option<(String, &[u8])> {
    let (length, rest) = bytes.split_first_chunk()?;
    let (text, rest) = rest.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    Some((String::from_utf8(text.to_vec()).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection, prelude::*};

    fn any_match() -> impl Strategy<Value = Match> {
        prop_oneof![
            Just(Match::None),
            any::<u64>().prop_map(|block| Match::Exact { block }),
            any::<u64>().prop_map(|block| Match::Similar { block }),
        ]
    }

    fn any_content() -> impl Strategy<Value = Content> {
        prop_oneof![
            any::<[u8; 16]>().prop_map(|genome_id| Content::Genesis { genome_id }),
            (any::<String>(), any::<String>())
                .prop_map(|(stimulus, response)| Content::Teach(Teach { stimulus, response })),
            (any_match(), 0..=2_000_000u32).prop_map(|(found, score)| Content::Ask(Ask::new(found, score))),
            collection::vec(any::<u64>(), 1..20)
                .prop_map(|blocks| Content::Forget(Forget::new(blocks).unwrap())),
        ]
    }

    proptest! {
        #[test]
        fn content_survives_being_written_and_read(content in any_content()) {
            prop_assert_eq!(Content::from_bytes(content.event(), &content.to_bytes()), Ok(content));
        }

        #[test]
        fn what_is_accepted_is_canonical(event in 0..4usize, bytes in collection::vec(any::<u8>(), 0..64)) {
            if let Ok(content) = Content::from_bytes(EventType::ALL[event], &bytes) {
                prop_assert_eq!(content.to_bytes(), bytes);
            }
        }

        #[test]
        fn content_cut_short_is_refused(content in any_content(), cut in 1..8usize) {
            let bytes = content.to_bytes();
            let shorter = &bytes[..bytes.len().saturating_sub(cut)];
            prop_assert!(Content::from_bytes(content.event(), shorter).is_err());
        }

        #[test]
        fn an_ask_has_the_block_and_the_score_of_its_kind(
            kind in 0..4u8,
            block in prop_oneof![Just(0), any::<u64>()],
            score in prop_oneof![Just(0), Just(1_000_000), Just(1_000_001), any::<u32>()],
        ) {
            let canonical = match kind {
                0 => block == 0 && score == 0,
                1 => score == 1_000_000,
                2 => score <= 1_000_000,
                _ => false,
            };
            let bytes = [&[kind][..], &block.to_be_bytes(), &score.to_be_bytes()].concat();
            prop_assert_eq!(Content::from_bytes(EventType::Ask, &bytes).is_ok(), canonical);
        }

        #[test]
        fn a_forget_lists_each_block_once_in_ascending_order(blocks in collection::vec(0..30u64, 0..20)) {
            let forget = Forget::new(blocks.clone());
            let sorted = Vec::from_iter(std::collections::BTreeSet::from_iter(blocks));
            prop_assert_eq!(forget.as_ref().map_or(&[][..], Forget::erased), sorted);
        }
    }

    #[test]
    fn the_stimulus_is_read_from_the_beginning_alone() {
        let bytes = Content::Teach(Teach::new("вопрос", "answer")).to_bytes();
        for end in 4 + "вопрос".len()..bytes.len() {
            assert_eq!(Teach::stimulus_of(&bytes[..end]), Some("вопрос"));
        }
        for nothing in [&bytes[..10], &[0; 40], &[0, 0, 0, 1, 0xff], &[]] {
            assert_eq!(Teach::stimulus_of(nothing), None);
        }
    }

    #[test]
    fn the_same_content_under_another_salt_has_another_digest() {
        assert_ne!(content_digest(&[0; 32], b"yes"), content_digest(&[1; 32], b"yes"));
    }

    #[test]
    fn a_forget_that_names_a_block_twice_is_refused() {
        let bytes = [3u64, 3].map(u64::to_be_bytes).concat();
        assert!(Content::from_bytes(EventType::Forget, &bytes).is_err());
    }
}
