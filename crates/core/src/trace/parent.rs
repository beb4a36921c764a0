//! What a request's `traceparent` says (<https://www.w3.org/TR/trace-context/#traceparent-header-field-values>).

use super::TraceId;

/// The bit of the flags that says whether the caller records its span.
const SAMPLED: u8 = 1;

/// The span of the caller, of which a command is a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parent {
    /// Its id, never all zero.
    pub span_id: [u8; 8],
    /// Whether the caller records it; if not, no span of ours is sent either.
    pub sampled: bool,
}

impl Parent {
    /// Reads a `traceparent` header; `None` when it is malformed.
    pub fn read(header: &str) -> Option<(TraceId, Self)> {
        let mut fields = header.split('-');
        let (version, id, span, flags) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        let [version_number] = bytes(version)?;
        let ends = version != "00" || fields.next().is_none();
        let span_id = bytes(span).filter(|id| *id != [0; 8])?;
        let [flags] = bytes(flags)?;
        let parent = Self { span_id, sampled: flags & SAMPLED != 0 };
        (version_number != 0xff && ends).then_some((TraceId::parse(id)?, parent))
    }
}

/// Exactly so many bytes in lower-case hex.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 2 * N || !text.bytes().all(digit) {
        return None;
    }
    let mut read = [0; N];
    for (at, byte) in read.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(read)
}

/// For the fuzzers: what is read stands in the header, at its fixed places, and version 00 has nothing else.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let header = String::from_utf8_lossy(data);
    let Some((id, Parent { span_id, sampled })) = Parent::read(&header) else { return };
    let span: String = span_id.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(header.get(2..53), Some(format!("-{id}-{span}-").as_str()));
    assert_eq!(header.get(54..55).map(|digit| "13579bdf".contains(digit)), Some(sampled));
    assert!(!header.starts_with("ff") && (!header.starts_with("00") || header.len() == 55));
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0af7651916cd43dd8448eb211c80319c";
    const SPAN: [u8; 8] = [0xb7, 0xad, 0x6b, 0x71, 0x69, 0x20, 0x33, 0x31];

    #[test]
    fn a_traceparent_gives_the_trace_its_span_and_whether_it_is_sampled() {
        for (rest, sampled) in [("01", true), ("00", false), ("03", true), ("02", false)] {
            let (id, parent) = Parent::read(&format!("00-{ID}-b7ad6b7169203331-{rest}")).unwrap();
            assert_eq!((id.to_string().as_str(), parent), (ID, Parent { span_id: SPAN, sampled }));
        }
        let later = format!("cc-{ID}-b7ad6b7169203331-01-what-the-future-brings");
        assert_eq!(Parent::read(&later).unwrap().0.to_string(), ID);
    }

    #[test]
    fn a_malformed_traceparent_gives_none() {
        for header in [
            "",
            "00",
            &format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)),
            &format!("00-{ID}-0000000000000000-01"),
            &format!("ff-{ID}-b7ad6b7169203331-01"),
            &format!("00-{ID}-b7ad6b7169203331-01-more"),
            &format!("00-{}-b7ad6b7169203331-01", ID.to_uppercase()),
            &format!("00-{ID}-B7AD6B7169203331-01"),
            &format!("00-{ID}-b7ad6b7169203331-0g"),
            &format!("00-{ID}-b7ad6b7169203331-1"),
            &format!("00-{ID}-xyz-01"),
        ] {
            assert_eq!(Parent::read(header), None, "{header}");
        }
    }
}
