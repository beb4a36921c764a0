//! The parsers of outside bytes in this crate and the genome's, each with what must hold of it. `fuzz/` gives them arbitrary
//! bytes; the test below gives them the inputs that are kept.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use kolibri_genome::{Block, Content, EventType};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::backup::LastBackup;
use crate::store::BlockRef;
use crate::text::{Key, identity, normalise, terms};
use crate::trace::Trace;
use crate::verdict::LastVerdict;
use crate::{recall, store, telemetry, trace};

/// A name, which is also that of a folder of inputs, and what it is about.
pub type Target = (&'static str, fn(&[u8]));

/// Every target.
pub const TARGETS: &[Target] = &[
    ("block", block),
    ("content", content),
    ("mark", store::mark::fuzz),
    ("history", telemetry::history::file::fuzz),
    ("notes", notes),
    ("trace", trace_line),
    ("traceparent", trace::parent::fuzz),
    ("otlp_headers", telemetry::otlp::headers::fuzz),
    ("resource", telemetry::resource::fuzz),
    ("otlp_answer", telemetry::otlp::transport::fuzz),
    ("embeddings", recall::meaning::remote::fuzz),
    ("text", text),
    ("conflict", recall::conflict::fuzz),
];

/// The target of this name.
///
/// # Panics
/// If there is none.
pub fn run(name: &str, data: &[u8]) {
    TARGETS.iter().find(|(known, _)| *known == name).unwrap().1(data);
}

/// What is read as a block is written as the same bytes.
fn block(data: &[u8]) {
    if let Ok(block) = Block::from_bytes(data) {
        assert_eq!(block.to_bytes(), data);
    }
}

/// What is read as content is written as the same bytes, and its beginning tells a TEACH's stimulus.
fn content(data: &[u8]) {
    let Some((event, bytes)) = data.split_first() else { return };
    let event = EventType::ALL[usize::from(event % 4)];
    let Ok(content) = Content::from_bytes(event, bytes) else { return };
    assert_eq!((content.event(), content.to_bytes().as_slice()), (event, bytes));
    if let Content::Teach(teach) = content {
        let beginning = kolibri_genome::Teach::stimulus_of(bytes);
        assert_eq!(beginning, Some(teach.stimulus.as_str()).filter(|stimulus| !stimulus.is_empty()));
    }
}

/// Files beside the genome: what is read is written and read again, and tells nothing impossible.
fn notes(data: &[u8]) {
    if let Some(verdict) = again::<LastVerdict>(data) {
        assert!(verdict.sound_blocks() <= verdict.length);
        assert_eq!(verdict.note().is_some(), verdict.broken.is_some());
    }
    again::<LastBackup>(data);
    if let Ok(head) = String::from_utf8_lossy(data).parse::<BlockRef>() {
        assert_eq!(head.to_string().parse(), Ok(head));
    }
}

/// A line of the trace file.
fn trace_line(data: &[u8]) {
    again::<Trace>(data);
}

/// Reads JSON, writes it and reads it once more, which changes nothing.
fn again<T: DeserializeOwned + Serialize>(data: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(data).ok()?;
    let written = serde_json::to_string(&read).unwrap();
    let read_again: T = serde_json::from_str(&written).unwrap();
    assert_eq!(serde_json::to_string(&read_again).unwrap(), written);
    Some(read)
}

/// What makes two stimuli the same is the same for itself. Normalising twice changes nothing, and neither does it to the words.
fn text(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let same = identity(&text);
    assert_eq!(identity(&same), same);
    assert_eq!(Key::of(&text), Key::of(&same));
    let normal = normalise(&text);
    assert_eq!(normalise(&normal), normal);
    // It is taken for a space, before Unicode makes a word of it.
    if !text.contains('№') {
        assert_eq!(terms(&text), terms(&normal));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kept_input_holds() {
        for (name, target) in TARGETS {
            let folder = format!("{}/../../fuzz/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
            let inputs: Vec<_> =
                std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).collect();
            assert!(!inputs.is_empty(), "{name} has no inputs");
            inputs.iter().for_each(|input| target(&std::fs::read(input).unwrap()));
        }
    }
}
