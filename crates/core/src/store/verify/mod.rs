//! Verification of a stored genome: every block, its content, its erasure, and the current answers.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use kolibri_genome::{Block, Broken, Content, EventType, Head, Verifier};
use rusqlite::Connection;

use super::rows::{Raw, Snapshot};
use super::{DataDirectory, Loss, mark, schema};
use crate::error::OpenError;
use crate::text::{Key, Keys};

/// How many blocks one read transaction covers: few enough for a running node to empty its log in between,
/// and at most about 35 MB, if every text has its maximum length.
const CHUNK: usize = 512;

/// The progress of a verification.
#[derive(Debug, Clone, Copy)]
pub struct VerifyProgress {
    /// Blocks and current answers checked.
    pub done: u64,
    /// Blocks and current answers when it began.
    pub total: u64,
}

/// The result of a verification.
#[derive(Debug)]
pub enum Verdict {
    /// Every block is as it was recorded.
    Sound {
        /// The last block that was checked.
        head: Head,
        /// How many blocks' content was erased by a FORGET.
        erased: u64,
    },
    /// A block is wrong; this is the first.
    Broken {
        /// The block's index.
        index: u64,
        /// What is wrong with it.
        fault: Fault,
        /// The genome when the verification began.
        seen: Seen,
    },
    /// It was cancelled.
    Cancelled,
}

/// Where the genome ended when a verification began.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    /// Its length, in blocks.
    pub length: u64,
    /// Its last block, as stored; `None` if that cannot be read.
    pub head: Option<Head>,
}

/// What is wrong with a stored block.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The block or its content is broken.
    #[error(transparent)]
    Block(#[from] Broken),
    /// The row is missing, although there are later ones.
    #[error("the block is missing")]
    Missing,
    /// The genome has no block at all.
    #[error("the genome is empty: block 0 is missing")]
    Empty,
    /// According to the database a FORGET erased it, but the content still exists.
    #[error("its content was erased by block {0} according to the database, but some of it is still there")]
    NotErased(u64),
    /// According to the database something other than a FORGET that lists it erased it.
    #[error(
        "its content was erased by block {0} according to the database, but that is not a FORGET block that lists it"
    )]
    NoSuchForget(u64),
    /// A FORGET lists a block whose content still exists.
    #[error("it lists block {0} as erased, but that block is not marked as erased by it")]
    ForgetDisagrees(u64),
    /// An ASK names a block that teaches nothing as the source of its answer.
    #[error("it names block {0} as the source of an answer, but that is not a TEACH block")]
    NoTeach(u64),
    /// The current answer of its stimulus is missing or older.
    #[error("the current answer of its stimulus is missing or older than this block")]
    Answer,
    /// The link to the TEACH it replaced is wrong.
    #[error(
        "it replaces block {0} according to the database, but that is not an earlier TEACH of the same stimulus"
    )]
    Replaces(u64),
    /// It does not say which TEACH it replaced.
    #[error("it is not marked as replacing block {0}, the previous TEACH of the same stimulus")]
    Unlinked(u64),
    /// The database refers to a block that does not exist, or a block has an index that no block can have.
    #[error("the database refers to this block, but it does not exist, or cannot have this index")]
    Stray,
    /// The genome is shorter or other than it was when a node last wrote it.
    #[error("the genome is not as it was left: {0}")]
    NotAsMarked(Loss),
    /// The block is named as the current answer of another stimulus.
    #[error("it is named as the answer to a stimulus that it does not teach")]
    WrongAnswer,
}

/// Walks the whole genome in `directory`, and calls `progress` from time to time, which returns whether to
/// continue. It may run while a node writes.
///
/// The end is compared with the mark that the node keeps beside the database. A copy without a mark may have lost its
/// end, and any genome may be forged as a whole: only comparing its head with one noted elsewhere shows that.
///
/// # Errors
/// When the file cannot be opened or read at all; a genome that can be read but is wrong is a
/// [`Verdict::Broken`].
pub fn verify(
    directory: &DataDirectory,
    progress: impl FnMut(VerifyProgress) -> bool,
) -> Result<Verdict, OpenError> {
    let path = directory.genome();
    // Before the genome, which may grow meanwhile.
    let marked = mark::Found::read(directory)?;
    walk(path.clone(), &schema::open_reader(&path)?, &marked, progress)
}

/// Walks a copy of a genome in one file, which nothing writes. It has no mark, so its end can only be compared with a head
/// that was noted elsewhere.
///
/// # Errors
/// See [`verify`].
pub fn verify_copy(path: &Path, progress: impl FnMut(VerifyProgress) -> bool) -> Result<Verdict, OpenError> {
    walk(path.to_owned(), &schema::open_copy(path)?, &mark::Found::None, progress)
}

fn walk(
    path: PathBuf,
    connection: &Connection,
    marked: &mark::Found,
    progress: impl FnMut(VerifyProgress) -> bool,
) -> Result<Verdict, OpenError> {
    let seen = Seen::of(connection).map_err(OpenError::sqlite(&path))?;
    let keys = || schema::keys(connection).map_err(OpenError::sqlite(&path));
    let begun_with = keys()?;
    match check_all(connection, begun_with, seen.length, progress) {
        Ok(verdict @ Verdict::Sound { .. }) => {
            let loss = marked.compare(Snapshot::of(connection)).map_err(OpenError::sqlite(&path))?;
            Ok(loss.map_or(verdict, |loss| Verdict::Broken {
                index: loss.first(),
                fault: Fault::NotAsMarked(loss),
                seen,
            }))
        }
        Ok(verdict) => Ok(verdict),
        // A node has begun to work with it, and made the derived tables anew.
        Err(End::Broken { .. }) if keys()? != begun_with => {
            let problem = "a node of a later version was started meanwhile; verify it again".to_owned();
            Err(OpenError::NotOurs { path, problem })
        }
        Err(End::Broken { index, fault }) => Ok(Verdict::Broken { index, fault, seen }),
        Err(End::Cancelled) => Ok(Verdict::Cancelled),
        Err(End::Sqlite(source)) => Err(OpenError::Sqlite { path, source }),
    }
}

impl Seen {
    fn of(connection: &Connection) -> rusqlite::Result<Self> {
        // One snapshot for both.
        let transaction = connection.unchecked_transaction()?;
        let snapshot = Snapshot::of(&transaction);
        Ok(Self { length: snapshot.length()?, head: snapshot.head()?.and_then(Result::ok) })
    }
}

/// Why a walk ends early.
enum End {
    Broken { index: u64, fault: Fault },
    Cancelled,
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for End {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl End {
    fn at(index: u64) -> impl FnOnce(Fault) -> Self {
        move |fault| Self::Broken { index, fault }
    }
}

fn check_all(
    connection: &Connection,
    keys: Keys,
    blocks: u64,
    mut progress: impl FnMut(VerifyProgress) -> bool,
) -> Result<Verdict, End> {
    // A running node may write faster than this reads, so what it adds meanwhile is not checked.
    let total = blocks + Snapshot::of(connection).count_answers()?;
    let mut walk = Walk::new(keys);
    while walk.next < blocks {
        // One snapshot per chunk, so that block, erasure and answer are seen as one commit left them.
        let transaction = connection.unchecked_transaction()?;
        let snapshot = Snapshot::of(&transaction);
        let chunk = usize::try_from(blocks - walk.next).map_or(CHUNK, |left| CHUNK.min(left));
        let rows = snapshot.rows(walk.next, chunk)?;
        if rows.is_empty() {
            return Err(End::Broken { index: walk.next, fault: Fault::Missing });
        }
        for raw in rows {
            walk.check(snapshot, raw)?;
        }
        go_on(progress(VerifyProgress { done: walk.next, total }))?;
    }
    let Some(head) = walk.verifier.head() else {
        return Err(End::Broken { index: 0, fault: Fault::Empty });
    };
    check_answers(connection, keys, |answers| {
        go_on(progress(VerifyProgress { done: total.min(blocks + answers), total }))
    })?;
    check_strays(connection)?;
    Ok(Verdict::Sound { head, erased: walk.erased })
}

fn go_on(wanted: bool) -> Result<(), End> {
    if wanted { Ok(()) } else { Err(End::Cancelled) }
}

struct Walk {
    keys: Keys,
    verifier: Verifier,
    next: u64,
    erased: u64,
    /// The last FORGET that was read, since it is needed once for each block that it erased.
    forget: Option<(u64, Vec<u64>)>,
    /// The newest version so far of each stimulus that has later ones.
    versions: HashMap<Key, u64>,
}

impl Walk {
    fn new(keys: Keys) -> Self {
        let verifier = Verifier::default();
        Self { keys, verifier, next: 0, erased: 0, forget: None, versions: HashMap::new() }
    }

    fn check(&mut self, snapshot: Snapshot<'_>, raw: Raw) -> Result<(), End> {
        if raw.index != self.next {
            return Err(End::Broken { index: self.next, fault: Fault::Missing });
        }
        let index = raw.index;
        let broken = |broken| End::at(index)(Fault::Block(broken));
        let block = self.verifier.block(&raw.bytes, raw.stored_hash()).map_err(broken)?;
        match raw.erased_by {
            Some(by) => self.check_erased(snapshot, &block, &raw, by)?,
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

    /// Checks that a TEACH is the current answer or has a later version that is, and that it names the
    /// version before it: a FORGET follows these links to find what to erase.
    fn check_teach(
        &mut self,
        snapshot: Snapshot<'_>,
        index: u64,
        key: Key,
        replaces: Option<u64>,
    ) -> Result<(), End> {
        let older = match snapshot.current(key)? {
            Some(current) if current > index => self.versions.insert(key, index),
            Some(current) if current == index => self.versions.remove(&key),
            _ => return Err(End::at(index)(Fault::Answer)),
        };
        let keys = self.keys;
        let is_version = |block| Ok::<_, End>(key_of(snapshot, keys, block)? == Some(key));
        match (older, replaces) {
            (Some(older), Some(replaced)) if older == replaced => Ok(()),
            // A running node may have forgotten it since the walk passed it.
            (Some(older), _) if is_version(older)? => Err(End::at(index)(Fault::Unlinked(older))),
            // A running node may have taught this since the walk passed that one.
            (_, Some(replaced)) if replaced >= index || !is_version(replaced)? => {
                Err(End::at(index)(Fault::Replaces(replaced)))
            }
            _ => Ok(()),
        }
    }
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

/// Checks that every current answer is a TEACH of its stimulus; reports the number checked to `go_on`.
fn check_answers(
    connection: &Connection,
    keys: Keys,
    mut go_on: impl FnMut(u64) -> Result<(), End>,
) -> Result<(), End> {
    let (mut from, mut checked) = (Vec::new(), 0);
    loop {
        let transaction = connection.unchecked_transaction()?;
        let snapshot = Snapshot::of(&transaction);
        let chunk = snapshot.answers(&from, CHUNK)?;
        for (key, index) in &chunk {
            if key_of(snapshot, keys, *index)?.is_none_or(|taught| taught.0 != key[..]) {
                return Err(End::at(*index)(Fault::WrongAnswer));
            }
        }
        match chunk.last() {
            // The smallest key after this one.
            Some((key, _)) => from = [key, &[0][..]].concat(),
            None => return Ok(()),
        }
        checked += chunk.len() as u64;
        go_on(checked)?;
    }
}

/// Checks that every erasure and every row belongs to a block that the walk visited.
fn check_strays(connection: &Connection) -> Result<(), End> {
    match Snapshot::of(connection).stray()? {
        Some(index) => Err(End::at(index)(Fault::Stray)),
        None => Ok(()),
    }
}

/// The key of the stimulus that block `index` teaches, if it is a TEACH that was not erased.
fn key_of(snapshot: Snapshot<'_>, keys: Keys, index: u64) -> rusqlite::Result<Option<Key>> {
    let raw = snapshot.row(index)?.filter(|raw| raw.erased_by.is_none());
    Ok(raw.and_then(|raw| {
        let event = Block::from_bytes(&raw.bytes).ok()?.event;
        match Content::from_bytes(event, &raw.content) {
            Ok(Content::Teach(teach)) => Some(keys.of(&teach.stimulus)),
            _ => None,
        }
    }))
}

#[cfg(test)]
mod tests;
