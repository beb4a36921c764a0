//! The catalogue follows the genome. It is built anew at each start, so there is no file that could hold a word that was
//! forgotten.

use std::sync::Arc;

use kolibri_genome::Match;
use parking_lot::RwLock;

use super::entries::Entries;
use super::words::{Contained, contained};
use crate::error::CommandError;
use crate::follow::Derived;
use crate::store::{BlockRef, Change, ChangeKind};

/// The most steps under one lock, which readers wait for: a fraction of a millisecond.
const STEPS: usize = 64;

/// What its thread owns.
pub(super) struct Catalogued {
    entries: Arc<RwLock<Entries>>,
    /// What was taken in and is not visible yet.
    pending: Vec<Step>,
    untidy: bool,
}

enum Step {
    Teach { block: u64, taught: u64, replaces: Option<u64>, words: Contained },
    Ask { time: u64, found: Match },
    Forget(u64),
}

impl Catalogued {
    pub(super) fn new(entries: Arc<RwLock<Entries>>) -> Self {
        Self { entries, pending: Vec::new(), untidy: false }
    }

    fn enter(&mut self) {
        let mut steps = std::mem::take(&mut self.pending).into_iter();
        while steps.len() > 0 {
            let mut entries = self.entries.write();
            for step in steps.by_ref().take(STEPS) {
                match step {
                    Step::Teach { block, taught, replaces, words } => {
                        entries.teach(block, taught, replaces, words);
                    }
                    Step::Ask { time, found } => entries.ask(time, found),
                    Step::Forget(block) => entries.forget(block),
                }
            }
            self.untidy = entries.is_untidy();
        }
    }
}

impl Derived for Catalogued {
    const NAME: &'static str = "the catalogue";
    const THREAD: &'static str = "kolibri-catalog";
    const WITHOUT_IT: &'static str = "answers are found, but the list of what is taught may be incomplete";
    const ASKS: bool = true;
    /// It reads all texts, which takes as long as teaching them.
    const NICENESS: i32 = 10;
    type Error = CommandError;

    /// Always nothing: it is built anew at each start, and after a failure.
    fn reached(&self) -> Option<BlockRef> {
        None
    }

    fn apply(&mut self, change: Change) -> Result<(), CommandError> {
        let Change { block, time, kind } = change;
        match kind {
            ChangeKind::Taught { teach, replaces } => {
                let words = contained([&teach.stimulus, &teach.response]);
                self.pending.push(Step::Teach { block: block.index, taught: time, replaces, words });
            }
            ChangeKind::Asked(found) => self.pending.push(Step::Ask { time, found }),
            ChangeKind::Erased(blocks) => self.pending.extend(blocks.into_iter().map(Step::Forget)),
            ChangeKind::Nothing => {}
        }
        if self.pending.len() >= STEPS {
            self.enter();
        }
        Ok(())
    }

    fn passed(&mut self, _: BlockRef) {}

    fn is_dirty(&self) -> bool {
        !self.pending.is_empty()
    }

    fn commit(&mut self) -> Result<(), CommandError> {
        self.enter();
        Ok(())
    }

    fn is_untidy(&self) -> bool {
        self.untidy
    }

    fn tidy(&mut self) -> Result<(), CommandError> {
        self.entries.write().tidy();
        self.untidy = false;
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), CommandError> {
        self.pending.clear();
        *self.entries.write() = Entries::default();
        self.untidy = false;
        Ok(())
    }

    fn close(self) {}
}
