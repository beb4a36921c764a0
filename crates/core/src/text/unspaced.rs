//! Scripts that put no spaces between words. Their text is cut into overlapping groups of letters: pairs of
//! Chinese characters and kana, threes of Thai, Lao, Khmer and Burmese letters.

/// A piece of a text without spaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gram<'a> {
    pub(super) text: &'a str,
    /// It says little about the subject: grammar and courtesy.
    pub(super) light: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    Han,
    Katakana,
    Hiragana,
    SouthEast,
}

impl Script {
    fn of(letter: char) -> Option<Self> {
        match letter {
            '\u{2e80}'..='\u{2fdf}'
            | '々'
            | '〇'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3134f}' => Some(Self::Han),
            '\u{3041}'..='\u{309f}' => Some(Self::Hiragana),
            '\u{30a1}'..='\u{30fa}' | '\u{30fc}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' => {
                Some(Self::Katakana)
            }
            '\u{e01}'..='\u{e4e}'
            | '\u{e81}'..='\u{ece}'
            | '\u{edc}'..='\u{edf}'
            | '\u{1000}'..='\u{103f}'
            | '\u{1050}'..='\u{109f}'
            | '\u{1780}'..='\u{17d3}'
            | '\u{17d7}'
            | '\u{17dc}'..='\u{17dd}' => Some(Self::SouthEast),
            _ => None,
        }
    }

    fn letters_in_a_group(self) -> usize {
        if self == Self::SouthEast { 3 } else { 2 }
    }
}

/// Whether a letter belongs to a script without spaces.
pub(super) fn is_unspaced(letter: char) -> bool {
    letter >= '\u{e01}' && Script::of(letter).is_some()
}

/// The pieces of a run of letters without spaces: as many as it has letters, at most.
pub(super) fn grams<'a>(run: &'a str, found: &mut impl FnMut(Gram<'a>)) {
    let mut rest = run;
    while let Some(script) = rest.chars().next().and_then(Script::of) {
        let end = rest.find(|letter| Script::of(letter) != Some(script)).unwrap_or(rest.len());
        let (segment, after) = rest.split_at(end);
        between_grammar(segment, script, found);
        rest = after;
    }
}

/// Cuts the words of grammar out of a segment of one script, and the rest into groups.
fn between_grammar<'a>(segment: &'a str, script: Script, found: &mut impl FnMut(Gram<'a>)) {
    let (mut start, mut at) = (0, 0);
    while let Some(letter) = segment[at..].chars().next() {
        match grammar(&segment[at..]) {
            Some(word) => {
                groups(&segment[start..at], script, found);
                at += word.len();
                found(Gram { text: word, light: true });
                start = at;
            }
            None => at += letter.len_utf8(),
        }
    }
    groups(&segment[start..], script, found);
}

fn grammar(text: &str) -> Option<&'static str> {
    GRAMMAR.iter().find(|word| text.starts_with(**word)).copied()
}

fn groups<'a>(segment: &'a str, script: Script, found: &mut impl FnMut(Gram<'a>)) {
    let size = script.letters_in_a_group();
    let light = script == Script::Hiragana;
    let mut ends =
        segment.char_indices().map(|(at, letter)| at + letter.len_utf8()).skip(size - 1).peekable();
    if ends.peek().is_none() && !segment.is_empty() {
        found(Gram { text: segment, light });
    }
    for (start, end) in segment.char_indices().map(|(at, _)| at).zip(ends) {
        found(Gram { text: &segment[start..end], light });
    }
}

/// Question words, pronouns and courtesy; of words that begin alike, the longer one first. None is short
/// enough to be a part of many others.
#[rustfmt::skip]
const GRAMMAR: &[&str] = &[
    "为什么", "為什麼", "什么时候", "什麼時候", "怎么样", "怎么办", "怎么", "怎麼", "怎样", "如何", "什么", "什麼", "哪里", "哪裡", "哪儿", "哪个",
    "多少", "是否", "可以", "能否", "请问", "請問", "请", "請", "谢谢", "我们", "我", "你", "您", "吗", "嗎", "呢", "吧", "了", "的",
    "どうやって", "どのように", "ください", "でしょうか", "ですか", "ますか", "どこ", "いつ", "なぜ", "だれ", "いくら",
    "อย่างไร", "ยังไง", "ทำไม", "ที่ไหน", "เมื่อไหร่", "เมื่อไร", "เท่าไหร่", "เท่าไร", "อะไร", "หรือไม่", "ครับ", "ค่ะ", "กรุณา",
    "ຢ່າງໃດ", "ແນວໃດ", "ຢູ່ໃສ", "ແມ່ນຫຍັງ", "យ៉ាងដូចម្តេច", "ដូចម្តេច", "នៅឯណា", "អ្វី",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let mut pieces = Vec::new();
        grams(text, &mut |gram| pieces.push(gram.text));
        pieces
    }

    #[test]
    fn chinese_is_cut_into_pairs_around_grammar() {
        assert_eq!(cut("如何重置密码"), ["如何", "重置", "置密", "密码"]);
        assert_eq!(cut("我的密码"), ["我", "的", "密码"]);
        assert_eq!(cut("灯"), ["灯"]);
    }

    #[test]
    fn japanese_is_cut_where_the_script_changes() {
        assert_eq!(cut("パスを変更する"), ["パス", "を", "変更", "する"]);
    }

    #[test]
    fn thai_is_cut_into_threes() {
        assert_eq!(cut("รีเซ็ต"), ["รีเ", "ีเซ", "เซ็", "ซ็ต"]);
    }
}
