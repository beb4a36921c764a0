//! Applies decisions to the genome's file in the writer's transaction: every statement that writes is here.

use kolibri_genome::{Content, Teach};
use rusqlite::{Connection, params};

use super::decide::{AnswerChange, Changes, Event, Known, Needs};
use super::rows::{Snapshot, signed};
use super::{BlockRef, Recorded, StoredBlock};
use crate::text::Key;

const APPEND: &str = "INSERT INTO block (idx, bytes, hash, salt, content) VALUES (?, ?, ?, ?, ?)";
const LINK: &str = "INSERT INTO version (idx, replaces) VALUES (?, ?)";
const SET_ANSWER: &str =
    "INSERT INTO answer (key, idx) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET idx = ?2";
const REMOVE_ANSWER: &str = "DELETE FROM answer WHERE key = ?";
/// In place: the row keeps its length, so SQLite writes zeros over exactly the bytes of the text.
const ERASE: &str =
    "UPDATE block SET salt = zeroblob(length(salt)), content = zeroblob(length(content)) WHERE idx = ?";
const NOTE_ERASURE: &str = "INSERT INTO erasure (idx, by) VALUES (?, ?)";

/// Checks that the file takes every statement that is here. Nothing is written.
pub(super) fn check(connection: &Connection) -> rusqlite::Result<()> {
    for statement in [APPEND, LINK, SET_ANSWER, REMOVE_ANSWER, ERASE, NOTE_ERASURE] {
        connection.prepare_cached(statement)?;
    }
    Ok(())
}

/// What has to be known to decide about an event.
pub(super) fn known(connection: &Connection, event: &Event) -> rusqlite::Result<Known> {
    let snapshot = Snapshot::of(connection);
    let source = event.answer_of().map(|index| answering(snapshot, index)).transpose()?.flatten();
    let blocks = match event.needs() {
        Needs::Nothing => Vec::new(),
        Needs::Current(key) => snapshot.current(key)?.into_iter().collect(),
        Needs::Versions(key) => snapshot.versions(key)?,
        Needs::Content(key) => {
            let Some(raw) = snapshot.answer(key)? else { return Ok(Known { source, ..Known::default() }) };
            // What is damaged equals nothing, and is replaced.
            let current = raw.stored().ok().and_then(taught);
            return Ok(Known { blocks: vec![raw.index], current, source });
        }
    };
    Ok(Known { blocks, current: None, source })
}

/// The block that answers now what the TEACH at `index` answered. Of what was erased the question is gone, too.
fn answering(snapshot: Snapshot<'_>, index: u64) -> rusqlite::Result<Option<u64>> {
    let taught = snapshot.row(index)?.and_then(|raw| raw.stored().ok()).and_then(taught);
    taught.map_or(Ok(None), |(_, teach)| snapshot.current(Key::of(&teach.stimulus)))
}

fn taught(stored: StoredBlock) -> Option<(BlockRef, Teach)> {
    let block = BlockRef { index: stored.block.index, hash: stored.hash };
    match stored.recorded {
        Recorded::Content(Content::Teach(teach)) => Some((block, teach)),
        _ => None,
    }
}

/// Applies a decision inside the caller's open transaction; returns the block that was appended.
pub(super) fn apply(connection: &Connection, changes: &Changes) -> rusqlite::Result<BlockRef> {
    let block = append(connection, changes)?;
    for index in &changes.erased {
        erase(connection, *index, block.index)?;
    }
    if let Some(replaced) = changes.replaces {
        link(connection, block.index, replaced)?;
    }
    match changes.answer {
        None => {}
        Some(AnswerChange::Set(key)) => set_answer(connection, key, block.index)?,
        Some(AnswerChange::Remove(key)) => {
            connection.prepare_cached(REMOVE_ANSWER)?.execute([key.0]).map(drop)?
        }
    }
    Ok(block)
}

/// The TEACH at `index` replaces an earlier one.
pub(super) fn link(connection: &Connection, index: u64, replaced: u64) -> rusqlite::Result<()> {
    connection.prepare_cached(LINK)?.execute([signed(index), signed(replaced)]).map(drop)
}

/// The TEACH at `index` is the current answer of `key`.
pub(super) fn set_answer(connection: &Connection, key: Key, index: u64) -> rusqlite::Result<()> {
    connection.prepare_cached(SET_ANSWER)?.execute(params![key.0, signed(index)]).map(drop)
}

fn append(connection: &Connection, changes: &Changes) -> rusqlite::Result<BlockRef> {
    let sealed = &changes.sealed;
    let index = sealed.block.index;
    connection.prepare_cached(APPEND)?.execute(params![
        signed(index),
        sealed.block.to_bytes(),
        sealed.hash.as_bytes(),
        changes.salt,
        sealed.content,
    ])?;
    Ok(BlockRef { index, hash: sealed.hash })
}

fn erase(connection: &Connection, index: u64, by: u64) -> rusqlite::Result<()> {
    connection.prepare_cached(ERASE)?.execute([signed(index)])?;
    connection.prepare_cached(NOTE_ERASURE)?.execute([signed(index), signed(by)]).map(drop)
}
