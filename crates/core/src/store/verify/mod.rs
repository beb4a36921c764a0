//! Verification of a stored genome: every block, its content, its erasure, and the current answers. All cores check
//! [segments](segment) at once; what only their order shows, the [versions], is checked here.

mod crew;
mod segment;
mod versions;

use std::path::Path;

use kolibri_genome::{Block, Broken, Content, Head};
use rusqlite::Connection;

use self::crew::in_order;
use self::segment::Segment;
use self::versions::Versions;
use super::rows::Snapshot;
use super::{DataDirectory, Loss, mark, schema};
use crate::error::OpenError;
use crate::text::{Key, Keys};

/// How many blocks one read transaction covers: few enough for a running node to empty its log in between,
/// and at most about 35 MB, if every text has its maximum length.
const CHUNK: u64 = 512;
/// The same for current answers.
const ANSWERS: usize = 512;
/// A connection more costs more than it gives for fewer blocks than this.
const WORTH_A_CORE: u64 = 8 * CHUNK;

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
    walk(&path, || schema::open_reader(&path), &marked, progress)
}

/// Walks a copy of a genome in one file, which nothing writes. It has no mark, so its end can only be compared with a head
/// that was noted elsewhere.
///
/// # Errors
/// See [`verify`].
pub fn verify_copy(path: &Path, progress: impl FnMut(VerifyProgress) -> bool) -> Result<Verdict, OpenError> {
    walk(path, || schema::open_copy(path), &mark::Found::None, progress)
}

fn walk(
    path: &Path,
    open: impl Fn() -> Result<Connection, OpenError>,
    marked: &mark::Found,
    progress: impl FnMut(VerifyProgress) -> bool,
) -> Result<Verdict, OpenError> {
    let connection = open()?;
    let seen = Seen::of(&connection).map_err(OpenError::sqlite(path))?;
    let keys = || schema::keys(&connection).map_err(OpenError::sqlite(path));
    let begun_with = keys()?;
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let cores = cores.min(seen.length / WORTH_A_CORE).max(1);
    let mut crew = (0..cores).map(|_| open()).collect::<Result<Vec<_>, _>>()?;
    let walk = Walk { connection: &connection, keys: begun_with, blocks: seen.length, chunk: CHUNK };
    match walk.check(&mut crew, progress) {
        Ok(verdict @ Verdict::Sound { .. }) => {
            let loss = marked.compare(Snapshot::of(&connection)).map_err(OpenError::sqlite(path))?;
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
            Err(OpenError::NotOurs { path: path.to_owned(), problem })
        }
        Err(End::Broken { index, fault }) => Ok(Verdict::Broken { index, fault, seen }),
        Err(End::Cancelled) => Ok(Verdict::Cancelled),
        Err(End::Sqlite(source)) => Err(OpenError::Sqlite { path: path.to_owned(), source }),
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

/// What is checked. A running node may write faster than this reads, so what it adds meanwhile is not.
#[derive(Clone, Copy)]
struct Walk<'a> {
    connection: &'a Connection,
    keys: Keys,
    blocks: u64,
    /// The blocks of a segment.
    chunk: u64,
}

impl Walk<'_> {
    /// Checks all of it, each segment by one of the `crew`.
    fn check(
        self,
        crew: &mut [Connection],
        mut progress: impl FnMut(VerifyProgress) -> bool,
    ) -> Result<Verdict, End> {
        let Self { connection, keys, blocks, chunk } = self;
        let total = blocks + Snapshot::of(connection).count_answers()?;
        let (mut versions, mut head, mut erased, mut answering) = (Versions::new(keys), None, 0, 0);
        let check = |connection: &Connection, number: u64| {
            let begin = number * chunk;
            Segment::of(begin..blocks.min(begin + chunk), keys).check(connection)
        };
        in_order(crew, blocks.div_ceil(chunk), check, |segment| {
            versions.follow(connection, segment.versions)?;
            if let Some(end) = segment.end {
                versions.close(connection, segment.next)?;
                return Err(end);
            }
            (erased, answering, head) =
                (erased + segment.erased, answering + segment.answering, segment.head);
            go_on(progress(VerifyProgress { done: segment.next, total }))
        })?;
        let Some(head) = head else {
            return Err(End::Broken { index: 0, fault: Fault::Empty });
        };
        versions.close(connection, blocks)?;
        if !self.answers_nothing_else(answering)? {
            self.check_answers(|answers| {
                go_on(progress(VerifyProgress { done: total.min(blocks + answers), total }))
            })?;
        }
        go_on(progress(VerifyProgress { done: total, total }))?;
        check_strays(connection)?;
        Ok(Verdict::Sound { head, erased })
    }

    /// Whether the current answers are just the TEACHes that were found to be one: no two of these are the same answer, so it is
    /// enough to count.
    fn answers_nothing_else(self, answering: u64) -> rusqlite::Result<bool> {
        let transaction = self.connection.unchecked_transaction()?;
        let snapshot = Snapshot::of(&transaction);
        // What came since may have changed as many answers in one way as in the other, and a later version makes all of them anew.
        let since = self.blocks..snapshot.length()?;
        let unchanged =
            snapshot.knowledge(since, false, 1)?.is_empty() && schema::keys(&transaction)? == self.keys;
        Ok(unchanged && snapshot.count_answers()? == answering)
    }

    /// Checks that every current answer is a TEACH of its stimulus; reports the number checked to `go_on`.
    fn check_answers(self, mut go_on: impl FnMut(u64) -> Result<(), End>) -> Result<(), End> {
        let (mut from, mut checked) = (Vec::new(), 0);
        loop {
            let transaction = self.connection.unchecked_transaction()?;
            let snapshot = Snapshot::of(&transaction);
            let chunk = snapshot.answers(&from, ANSWERS)?;
            for (key, index) in &chunk {
                if key_of(snapshot, self.keys, *index)?.is_none_or(|taught| taught.0 != key[..]) {
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
}

fn go_on(wanted: bool) -> Result<(), End> {
    if wanted { Ok(()) } else { Err(End::Cancelled) }
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
