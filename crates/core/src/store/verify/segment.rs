//! The check of some blocks in a row: everything that they and single look-ups show.

use std::ops::Range;

use kolibri_genome::{Block, Broken, Content, EventType, Head, Verifier};
use rusqlite::Connection;

use super::versions::Version;
use super::{End, Fault};
use crate::store::rows::{Raw, Snapshot};
use crate::text::{Key, Keys};

/// Some blocks in a row, and how far they are checked.
pub(super) struct Segment {
    keys: Keys,
    /// The end of the segment.
    until: u64,
    verifier: Verifier,
    /// The block that is checked next.
    pub(super) next: u64,
    /// How many blocks' content was erased.
    pub(super) erased: u64,
    /// How many TEACHes are a current answer.
    pub(super) answering: u64,
    /// TEACHes that have an earlier or a later version, according to the database.
    pub(super) versions: Vec<Version>,
    /// The last block.
    pub(super) head: Option<Head>,
    /// Why the block `next` was not passed.
    pub(super) end: Option<End>,
    /// The last FORGET that was read, since it is needed once for each block that it erased.
    forget: Option<(u64, Vec<u64>)>,
}

impl Segment {
    pub(super) fn of(range: Range<u64>, keys: Keys) -> Self {
        Self {
            keys,
            until: range.end,
            verifier: Verifier::new(),
            next: range.start,
            erased: 0,
            answering: 0,
            versions: Vec::new(),
            head: None,
            end: None,
            forget: None,
        }
    }

    /// Checks it, up to the first fault.
    pub(super) fn check(mut self, connection: &Connection) -> Self {
        self.end = self.check_all(connection).err();
        self.head = self.verifier.head();
        self
    }

    fn check_all(&mut self, connection: &Connection) -> Result<(), End> {
        // One snapshot, so that block, erasure and answer are seen as one commit left them.
        let transaction = connection.unchecked_transaction()?;
        let snapshot = Snapshot::of(&transaction);
        if let Some(before) = self.next.checked_sub(1) {
            self.verifier = Verifier::after(head_at(snapshot, before)?);
        }
        while self.next < self.until {
            let rows =
                snapshot.rows(self.next, usize::try_from(self.until - self.next).unwrap_or(usize::MAX))?;
            if rows.is_empty() {
                return Err(End::at(self.next)(Fault::Missing));
            }
            rows.into_iter().try_for_each(|raw| self.check_block(snapshot, &raw))?;
        }
        Ok(())
    }

    fn check_block(&mut self, snapshot: Snapshot<'_>, raw: &Raw) -> Result<(), End> {
        if raw.index != self.next {
            return Err(End::at(self.next)(Fault::Missing));
        }
        let index = raw.index;
        let broken = |broken| End::at(index)(Fault::Block(broken));
        let block = self.verifier.block(&raw.bytes, raw.stored_hash()).map_err(broken)?;
        match raw.erased_by {
            Some(by) => self.check_erased(snapshot, &block, raw, by)?,
            None => match block.verify_content(&raw.salt, &raw.content).map_err(broken)? {
                Content::Teach(teach) => {
                    self.check_teach(snapshot, index, self.keys.of(&teach.stimulus), raw.replaces)?
                }
                Content::Forget(forget) => check_forget(snapshot, index, forget.erased())?,
                Content::Ask(ask) => check_ask(snapshot, index, ask.found().block())?,
                Content::Genesis { .. } => {}
            },
        }
        self.next += 1;
        Ok(())
    }

    fn check_erased(&mut self, snapshot: Snapshot<'_>, block: &Block, raw: &Raw, by: u64) -> Result<(), End> {
        let zeros = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
        if !zeros(&raw.salt) || !zeros(&raw.content) {
            return Err(End::at(block.index)(Fault::NotErased(by)));
        }
        if block.event != EventType::Teach || by <= block.index {
            return Err(End::at(block.index)(Fault::NoSuchForget(by)));
        }
        if self.forget.as_ref().is_none_or(|(cached, _)| *cached != by) {
            self.forget = Some((by, forget_list(snapshot, by)?));
        }
        let listed = self.forget.as_ref().is_some_and(|(_, list)| list.binary_search(&block.index).is_ok());
        if !listed {
            return Err(End::at(block.index)(Fault::NoSuchForget(by)));
        }
        self.erased += 1;
        Ok(())
    }

    /// Checks that a TEACH is the current answer, or that a later block is.
    fn check_teach(
        &mut self,
        snapshot: Snapshot<'_>,
        index: u64,
        key: Key,
        replaces: Option<u64>,
    ) -> Result<(), End> {
        let current = match snapshot.current(key)? {
            Some(current) if current >= index => current,
            _ => return Err(End::at(index)(Fault::Answer)),
        };
        self.answering += u64::from(current == index);
        if current > index || replaces.is_some() {
            self.versions.push(Version { key, index, replaces, current });
        }
        Ok(())
    }
}

/// The block before a segment. If it is damaged, the segment before this one ends with the same fault, and earlier.
fn head_at(snapshot: Snapshot<'_>, index: u64) -> Result<Head, End> {
    let Some(raw) = snapshot.row(index)? else { return Err(End::at(index)(Fault::Missing)) };
    let block = raw.block().map_err(|broken| End::at(index)(Fault::Block(broken)))?;
    Ok(Head { index, time: block.time, hash: raw.stored_hash() })
}

/// The blocks that the FORGET at `index` lists; none if it is not a FORGET. A damaged or missing FORGET is
/// reported here, rather than the blocks that it erased.
fn forget_list(snapshot: Snapshot<'_>, index: u64) -> Result<Vec<u64>, End> {
    let Some(raw) = snapshot.row(index)? else {
        // A block beyond the end does not exist; one before it is missing.
        let missing = index < snapshot.length()?;
        return if missing { Err(End::at(index)(Fault::Missing)) } else { Ok(Vec::new()) };
    };
    let broken = |broken: Broken| End::at(index)(Fault::Block(broken));
    let block = raw.block().map_err(broken)?;
    if block.event != EventType::Forget {
        return Ok(Vec::new());
    }
    match block.verify_content(&raw.salt, &raw.content).map_err(broken)? {
        Content::Forget(forget) => Ok(forget.erased().to_vec()),
        _ => Ok(Vec::new()),
    }
}

fn check_forget(snapshot: Snapshot<'_>, index: u64, erased: &[u64]) -> Result<(), End> {
    for block in erased {
        if snapshot.erased_by(*block)?.is_none_or(|by| by > index) {
            return Err(End::at(index)(Fault::ForgetDisagrees(*block)));
        }
    }
    Ok(())
}

/// Checks that an answer came from a TEACH; checking the content has shown that it came from an earlier
/// block.
fn check_ask(snapshot: Snapshot<'_>, index: u64, source: Option<u64>) -> Result<(), End> {
    let Some(source) = source else { return Ok(()) };
    match snapshot.event(source)? {
        Some(EventType::Teach) => Ok(()),
        _ => Err(End::at(index)(Fault::NoTeach(source))),
    }
}
