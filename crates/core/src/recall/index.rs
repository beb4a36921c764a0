//! The index: follows the genome and keeps the shelf of what can be asked, in memory. It is built anew at each
//! start, so there is no file that could be damaged, or hold a word that was forgotten.

use std::sync::Arc;

use parking_lot::{RwLock, RwLockReadGuard};

use super::shelf::{Answer, Shelf};
use crate::error::CommandError;
use crate::follow::Derived;
use crate::store::{BlockRef, Change, ChangeKind};
use crate::text::{Key, Term, terms};

/// The shelf, as questions see it.
#[derive(Debug, Clone, Default)]
pub(super) struct Shelves(Arc<RwLock<Shelf>>);

impl Shelves {
    /// The shelf as it is now. It does not change while this is held, which should be short.
    pub(super) fn read(&self) -> RwLockReadGuard<'_, Shelf> {
        self.0.read()
    }
}

/// The most steps under one lock, which questions wait for: a fraction of a millisecond.
const STEPS: usize = 16;

/// The index itself, which its thread owns.
#[derive(Debug, Default)]
pub(super) struct Index {
    shelves: Shelves,
    /// What was taken in and is not visible yet.
    pending: Vec<Step>,
}

#[derive(Debug)]
enum Step {
    Put { block: u64, replaces: Option<u64>, key: Key, answer: Answer, terms: Vec<Term> },
    Take(u64),
}

impl Index {
    /// What questions use.
    pub(super) fn shelves(&self) -> Shelves {
        self.shelves.clone()
    }

    fn shelve(&mut self) {
        let mut steps = std::mem::take(&mut self.pending).into_iter();
        while steps.len() > 0 {
            let mut shelf = self.shelves.0.write();
            for step in steps.by_ref().take(STEPS) {
                match step {
                    Step::Put { block, replaces, key, answer, terms } => {
                        replaces.into_iter().for_each(|replaced| shelf.take(replaced));
                        shelf.put(block, key, answer, terms);
                    }
                    Step::Take(block) => shelf.take(block),
                }
            }
        }
    }
}

impl Derived for Index {
    const NAME: &'static str = "the search index";
    const THREAD: &'static str = "kolibri-index";
    const WITHOUT_IT: &'static str = "exact answers still work, similar ones may be missing";
    type Error = CommandError;

    /// Always nothing: it is built anew at each start, and after a failure.
    fn reached(&self) -> Option<BlockRef> {
        None
    }

    fn apply(&mut self, change: Change) -> Result<(), CommandError> {
        match change.kind {
            ChangeKind::Taught { teach, replaces } => {
                self.pending.push(Step::Put {
                    block: change.block.index,
                    replaces,
                    key: Key::of(&teach.stimulus),
                    answer: Answer::of(&teach.response),
                    terms: terms(&teach.stimulus),
                });
            }
            ChangeKind::Erased(blocks) => self.pending.extend(blocks.into_iter().map(Step::Take)),
            ChangeKind::Asked(_) | ChangeKind::Nothing => {}
        }
        if self.pending.len() >= STEPS {
            self.shelve();
        }
        Ok(())
    }

    fn passed(&mut self, _: BlockRef) {}

    fn is_dirty(&self) -> bool {
        !self.pending.is_empty()
    }

    fn commit(&mut self) -> Result<(), CommandError> {
        self.shelve();
        Ok(())
    }

    fn is_untidy(&self) -> bool {
        false
    }

    fn tidy(&mut self) -> Result<(), CommandError> {
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), CommandError> {
        self.pending.clear();
        *self.shelves.0.write() = Shelf::default();
        Ok(())
    }

    fn close(self) {}
}
