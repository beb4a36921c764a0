//! The reports of drills, in their own SQLite file next to the genome: losing them does no harm to what
//! people taught. The last 200 are kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use rusqlite::{Connection, ErrorCode, OptionalExtension, params};

use crate::outcomes::LastStarts;
use crate::report::{DrillReport, DrillState};

/// Reports that are kept.
const KEPT: u32 = 200;
/// Marks a SQLite file as a history of drills: "KOLS" in ASCII.
const APPLICATION_ID: i32 = 0x4b4f_4c53;
/// The version of the table below.
const SCHEMA_VERSION: i32 = 1;
/// How long an access waits for a lock that another process holds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The reports that are kept.
pub struct History {
    path: PathBuf,
    connection: Mutex<Connection>,
    last_starts: Arc<LastStarts>,
}

/// Why the history could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// SQLite failed.
    #[error("the history of drills in {path}: {source}")]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The file, or a report in it, is not what this program writes.
    #[error("the history of drills in {path}: {problem}; move the file away to start a new one")]
    NotOurs {
        /// The file.
        path: PathBuf,
        /// What is wrong, in words.
        problem: String,
    },
}

impl History {
    /// Opens the history at `path`, or creates an empty one.
    ///
    /// # Errors
    /// When the file cannot be opened, or is not a history.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, HistoryError> {
        let path = path.into();
        let connection = connect(&path).map_err(|source| failure(&path, source))?;
        let history = Self { path, connection: Mutex::new(connection), last_starts: Arc::default() };
        history.check()?;
        history.all()?.iter().for_each(|report| history.last_starts.note(report));
        Ok(history)
    }

    fn check(&self) -> Result<(), HistoryError> {
        let pragma = |name| self.connection().pragma_query_value(None, name, |row| row.get::<_, i32>(0));
        let read = |name| pragma(name).map_err(|source| self.failed(source));
        match (read("application_id")?, read("user_version")?) {
            (APPLICATION_ID, SCHEMA_VERSION) => Ok(()),
            (APPLICATION_ID, version) => Err(self.not_ours(format!(
                "its table has version {version}, but this program reads version {SCHEMA_VERSION}"
            ))),
            _ => Err(self.not_ours("this SQLite file is not a history of drills")),
        }
    }

    /// Keeps a report, in place of an earlier one of the same drill, and deletes the oldest.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&self, report: &DrillReport) -> Result<(), HistoryError> {
        let json = serde_json::to_string(report).map_err(|error| self.not_ours(error.to_string()))?;
        let mut connection = self.connection();
        let written = connection.transaction().and_then(|transaction| {
            transaction.execute(
                "INSERT INTO drill (id, started, report) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET report = ?3",
                params![report.id, i64::try_from(report.started).unwrap_or(i64::MAX), json],
            )?;
            transaction.execute(
                "DELETE FROM drill WHERE id NOT IN (SELECT id FROM drill ORDER BY started DESC LIMIT ?)",
                [KEPT],
            )?;
            transaction.commit()
        });
        drop(connection);
        self.last_starts.note(report);
        written.map_err(|source| self.failed(source))
    }

    /// When the last drill with each outcome began, now and later.
    pub(super) fn last_starts(&self) -> Arc<LastStarts> {
        Arc::clone(&self.last_starts)
    }

    /// Every report that is kept, newest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn all(&self) -> Result<Vec<DrillReport>, HistoryError> {
        let rows: rusqlite::Result<Vec<String>> = self
            .connection()
            .prepare_cached("SELECT report FROM drill ORDER BY started DESC, id DESC")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect());
        rows.map_err(|source| self.failed(source))?.iter().map(|json| self.read(json)).collect()
    }

    /// The report of one drill; `None` if it is not kept.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn find(&self, id: &str) -> Result<Option<DrillReport>, HistoryError> {
        let json: rusqlite::Result<Option<String>> = self
            .connection()
            .query_row("SELECT report FROM drill WHERE id = ?", [id], |row| row.get(0))
            .optional();
        json.map_err(|source| self.failed(source))?.map(|json| self.read(&json)).transpose()
    }

    /// Marks drills as interrupted if they were still running when the last process ended.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub(super) fn mark_interrupted(&self) -> Result<(), HistoryError> {
        for report in self.all()?.into_iter().filter(|report| report.state == DrillState::Running) {
            tracing::warn!(
                id = report.id,
                "a soak drill was interrupted: the process ended before the drill did"
            );
            self.keep(&report.ended(DrillState::Interrupted, "the process ended before the drill did"))?;
        }
        Ok(())
    }

    fn read(&self, json: &str) -> Result<DrillReport, HistoryError> {
        serde_json::from_str(json).map_err(|error| self.not_ours(format!("a report cannot be read: {error}")))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock()
    }

    fn failed(&self, source: rusqlite::Error) -> HistoryError {
        failure(&self.path, source)
    }

    fn not_ours(&self, problem: impl Into<String>) -> HistoryError {
        HistoryError::NotOurs { path: self.path.clone(), problem: problem.into() }
    }
}

/// Tells a file that is damaged, which has to go, from a disk or a lock that may be mended.
fn failure(path: &Path, source: rusqlite::Error) -> HistoryError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        // The last one stands for a table that is missing.
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt | ErrorCode::Unknown) => {
            HistoryError::NotOurs { path, problem: source.to_string() }
        }
        _ => HistoryError::Sqlite { path, source },
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    let transaction = connection.transaction()?;
    let tables: u32 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        transaction.execute_batch(
            "CREATE TABLE drill (id TEXT PRIMARY KEY, started INTEGER NOT NULL, report TEXT NOT NULL) STRICT;",
        )?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    }
    transaction.commit()?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Parameters;
    use crate::report::Machine;

    fn report(number: u64) -> DrillReport {
        let machine = Machine { host: "here".into(), cores: 2, standalone: false };
        let report = DrillReport::begin(format!("drill-{number}"), Parameters::default(), machine);
        DrillReport { started: number, errors: [("wrong_answer".into(), number)].into(), ..report }
    }

    fn history() -> (History, tempfile::TempDir) {
        let root = tempfile::tempdir().unwrap();
        (History::open(root.path().join("soaks.db")).unwrap(), root)
    }

    #[test]
    fn a_report_comes_back_as_it_was_kept() {
        let (history, root) = history();
        history.keep(&report(1)).unwrap();
        let ended = report(1).ended(DrillState::Stopped, "somebody stopped it");
        history.keep(&ended).unwrap();
        drop(history);
        let history = History::open(root.path().join("soaks.db")).unwrap();
        assert_eq!(history.find("drill-1").unwrap(), Some(ended.clone()));
        assert_eq!(history.all().unwrap(), [ended]);
        assert_eq!(history.find("drill-2").unwrap(), None);
    }

    #[test]
    fn a_file_that_cannot_be_a_history_is_to_be_moved_away() {
        let (history, root) = history();
        drop(history);
        let file = root.path().join("soaks.db");
        let other = "DROP TABLE drill; CREATE TABLE theirs (x)";
        let table_gone = |file: &Path| Connection::open(file).unwrap().execute_batch(other).unwrap();
        let junk = |file: &Path| std::fs::write(file, "no database at all".repeat(100)).unwrap();
        for damage in [&table_gone as &dyn Fn(&Path), &junk] {
            damage(&file);
            let said = History::open(&file).map(|_| ()).unwrap_err().to_string();
            assert!(said.contains("soaks.db") && said.contains("move the file away"), "{said}");
        }
    }

    #[test]
    fn the_oldest_are_deleted() {
        let (history, _root) = history();
        for number in 0..u64::from(KEPT) + 3 {
            history.keep(&report(number)).unwrap();
        }
        let all = history.all().unwrap();
        assert_eq!(all.len(), KEPT as usize);
        assert_eq!((all[0].started, all[199].started), (202, 3));
    }

    #[test]
    fn what_ran_when_the_process_ended_was_interrupted() {
        let (history, _root) = history();
        history.keep(&report(1)).unwrap();
        history.keep(&report(2).ended(DrillState::Refused, "no room")).unwrap();
        history.mark_interrupted().unwrap();
        let states: Vec<DrillState> = history.all().unwrap().into_iter().map(|report| report.state).collect();
        assert_eq!(states, [DrillState::Refused, DrillState::Interrupted]);
    }

    #[test]
    fn another_file_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("soaks.db");
        Connection::open(&path).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert!(matches!(History::open(&path), Err(HistoryError::NotOurs { .. })));
    }
}
