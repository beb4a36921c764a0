//! Finds the encoding of a file, and reads it as UTF-8.

use std::io::Read;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{
    DecoderResult, Encoding, IBM866, KOI8_U, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1251,
    X_MAC_CYRILLIC,
};

/// Stands where bytes are no text in the encoding of the file. It is never part of UTF-8, so such a row is found.
const MALFORMED: u8 = 0xff;
/// Bytes that are decoded at once.
const PIECE: usize = 16 << 10;

/// The encoding of this name, such as `windows-1251`, `cp1251`, `utf-16le` or `koi8-r`.
pub fn encoding_named(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.as_bytes()).filter(|encoding| *encoding != encoding_rs::REPLACEMENT)
}

/// The encoding of a file that begins like this, and how long its byte order mark is. `whole` says that there is no more of it.
pub(crate) fn detect(
    sample: &[u8],
    whole: bool,
    wanted: Option<&'static Encoding>,
) -> (&'static Encoding, usize) {
    let marked = Encoding::for_bom(sample);
    match (wanted, marked) {
        (Some(wanted), Some((found, length))) if wanted == found => (found, length),
        (Some(wanted), _) => (wanted, 0),
        (None, Some(marked)) => marked,
        (None, None) => (unmarked(sample, whole), 0),
    }
}

fn unmarked(sample: &[u8], whole: bool) -> &'static Encoding {
    if let Some(wide) = wide(sample) {
        return wide;
    }
    let (wrong, multibyte) = utf_8(sample, whole);
    // A single damaged row does not make another encoding of a file that is UTF-8 elsewhere.
    if wrong <= multibyte / 4 {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(sample, whole);
    let found = detector.guess(None, Utf8Detection::Deny);
    let is_cyrillic = [WINDOWS_1251, KOI8_U, IBM866].contains(&found);
    // A few words are too little for the detector, but not for Russian ones.
    let found = if !is_cyrillic && looks_cyrillic(sample) { WINDOWS_1251 } else { found };
    // Only programs of a Mac end lines with CR alone, and the detector knows nothing of their encodings.
    let is_of_a_mac = sample.contains(&b'\r') && !sample.contains(&b'\n') && found.is_single_byte();
    if is_of_a_mac { of_a_mac(sample, found) } else { found }
}

/// Of the encodings of a Mac and the one that was found, the one in which the words look most like words.
fn of_a_mac(sample: &[u8], found: &'static Encoding) -> &'static Encoding {
    let score = |encoding: &&'static Encoding| plausible(&encoding.decode_without_bom_handling(sample).0);
    // Of equals the last one is taken.
    [found, X_MAC_CYRILLIC, MACINTOSH].into_iter().max_by_key(score).unwrap_or(found)
}

/// How many letters beyond ASCII are in words that look like ones, less those of words that do not: with a capital or a sign in
/// the middle, or in two alphabets.
fn plausible(text: &str) -> i64 {
    let is_end =
        |c: char| c.is_whitespace() || (c.is_ascii() && !c.is_alphanumeric()) || matches!(c, '’' | '—' | '–');
    let beyond = |word: &str| word.chars().filter(|c| !c.is_ascii()).map(|_| 1i64).sum::<i64>();
    let score = |word: &str| {
        let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
        if looks_like_word(inner) { beyond(inner) } else { -beyond(word) }
    };
    text.split(is_end).filter(|word| !word.is_ascii()).map(score).sum()
}

fn looks_like_word(word: &str) -> bool {
    let is_cyrillic = |c: char| ('\u{400}'..'\u{530}').contains(&c);
    let has_one_case = !word.chars().any(char::is_lowercase) || !word.chars().skip(1).any(char::is_uppercase);
    let has_one_alphabet = word.chars().all(is_cyrillic) || !word.chars().any(is_cyrillic);
    has_one_case && has_one_alphabet && word.chars().all(char::is_alphanumeric)
}

/// Whether the text is mostly Russian words, if it is windows-1251: runs of letters that begin with any and go on in lower case.
fn looks_cyrillic(sample: &[u8]) -> bool {
    let upper = sample.iter().filter(|byte| (0xc0..0xe0).contains(*byte)).count();
    let lower = sample.iter().filter(|byte| **byte >= 0xe0).count();
    let latin = sample.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    lower > upper && lower + upper > latin
}

/// UTF-16 without a mark: the first unit is a letter of a common alphabet, and nearly all others could be.
fn wide(sample: &[u8]) -> Option<&'static Encoding> {
    let unit = |big: bool| {
        move |pair: &[u8]| match *pair {
            [high, low] if big => (high, low),
            [low, high] => (high, low),
            _ => (0xff, 0),
        }
    };
    let fits = |(high, low): (u8, u8)| matches!(high, 0 | 4) && low != 0 || matches!(high, 0x20 | 0x21);
    [(UTF_16LE, false), (UTF_16BE, true)].into_iter().find_map(|(encoding, big)| {
        let units = || sample.chunks_exact(2).map(unit(big));
        let first = units().next().filter(|(high, low)| matches!(high, 0 | 4) && *low != 0)?;
        let (all, fitting) = (units().count(), units().filter(|unit| fits(*unit)).count());
        let has_zero = units().any(|(high, _)| high == 0);
        (fits(first) && has_zero && all >= 2 && fitting * 10 >= all * 9).then_some(encoding)
    })
}

/// How many sequences of a text are not UTF-8, and how many are and have more than one byte. A sequence that the end of a sample
/// cuts does not count.
fn utf_8(mut sample: &[u8], whole: bool) -> (usize, usize) {
    let (mut wrong, mut multibyte) = (0, 0);
    loop {
        let (valid, error) = match std::str::from_utf8(sample) {
            Ok(text) => (text, None),
            Err(error) => {
                let valid = sample.get(..error.valid_up_to()).unwrap_or_default();
                (std::str::from_utf8(valid).unwrap_or_default(), Some(error))
            }
        };
        multibyte += valid.chars().filter(|c| c.len_utf8() > 1).count();
        let Some(error) = error else { return (wrong, multibyte) };
        let Some(length) = error.error_len() else { return (wrong + usize::from(whole), multibyte) };
        wrong += 1;
        sample = sample.get(error.valid_up_to() + length..).unwrap_or_default();
    }
}

/// A reader of UTF-8, whatever the encoding of its input; bytes that are no text in it become [`MALFORMED`].
pub(crate) struct Decoded<R> {
    input: R,
    /// `None` for UTF-8, which passes as it is.
    decoder: Option<encoding_rs::Decoder>,
    ready: Vec<u8>,
    at: usize,
    over: bool,
}

impl<R: Read> Decoded<R> {
    /// Reads `input`, which has no byte order mark.
    pub(crate) fn new(input: R, encoding: &'static Encoding) -> Self {
        let decoder = (encoding != UTF_8).then(|| encoding.new_decoder_without_bom_handling());
        Self { input, decoder, ready: Vec::new(), at: 0, over: false }
    }

    /// Decodes one more piece into `ready`.
    fn refill(&mut self) -> std::io::Result<()> {
        let mut piece = vec![0; PIECE];
        let length = self.input.read(&mut piece)?;
        piece.truncate(length);
        self.over = length == 0;
        self.at = 0;
        let Some(decoder) = &mut self.decoder else {
            self.ready = piece;
            return Ok(());
        };
        self.ready.clear();
        let mut rest = piece.as_slice();
        loop {
            let mut text = [0; PIECE];
            let (result, read, written) =
                decoder.decode_to_utf8_without_replacement(rest, &mut text, self.over);
            self.ready.extend_from_slice(text.get(..written).unwrap_or_default());
            rest = rest.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.ready.push(MALFORMED),
            }
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.at >= self.ready.len() && !self.over {
            self.refill()?;
        }
        let waiting = self.ready.get(self.at..).unwrap_or_default();
        let length = waiting.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..length), waiting.get(..length)) {
            to.copy_from_slice(from);
        }
        self.at += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::WINDOWS_1252;
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> (&'static str, String) {
        let (encoding, mark) = detect(bytes, true, None);
        let mut text = Vec::new();
        Decoded::new(&bytes[mark..], encoding).read_to_end(&mut text).unwrap();
        (encoding.name(), String::from_utf8(text).unwrap())
    }

    fn utf_16(text: &str, big: bool) -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
            .collect()
    }

    #[test]
    fn a_text_is_read_in_whatever_encoding_it_was_saved() {
        let russian = "Вопрос;Ответ\r\nКакой режим работы?;С 9 до 18, \"без обеда\"\r\n";
        let french = "Question;Réponse\r\nQuand êtes-vous ouverts ?;De 9 h à 18 h, même l'été\r\n";
        for text in [russian, french, "question,answer\r\nWhen?,At nine\r\n", "a — b,c\r\nd,e\r\n"] {
            assert_eq!(read(text.as_bytes()), ("UTF-8", text.to_owned()));
            assert_eq!(read(format!("\u{feff}{text}").as_bytes()), ("UTF-8", text.to_owned()));
            for (big, name) in [(false, "UTF-16LE"), (true, "UTF-16BE")] {
                assert_eq!(read(&utf_16(text, big)), (name, text.to_owned()));
                assert_eq!(read(&utf_16(&format!("\u{feff}{text}"), big)), (name, text.to_owned()));
            }
        }
        for (text, encoding) in [(russian, WINDOWS_1251), (french, WINDOWS_1252)] {
            assert_eq!(read(&encoding.encode(text).0), (encoding.name(), text.to_owned()));
        }
        for short in ["Общежитие;Да", "Где?;Тут", "ВОПРОС;ОТВЕТ\r\nЧто такое VPN?;Сеть"]
        {
            assert_eq!(read(&WINDOWS_1251.encode(short).0).1, short);
        }
        assert_eq!(
            read(b"stimulus,response\ncaf\xe9,yes\nok,yes\n").1,
            "stimulus,response\ncafé,yes\nok,yes\n"
        );
        let long = russian.repeat(20);
        let (koi8, ..) = KOI8_U.encode(&long);
        assert_eq!(read(&koi8), ("KOI8-U", long));
    }

    #[test]
    fn lines_that_end_as_on_an_old_mac_are_in_its_encoding_if_their_words_are() {
        let row = "Когда выходной?;В субботу и в воскресенье, Яна ответит\r";
        let russian = format!("Вопрос;Ответ\r{}", row.repeat(60));
        // `Где?;Её офис там` by the bytes that a Mac writes.
        let short = b"\x83\xe4\xe5?;\x85\xde \xee\xf4\xe8\xf1 \xf2\xe0\xec\r\x8f?;\x84\xe0\r";
        assert_eq!(read(short), ("x-mac-cyrillic", "Где?;Её офис там\rП?;Да\r".to_owned()));
        let german = "Frage;Antwort\rWo ist das Büro?;In der Straße über dem Café, schön groß\r";
        assert_eq!(
            read(b"Frage;Antwort\rWo ist das B\x9fro?;Gr\x9a\xa7er als m\x9aglich, \x80rzte \x9fber uns\r"),
            ("macintosh", "Frage;Antwort\rWo ist das Büro?;Größer als möglich, Ärzte über uns\r".to_owned())
        );
        assert_eq!(read(b"q;a\rwo?;sch\x9an\r").1, "q;a\rwo?;schön\r");
        // The encoders of `encoding_rs` have no Mac, so these are written by its own table.
        let written = |text: &str, encoding: &'static Encoding| -> Vec<u8> {
            let byte = |c: char| {
                (0..=u8::MAX).find(|byte| encoding.decode_without_bom_handling(&[*byte]).0 == c.to_string())
            };
            text.chars().map(|c| byte(c).unwrap()).collect()
        };
        for (text, mac, windows) in
            [(&*russian, X_MAC_CYRILLIC, WINDOWS_1251), (german, MACINTOSH, WINDOWS_1252)]
        {
            for encoding in [mac, windows] {
                assert_eq!(read(&written(text, encoding)), (encoding.name(), text.to_owned()));
            }
            let lines = text.replace('\r', "\r\n");
            assert_eq!(read(&written(&lines, windows)), (windows.name(), lines));
            assert_eq!(read(text.as_bytes()).0, "UTF-8");
        }
    }

    #[test]
    fn one_damaged_row_leaves_a_text_utf_8() {
        let bytes = ["Вопрос,Ответ\n".as_bytes(), b"caf\xe9,1\n"].concat();
        assert_eq!(detect(&bytes, true, None).0, UTF_8);
        let cut = "Вопрос".as_bytes();
        assert_eq!(detect(&cut[..cut.len() - 1], false, None).0, UTF_8, "the sample ends in a letter");
    }

    #[test]
    fn what_is_no_text_is_marked() {
        let mut lone = utf_16("ab", false);
        lone.extend([0x00, 0xd8]);
        lone.extend(utf_16("cd", false));
        let mut bytes = Vec::new();
        Decoded::new(lone.as_slice(), UTF_16LE).read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"ab\xffcd");
    }

    #[test]
    fn encodings_have_the_names_that_people_use() {
        for (name, encoding) in [
            ("cp1251", "windows-1251"),
            ("Windows-1251", "windows-1251"),
            ("cp866", "IBM866"),
            ("koi8-r", "KOI8-R"),
            ("utf-16le", "UTF-16LE"),
            ("utf8", "UTF-8"),
            ("latin1", "windows-1252"),
        ] {
            assert_eq!(encoding_named(name).map(Encoding::name), Some(encoding), "{name}");
        }
        assert!(encoding_named("klingon").is_none() && encoding_named("replacement").is_none());
    }

    proptest! {
        #[test]
        fn every_text_with_our_header_is_utf_8(text in any::<String>()) {
            let text = format!("stimulus,response\r\n{text}");
            prop_assert_eq!(read(text.as_bytes()), ("UTF-8", text));
        }

        #[test]
        fn utf_16_with_a_mark_is_read_exactly(text in any::<String>(), big: bool) {
            let bytes = utf_16(&format!("\u{feff}{text}"), big);
            prop_assert_eq!(read(&bytes).1, text);
        }
    }
}
