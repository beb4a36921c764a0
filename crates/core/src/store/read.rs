//! Everything that is read back from the genome's file. Each read is short, so that the log can always be emptied.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use kolibri_genome::{Block, Broken, Content, ContentError, Hash, Head, Teach};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use super::{BlockRef, DataDirectory, schema};
use crate::error::{CommandError, OpenError};
use crate::text::Key;

/// Connections that are kept for the next read; a burst of readers opens more, and closes them again.
const MOST_IDLE: usize = 64;

/// Read-only connections to the genome, opened as they are needed and kept.
pub struct Reader {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// What can be asked: a stimulus with its current answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Association {
    /// The TEACH block.
    pub source: BlockRef,
    /// What was taught.
    pub teach: Teach,
}

/// A block with what stands beside it.
#[derive(Debug, Clone)]
pub struct StoredBlock {
    /// The block.
    pub block: Block,
    /// Its hash.
    pub hash: Hash,
    /// Its content.
    pub recorded: Recorded,
}

/// The content of a stored block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recorded {
    /// It is there, and matches the block.
    Content(Content),
    /// A FORGET erased it.
    Erased {
        /// The FORGET block.
        by: u64,
    },
    /// It is there, but does not match the block.
    Broken(ContentError),
}

/// One row of `block`, as it lies in the file.
pub(super) struct Raw {
    pub(super) index: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) hash: Vec<u8>,
    pub(super) salt: Vec<u8>,
    pub(super) content: Vec<u8>,
    pub(super) replaces: Option<u64>,
    pub(super) erased_by: Option<u64>,
}

const RAW: &str = "SELECT b.idx, b.bytes, b.hash, b.salt, b.content, b.replaces, e.by
                   FROM block b LEFT JOIN erasure e ON e.idx = b.idx";

impl Raw {
    pub(super) fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let number =
            |column| row.get::<_, Option<i64>>(column).map(|number| number.map(|number| number as u64));
        Ok(Self {
            index: row.get::<_, i64>(0)? as u64,
            bytes: blob(row, 1)?,
            hash: blob(row, 2)?,
            salt: blob(row, 3)?,
            content: blob(row, 4)?,
            replaces: number(5)?,
            erased_by: number(6)?,
        })
    }

    /// The block, or which one cannot be read and why.
    fn readable(self) -> Result<StoredBlock, CommandError> {
        let index = self.index;
        self.stored().map_err(|broken| CommandError::Unreadable(format!("block {index} is broken: {broken}")))
    }

    fn stored(self) -> Result<StoredBlock, Broken> {
        let block = Block::from_bytes(&self.bytes)?;
        let hash = hash(&self.hash);
        let recorded = match self.erased_by {
            Some(by) => Recorded::Erased { by },
            None => block.open(&self.salt, &self.content).map_or_else(Recorded::Broken, Recorded::Content),
        };
        Ok(StoredBlock { block, hash, recorded })
    }
}

/// The bytes in a column. A value of another type can only be damage: it reads as empty, which fits no block.
fn blob(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(row.get_ref(column)?.as_blob().unwrap_or_default().to_vec())
}

/// A stored hash; one of a wrong length becomes a value that no block hashes to.
pub(super) fn hash(bytes: &[u8]) -> Hash {
    Hash(bytes.try_into().unwrap_or([0; 32]))
}

/// The rows from `from` on, at most `limit`, in order.
pub(super) fn rows(connection: &Connection, from: u64, limit: usize) -> rusqlite::Result<Vec<Raw>> {
    // No genome is longer than SQLite can count.
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    rows_from(connection)?.query_map([from], Raw::of)?.take(limit).collect()
}

/// Without a bound LIMIT: for each new one SQLite plans a statement anew, which takes longer than to read a row.
fn rows_from(connection: &Connection) -> rusqlite::Result<CachedStatement<'_>> {
    connection.prepare_cached(&format!("{RAW} WHERE b.idx >= ? ORDER BY b.idx"))
}

/// The last block, or what is wrong with it; `None` when there is no block at all.
pub(super) fn head(connection: &Connection) -> rusqlite::Result<Option<Result<Head, Broken>>> {
    let row =
        connection.prepare_cached(&format!("{RAW} ORDER BY b.idx DESC LIMIT 1"))?.query_row([], Raw::of);
    Ok(row.optional()?.map(|raw| {
        let (computed, stored) = (Block::hash_bytes(&raw.bytes), hash(&raw.hash));
        if computed != stored {
            return Err(Broken::Hash { computed, stored });
        }
        let block = Block::from_bytes(&raw.bytes)?;
        match block.index == raw.index {
            true => Ok(Head { index: block.index, time: block.time, hash: stored }),
            false => Err(Broken::Index { expected: raw.index, found: block.index }),
        }
    }))
}

/// The block that answers `key` now.
pub(super) fn current(connection: &Connection, key: Key) -> rusqlite::Result<Option<u64>> {
    connection
        .prepare_cached("SELECT idx FROM answer WHERE key = ?")?
        .query_row([key.0], |row| row.get::<_, i64>(0))
        .optional()
        .map(|index| index.map(|index| index as u64))
}

impl Reader {
    /// Opens the genome of a data directory for reading, beside a live node or without one.
    ///
    /// # Errors
    /// When there is no genome, or it cannot be read.
    pub fn open(directory: &DataDirectory) -> Result<Self, OpenError> {
        let path = directory.genome();
        let first = schema::open_reader(&path)?;
        Ok(Self { path, idle: Mutex::new(vec![first]) })
    }

    fn with<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, CommandError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.path)
                .map_err(|error| CommandError::Unreadable(error.to_string()))?,
        };
        let result = read(&connection).map_err(|error| CommandError::Unreadable(error.to_string()));
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE {
            idle.push(connection);
        }
        result
    }

    /// The last block.
    ///
    /// # Errors
    /// When the file cannot be read, or its last block is broken.
    pub fn head(&self) -> Result<Head, CommandError> {
        match self.with(head)? {
            Some(Ok(head)) => Ok(head),
            Some(Err(broken)) => Err(CommandError::Unreadable(format!("the last block is broken: {broken}"))),
            None => Err(CommandError::Unreadable("the genome has no blocks".into())),
        }
    }

    /// The blocks from index `from` on, at most `limit`.
    ///
    /// # Errors
    /// When the file or one of the blocks cannot be read.
    pub fn blocks(&self, from: u64, limit: usize) -> Result<Vec<StoredBlock>, CommandError> {
        self.raw(from, limit)?.into_iter().map(Raw::readable).collect()
    }

    /// The block at `index`, if the genome is that long.
    ///
    /// # Errors
    /// When the file or the block cannot be read.
    pub fn block(&self, index: u64) -> Result<Option<StoredBlock>, CommandError> {
        Ok(self.blocks(index, 1)?.pop().filter(|stored| stored.block.index == index))
    }

    pub(super) fn raw(&self, from: u64, limit: usize) -> Result<Vec<Raw>, CommandError> {
        self.with(|connection| rows(connection, from, limit))
    }

    /// What is taught under `key`, checked against the digest in its block.
    pub(crate) fn answer(&self, key: Key) -> Result<Option<Association>, CommandError> {
        let raw = self.with(|connection| {
            connection
                .prepare_cached(&format!("{RAW} WHERE b.idx = (SELECT idx FROM answer WHERE key = ?)"))?
                .query_row([key.0], Raw::of)
                .optional()
        })?;
        let Some(raw) = raw else { return Ok(None) };
        let index = raw.index;
        match raw.stored() {
            Ok(StoredBlock { block, hash, recorded: Recorded::Content(Content::Teach(teach)) })
                if block.index == index =>
            {
                Ok(Some(Association { source: BlockRef { index, hash }, teach }))
            }
            _ => Err(CommandError::Unreadable(format!(
                "block {index} does not hold the answer it should; `kolibri genome verify` tells more"
            ))),
        }
    }

    /// The block that answers `key` now.
    pub(crate) fn current(&self, key: Key) -> Result<Option<u64>, CommandError> {
        self.with(|connection| current(connection, key))
    }

    /// The stimulus that a TEACH block holds; `None` when it was erased.
    pub(crate) fn stimulus(&self, index: u64) -> Result<Option<String>, CommandError> {
        let content = self.with(|connection| {
            connection
                .prepare_cached("SELECT substr(content, 1, ?) FROM block WHERE idx = ?")?
                .query_row([4 + crate::command::MAX_STIMULUS as i64, index as i64], |row| {
                    row.get::<_, Vec<u8>>(0)
                })
                .optional()
        })?;
        Ok(content.and_then(|content| stimulus_of(&content)))
    }

    /// The stimuli that can be asked, with their answers, from block `from` on; looks at no more than `limit` blocks.
    /// Also returns where to go on, or `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read, or a block is damaged: leaving it out in silence would pass for the whole.
    pub fn associations(
        &self,
        from: u64,
        limit: usize,
    ) -> Result<(Vec<Association>, Option<u64>), CommandError> {
        let stored = self.blocks(from, limit)?;
        let next = (stored.len() == limit).then(|| from + limit as u64);
        let mut current = Vec::new();
        for StoredBlock { block, hash, recorded } in stored {
            let teach = match recorded {
                Recorded::Content(Content::Teach(teach)) => teach,
                Recorded::Broken(error) => {
                    return Err(CommandError::Unreadable(format!("block {}: {error}", block.index)));
                }
                Recorded::Content(_) | Recorded::Erased { .. } => continue,
            };
            if self.current(Key::of(&teach.stimulus))? == Some(block.index) {
                current.push(Association { source: BlockRef { index: block.index, hash }, teach });
            }
        }
        Ok((current, next))
    }

    /// What the blocks from `from` on change in the search index, in order, for at most `limit` blocks.
    pub(crate) fn changes(&self, from: u64, limit: usize) -> Result<Vec<Change>, CommandError> {
        self.raw(from, limit)?.into_iter().map(Change::of).collect()
    }

    /// Reads whatever `block`'s row says about this hash; used to tell whether an index belongs to this genome.
    pub(crate) fn has(&self, reference: BlockRef) -> Result<bool, CommandError> {
        Ok(self.block(reference.index)?.is_some_and(|stored| stored.hash == reference.hash))
    }
}

/// What one block means for the search index.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) block: BlockRef,
    pub(crate) kind: ChangeKind,
}

#[derive(Debug)]
pub(crate) enum ChangeKind {
    /// A stimulus can be asked; the block before it, if any, cannot any more.
    Taught { stimulus: String, replaces: Option<u64> },
    /// These blocks are erased.
    Erased(Vec<u64>),
    /// Nothing to do.
    Nothing,
}

impl Change {
    fn of(raw: Raw) -> Result<Self, CommandError> {
        let (index, replaces) = (raw.index, raw.replaces);
        let stored = raw.readable()?;
        let kind = match stored.recorded {
            Recorded::Content(Content::Teach(teach)) => {
                ChangeKind::Taught { stimulus: teach.stimulus, replaces }
            }
            Recorded::Content(Content::Forget(forget)) => ChangeKind::Erased(forget.erased().to_vec()),
            Recorded::Content(Content::Genesis { .. } | Content::Ask(_)) | Recorded::Erased { .. } => {
                ChangeKind::Nothing
            }
            // Recall goes on without it; `genome verify` names it.
            Recorded::Broken(_) => ChangeKind::Nothing,
        };
        Ok(Self { block: BlockRef { index, hash: stored.hash }, kind })
    }
}

/// The stimulus at the beginning of a TEACH's content; `None` when the content is erased.
fn stimulus_of(content: &[u8]) -> Option<String> {
    let (length, rest) = content.split_first_chunk()?;
    let text = rest.get(..u32::from_be_bytes(*length) as usize)?;
    if text.is_empty() {
        return None;
    }
    String::from_utf8(text.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier};

    use rusqlite::StatementStatus;

    use super::*;
    use crate::testing::{forget, open, teach};

    #[tokio::test]
    async fn blocks_are_read_in_order_and_none_beyond_the_end() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        for number in 0..5 {
            teach(&node, &number.to_string(), "x").await;
        }
        let indexes = |from, limit| -> Vec<u64> {
            node.reader().blocks(from, limit).unwrap().iter().map(|stored| stored.block.index).collect()
        };
        assert_eq!(indexes(0, 100), [0, 1, 2, 3, 4, 5]);
        assert_eq!(indexes(2, 2), [2, 3]);
        assert_eq!(indexes(3, 0), [0; 0]);
        for beyond in [6, u64::MAX, i64::MAX as u64 + 1] {
            assert_eq!(indexes(beyond, 10), [0; 0]);
            assert!(node.reader().block(beyond).unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn a_read_is_planned_once_whatever_is_asked_for() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        for number in 0..5 {
            teach(&node, &number.to_string(), "x").await;
        }
        let plan = |connection: &Connection| {
            for (from, limit) in [(0, 1), (1, 3), (4, 2)] {
                rows(connection, from, limit)?;
            }
            rows_from(connection).map(|statement| statement.get_status(StatementStatus::RePrepare))
        };
        assert_eq!(node.reader().with(plan), Ok(0));
    }

    #[tokio::test]
    async fn associations_are_what_can_be_asked_page_by_page() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        for stimulus in ["a", "b", "c", "A", "d", "b"] {
            teach(&node, stimulus, "x").await;
        }
        forget(&node, "c").await.unwrap();
        let (mut found, mut from) = (Vec::new(), Some(0));
        while let Some(page) = from {
            let (associations, next) = node.reader().associations(page, 2).unwrap();
            found.extend(associations.into_iter().map(|association| association.teach.stimulus));
            from = next;
        }
        assert_eq!(found, ["A", "d", "b"]);
    }

    #[tokio::test]
    async fn content_that_does_not_match_its_block_is_told_apart_and_never_answered() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        teach(&node, "a", "true").await;
        Connection::open(DataDirectory::new(root.path()).genome())
            .unwrap()
            .execute(
                "UPDATE block SET content = CAST(replace(content, 'true', 'lies') AS BLOB) WHERE idx = 1",
                [],
            )
            .unwrap();
        let stored = node.reader().block(1).unwrap().unwrap();
        assert_eq!(stored.recorded, Recorded::Broken(ContentError::Digest));
        assert!(matches!(node.reader().answer(Key::of("a")), Err(CommandError::Unreadable(_))));
    }

    #[test]
    fn a_burst_of_readers_leaves_a_bounded_number_of_connections() {
        let root = tempfile::tempdir().unwrap();
        drop(open(root.path()));
        let reader = Arc::new(Reader::open(&DataDirectory::new(root.path())).unwrap());
        let all = Arc::new(Barrier::new(MOST_IDLE + 20));
        let readers: Vec<_> = (0..MOST_IDLE + 20)
            .map(|_| {
                let (reader, all) = (Arc::clone(&reader), Arc::clone(&all));
                std::thread::spawn(move || {
                    reader
                        .with(|connection| {
                            all.wait();
                            rows(connection, 0, 1)
                        })
                        .unwrap()
                })
            })
            .collect();
        assert!(readers.into_iter().all(|reader| reader.join().unwrap().len() == 1));
        assert_eq!(reader.idle.lock().unwrap().len(), MOST_IDLE);
    }
}
