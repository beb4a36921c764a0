//! The check of the links between the versions of what is taught: a FORGET follows them to find what to erase.

use std::collections::HashMap;

use rusqlite::Connection;

use super::{End, Fault, key_of};
use crate::store::rows::Snapshot;
use crate::text::{Key, Keys};

/// A TEACH that has an earlier or a later version, according to the database when it was read.
pub(super) struct Version {
    pub(super) key: Key,
    pub(super) index: u64,
    /// The TEACH that it replaced.
    pub(super) replaces: Option<u64>,
    /// The block that answers its stimulus: itself, or a later one.
    pub(super) current: u64,
}

/// The versions so far. They were read at different moments, so where two of them disagree, the node that is running may have
/// taught or forgotten meanwhile: then what is there now decides.
pub(super) struct Versions {
    keys: Keys,
    /// The newest version so far of each stimulus that has later ones, and the block that is said to answer it.
    newest: HashMap<Key, (u64, u64)>,
}

impl Versions {
    pub(super) fn new(keys: Keys) -> Self {
        Self { keys, newest: HashMap::new() }
    }

    /// Checks that each of the next versions names the one before it.
    pub(super) fn follow(&mut self, connection: &Connection, versions: Vec<Version>) -> Result<(), End> {
        versions.into_iter().try_for_each(|version| {
            let Version { key, index, replaces, current } = version;
            let older = match current > index {
                true => self.newest.insert(key, (index, current)),
                false => self.newest.remove(&key),
            };
            let older = older.map(|(older, _)| older);
            if older == replaces { Ok(()) } else { self.look(connection, index, key, older) }
        })
    }

    /// Looks at the TEACH at `index` as it is now.
    fn look(&self, connection: &Connection, index: u64, key: Key, older: Option<u64>) -> Result<(), End> {
        let transaction = connection.unchecked_transaction()?;
        let snapshot = Snapshot::of(&transaction);
        let is_version = |block| Ok::<_, End>(key_of(snapshot, self.keys, block)? == Some(key));
        if !is_version(index)? {
            return Ok(());
        }
        let replaces = snapshot.row(index)?.and_then(|raw| raw.replaces);
        if let Some(older) = older
            && replaces != Some(older)
            && is_version(older)?
        {
            return Err(End::at(index)(Fault::Unlinked(older)));
        }
        match replaces {
            Some(replaced) if replaced >= index || !is_version(replaced)? => {
                Err(End::at(index)(Fault::Replaces(replaced)))
            }
            _ => Ok(()),
        }
    }

    /// Checks that the stimuli whose later version did not come, among the blocks before `end`, were changed meanwhile.
    pub(super) fn close(&self, connection: &Connection, end: u64) -> Result<(), End> {
        let mut left: Vec<_> = self.newest.iter().filter(|(_, (_, current))| *current < end).collect();
        left.sort_by_key(|(_, (_, current))| *current);
        left.into_iter()
            .try_for_each(|(key, (older, current))| self.look(connection, *current, *key, Some(*older)))
    }
}
