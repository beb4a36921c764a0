//! Makes the tables that are derived from the blocks anew, when an earlier version of the node made them: which block
//! answers a stimulus now, and which one it replaced. Blocks stay as they are (ADR 0017).

use std::time::{Duration, Instant};

use kolibri_genome::Content;
use rusqlite::{Connection, Transaction};

use super::apply::{link, set_answer};
use super::rows::{Raw, Snapshot};
use super::schema::{SCHEMA_VERSION, VERSION_TABLE};
use super::{Recorded, StoredBlock};
use crate::text::Key;

/// Blocks that are read at once: at most about 35 MB, if every text has its maximum length.
const CHUNK: usize = 512;
/// How often progress is logged.
const NEWS: Duration = Duration::from_secs(5);

/// Makes the derived tables anew, and notes that they are of this version, in one transaction: whatever interrupts it
/// leaves the earlier tables, and the next start begins again.
pub(super) fn upgrade(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    make_anew(&transaction)?;
    transaction.commit()
}

fn make_anew(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let rows = Snapshot::of(transaction);
    let blocks = rows.length()?;
    tracing::info!(
        blocks,
        "this genome was written by an earlier version: its table of answers is made anew"
    );
    transaction.execute_batch(VERSION_TABLE)?;
    transaction.execute_batch("DELETE FROM answer")?;
    let mut taught = Taught { connection: transaction, damaged: 0 };
    let (mut next, started, mut told) = (0, Instant::now(), Instant::now());
    while let Some(last) = taught.take(rows.knowledge(next..blocks, false, CHUNK)?)? {
        next = last + 1;
        if told.elapsed() >= NEWS {
            told = Instant::now();
            tracing::info!(done = next, blocks, "the table of answers is being made anew");
        }
    }
    let (answers, damaged) = (rows.count_answers()?, taught.damaged);
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    tracing::info!(answers, seconds = started.elapsed().as_secs_f64(), "the table of answers is made anew");
    if damaged > 0 {
        tracing::error!(
            damaged,
            "what damaged blocks taught is not answered; `kolibri genome verify` names the first"
        );
    }
    Ok(())
}

struct Taught<'a> {
    connection: &'a Connection,
    /// Blocks that could not be read.
    damaged: u64,
}

impl Taught<'_> {
    /// Takes what these rows teach; returns the index of the last one, if there is one.
    fn take(&mut self, rows: Vec<Raw>) -> rusqlite::Result<Option<u64>> {
        for raw in &rows {
            match raw.stored() {
                Ok(StoredBlock { recorded: Recorded::Content(Content::Teach(teach)), .. }) => {
                    self.teach(raw.index, Key::of(&teach.stimulus))?
                }
                Ok(StoredBlock { recorded: Recorded::Content(_) | Recorded::Erased { .. }, .. }) => {}
                Ok(StoredBlock { recorded: Recorded::Broken(_), .. }) | Err(_) => self.damaged += 1,
            }
        }
        Ok(rows.last().map(|raw| raw.index))
    }

    fn teach(&self, index: u64, key: Key) -> rusqlite::Result<()> {
        if let Some(replaced) = Snapshot::of(self.connection).current(key)? {
            link(self.connection, index, replaced)?;
        }
        set_answer(self.connection, key, index)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::Node;
    use crate::store::{DataDirectory, Verdict, copy, schema, verify};
    use crate::telemetry::Telemetry;
    use crate::testing::{answer, config, forget, open, teach};
    use crate::text::Keys;

    /// Some of them were the same in the first version, others are now.
    const STIMULI: [&str; 8] = ["x²", "x2", "X₂", "½", "1⁄2", "ab", "a\u{200b}b", "ﬁle"];

    fn connection(root: &Path) -> Connection {
        Connection::open(DataDirectory::new(root).genome()).unwrap()
    }

    /// Gives the genome the tables that the first version would have made.
    fn as_the_first_version(root: &Path) {
        let connection = connection(root);
        connection
            .execute_batch(
                "ALTER TABLE block ADD COLUMN replaces INTEGER; DELETE FROM version; DELETE FROM answer;",
            )
            .unwrap();
        let mut current = HashMap::new();
        for raw in Snapshot::of(&connection).rows(0, usize::MAX).unwrap() {
            let Recorded::Content(Content::Teach(teach)) = raw.stored().unwrap().recorded else { continue };
            let key = Keys::First.of(&teach.stimulus);
            let replaced: Option<u64> = current.insert(key, raw.index);
            let row = rusqlite::params![replaced.map(u64::cast_signed), raw.index.cast_signed()];
            connection.execute("UPDATE block SET replaces = ? WHERE idx = ?", row).unwrap();
            set_answer(&connection, key, raw.index).unwrap();
        }
        connection.execute_batch("DROP TABLE version; PRAGMA user_version = 1").unwrap();
    }

    /// The derived tables.
    fn derived(root: &Path) -> Vec<String> {
        let connection = connection(root);
        let mut statement = connection
            .prepare(
                "SELECT hex(key) || '-' || idx FROM answer UNION ALL
                 SELECT v.idx || '-' || v.replaces FROM version v WHERE v.idx NOT IN (SELECT idx FROM erasure)
                 ORDER BY 1",
            )
            .unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[track_caller]
    fn assert_sound(root: &Path) {
        let verdict = verify(&DataDirectory::new(root), |_| true).unwrap();
        assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");
    }

    #[tokio::test]
    async fn what_was_taken_for_the_same_is_answered_each_by_its_own() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        for (stimulus, response) in
            [("x²", "square"), ("x2", "second"), ("ab", "without"), ("a\u{200b}b", "with")]
        {
            teach(&node, stimulus, response).await;
        }
        drop(node);
        as_the_first_version(root.path());
        assert_sound(root.path());
        let node = open(root.path());
        assert_eq!(answer(&node, "X²").await.as_deref(), Some("square"));
        assert_eq!(answer(&node, "X2").await.as_deref(), Some("second"));
        assert_eq!(answer(&node, "AB").await.as_deref(), Some("with"));
        assert_eq!(forget(&node, "ab").await, Ok(vec![3, 4]));
        drop(node);
        assert_sound(root.path());
    }

    #[tokio::test]
    async fn an_upgrade_that_was_interrupted_has_changed_nothing_and_begins_again() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        teach(&node, "x²", "square").await;
        teach(&node, "x2", "second").await;
        drop(node);
        as_the_first_version(root.path());
        let mut interrupted = connection(root.path());
        let transaction = interrupted.transaction().unwrap();
        make_anew(&transaction).unwrap();
        drop(transaction);
        assert_eq!(schema::keys(&interrupted).unwrap(), Keys::First);
        drop(interrupted);
        assert_sound(root.path());
        assert_eq!(answer(&open(root.path()), "x²").await.as_deref(), Some("square"));
    }

    #[tokio::test]
    async fn what_a_damaged_block_taught_is_left_out_and_the_rest_is_answered() {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        teach(&node, "one", "1").await;
        teach(&node, "two", "2").await;
        drop(node);
        as_the_first_version(root.path());
        connection(root.path()).execute_batch("UPDATE block SET content = x'00' WHERE idx = 1").unwrap();
        let node = open(root.path());
        assert_eq!(node.reader().current(Key::of("one")), Ok(None));
        assert_eq!(answer(&node, "two").await.as_deref(), Some("2"));
        drop(node);
        let verdict = verify(&DataDirectory::new(root.path()), |_| true).unwrap();
        assert!(matches!(verdict, Verdict::Broken { index: 1, .. }), "{verdict:?}");
    }

    #[tokio::test]
    async fn an_upgrade_during_a_verification_is_no_fault_of_the_genome() {
        let root = tempfile::tempdir().unwrap();
        teach(&open(root.path()), "x²", "square").await;
        as_the_first_version(root.path());
        let upgrade_between = |_| {
            drop(open(root.path()));
            true
        };
        let error = verify(&DataDirectory::new(root.path()), upgrade_between).unwrap_err();
        assert!(error.to_string().contains("verify it again"), "{error}");
        assert_sound(root.path());
    }

    #[tokio::test]
    async fn a_copy_of_a_genome_of_the_first_version_stays_one() {
        let root = tempfile::tempdir().unwrap();
        teach(&open(root.path()), "x²", "square").await;
        as_the_first_version(root.path());
        let copied = root.path().join("copy.db");
        copy(&DataDirectory::new(root.path()), &copied).unwrap();
        let copied = schema::open_copy(&copied).unwrap();
        assert_eq!(schema::keys(&copied).unwrap(), Keys::First);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
        #[test]
        fn the_derived_tables_are_those_that_teaching_makes(
            steps in prop::collection::vec((0..STIMULI.len(), prop::bool::weighted(0.8)), 1..40)
        ) {
            let root = tempfile::tempdir().unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let node = Node::open(&config(root.path()), &Telemetry::off()).unwrap();
            for (number, (stimulus, teaches)) in steps.into_iter().enumerate() {
                match teaches {
                    true => drop(runtime.block_on(teach(&node, STIMULI[stimulus], &number.to_string()))),
                    // What is not taught is not forgotten.
                    false => drop(runtime.block_on(forget(&node, STIMULI[stimulus]))),
                }
            }
            drop(node);
            let made_by_teaching = derived(root.path());
            as_the_first_version(root.path());
            assert_sound(root.path());
            drop(open(root.path()));
            prop_assert_eq!(derived(root.path()), made_by_teaching);
            assert_sound(root.path());
        }
    }
}
