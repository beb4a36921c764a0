//! What is read back from the genome's file. Each read is short, so that the log can always be emptied.

use std::path::PathBuf;

use kolibri_genome::{Block, Content, ContentError, Hash, Head, Teach};
use parking_lot::Mutex;
use rusqlite::Connection;

use super::rows::{Raw, Snapshot};
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

/// A block with its hash and its content.
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

/// What one block means for what is derived from the genome.
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

impl Reader {
    /// Opens the genome of a data directory for reading, while a node writes it or without one.
    ///
    /// # Errors
    /// When there is no genome, or it cannot be read.
    pub fn open(directory: &DataDirectory) -> Result<Self, OpenError> {
        let path = directory.genome();
        let first = schema::open_reader(&path)?;
        Ok(Self { path, idle: Mutex::new(vec![first]) })
    }

    fn with<T>(&self, read: impl FnOnce(Snapshot<'_>) -> rusqlite::Result<T>) -> Result<T, CommandError> {
        let idle = self.idle.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => schema::open_reader(&self.path)
                .map_err(|error| CommandError::Unreadable(error.to_string()))?,
        };
        let result =
            read(Snapshot::of(&connection)).map_err(|error| CommandError::Unreadable(error.to_string()));
        let mut idle = self.idle.lock();
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
        match self.with(|rows| rows.head())? {
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
        self.with(|rows| rows.rows(from, limit))?.iter().map(readable).collect()
    }

    /// The block at `index`, if the genome is that long.
    ///
    /// # Errors
    /// When the file or the block cannot be read.
    pub fn block(&self, index: u64) -> Result<Option<StoredBlock>, CommandError> {
        let stored = self.with(|rows| rows.row(index))?.as_ref().map(readable).transpose()?;
        Ok(stored.filter(|stored| stored.block.index == index))
    }

    /// What is taught under `key`, checked against the digest in its block.
    ///
    /// # Errors
    /// When the file cannot be read, or the block does not hold the answer it should.
    pub fn answer(&self, key: Key) -> Result<Option<Association>, CommandError> {
        let Some(raw) = self.with(|rows| rows.answer(key))? else { return Ok(None) };
        association(&raw).map(Some).ok_or_else(|| {
            let index = raw.index;
            CommandError::Unreadable(format!(
                "block {index} does not hold the expected answer; `kolibri genome verify` shows what is wrong"
            ))
        })
    }

    /// The block that answers `key` now.
    pub(crate) fn current(&self, key: Key) -> Result<Option<u64>, CommandError> {
        self.with(|rows| rows.current(key))
    }

    /// What block `index` taught, checked against the digest in the block; `None` when it was erased, and when the block
    /// is no TEACH or is damaged: what does not match its digest is never shown.
    pub(crate) fn taught(&self, index: u64) -> Result<Option<Association>, CommandError> {
        let Some(raw) = self.with(|rows| rows.row(index))? else { return Ok(None) };
        let found = association(&raw);
        if found.is_none() && raw.erased_by.is_none() {
            tracing::error!(
                block = index,
                "a taught block does not match its digest and is left out; `kolibri genome verify` shows what is wrong"
            );
        }
        Ok(found)
    }

    /// The stimuli that can be asked, with their answers, from block `from` on; looks at no more than `limit` blocks.
    /// Also returns where to continue, or `None` at the end.
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

    /// What the blocks from `from` on change in what can be asked, in order, at most `limit` changes. Blocks that change
    /// nothing are passed over unread.
    pub(crate) fn changes(&self, from: u64, limit: usize) -> Result<Vec<Change>, CommandError> {
        self.with(|rows| rows.knowledge(from, limit))?.iter().map(Change::of).collect()
    }

    /// Whether the genome holds this very block, and so whether something derived belongs to this genome.
    pub(crate) fn has(&self, reference: BlockRef) -> Result<bool, CommandError> {
        Ok(self.block(reference.index)?.is_some_and(|stored| stored.hash == reference.hash))
    }
}

/// The block, or which one cannot be read and why.
fn readable(raw: &Raw) -> Result<StoredBlock, CommandError> {
    raw.stored()
        .map_err(|broken| CommandError::Unreadable(format!("block {} is broken: {broken}", raw.index)))
}

/// What a row teaches, if it is a TEACH that stands in its place, is not erased and matches its digest.
fn association(raw: &Raw) -> Option<Association> {
    match raw.stored() {
        Ok(StoredBlock { block, hash, recorded: Recorded::Content(Content::Teach(teach)) })
            if block.index == raw.index =>
        {
            Some(Association { source: BlockRef { index: raw.index, hash }, teach })
        }
        _ => None,
    }
}

impl Change {
    fn of(raw: &Raw) -> Result<Self, CommandError> {
        let stored = readable(raw)?;
        let kind = match stored.recorded {
            Recorded::Content(Content::Teach(teach)) => {
                ChangeKind::Taught { stimulus: teach.stimulus, replaces: raw.replaces }
            }
            Recorded::Content(Content::Forget(forget)) => ChangeKind::Erased(forget.erased().to_vec()),
            Recorded::Content(Content::Genesis { .. } | Content::Ask(_)) | Recorded::Erased { .. } => {
                ChangeKind::Nothing
            }
            // Recall works without it; `genome verify` names it.
            Recorded::Broken(_) => ChangeKind::Nothing,
        };
        Ok(Self { block: BlockRef { index: raw.index, hash: stored.hash }, kind })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier};

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
        let plan = |rows: Snapshot<'_>| {
            for (from, limit) in [(0, 1), (1, 3), (4, 2)] {
                rows.rows(from, limit)?;
            }
            rows.replanned()
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
        assert_eq!(node.reader().taught(1), Ok(None));
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
                        .with(|rows| {
                            all.wait();
                            rows.rows(0, 1)
                        })
                        .unwrap()
                })
            })
            .collect();
        assert!(readers.into_iter().all(|reader| reader.join().unwrap().len() == 1));
        assert_eq!(reader.idle.lock().len(), MOST_IDLE);
    }
}
