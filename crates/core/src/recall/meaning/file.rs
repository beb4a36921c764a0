//! The file of vectors: a SQLite database that can be deleted while no node runs. A row without a vector says
//! that it is still to be made.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, params};

use crate::error::CommandError;
use crate::store::{BlockRef, Reader};

/// The version of the tables below, and of what makes two stimuli the same.
const VERSION: i32 = 2;
/// The version before it: some of what is taught was taken for the same, and has no vector.
const BEFORE: i32 = 1;

/// `state` has one row: the model that made the vectors, the vector by which it is recognised, and the block that
/// the list has reached.
const SCHEMA: &str = "
    CREATE TABLE state (
        model      TEXT NOT NULL,
        recognised BLOB,
        idx        INTEGER,
        hash       BLOB
    ) STRICT;
    CREATE TABLE vector (
        block INTEGER PRIMARY KEY,
        bytes BLOB
    ) STRICT;
    CREATE INDEX missing ON vector (block) WHERE bytes IS NULL;
";

/// What can go wrong with the file.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("{0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error("{0}")]
    Genome(#[from] CommandError),
}

/// The open file.
#[derive(Debug)]
pub(super) struct VectorFile(Connection);

impl VectorFile {
    /// Opens the file; begins a new one if there is none, or it is damaged or of another genome.
    pub(super) fn open(path: &Path, reader: &Reader) -> Result<Self, FileError> {
        match Self::existing(path, reader) {
            Ok(Some(file)) => return Ok(file),
            Ok(None) if !path.exists() => {}
            Ok(None) => tracing::info!("the vectors belong to another genome or version; making them anew"),
            Err(error) => tracing::warn!(%error, "the file of vectors is damaged; making them anew"),
        }
        remove(path)?;
        let connection = connect(path)?;
        connection.execute_batch(SCHEMA)?;
        connection.execute("INSERT INTO state (model) VALUES ('')", [])?;
        connection.pragma_update(None, "user_version", VERSION)?;
        Ok(Self(connection))
    }

    fn existing(path: &Path, reader: &Reader) -> Result<Option<Self>, FileError> {
        if !path.exists() {
            return Ok(None);
        }
        let connection = connect(path)?;
        let version: i32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if ![BEFORE, VERSION].contains(&version) {
            return Ok(None);
        }
        let sound: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if sound != "ok" {
            return Err(CommandError::Unreadable(sound).into());
        }
        let file = Self(connection);
        let ours = file.reached()?.map_or(Ok(true), |block| reader.has(block))?;
        if ours && version == BEFORE {
            file.list_anew()?;
        }
        Ok(ours.then_some(file))
    }

    /// Follows the genome from its beginning again, and keeps the vectors that are still wanted.
    fn list_anew(&self) -> rusqlite::Result<()> {
        self.0.execute_batch(&format!(
            "BEGIN; UPDATE state SET idx = NULL, hash = NULL; PRAGMA user_version = {VERSION}; COMMIT"
        ))
    }

    /// The block that the list of vectors has reached.
    pub(super) fn reached(&self) -> rusqlite::Result<Option<BlockRef>> {
        self.0.query_row("SELECT idx, hash FROM state", [], |row| {
            let (index, hash): (Option<i64>, Option<[u8; 32]>) = (row.get(0)?, row.get(1)?);
            Ok(index.zip(hash).map(|(index, hash)| BlockRef {
                index: index.cast_unsigned(),
                hash: kolibri_genome::Hash(hash),
            }))
        })
    }

    /// The model that made the vectors, and the vector by which it is recognised.
    pub(super) fn model(&self) -> rusqlite::Result<(String, Option<Vec<u8>>)> {
        self.0.query_row("SELECT model, recognised FROM state", [], |row| Ok((row.get(0)?, row.get(1)?)))
    }

    /// Discards all vectors, which another model made; the list of what needs one stays.
    pub(super) fn begin_anew(&mut self, model: &str) -> rusqlite::Result<()> {
        let change = self.0.transaction()?;
        change.execute("UPDATE state SET model = ?, recognised = NULL", [model])?;
        change.execute("UPDATE vector SET bytes = NULL WHERE bytes IS NOT NULL", [])?;
        change.commit()
    }

    /// Notes the vector by which the model is recognised.
    pub(super) fn recognise(&self, vector: &[u8]) -> rusqlite::Result<()> {
        self.0.execute("UPDATE state SET recognised = ?", [vector]).map(drop)
    }

    /// Every vector.
    pub(super) fn each(&self, mut see: impl FnMut(u64, &[u8])) -> rusqlite::Result<()> {
        let mut rows = self.0.prepare("SELECT block, bytes FROM vector WHERE bytes IS NOT NULL")?;
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            see(row.get::<_, i64>(0)?.cast_unsigned(), row.get_ref(1)?.as_blob().unwrap_or_default());
        }
        Ok(())
    }

    /// How many vectors are still to be made.
    pub(super) fn missing(&self) -> rusqlite::Result<u64> {
        let count = "SELECT count(*) FROM vector WHERE bytes IS NULL";
        self.0.query_row(count, [], |row| row.get(0)).map(i64::cast_unsigned)
    }

    /// Blocks whose vectors are still to be made, the latest first.
    pub(super) fn latest_missing(&self, limit: u32) -> rusqlite::Result<Vec<u64>> {
        let blocks = "SELECT block FROM vector WHERE bytes IS NULL ORDER BY block DESC LIMIT ?";
        let mut rows = self.0.prepare_cached(blocks)?;
        rows.query_map([limit], |row| row.get(0).map(i64::cast_unsigned))?.collect()
    }

    /// Stores vectors. Returns those that are still wanted: a block may have been forgotten while its vector was
    /// made.
    pub(super) fn store(&mut self, rows: Vec<(u64, Vec<u8>)>) -> rusqlite::Result<Vec<(u64, Vec<u8>)>> {
        let change = self.0.transaction()?;
        let mut stored = Vec::with_capacity(rows.len());
        for (block, row) in rows {
            let update = "UPDATE vector SET bytes = ? WHERE block = ? AND bytes IS NULL";
            if change.prepare_cached(update)?.execute(params![row, block.cast_signed()])? > 0 {
                stored.push((block, row));
            }
        }
        change.commit()?;
        Ok(stored)
    }

    /// Begins a change of the list.
    pub(super) fn change(&mut self) -> rusqlite::Result<ListChange<'_>> {
        self.0.transaction().map(ListChange)
    }

    /// Empties the write-ahead log, which still holds what was removed. `false` if something is reading.
    pub(super) fn scrub(&self) -> rusqlite::Result<bool> {
        self.0
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0))
            .map(|busy| busy == 0)
    }
}

/// A change of the list, to be committed as one.
pub(super) struct ListChange<'file>(Transaction<'file>);

impl ListChange<'_> {
    /// A stimulus needs a vector.
    pub(super) fn add(&self, block: u64) -> rusqlite::Result<()> {
        let insert = "INSERT OR IGNORE INTO vector (block) VALUES (?)";
        self.0.prepare_cached(insert)?.execute([block.cast_signed()]).map(drop)
    }

    /// A stimulus is gone; its vector is overwritten with zeros.
    pub(super) fn remove(&self, block: u64) -> rusqlite::Result<()> {
        self.0.prepare_cached("DELETE FROM vector WHERE block = ?")?.execute([block.cast_signed()]).map(drop)
    }

    /// Commits; the list has reached this block.
    pub(super) fn commit(self, reached: Option<BlockRef>) -> rusqlite::Result<()> {
        if let Some(block) = reached {
            let update = "UPDATE state SET idx = ?, hash = ?";
            self.0.execute(update, params![block.index.cast_signed(), block.hash.0])?;
        }
        self.0.commit()
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = NORMAL;
         PRAGMA secure_delete = ON;
         PRAGMA trusted_schema = OFF;",
    )?;
    Ok(connection)
}

/// Removes the database with its log.
fn remove(path: &Path) -> Result<(), FileError> {
    for end in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(end);
        match std::fs::remove_file(PathBuf::from(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(CommandError::Unreadable(error.to_string()).into());
            }
            _ => {}
        }
    }
    Ok(())
}
