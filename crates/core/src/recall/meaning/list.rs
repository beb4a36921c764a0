//! The list of vectors, as a follower of the genome: what needs a vector, and what no longer may have one.

use std::path::PathBuf;
use std::sync::Arc;

use super::Vectors;
use super::file::FileError;
use crate::follow::Derived;
use crate::store::{BlockRef, Change, ChangeKind, Reader};

/// The list, which its thread owns.
pub(super) struct List {
    path: PathBuf,
    reader: Arc<Reader>,
    vectors: Arc<Vectors>,
    reached: Option<BlockRef>,
    pending: Vec<Step>,
    /// What was removed may still be in the file's log. True at the start, since a crash may have come before
    /// it was emptied.
    untidy: bool,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Add(u64),
    Remove(u64),
}

impl List {
    pub(super) fn new(path: PathBuf, reader: Arc<Reader>, vectors: Arc<Vectors>) -> Result<Self, FileError> {
        let reached = vectors.reached()?;
        Ok(Self { path, reader, vectors, reached, pending: Vec::new(), untidy: true })
    }
}

impl Derived for List {
    const NAME: &'static str = "the list of vectors";
    const THREAD: &'static str = "kolibri-list";
    const WITHOUT_IT: &'static str = "questions in other words may miss what was taught lately";
    type Error = FileError;

    fn reached(&self) -> Option<BlockRef> {
        self.reached
    }

    fn apply(&mut self, change: Change) -> Result<(), FileError> {
        match change.kind {
            ChangeKind::Taught { replaces, .. } => {
                self.pending.extend(replaces.map(Step::Remove));
                self.pending.push(Step::Add(change.block.index));
            }
            ChangeKind::Erased(blocks) => self.pending.extend(blocks.into_iter().map(Step::Remove)),
            ChangeKind::Asked(_) | ChangeKind::Nothing => {}
        }
        Ok(())
    }

    fn passed(&mut self, block: BlockRef) {
        self.reached = Some(block);
    }

    fn is_dirty(&self) -> bool {
        !self.pending.is_empty()
    }

    fn commit(&mut self) -> Result<(), FileError> {
        let steps = std::mem::take(&mut self.pending);
        self.untidy |= steps.iter().any(|step| matches!(step, Step::Remove(_)));
        self.vectors.change(&steps, self.reached)
    }

    fn is_untidy(&self) -> bool {
        self.untidy
    }

    fn tidy(&mut self) -> Result<(), FileError> {
        self.untidy = !self.vectors.scrub()?;
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), FileError> {
        self.pending.clear();
        self.vectors.reopen(&self.path, &self.reader)?;
        (self.reached, self.untidy) = (self.vectors.reached()?, true);
        Ok(())
    }

    fn close(self) {}
}
