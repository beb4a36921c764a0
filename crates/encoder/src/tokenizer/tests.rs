//! A small vocabulary shows each rule.

use proptest::prelude::*;

use super::*;

const START: u32 = 0;
const END: u32 = 2;
const UNKNOWN: u32 = 3;

/// Marks, then pieces of one letter and of more. "hot" is likelier than its letters, "the" less likely than "t", "he".
const PIECES: [(&str, f32); 11] = [
    ("<s>", 0.0),
    ("<pad>", 0.0),
    ("</s>", 0.0),
    ("<unk>", 0.0),
    ("▁", -3.0),
    ("t", -4.0),
    ("he", -4.0),
    ("the", -9.0),
    ("▁hot", -5.0),
    ("é", -6.0),
    ("▁t", -5.0),
];

/// A vocabulary of these pieces that replaces a tab by a space, `½` by two letters, and drops a soft hyphen.
fn vocabulary() -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in [PIECES.len() as u32, START, END, 1, UNKNOWN] {
        bytes.extend(number.to_le_bytes());
    }
    let text: String = PIECES.iter().map(|(piece, _)| *piece).collect();
    bytes.extend((text.len() as u64).to_le_bytes());
    let mut offset = 0_u32;
    bytes.extend(offset.to_le_bytes());
    for (piece, _) in PIECES {
        offset += piece.len() as u32;
        bytes.extend(offset.to_le_bytes());
    }
    PIECES.iter().for_each(|(_, score)| bytes.extend(score.to_le_bytes()));
    bytes.extend(text.bytes());
    bytes.extend([3_u32, 0].iter().flat_map(|number| number.to_le_bytes()));
    for (character, replacement) in [('\t', " "), ('½', "tt"), ('\u{AD}', "")] {
        bytes.extend(u32::from(character).to_le_bytes());
        bytes.push(replacement.len() as u8);
        replacement.chars().for_each(|character| bytes.extend(u32::from(character).to_le_bytes()));
    }
    bytes
}

fn read(bytes: Vec<u8>) -> Result<Tokenizer<'static>, ModelError> {
    Tokenizer::read(&mut Reader::new(bytes.leak()))
}

/// The pieces of a text without the marks.
fn pieces(text: &str) -> Vec<&'static str> {
    let ids = read(vocabulary()).unwrap().tokens(text, 100);
    assert_eq!((ids[0], ids[ids.len() - 1]), (START, END));
    ids[1..ids.len() - 1].iter().map(|id| PIECES[*id as usize].0).collect()
}

#[test]
fn the_likeliest_pieces_win() {
    assert_eq!(pieces("hot"), ["▁hot"]);
    assert_eq!(pieces("the"), ["▁t", "he"]);
    assert_eq!(pieces("hothe"), ["▁hot", "he"]);
}

#[test]
fn spaces_are_single_and_part_of_pieces() {
    assert_eq!(pieces("t  t\tt"), ["▁t", "▁t", "▁t"]);
    assert_eq!(pieces(" \t t"), ["▁t"]);
    assert_eq!(pieces(""), ["▁"]);
}

#[test]
fn characters_are_composed_and_replaced() {
    assert_eq!(pieces("te\u{301}"), ["▁t", "é"]);
    assert_eq!(pieces("t½"), ["▁t", "t", "t"]);
    assert_eq!(pieces("ho\u{AD}t"), ["▁hot"]);
}

#[test]
fn what_no_piece_spells_is_unknown_character_by_character() {
    assert_eq!(pieces("t字🙂"), ["▁t", "<unk>", "<unk>"]);
}

#[test]
fn a_text_that_spells_a_mark_is_not_that_mark() {
    assert!(!pieces("t</s>").contains(&"</s>"));
}

#[test]
fn a_vocabulary_that_points_outside_itself_is_refused() {
    let change = |place: usize, number: u32| {
        let mut bytes = vocabulary();
        bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
        read(bytes).err()
    };
    assert_eq!(change(4, 11), Some(ModelError::Vocabulary("a special piece is not in it")));
    assert_eq!(change(32, 9_999), Some(ModelError::Vocabulary("a piece lies outside its text")));
    assert_eq!(change(0, u32::MAX), Some(ModelError::Truncated("its vocabulary")));
}

proptest! {
    #[test]
    fn no_text_has_more_tokens_than_asked_for(text in "[the ½字\u{AD}]{0,40}", most in 2..20_usize) {
        let tokenizer = read(vocabulary()).unwrap();
        let (cut, whole) = (tokenizer.tokens(&text, most), tokenizer.tokens(&text, 1000));
        prop_assert_eq!(cut.len(), most.min(whole.len()));
        prop_assert_eq!(cut.last(), Some(&END));
    }

    #[test]
    fn a_cut_vocabulary_is_refused(length in 0..300_usize) {
        let mut bytes = vocabulary();
        prop_assume!(length < bytes.len());
        bytes.truncate(length);
        prop_assert!(read(bytes).is_err());
    }
}
