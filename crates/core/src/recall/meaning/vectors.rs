//! The vectors of the stimuli: on disk, because they take long to make, and in memory, where they are searched.

use std::path::Path;

use super::quantised::Quantised;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::file::{FileError, VectorFile};
use super::list::Step;
use super::matrix::Matrix;
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
    pub(super) fn store(&self, vectors: Vec<(u64, Quantised)>) -> Result<(), FileError> {
        let mut file = self.file.lock();
        for (block, vector) in file.store(vectors)? {
            self.matrix.put(block, &vector);
        }
        self.count(&file)
    }

    /// Checks that the model is still the one that made the vectors: `vector` is that of a sentence which it has
    /// seen before. If not, all vectors are discarded.
    pub(super) fn recognise(&self, model: &str, vector: &[f32]) -> Result<(), FileError> {
        let mut file = self.file.lock();
        let (_, known) = file.model()?;
        let vector = Quantised::of(vector);
        if let Some(known) = known.as_deref() {
            if is_same(known, &vector) {
                return Ok(());
            }
            tracing::warn!(model, "the model has changed under its name; making all vectors anew");
            file.begin_anew(model)?;
            self.matrix.clear();
            self.count(&file)?;
        }
        Ok(file.recognise(vector.as_bytes())?)
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
        file.each(|block, bytes| put(&self.matrix, block, bytes))?;
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
    file.each(|block, bytes| put(&matrix, block, bytes))?;
    Ok((matrix, file.missing()?))
}

fn put(matrix: &Matrix, block: u64, bytes: &[u8]) {
    if let Some(vector) = Quantised::from_bytes(bytes) {
        matrix.put(block, &vector);
    }
}

/// Whether two vectors of one sentence come from the same model. A model computes a little differently on
/// another machine.
fn is_same(known: &[u8], vector: &Quantised) -> bool {
    const SAME: f32 = 0.98;
    known.len() == vector.as_bytes().len() && {
        let mut cosine = [0.0];
        super::quantised::cosines(vector, known, &mut cosine);
        cosine[0] > SAME
    }
}
