//! The vectors of the stimuli: on disk, because they take long to make, and in memory, where they are searched.

use std::path::Path;

use kolibri_encoder::scan::{Query, quantise, row_bytes};
use parking_lot::Mutex;
use tokio::sync::watch;

use super::file::{FileError, VectorFile};
use super::list::Step;
use super::matrix::{Matrix, cosine};
use crate::store::{BlockRef, Reader};

/// Both copies. Whoever changes them holds the file, so they agree.
#[derive(Debug)]
pub(super) struct Vectors {
    file: Mutex<VectorFile>,
    pub(super) matrix: Matrix,
    /// How many vectors are still to be made.
    missing: watch::Sender<u64>,
}

impl Vectors {
    /// Opens the file, and reads the vectors that this model made.
    pub(super) fn open(path: &Path, reader: &Reader, model: &str) -> Result<Self, FileError> {
        let mut file = VectorFile::open(path, reader)?;
        let (made_by, _) = file.model()?;
        if made_by != model {
            if !made_by.is_empty() {
                tracing::info!(from = made_by, to = model, "another model: making all vectors anew");
            }
            file.begin_anew(model)?;
        }
        let (matrix, missing) = load(&file)?;
        Ok(Self { file: Mutex::new(file), matrix, missing: watch::Sender::new(missing) })
    }

    /// The block that the list has reached.
    pub(super) fn reached(&self) -> Result<Option<BlockRef>, FileError> {
        Ok(self.file.lock().reached()?)
    }

    /// How many vectors are still to be made, as it changes.
    pub(super) fn missing(&self) -> watch::Receiver<u64> {
        self.missing.subscribe()
    }

    /// Changes the list, up to the block that it has reached.
    pub(super) fn change(&self, steps: &[Step], reached: Option<BlockRef>) -> Result<(), FileError> {
        let mut file = self.file.lock();
        let change = file.change()?;
        for step in steps {
            match step {
                Step::Add(block) => change.add(*block)?,
                Step::Remove(block) => change.remove(*block)?,
            }
        }
        change.commit(reached)?;
        for step in steps {
            if let Step::Remove(block) = step {
                self.matrix.take(*block);
            }
        }
        self.count(&file)
    }

    /// Takes these off the list.
    pub(super) fn remove(&self, blocks: impl IntoIterator<Item = u64>) -> Result<(), FileError> {
        let steps: Vec<Step> = blocks.into_iter().map(Step::Remove).collect();
        if steps.is_empty() { Ok(()) } else { self.change(&steps, None) }
    }

    /// Blocks whose vectors are still to be made, the latest first.
    pub(super) fn latest_missing(&self, limit: u32) -> Result<Vec<u64>, FileError> {
        Ok(self.file.lock().latest_missing(limit)?)
    }

    /// Stores what was made; what was forgotten meanwhile is left out.
    pub(super) fn store(&self, rows: Vec<(u64, Vec<u8>)>) -> Result<(), FileError> {
        let mut file = self.file.lock();
        for (block, row) in file.store(rows)? {
            self.matrix.put(block, &row);
        }
        self.count(&file)
    }

    /// Checks that the model is still the one that made the vectors: `vector` is that of a sentence which it has
    /// seen before. If not, all vectors are discarded.
    pub(super) fn recognise(&self, model: &str, vector: &[f32]) -> Result<(), FileError> {
        let mut file = self.file.lock();
        let (_, known) = file.model()?;
        if let Some(known) = known.as_deref() {
            if is_same(known, vector) {
                return Ok(());
            }
            tracing::warn!(model, "the model has changed under its name; making all vectors anew");
            file.begin_anew(model)?;
            self.matrix.clear();
            self.count(&file)?;
        }
        Ok(file.recognise(&quantise(vector))?)
    }

    /// Whether the model that made the vectors also made this one of the sentence by which it is recognised.
    pub(super) fn are_of(&self, vector: &[f32]) -> Result<bool, FileError> {
        let (_, known) = self.file.lock().model()?;
        Ok(known.is_some_and(|known| is_same(&known, vector)))
    }

    /// Removes what was erased from the file's log.
    pub(super) fn scrub(&self) -> Result<bool, FileError> {
        Ok(self.file.lock().scrub()?)
    }

    /// Opens the file again after a failure.
    pub(super) fn reopen(&self, path: &Path, reader: &Reader) -> Result<(), FileError> {
        let mut file = self.file.lock();
        let (model, recognised) = file.model().unwrap_or_default();
        let mut opened = VectorFile::open(path, reader)?;
        if opened.model()?.0 != model {
            opened.begin_anew(&model)?;
        }
        if let Some(recognised) = recognised {
            opened.recognise(&recognised)?;
        }
        *file = opened;
        self.matrix.clear();
        file.each(|block, row| self.matrix.put(block, row))?;
        self.count(&file)
    }

    fn count(&self, file: &VectorFile) -> Result<(), FileError> {
        let missing = file.missing()?;
        self.missing.send_if_modified(|known| std::mem::replace(known, missing) != missing);
        Ok(())
    }
}

fn load(file: &VectorFile) -> Result<(Matrix, u64), FileError> {
    let matrix = Matrix::default();
    file.each(|block, row| matrix.put(block, row))?;
    Ok((matrix, file.missing()?))
}

/// Whether the row of a sentence comes from the model that now gives this vector. A model computes a little
/// differently on another machine.
fn is_same(known: &[u8], vector: &[f32]) -> bool {
    const SAME: f32 = 0.98;
    known.len() == row_bytes(vector.len())
        && cosine(&Query::new(vector), known).is_some_and(|cosine| cosine > SAME)
}
