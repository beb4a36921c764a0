//! Reads from the genome's file. Each read is short, so that the write-ahead log can always be emptied.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use kolibri_genome::{Block, Content, ContentError, EventType, Hash, Head, Match, Teach};
use parking_lot::Mutex;
use rusqlite::Connection;

use super::rows::{Raw, Snapshot};
use super::{BlockRef, DataDirectory, schema};
use crate::command::MAX_STIMULUS;
use crate::error::{CommandError, OpenError};
use crate::text::Key;

/// The most connections that are kept for later reads; a burst of readers opens more, and closes them again.
const MOST_IDLE: usize = 64;

/// Read-only connections to the genome, opened as they are needed and kept.
pub struct Reader {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    /// The same for those that wait for no lock.
    hasty: Mutex<Vec<Connection>>,
}

/// What can be asked: a stimulus with its current answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Association {
    /// The TEACH block.
    pub source: BlockRef,
    /// When it was taught: the block's time, in nanoseconds since 1970.
    pub taught: u64,
    /// What was taught.
    pub teach: Teach,
}

/// A block with its hash and content.
#[derive(Debug, Clone)]
pub struct StoredBlock {
    /// The block.
    pub block: Block,
    /// Its hash.
    pub hash: Hash,
    /// Its content.
    pub recorded: Recorded,
    /// The TEACH that it replaced.
    pub replaces: Option<u64>,
}

/// Every TEACH of one association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versions {
    /// The blocks, newest first; at least one.
    pub blocks: Vec<u64>,
    /// The one that answers now; `None` if the association was forgotten.
    pub current: Option<u64>,
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

/// What one block changes in what is derived from the genome.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) block: BlockRef,
    /// The block's time, in nanoseconds since 1970.
    pub(crate) time: u64,
    pub(crate) kind: ChangeKind,
}

#[derive(Debug)]
pub(crate) enum ChangeKind {
    /// A stimulus can be asked; the block that it replaces, if any, no longer answers.
    Taught { teach: Teach, replaces: Option<u64> },
    /// A question came, and this was found. Only for those who want to know.
    Asked(Match),
    /// These blocks are erased.
    Erased(Vec<u64>),
    /// Nothing to do.
    Nothing,
}

/// It cannot be told without waiting.
#[derive(Debug)]
pub(crate) struct NotAtOnce;

/// Keeps a connection for the next read.
fn keep(idle: &Mutex<Vec<Connection>>, connection: Connection) {
    let mut idle = idle.lock();
    if idle.len() < MOST_IDLE {
        idle.push(connection);
    }
}

impl Reader {
    /// Opens the genome of a data directory for reading, with or without a running node.
    ///
    /// # Errors
    /// When there is no genome, or it cannot be read.
    pub fn open(directory: &DataDirectory) -> Result<Self, OpenError> {
        let path = directory.genome();
        let first = schema::open_reader(&path)?;
        Ok(Self { path, idle: Mutex::new(vec![first]), hasty: Mutex::default() })
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
        keep(&self.idle, connection);
        result
    }

    /// The same without waiting for anybody; `None` if it cannot be read right now.
    fn with_haste<T>(&self, read: impl FnOnce(Snapshot<'_>) -> rusqlite::Result<T>) -> Option<T> {
        let idle = self.hasty.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => {
                let opened = schema::open_reader(&self.path).ok()?;
                opened.busy_timeout(Duration::ZERO).ok()?;
                opened
            }
        };
        let result = read(Snapshot::of(&connection)).ok();
        keep(&self.hasty, connection);
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

    /// What is taught under `key`. The block is checked against its hash, and the content against the block's
    /// digest.
    ///
    /// # Errors
    /// When the file cannot be read, or the block does not hold the answer it should.
    pub fn answer(&self, key: Key) -> Result<Option<Association>, CommandError> {
        self.with(|rows| rows.answer(key))?.as_ref().map(association).transpose()
    }

    /// The same, if it can be told at once: a look-up of microseconds, which async code may make.
    ///
    /// # Errors
    /// [`NotAtOnce`] if it is locked or damaged; [`Reader::answer`] waits, and tells which.
    pub(crate) fn answer_at_once(&self, key: Key) -> Result<Option<Association>, NotAtOnce> {
        let raw = self.with_haste(|rows| rows.answer(key)).ok_or(NotAtOnce)?;
        raw.as_ref().map(association).transpose().map_err(|_| NotAtOnce)
    }

    /// The block that answers `key` now.
    pub(crate) fn current(&self, key: Key) -> Result<Option<u64>, CommandError> {
        self.with(|rows| rows.current(key))
    }

    /// The stimulus that block `index` seems to teach, for ranking only. It is not checked: show only what
    /// [`Reader::answer`] returns.
    pub(crate) fn proposed(&self, index: u64) -> Result<Option<String>, CommandError> {
        let beginning = self.with(|rows| rows.beginning(index, 4 + MAX_STIMULUS))?;
        Ok(beginning.and_then(|content| Teach::stimulus_of(&content).map(str::to_owned)))
    }

    /// The stimuli that can be asked, with their answers, from block `from` on; reads at most `limit` blocks.
    /// Also returns where to continue, or `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read, or a block is damaged: if it were left out silently, the rest would seem
    /// complete.
    pub fn associations(
        &self,
        from: u64,
        limit: usize,
    ) -> Result<(Vec<Association>, Option<u64>), CommandError> {
        let stored = self.blocks(from, limit)?;
        let next = (stored.len() == limit).then(|| from + limit as u64);
        let mut current = Vec::new();
        for StoredBlock { block, hash, recorded, .. } in stored {
            let teach = match recorded {
                Recorded::Content(Content::Teach(teach)) => teach,
                Recorded::Broken(error) => {
                    return Err(CommandError::Unreadable(format!("block {}: {error}", block.index)));
                }
                Recorded::Content(_) | Recorded::Erased { .. } => continue,
            };
            if self.current(Key::of(&teach.stimulus))? == Some(block.index) {
                let source = BlockRef { index: block.index, hash };
                current.push(Association { source, taught: block.time, teach });
            }
        }
        Ok((current, next))
    }

    /// What the blocks of a range change in what can be asked, in order, at most `limit` changes; with `asks` also the
    /// questions. Blocks that change nothing are skipped unread.
    pub(crate) fn changes(
        &self,
        range: Range<u64>,
        asks: bool,
        limit: usize,
    ) -> Result<Vec<Change>, CommandError> {
        self.with(|rows| rows.knowledge(range, asks, limit))?.iter().map(Change::of).collect()
    }

    /// The TEACH that replaced the one at `index`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn replaced_by(&self, index: u64) -> Result<Option<u64>, CommandError> {
        self.with(|rows| rows.replaced_by(index))
    }

    /// Every version of the association that the block at `index` taught; `None` if it is no TEACH.
    ///
    /// # Errors
    /// When the file or one of the blocks cannot be read.
    pub fn versions(&self, index: u64) -> Result<Option<Versions>, CommandError> {
        let Some(stored) = self.block(index)?.filter(|stored| stored.block.event == EventType::Teach) else {
            return Ok(None);
        };
        let (blocks, current) = match &stored.recorded {
            Recorded::Content(Content::Teach(teach)) => {
                let blocks = self.with(|rows| rows.versions(Key::of(&teach.stimulus)))?;
                let current = blocks.first().copied();
                (blocks, current)
            }
            Recorded::Erased { by } => (self.erased_with(*by)?, None),
            Recorded::Content(_) | Recorded::Broken(_) => (Vec::new(), None),
        };
        Ok(Some(match blocks.contains(&index) {
            true => Versions { blocks, current },
            // Its links are damaged.
            false => Versions { blocks: vec![index], current: None },
        }))
    }

    /// The blocks that a FORGET erased, newest first.
    fn erased_with(&self, forget: u64) -> Result<Vec<u64>, CommandError> {
        Ok(match self.block(forget)?.map(|stored| stored.recorded) {
            Some(Recorded::Content(Content::Forget(forget))) => {
                forget.erased().iter().rev().copied().collect()
            }
            _ => Vec::new(),
        })
    }

    /// A reference to the block at `index`, for what is derived to record that it has reached it.
    pub(crate) fn reference(&self, index: u64) -> Result<BlockRef, CommandError> {
        let raw = self.with(|rows| rows.row(index))?;
        let missing = || CommandError::Unreadable(format!("block {index} is missing"));
        raw.map(|raw| BlockRef { index, hash: raw.stored_hash() }).ok_or_else(missing)
    }

    /// Whether the genome contains exactly this block, and so whether something derived belongs to this
    /// genome.
    pub(crate) fn has(&self, reference: BlockRef) -> Result<bool, CommandError> {
        Ok(self.block(reference.index)?.is_some_and(|stored| stored.hash == reference.hash))
    }
}

/// The block, or an error that names it.
fn readable(raw: &Raw) -> Result<StoredBlock, CommandError> {
    raw.stored()
        .map_err(|broken| CommandError::Unreadable(format!("block {} is broken: {broken}", raw.index)))
}

/// What a row teaches: it must be a TEACH at its own index, with the stored hash and the content that it
/// committed to.
fn association(raw: &Raw) -> Result<Association, CommandError> {
    let index = raw.index;
    let taught = raw.block().ok().filter(|block| block.index == index && raw.erased_by.is_none());
    match taught.map(|block| (block.time, block.open(&raw.salt, &raw.content))) {
        Some((taught, Ok(Content::Teach(teach)))) => {
            Ok(Association { source: BlockRef { index, hash: raw.stored_hash() }, taught, teach })
        }
        _ => Err(CommandError::Unreadable(format!(
            "block {index} does not hold the expected answer; `kolibri genome verify` shows what is wrong"
        ))),
    }
}

impl Change {
    fn of(raw: &Raw) -> Result<Self, CommandError> {
        let stored = readable(raw)?;
        let kind = match stored.recorded {
            Recorded::Content(Content::Teach(teach)) => ChangeKind::Taught { teach, replaces: raw.replaces },
            Recorded::Content(Content::Forget(forget)) => ChangeKind::Erased(forget.erased().to_vec()),
            Recorded::Content(Content::Ask(ask)) => ChangeKind::Asked(ask.found()),
            Recorded::Content(Content::Genesis { .. }) | Recorded::Erased { .. } => ChangeKind::Nothing,
            // Recall works without it; `genome verify` names it.
            Recorded::Broken(_) => ChangeKind::Nothing,
        };
        Ok(Self { block: BlockRef { index: raw.index, hash: stored.hash }, time: stored.block.time, kind })
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
    async fn content_that_does_not_match_its_block_is_reported_and_never_answered() {
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

    #[tokio::test]
    async fn a_block_whose_digest_was_changed_with_its_content_is_never_answered() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        teach(&node, "a", "true").await;
        let file = Connection::open(DataDirectory::new(root.path()).genome()).unwrap();
        let forged = Content::Teach(Teach::new("a", "lies")).to_bytes();
        let mut block = node.reader().block(1).unwrap().unwrap().block;
        let salt = [7; kolibri_genome::SALT_LEN];
        block.digest = kolibri_genome::content_digest(&salt, &forged);
        let row = rusqlite::params![block.to_bytes(), salt, forged];
        file.execute("UPDATE block SET bytes = ?, salt = ?, content = ? WHERE idx = 1", row).unwrap();
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
