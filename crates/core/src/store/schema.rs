//! The genome's SQLite file: its tables, its settings, and how connections to it are opened.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use super::upgrade::upgrade;
use super::{Durability, apply};
use crate::error::OpenError;
use crate::regular;
use crate::text::Keys;

/// Marks a SQLite file as a genome: "KOLI" in ASCII.
const APPLICATION_ID: i32 = 0x4b4f_4c49;
/// The version of the tables below; the format of blocks has its own version, in block 0.
pub(super) const SCHEMA_VERSION: i32 = 2;
/// The version before it, which is read and [upgraded](super::upgrade): `block` had the column `replaces`, in the place of
/// the table `version`, and the keys of answers were [`Keys::First`].
const FIRST_VERSION: i32 = 1;

/// How long a connection waits for a lock that another one holds.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// `block` is append-only. Erasure overwrites `salt` and `content` in place with zeros of the same length, so
/// that SQLite never moves a row and no stale copy of a text can stay behind in a page's free space. `answer`
/// holds the current answer of every stimulus; `version` links a TEACH to the one it replaced. Both are derived from the
/// blocks.
const SCHEMA: &str = "
    CREATE TABLE block (
        idx      INTEGER PRIMARY KEY,
        bytes    BLOB NOT NULL,
        hash     BLOB NOT NULL,
        salt     BLOB NOT NULL,
        content  BLOB NOT NULL
    ) STRICT;
    CREATE TABLE erasure (
        idx INTEGER PRIMARY KEY,
        by  INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE answer (
        key BLOB PRIMARY KEY,
        idx INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
";

/// See [`SCHEMA`]. The first version did not have it.
pub(super) const VERSION_TABLE: &str = "
    CREATE TABLE version (
        idx      INTEGER PRIMARY KEY,
        replaces INTEGER NOT NULL
    ) STRICT;
";

/// By it a block finds the one that replaced it. Earlier builds made none, and keep it up if it is there.
const VERSION_INDEX: &str = "CREATE INDEX IF NOT EXISTS version_replaces ON version (replaces)";

/// The links of the first version, where the second one has them: for connections that cannot write.
const FIRST_LINKS: &str = "
    PRAGMA temp_store = MEMORY;
    CREATE TEMP VIEW version AS SELECT idx, replaces FROM main.block WHERE replaces IS NOT NULL;
";

/// Opens the genome for writing, or creates an empty one. The log is copied into the database only when the writer says so.
pub(super) fn open_writer(path: &Path, durability: Durability) -> Result<Connection, OpenError> {
    let at = || OpenError::sqlite(path);
    check_files(path)?;
    let mut connection = Connection::open(path).map_err(at())?;
    connection.busy_timeout(PATIENCE).map_err(at())?;
    if is_new(&connection).map_err(at())? {
        create(&mut connection).map_err(at())?;
    }
    let version = check_ours(&connection, path)?;
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA secure_delete = ON;
             PRAGMA wal_autocheckpoint = 0;
             PRAGMA cache_size = -16384;
             PRAGMA trusted_schema = OFF;",
        )
        .and_then(|()| connection.pragma_update(None, "synchronous", durability.synchronous()))
        .map_err(at())?;
    connection.set_prepared_statement_cache_capacity(32);
    // The last connection to close would else copy the log into the database, whatever is in them by then.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(at())?;
    if version == FIRST_VERSION {
        upgrade(&mut connection).map_err(at())?;
    }
    connection.execute_batch(VERSION_INDEX).map_err(at())?;
    apply::check(&connection).map_err(at())?;
    Ok(connection)
}

/// Opens the genome read-only; it works while a node writes, and on a copy that cannot be written.
pub(super) fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    check_files(path)?;
    if !path.try_exists().map_err(OpenError::io(path))? {
        return Err(OpenError::NoGenome(path.parent().unwrap_or(path).to_owned()));
    }
    match open_read_only(path, path.as_os_str()) {
        Err(OpenError::Sqlite { source, .. }) if is_read_only(&source) && !beside(path, "-wal").exists() => {
            open_read_only(path, &immutable(path))
        }
        opened => opened,
    }
}

/// Opens a copy of a genome that nothing writes, without making files beside it.
pub(super) fn open_copy(path: &Path) -> Result<Connection, OpenError> {
    path.metadata().map_err(OpenError::io(path))?;
    open_read_only(path, &immutable(path))
}

fn open_read_only(path: &Path, name: &OsStr) -> Result<Connection, OpenError> {
    let at = || OpenError::sqlite(path);
    regular::check(path).map_err(OpenError::io(path))?;
    let flags =
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(name, flags).map_err(at())?;
    connection.busy_timeout(PATIENCE).map_err(at())?;
    // Enough for the tables' upper pages. The rest is in the system's cache, which all connections share.
    connection.execute_batch("PRAGMA trusted_schema = OFF; PRAGMA cache_size = -1024;").map_err(at())?;
    if check_ours(&connection, path)? == FIRST_VERSION {
        connection.execute_batch(FIRST_LINKS).map_err(at())?;
    }
    connection.set_prepared_statement_cache_capacity(32);
    Ok(connection)
}

/// Refuses what SQLite would follow, wait for or delete.
fn check_files(path: &Path) -> Result<(), OpenError> {
    check_database(path)?;
    check_not_emptied(path)
}

/// Refuses a link, a pipe or the like in the place of a database, or of a file that SQLite opens beside it.
pub(super) fn check_database(path: &Path) -> Result<(), OpenError> {
    ["", "-wal", "-shm", "-journal"].iter().try_for_each(|suffix| {
        let file = beside(path, suffix);
        refuse_link(&file)?;
        regular::check(&file).map_err(OpenError::io(&file))
    })
}

/// Refuses a link. What it leads to is not looked at.
pub(super) fn refuse_link(path: &Path) -> Result<(), OpenError> {
    match path.symlink_metadata() {
        Ok(found) if found.is_symlink() => Err(OpenError::Link(path.to_owned())),
        _ => Ok(()),
    }
}

/// SQLite deletes the log of an empty database, and the blocks in it, whoever opens it.
fn check_not_emptied(path: &Path) -> Result<(), OpenError> {
    let length = |path: &Path| path.metadata().map_or(0, |found| found.len());
    let log = beside(path, "-wal");
    match path.exists() && length(path) == 0 && length(&log) > 0 {
        true => Err(OpenError::GenomeLost { genome: path.to_owned(), beside: log }),
        false => Ok(()),
    }
}

/// SQLite creates files for its locks even to read, unless `immutable` rules out writers. A running node
/// always has a log. So a genome without one, where no file can be created, is a copy that nothing writes.
fn immutable(path: &Path) -> OsString {
    let escape = |byte: &u8| match byte {
        b'%' | b'?' | b'#' => format!("%{byte:02x}").into_bytes(),
        byte => vec![*byte],
    };
    let path: Vec<u8> = path.as_os_str().as_bytes().iter().flat_map(escape).collect();
    OsString::from_vec([b"file:", path.as_slice(), b"?immutable=1"].concat())
}

fn is_read_only(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen))
}

/// SQLite's own file beside the database at `path`: `-wal`, the write-ahead log, or `-shm`, the index of the log.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn is_new(connection: &Connection) -> rusqlite::Result<bool> {
    let any: Option<i32> =
        connection.query_row("SELECT 1 FROM sqlite_schema", [], |row| row.get(0)).optional()?;
    Ok(any.is_none() && pragma(connection, "application_id")? == 0)
}

fn create(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.execute_batch("PRAGMA page_size = 4096;")?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(SCHEMA)?;
    transaction.execute_batch(VERSION_TABLE)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()
}

/// The version of the tables.
fn check_ours(connection: &Connection, path: &Path) -> Result<i32, OpenError> {
    let read = |name| pragma(connection, name).map_err(OpenError::sqlite(path));
    let problem = match (read("application_id")?, read("user_version")?) {
        (APPLICATION_ID, version @ (FIRST_VERSION | SCHEMA_VERSION)) => return Ok(version),
        (APPLICATION_ID, version) => {
            format!(
                "its tables have version {version}, but this program reads versions up to {SCHEMA_VERSION}"
            )
        }
        _ => "this SQLite file is not a Kolibri genome".to_owned(),
    };
    Err(OpenError::NotOurs { path: path.to_owned(), problem })
}

/// Which keys the answers have.
pub(super) fn keys(connection: &Connection) -> rusqlite::Result<Keys> {
    Ok(match pragma(connection, "user_version")? {
        FIRST_VERSION => Keys::First,
        _ => Keys::Second,
    })
}

fn pragma(connection: &Connection, name: &str) -> rusqlite::Result<i32> {
    connection.pragma_query_value(None, name, |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_elses_database_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("genome.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert!(matches!(open_writer(&path, Durability::Flushed), Err(OpenError::NotOurs { .. })));
    }

    #[test]
    fn a_database_that_was_emptied_does_not_take_its_log_with_it() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("genome.db");
        std::fs::write(&path, "").unwrap();
        std::fs::write(beside(&path, "-wal"), "blocks").unwrap();
        for opened in [open_writer(&path, Durability::Flushed), open_reader(&path)] {
            assert!(matches!(opened, Err(OpenError::GenomeLost { .. })));
        }
        assert_eq!(std::fs::read(beside(&path, "-wal")).unwrap(), b"blocks");
    }

    #[test]
    fn the_writer_flushes_every_commit() {
        let root = tempfile::tempdir().unwrap();
        let connection = open_writer(&root.path().join("genome.db"), Durability::Flushed).unwrap();
        let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
        assert_eq!((mode.as_str(), pragma(&connection, "synchronous").unwrap()), ("wal", 2));
        assert_eq!(pragma(&connection, "secure_delete").unwrap(), 1);
    }
}
