//! The search index: tantivy over the stems of every stimulus that can be asked. It is derived from the
//! genome and disposable: it records the block that it has reached, and is rebuilt if it is missing, damaged
//! or belongs to another genome.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use tantivy::{IndexReader, IndexWriter, TantivyError};

use super::schema::{self, Fields, document};
use super::search::Search;
use crate::error::CommandError;
use crate::follow::Derived;
use crate::store::{BlockRef, Change, ChangeKind, Reader};

/// Memory for stimuli that are not committed yet; tantivy accepts no less.
const WRITER_MEMORY: usize = 15_000_000;
/// An index of another version is rebuilt. Includes the program's version, since stems may change with it.
const VERSION: &str = concat!("kolibri-index 2 ", env!("CARGO_PKG_VERSION"));

/// What can go wrong with the index.
#[derive(Debug, thiserror::Error)]
pub(super) enum IndexError {
    #[error(transparent)]
    Index(#[from] TantivyError),
    #[error(transparent)]
    Genome(#[from] CommandError),
}

/// What the index's thread shares with searches.
#[derive(Clone)]
pub(super) struct Searchers(Arc<RwLock<(IndexReader, Fields)>>);

impl Searchers {
    /// The index as it is now.
    pub(super) fn search(&self) -> Search {
        let current = self.0.read();
        Search::new(current.0.searcher(), current.1)
    }
}

/// The index itself, which its thread owns.
pub(super) struct Index {
    path: PathBuf,
    reader: Arc<Reader>,
    searchers: Searchers,
    open: Open,
    /// The stems of something forgotten may still be in a file. True at the start, since a crash may have
    /// come between a commit and the end of its purge.
    purge_due: bool,
    dirty: bool,
}

/// The open files, and the block they have reached.
struct Open {
    index: tantivy::Index,
    writer: IndexWriter,
    searchers: IndexReader,
    fields: Fields,
    reached: Option<BlockRef>,
}

impl Index {
    /// Opens the index at `path`, or begins a new one.
    pub(super) fn open(path: &Path, reader: Arc<Reader>) -> Result<Self, IndexError> {
        let open = Open::open_or_create(path, &reader)?;
        let searchers = Searchers(Arc::new(RwLock::new((open.searchers.clone(), open.fields))));
        Ok(Self { path: path.to_owned(), reader, searchers, open, purge_due: true, dirty: false })
    }

    /// What searches use.
    pub(super) fn searchers(&self) -> Searchers {
        self.searchers.clone()
    }

    fn delete(&self, block: u64) {
        self.open.writer.delete_term(tantivy::Term::from_field_u64(self.open.fields.block, block));
    }
}

impl Derived for Index {
    const NAME: &'static str = "the search index";
    const THREAD: &'static str = "kolibri-index";
    const WITHOUT_IT: &'static str = "exact answers still work, similar ones may be missing";
    type Error = IndexError;

    fn reached(&self) -> Option<BlockRef> {
        self.open.reached
    }

    fn apply(&mut self, change: Change) -> Result<(), IndexError> {
        match change.kind {
            ChangeKind::Taught { stimulus, replaces } => {
                if let Some(older) = replaces {
                    self.delete(older);
                }
                self.open.writer.add_document(document(self.open.fields, change.block.index, &stimulus))?;
                self.dirty = true;
            }
            ChangeKind::Erased(blocks) => {
                blocks.into_iter().for_each(|block| self.delete(block));
                self.dirty = true;
                self.purge_due = true;
            }
            ChangeKind::Nothing => {}
        }
        Ok(())
    }

    fn passed(&mut self, block: BlockRef) {
        self.open.reached = Some(block);
    }

    fn is_dirty(&self) -> bool {
        self.dirty
    }

    fn commit(&mut self) -> Result<(), IndexError> {
        let payload = payload(self.open.reached);
        let mut prepared = self.open.writer.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.dirty = false;
        self.open.searchers.reload()?;
        Ok(())
    }

    fn is_untidy(&self) -> bool {
        self.purge_due
    }

    /// Rewrites every segment that holds deleted stimuli, and removes the old files.
    fn tidy(&mut self) -> Result<(), IndexError> {
        // Only their ids: while their metadata is in use, tantivy keeps the files.
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
        self.open.searchers.reload()?;
        self.open.writer.garbage_collect_files().wait()?;
        match merged {
            Ok(()) => self.purge_due = false,
            // A background merge was using one of the segments; it purges too, and the next round checks it.
            Err(error) => tracing::debug!(%error, "forgotten stems are purged in the next round"),
        }
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), IndexError> {
        // Tantivy allows one writer at a time: release its lock before the next writer asks for it.
        let placeholder = tantivy::Index::create_in_ram(self.open.index.schema());
        self.open.writer = placeholder.writer_with_num_threads(1, WRITER_MEMORY)?;
        self.open = Open::open_or_create(&self.path, &self.reader)?;
        (self.purge_due, self.dirty) = (true, false);
        *self.searchers.0.write() = (self.open.searchers.clone(), self.open.fields);
        Ok(())
    }

    fn close(self) {
        // A background merge may still write files, possibly with stems that were forgotten meanwhile.
        if let Err(error) = self.open.writer.wait_merging_threads() {
            tracing::warn!(%error, "a merge of the search index failed; the next start cleans up");
        }
    }
}

impl Open {
    fn open_or_create(path: &Path, reader: &Reader) -> Result<Self, IndexError> {
        match Self::existing(path, reader) {
            Ok(Some(open)) => return Ok(open),
            Ok(None) if !path.exists() => {}
            Ok(None) => {
                tracing::info!("the search index belongs to another genome or version; rebuilding it")
            }
            Err(error) => tracing::warn!(%error, "the search index is damaged; rebuilding it"),
        }
        Self::with(schema::create(path)?, None)
    }

    /// The index, if there is one that is undamaged and belongs to this genome.
    fn existing(path: &Path, reader: &Reader) -> Result<Option<Self>, IndexError> {
        if !path.join("meta.json").exists() {
            return Ok(None);
        }
        let index = tantivy::Index::open_in_dir(path)?;
        if index.schema() != schema::schema() {
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

    fn with(index: tantivy::Index, reached: Option<BlockRef>) -> Result<Self, IndexError> {
        Ok(Self {
            writer: index.writer_with_num_threads(1, WRITER_MEMORY)?,
            searchers: schema::searchers(&index)?,
            fields: schema::fields(&index)?,
            index,
            reached,
        })
    }
}

/// Tantivy has no checksum of its list of segments, so the list is compared with the segments.
fn check_counts(index: &tantivy::Index) -> Result<(), TantivyError> {
    let searcher = schema::searchers(index)?.searcher();
    let metas = index.searchable_segment_metas()?;
    let agree = metas.iter().all(|meta| {
        let segment = searcher.segment_readers().iter().find(|segment| segment.segment_id() == meta.id());
        segment.is_some_and(|segment| {
            let blocks = segment.fast_fields().u64(schema::BLOCK).map_or(0, |blocks| blocks.num_docs());
            let alive = segment
                .alive_bitset()
                .map_or(blocks, |alive| u32::try_from(alive.num_alive_docs()).unwrap_or(u32::MAX));
            (blocks, alive + meta.num_deleted_docs()) == (meta.max_doc(), blocks)
        })
    });
    match agree {
        true => Ok(()),
        false => Err(TantivyError::InternalError("its list of segments is damaged".into())),
    }
}

fn payload(reached: Option<BlockRef>) -> String {
    match reached {
        Some(block) => format!("{VERSION}|{}|{}", block.index, block.hash),
        None => VERSION.to_owned(),
    }
}

/// The block that an index has reached; the outer `None` means that the payload has another version.
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
