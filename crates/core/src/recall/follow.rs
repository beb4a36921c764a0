//! The thread that makes the index follow the genome: it reads the blocks behind the one the index has reached, commits,
//! and rewrites segments that still hold stems of what was forgotten.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{IndexReader, IndexWriter, Searcher, TantivyDocument, TantivyError};
use tokio::sync::watch;

use super::index::{self, Fields, IndexStatus};
use crate::error::CommandError;
use crate::store::{BlockRef, Change, ChangeKind, Reader};
use crate::text::terms;

/// Blocks read from the genome at once: some 35 MB, if every text is as long as it may be.
const CHUNK: usize = 512;
/// The least time from one index commit to the next. What was taught is found by similarity this much later, and a
/// little: the promise is 200 ms.
const COMMIT_INTERVAL: Duration = Duration::from_millis(50);
/// During a long catch-up, the time between commits.
const CATCH_UP_INTERVAL: Duration = Duration::from_secs(5);
/// Memory for stimuli that are not committed yet; tantivy takes no less.
const WRITER_MEMORY: usize = 15_000_000;
/// The least time from one purge of forgotten stems to the next.
const PURGE_INTERVAL: Duration = Duration::from_millis(500);
/// Purging takes at most this share of the time: a purge rewrites whole segments, and forgetting may be frequent.
const PURGE_SHARE: u32 = 10;
/// How long to wait after a failure before the next try.
const RETRY: Duration = Duration::from_secs(1);
/// How often the thread looks whether it should stop.
const IDLE: Duration = Duration::from_millis(100);
/// An index of another version is rebuilt. Includes the program's version, since stems may change with it.
const VERSION: &str = concat!("kolibri-index 2 ", env!("CARGO_PKG_VERSION"));

/// What the index's thread shares with those who search.
pub(super) struct State {
    searchers: RwLock<(IndexReader, Fields)>,
    status: watch::Sender<IndexStatus>,
    stopping: AtomicBool,
}

impl State {
    pub(super) fn status(&self) -> IndexStatus {
        self.status.borrow().clone()
    }

    pub(super) fn searcher(&self) -> (Searcher, Fields) {
        let searchers = self.searchers.read().unwrap_or_else(PoisonError::into_inner);
        (searchers.0.searcher(), searchers.1)
    }

    pub(super) async fn reached(&self, index: u64) {
        let there = |status: &IndexStatus| status.reached >= Some(index) || status.problem.is_some();
        // The sender is this very state, so it is there.
        let _ = self.status.subscribe().wait_for(there).await;
    }

    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    fn stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn update(&self, change: impl FnOnce(&mut IndexStatus)) {
        self.status.send_modify(change);
    }
}

/// What can go wrong while following.
#[derive(Debug, thiserror::Error)]
pub(super) enum FollowError {
    #[error(transparent)]
    Index(#[from] TantivyError),
    #[error(transparent)]
    Genome(#[from] CommandError),
}

pub(super) struct Follower {
    path: PathBuf,
    reader: Arc<Reader>,
    wake: Receiver<()>,
    state: Arc<State>,
    open: Open,
}

/// An open index and how far it is.
struct Open {
    index: tantivy::Index,
    writer: IndexWriter,
    searchers: IndexReader,
    fields: Fields,
    reached: Option<BlockRef>,
    /// Something was added or deleted since the last commit.
    dirty: bool,
    /// Something was forgotten whose stems may still be in a file; at first nobody knows, since a crash may have come
    /// between a commit and the end of its purge.
    purge_due: bool,
    committed_at: Instant,
    purge_not_before: Instant,
}

impl Follower {
    pub(super) fn open(
        path: &Path,
        reader: Arc<Reader>,
        wake: Receiver<()>,
    ) -> Result<(Self, Arc<State>), FollowError> {
        let open = Open::open_or_create(path, &reader)?;
        let searchers = RwLock::new((open.searchers.clone(), open.fields));
        let state =
            Arc::new(State { searchers, status: watch::Sender::default(), stopping: AtomicBool::new(false) });
        Ok((Self { path: path.to_owned(), reader, wake, state: Arc::clone(&state), open }, state))
    }

    pub(super) fn run(mut self) {
        while !self.state.stopping() {
            match self.step() {
                Ok(()) => self.wait(),
                Err(error) => self.recover(&error),
            }
        }
        if let Err(error) = self.finish() {
            tracing::warn!(%error, "the search index was not closed cleanly; the next start catches up");
        }
        // A merge in the background still writes files, maybe of stems that were forgotten meanwhile.
        if let Err(error) = self.open.writer.wait_merging_threads() {
            tracing::warn!(%error, "a merge of the search index failed; the next start tidies up");
        }
    }

    /// The last round: what was forgotten a moment ago leaves no stem behind either.
    fn finish(&mut self) -> Result<(), FollowError> {
        let caught_up = self.catch_up();
        self.open.commit()?;
        // A background merge may be in the way once.
        for _ in 0..3 {
            if self.open.purge_due {
                self.purge()?;
            }
        }
        caught_up
    }

    fn wait(&self) {
        if let Err(RecvTimeoutError::Disconnected) = self.wake.recv_timeout(IDLE) {
            // The writer has ended: the word to stop is on its way.
            std::thread::sleep(Duration::from_millis(5));
        }
        // What is taught in a burst is committed once.
        std::thread::sleep(COMMIT_INTERVAL.saturating_sub(self.open.committed_at.elapsed()));
    }

    fn step(&mut self) -> Result<(), FollowError> {
        self.catch_up()?;
        if self.open.dirty {
            self.commit()?;
        }
        if self.open.purge_due && Instant::now() >= self.open.purge_not_before {
            self.purge()?;
        }
        let (reached, purge_due) = (self.open.reached, self.open.purge_due);
        self.state.update(|status| {
            *status = IndexStatus {
                caught_up: true,
                reached: reached.map(|block| block.index),
                purge_due,
                problem: None,
            };
        });
        Ok(())
    }

    /// Reads everything behind the block that was reached.
    fn catch_up(&mut self) -> Result<(), FollowError> {
        loop {
            let from = self.open.reached.map_or(0, |block| block.index + 1);
            let changes = self.reader.changes(from, CHUNK)?;
            let last = changes.len() < CHUNK;
            for change in changes {
                self.open.apply(change)?;
            }
            if last || self.state.stopping() {
                return Ok(());
            }
            if self.open.committed_at.elapsed() >= CATCH_UP_INTERVAL {
                self.commit()?;
                self.state.update(|status| status.reached = from.checked_sub(1));
                let total = self.reader.head()?.index + 1;
                tracing::info!(reached = from, of = total, "the search index is catching up with the genome");
            }
        }
    }

    fn commit(&mut self) -> Result<(), FollowError> {
        self.open.commit()?;
        self.reload()
    }

    fn reload(&self) -> Result<(), FollowError> {
        Ok(self.open.searchers.reload()?)
    }

    /// Rewrites every segment that holds deleted stimuli, and removes the old files.
    fn purge(&mut self) -> Result<(), FollowError> {
        let started = Instant::now();
        let stale: Vec<_> = self
            .open
            .index
            .searchable_segment_metas()?
            .into_iter()
            .filter(|segment| segment.num_deleted_docs() > 0)
            .map(|segment| segment.id())
            .collect();
        let merged =
            stale.iter().try_for_each(|segment| self.open.writer.merge(&[*segment]).wait().map(drop));
        self.reload()?;
        self.open.writer.garbage_collect_files().wait()?;
        match merged {
            Ok(()) => self.open.purge_due = false,
            // A background merge had one of the segments; it purges as well, and the next round looks again.
            Err(error) => tracing::debug!(%error, "forgotten stems are purged in the next round"),
        }
        self.open.purge_not_before = Instant::now() + PURGE_INTERVAL.max(started.elapsed() * PURGE_SHARE);
        Ok(())
    }

    /// After a failure: says so once, then starts over from the files, or from nothing if they are damaged.
    fn recover(&mut self, error: &FollowError) {
        if self.state.status().problem.is_none() {
            tracing::error!(
                %error, path = %self.path.display(),
                "the search index does not follow the genome; exact answers go on, similar ones may be missing. \
                 Check the disk"
            );
        }
        let problem = error.to_string();
        self.state.update(|status| status.problem = Some(problem));
        while !self.state.stopping() {
            std::thread::sleep(RETRY);
            match self.open.reopen(&self.path, &self.reader) {
                Ok(()) => {
                    *self.state.searchers.write().unwrap_or_else(PoisonError::into_inner) =
                        (self.open.searchers.clone(), self.open.fields);
                    return;
                }
                Err(error) => tracing::debug!(%error, "the search index could not be reopened yet"),
            }
        }
    }
}

impl Open {
    fn open_or_create(path: &Path, reader: &Reader) -> Result<Self, FollowError> {
        match Self::existing(path, reader) {
            Ok(Some(open)) => return Ok(open),
            Ok(None) if !path.exists() => {}
            Ok(None) => tracing::info!("the search index is of another genome or version; rebuilding it"),
            Err(error) => tracing::warn!(%error, "the search index is damaged; rebuilding it"),
        }
        Self::with(index::create(path)?, None)
    }

    /// An index that is whole and belongs to this genome; `None` when there is none.
    fn existing(path: &Path, reader: &Reader) -> Result<Option<Self>, FollowError> {
        if !path.join("meta.json").exists() {
            return Ok(None);
        }
        let index = tantivy::Index::open_in_dir(path)?;
        if index.schema() != index::schema() {
            return Ok(None);
        }
        let damaged = index.validate_checksum()?;
        if !damaged.is_empty() {
            return Err(
                TantivyError::InternalError(format!("{} of its files are damaged", damaged.len())).into()
            );
        }
        check_counts(&index)?;
        let payload = index.load_metas()?.payload.unwrap_or_default();
        let Some(reached) = read_payload(&payload) else { return Ok(None) };
        let ours = reached.map_or(Ok(true), |block| reader.has(block))?;
        if ours { Self::with(index, reached).map(Some) } else { Ok(None) }
    }

    fn with(index: tantivy::Index, reached: Option<BlockRef>) -> Result<Self, FollowError> {
        let now = Instant::now();
        Ok(Self {
            writer: index.writer_with_num_threads(1, WRITER_MEMORY)?,
            searchers: index::searchers(&index)?,
            fields: index::fields(&index)?,
            index,
            reached,
            dirty: false,
            purge_due: true,
            committed_at: now,
            purge_not_before: now,
        })
    }

    fn reopen(&mut self, path: &Path, reader: &Reader) -> Result<(), FollowError> {
        // Tantivy lets one writer at a time hold an index: give the lock back before the next one asks for it.
        let placeholder = tantivy::Index::create_in_ram(self.index.schema());
        self.writer = placeholder.writer_with_num_threads(1, WRITER_MEMORY)?;
        *self = Self::open_or_create(path, reader)?;
        Ok(())
    }

    fn apply(&mut self, change: Change) -> Result<(), FollowError> {
        match change.kind {
            ChangeKind::Taught { stimulus, replaces } => {
                if let Some(older) = replaces {
                    self.delete(older);
                }
                self.writer.add_document(document(self.fields, change.block.index, &stimulus))?;
                self.dirty = true;
            }
            ChangeKind::Erased(blocks) => {
                blocks.into_iter().for_each(|block| self.delete(block));
                self.dirty = true;
                self.purge_due = true;
            }
            ChangeKind::Nothing => {}
        }
        self.reached = Some(change.block);
        Ok(())
    }

    fn delete(&self, block: u64) {
        self.writer.delete_term(tantivy::Term::from_field_u64(self.fields.block, block));
    }

    fn commit(&mut self) -> Result<(), FollowError> {
        let payload = payload(self.reached);
        let mut prepared = self.writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.dirty = false;
        self.committed_at = Instant::now();
        Ok(())
    }
}

/// Tantivy has no checksum of its list of segments: what that says is compared with what the segments say.
fn check_counts(index: &tantivy::Index) -> Result<(), TantivyError> {
    let searcher = index::searchers(index)?.searcher();
    let metas = index.searchable_segment_metas()?;
    let agree = metas.iter().all(|meta| {
        let segment = searcher.segment_readers().iter().find(|segment| segment.segment_id() == meta.id());
        segment.is_some_and(|segment| {
            let blocks = segment.fast_fields().u64(index::BLOCK).map_or(0, |blocks| blocks.num_docs());
            let alive = segment.alive_bitset().map_or(blocks, |alive| alive.num_alive_docs() as u32);
            (blocks, alive + meta.num_deleted_docs()) == (meta.max_doc(), blocks)
        })
    });
    match agree {
        true => Ok(()),
        false => Err(TantivyError::InternalError("its list of segments is damaged".into())),
    }
}

fn document(fields: Fields, block: u64, stimulus: &str) -> TantivyDocument {
    let tokens = terms(stimulus)
        .into_iter()
        .enumerate()
        .map(|(position, term)| Token { position, text: term.stem, ..Token::default() })
        .collect();
    let mut document = TantivyDocument::new();
    document.add_pre_tokenized_text(fields.terms, PreTokenizedString { text: String::new(), tokens });
    document.add_u64(fields.block, block);
    document
}

fn payload(reached: Option<BlockRef>) -> String {
    match reached {
        Some(block) => format!("{VERSION}|{}|{}", block.index, block.hash),
        None => VERSION.to_owned(),
    }
}

/// The block an index has reached; the outer `None` when the payload is not of this version.
fn read_payload(payload: &str) -> Option<Option<BlockRef>> {
    let mut fields = payload.split('|');
    if fields.next() != Some(VERSION) {
        return None;
    }
    match (fields.next(), fields.next()) {
        (Some(index), Some(hash)) => {
            Some(Some(BlockRef { index: index.parse().ok()?, hash: hash.parse().ok()? }))
        }
        _ => Some(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reached_block_survives_being_written_and_read() {
        let block = BlockRef { index: 7, hash: kolibri_genome::Hash([3; 32]) };
        assert_eq!(read_payload(&payload(Some(block))), Some(Some(block)));
        assert_eq!(read_payload(&payload(None)), Some(None));
        assert_eq!(read_payload("kolibri-index 0|7|00"), None);
    }
}
