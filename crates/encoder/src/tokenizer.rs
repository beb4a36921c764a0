//! Cuts a text into the pieces of the vocabulary: the unigram model of SentencePiece, as XLM-RoBERTa uses it.
//!
//! The vocabulary in the model file, all little endian:
//!
//! | part | bytes |
//! |---|---|
//! | number of pieces | u32 |
//! | ids of the start, the end, the padding, the unknown piece | 4 u32 |
//! | length of the text of all pieces | u64 |
//! | where each piece starts in that text, and where the last one ends | u32 each |
//! | score of each piece (logarithm of its probability) | f32 each |
//! | the text of all pieces | UTF-8 |
//! | number of replaced characters, bytes of the table of them | 2 u32 |
//! | for each: the character; how many replace it; these | u32, u8, u32 each |

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use crate::ModelError;
use crate::file::Reader;

/// What SentencePiece writes instead of a space. Each text starts with one.
const SPACE: char = '\u{2581}';

/// An unknown character costs this much more than the least likely piece (SentencePiece, `kUnkPenalty`).
const UNKNOWN_PENALTY: f32 = 10.0;

/// Finds the likeliest pieces of a text. What it knows stays in the model file, except for the table of hashes.
pub(crate) struct Tokenizer<'a> {
    pieces: Pieces<'a>,
    replaced: HashMap<char, String>,
    start: u32,
    end: u32,
    unknown: u32,
    unknown_score: f32,
}

/// A way to a place in the text: how likely it is, the last piece on it, and where that piece starts.
#[derive(Clone, Copy)]
struct Step {
    score: f32,
    piece: u32,
    from: usize,
}

impl<'a> Tokenizer<'a> {
    /// Reads the vocabulary.
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, ModelError> {
        let part = "its vocabulary";
        let count = reader.size(part)?;
        let special @ [start, end, _, unknown] =
            [reader.u32(part)?, reader.u32(part)?, reader.u32(part)?, reader.u32(part)?];
        let length = reader.long_size(part)?;
        let offsets = reader.words(count.saturating_add(1), part)?;
        let scores = reader.words(count, part)?;
        let text = reader.bytes(length, part)?;
        let replaced = read_replaced(reader)?;

        if special.iter().any(|id| usize::try_from(*id).map_or(true, |id| id >= count)) {
            return Err(ModelError::Vocabulary("a special piece is not in it"));
        }
        let pieces = Pieces::new(text, offsets, scores, special)?;
        let least = scores.iter().map(|score| f32::from_le_bytes(*score)).fold(f32::INFINITY, f32::min);
        let unknown_score = least - UNKNOWN_PENALTY;
        Ok(Tokenizer { pieces, replaced, start, end, unknown, unknown_score })
    }

    /// How many pieces there are.
    pub(crate) fn pieces(&self) -> usize {
        self.pieces.scores.len()
    }

    /// The ids of the pieces of a text between the marks of start and end; `most` ids at most, both marks included. What
    /// comes after them is left out.
    pub(crate) fn tokens(&self, text: &str, most: usize) -> Vec<u32> {
        let most = most.saturating_sub(2);
        let text = self.prepare(text, most);
        let mut ids = self.best_pieces(&text);
        ids.truncate(most);
        ids.insert(0, self.start);
        ids.push(self.end);
        ids
    }

    /// The text as the pieces are written: NFC, characters replaced, single spaces, each as [`SPACE`]. Reads no more of it
    /// than `most` pieces can hold.
    fn prepare(&self, text: &str, most: usize) -> String {
        let enough = most.saturating_mul(self.pieces.longest);
        let mut prepared = String::from(SPACE);
        for character in text.nfc() {
            if prepared.len() > enough {
                break;
            }
            match self.replaced.get(&character) {
                Some(replacement) => replacement.chars().for_each(|character| push(&mut prepared, character)),
                None => push(&mut prepared, character),
            }
        }
        prepared
    }

    /// The sequence of pieces with the highest sum of scores (Viterbi).
    fn best_pieces(&self, text: &str) -> Vec<u32> {
        let nowhere = Step { score: f32::NEG_INFINITY, piece: self.unknown, from: 0 };
        let mut best = vec![nowhere; text.len() + 1];
        best[0].score = 0.0;
        for (from, character) in text.char_indices() {
            let so_far = best[from].score;
            let mut reach = |to: usize, piece, score| {
                if so_far + score > best[to].score {
                    best[to] = Step { score: so_far + score, piece, from };
                }
            };
            reach(from + character.len_utf8(), self.unknown, self.unknown_score);
            self.pieces.starting(&text[from..], |length, piece, score| reach(from + length, piece, score));
        }

        let mut ids = Vec::new();
        let mut place = text.len();
        while place > 0 {
            ids.push(best[place].piece);
            place = best[place].from;
        }
        ids.reverse();
        ids
    }
}

/// Appends a character, but no second space.
fn push(text: &mut String, character: char) {
    if character != ' ' {
        text.push(character);
    } else if !text.ends_with(SPACE) {
        text.push(SPACE);
    }
}

fn read_replaced(reader: &mut Reader<'_>) -> Result<HashMap<char, String>, ModelError> {
    let part = "its replaced characters";
    let (count, _bytes) = (reader.u32(part)?, reader.u32(part)?);
    let mut replaced = HashMap::new();
    for _ in 0..count {
        let character = read_character(reader)?;
        let [length] = *reader.array(part)?;
        let replacement = (0..length).map(|_| read_character(reader)).collect::<Result<String, _>>()?;
        replaced.insert(character, replacement);
    }
    Ok(replaced)
}

fn read_character(reader: &mut Reader<'_>) -> Result<char, ModelError> {
    let code = reader.u32("its replaced characters")?;
    char::from_u32(code).ok_or(ModelError::Vocabulary("a replaced character is none"))
}

/// The pieces, found by the text they stand for.
struct Pieces<'a> {
    text: &'a [u8],
    offsets: &'a [[u8; 4]],
    scores: &'a [[u8; 4]],
    /// Open addressing: the id of a piece plus one, or zero.
    slots: Vec<u32>,
    /// Bytes of the longest piece.
    longest: usize,
}

impl<'a> Pieces<'a> {
    fn new(
        text: &'a [u8],
        offsets: &'a [[u8; 4]],
        scores: &'a [[u8; 4]],
        special: [u32; 4],
    ) -> Result<Self, ModelError> {
        // At most half of the slots are taken, so a search ends soon.
        let slots = vec![0; (2 * scores.len()).next_power_of_two()];
        let mut pieces = Pieces { text, offsets, scores, slots, longest: 1 };
        for id in (0..).take(scores.len()) {
            let piece = pieces.piece(id).ok_or(ModelError::Vocabulary("a piece lies outside its text"))?;
            // A text that happens to spell a mark is not that mark.
            if piece.is_empty() || special.contains(&id) {
                continue;
            }
            pieces.longest = pieces.longest.max(piece.len());
            let mut slot = pieces.slot(piece.iter().fold(Hash::START, Hash::with));
            while pieces.slots[slot] != 0 {
                slot = pieces.after(slot);
            }
            pieces.slots[slot] = id + 1;
        }
        Ok(pieces)
    }

    fn piece(&self, id: u32) -> Option<&'a [u8]> {
        let id = usize::try_from(id).ok()?;
        let offset = |index| usize::try_from(u32::from_le_bytes(*self.offsets.get(index)?)).ok();
        self.text.get(offset(id)?..offset(id + 1)?)
    }

    /// Calls `found` with the length in bytes, the id and the score of each piece that the text starts with.
    fn starting(&self, text: &str, mut found: impl FnMut(usize, u32, f32)) {
        let mut hash = Hash::START;
        for (length, byte) in (1..=self.longest).zip(text.as_bytes()) {
            hash = hash.with(byte);
            if text.is_char_boundary(length)
                && let Some(id) = self.find(hash, &text.as_bytes()[..length])
                && let Some(score) = usize::try_from(id).ok().and_then(|id| self.scores.get(id))
            {
                found(length, id, f32::from_le_bytes(*score));
            }
        }
    }

    fn find(&self, hash: Hash, piece: &[u8]) -> Option<u32> {
        let mut slot = self.slot(hash);
        loop {
            let id = self.slots[slot].checked_sub(1)?;
            if self.piece(id) == Some(piece) {
                return Some(id);
            }
            slot = self.after(slot);
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "only the lower bits count")]
    fn slot(&self, Hash(hash): Hash) -> usize {
        // The lower bits of this hash alone are not mixed well.
        (hash ^ hash >> 29) as usize & (self.slots.len() - 1)
    }

    fn after(&self, slot: usize) -> usize {
        (slot + 1) & (self.slots.len() - 1)
    }
}

/// FNV-1a, 64 bits: it grows byte by byte, and so does a piece that is searched.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const START: Hash = Hash(0xCBF2_9CE4_8422_2325);

    fn with(self, byte: &u8) -> Hash {
        Hash((self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3))
    }
}

/// For the fuzzers: a vocabulary that is accepted cuts every text into pieces that it has, between its marks.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    const MOST: usize = 64;
    let Ok(tokenizer) = Tokenizer::read(&mut Reader::new(data)) else { return };
    for text in ["", "the hot é", &String::from_utf8_lossy(data)] {
        let ids = tokenizer.tokens(text, MOST);
        assert!((2..=MOST).contains(&ids.len()));
        assert_eq!((ids.first(), ids.last()), (Some(&tokenizer.start), Some(&tokenizer.end)));
        assert!(ids.iter().all(|id| usize::try_from(*id).is_ok_and(|id| id < tokenizer.pieces())));
    }
}

#[cfg(test)]
mod tests;
