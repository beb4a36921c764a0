//! The check at the end of a drill: every link of its genome, and every answer. What was taught and not
//! forgotten must be answered as it was last taught; what was forgotten must not be answered.

use std::ops::ControlFlow;

use crate::phrases::Phrases;
use crate::report::ReportHead;
use crate::script::Script;
use kolibri_core::background::Stop;
use kolibri_core::store::{DataDirectory, Reader, Verdict, verify};
use kolibri_core::text::Key;
use kolibri_core::{CommandError, OpenError};

/// How many forgotten associations are asked again: those that were forgotten last.
const FORGOTTEN: u32 = 10_000;
/// How many answers are checked before progress is reported and the stop is checked.
const STRIDE: u64 = 256;

/// What a check found.
#[derive(Debug)]
pub(super) enum Checked {
    /// Everything is correct.
    Sound(ReportHead),
    /// Something is wrong; described in words.
    Fault(String),
    /// It was stopped before the end.
    Stopped,
}

/// Why a check could not be made at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum CheckError {
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Read(#[from] CommandError),
}

/// Checks the genome in `directory` and what `script` left in it. Blocks the thread.
pub(super) fn check(
    directory: &DataDirectory,
    script: &Script,
    phrases: Phrases,
    stop: &Stop,
    mut progress: impl FnMut(u64, u64),
) -> Result<Checked, CheckError> {
    let answers = script.known().len() as u64 + script.forgotten().min(FORGOTTEN.into());
    let verdict = verify(directory, |walk| {
        progress(walk.done, walk.total + answers);
        !stop.is_set()
    })?;
    let head = match verdict {
        Verdict::Sound { head, .. } => head,
        Verdict::Cancelled => return Ok(Checked::Stopped),
        Verdict::Broken { index, fault, .. } => {
            return Ok(Checked::Fault(format!("block {index} of the drill's genome is broken: {fault}")));
        }
    };
    let blocks = head.index + 1;
    let reader = Reader::open(directory)?;
    let mut done = blocks;
    let look = |pair: u64, expected: Option<String>| -> Result<ControlFlow<Checked>, CheckError> {
        let answer = reader.answer(Key::of(&phrases.stimulus(pair)))?.map(|found| found.teach.response);
        if answer != expected {
            let what =
                if expected.is_some() { "is not answered as it was taught" } else { "is still answered" };
            return Ok(ControlFlow::Break(Checked::Fault(format!("association {pair} {what}"))));
        }
        done += 1;
        if done.is_multiple_of(STRIDE) {
            progress(done, blocks + answers);
            if stop.is_set() {
                return Ok(ControlFlow::Break(Checked::Stopped));
            }
        }
        Ok(ControlFlow::Continue(()))
    };
    let last = script.forgotten();
    let forgotten = (last.saturating_sub(FORGOTTEN.into())..last).rev().map(|pair| (pair, None));
    let known = script.known().map(|(pair, version)| (pair, Some(phrases.response(pair, version))));
    Ok(match each(known.chain(forgotten), look)? {
        ControlFlow::Break(found) => found,
        ControlFlow::Continue(()) => Checked::Sound(head.into()),
    })
}

fn each(
    pairs: impl Iterator<Item = (u64, Option<String>)>,
    mut look: impl FnMut(u64, Option<String>) -> Result<ControlFlow<Checked>, CheckError>,
) -> Result<ControlFlow<Checked>, CheckError> {
    for (pair, expected) in pairs {
        if let found @ ControlFlow::Break(_) = look(pair, expected)? {
            return Ok(found);
        }
    }
    Ok(ControlFlow::Continue(()))
}
