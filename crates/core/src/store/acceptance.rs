//! What was accepted of a genome that had lost blocks. Each acceptance counts once: a setting that was left in place would else
//! accept the next loss back to the same block, too.
//!
//! The file has a line for each: `INDEX:HASH over INDEX:HASH`, the block that was accepted as the last, and the one that was
//! marked then; `over unknown` if the mark could not be read.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::mark::Found;
use super::{BlockRef, DataDirectory};
use crate::error::OpenError;
use crate::regular;

/// The acceptances of a directory.
pub(super) struct Acceptances {
    path: PathBuf,
    lines: String,
}

impl Acceptances {
    /// Those that are noted.
    pub(super) fn read(directory: &DataDirectory) -> Result<Self, OpenError> {
        let path = directory.accepted();
        match regular::read(&path, false) {
            Ok(bytes) => Ok(Self { path, lines: String::from_utf8_lossy(&bytes).into_owned() }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Self { path, lines: String::new() }),
            Err(error) => Err(OpenError::io(path)(error)),
        }
    }

    /// The file, if `head` was accepted over another mark already. The same one over the same is one loss: the start that accepted
    /// it did not get far enough to make a new mark.
    pub(super) fn used(&self, head: BlockRef, marked: &Found) -> Option<PathBuf> {
        let (begins, this) = (format!("{head} over "), line(head, marked));
        let is_other = |line: &str| line.starts_with(&begins) && (line != this || !is_known(marked));
        self.lines.lines().any(is_other).then(|| self.path.clone())
    }

    /// Notes that `head` is accepted, durably.
    pub(super) fn note(
        &self,
        directory: &DataDirectory,
        head: BlockRef,
        marked: &Found,
    ) -> Result<(), OpenError> {
        let lines = format!("{}{}\n", self.lines, line(head, marked));
        directory.replace(&self.path, lines.as_bytes()).map_err(OpenError::io(&self.path))
    }
}

fn is_known(marked: &Found) -> bool {
    matches!(marked, Found::Mark(_))
}

fn line(head: BlockRef, marked: &Found) -> String {
    match marked {
        Found::Mark(mark) => format!("{head} over {}", mark.block),
        Found::None | Found::Damaged(_) => format!("{head} over unknown"),
    }
}

#[cfg(test)]
mod tests {
    use kolibri_genome::Hash;

    use super::*;
    use crate::store::mark::Mark;

    fn block(index: u64) -> BlockRef {
        BlockRef { index, hash: Hash([index.to_le_bytes()[0]; 32]) }
    }

    #[test]
    fn a_block_is_accepted_over_one_mark_only() {
        let root = tempfile::tempdir().unwrap();
        let directory = DataDirectory::new(root.path());
        let over = |index| Found::Mark(Mark { block: block(index), closed: false });
        let read = || Acceptances::read(&directory).unwrap();
        assert_eq!(read().used(block(1), &over(9)), None);
        read().note(&directory, block(1), &over(9)).unwrap();
        let unknown = Found::Damaged(directory.mark());
        read().note(&directory, block(2), &unknown).unwrap();
        assert_eq!(read().used(block(1), &over(9)), None, "the same loss");
        for (head, marked, used) in [
            (1, over(8), true),
            (1, Found::Damaged(directory.mark()), true),
            (2, over(9), true),
            (2, unknown, true),
            (3, over(9), false),
            (11, over(9), false),
        ] {
            assert_eq!(read().used(block(head), &marked).is_some(), used, "{head} {marked:?}");
        }
    }
}
