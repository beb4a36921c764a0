//! Verification, tested by tampering: with SQL, with single bits of every field, and with raw bits of the
//! file.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use kolibri_genome::ContentError;
use tempfile::TempDir;

use super::*;
use crate::Node;
use crate::testing::{answer, ask, copy, forget, open, teach, until};

/// A genome in which everything has happened:
///
/// | block | event |
/// |---:|---|
/// | 0 | GENESIS |
/// | 1, 2, 4 | TEACH `a` three times; 1 and 2 were forgotten together |
/// | 3 | FORGET 1 and 2 |
/// | 5 | TEACH `b`, twice: its first version |
/// | 6 | TEACH `b`: its second version, long |
/// | 7 | TEACH `b`: its third version |
/// | 8 | ASK, answered by 7 |
/// | 9 | ASK, without an answer |
/// | 10 | TEACH `c`, forgotten |
/// | 11 | ASK, answered by 10 |
/// | 12 | FORGET 10 |
/// | 13 | TEACH `d` |
struct Genome(TempDir);

const LAST: u64 = 13;
/// The stimuli of a genome that is written while it is verified: enough for two of a crew.
const OLD: u64 = 2 * WORTH_A_CORE;
/// Of `a`, `b` and `d`.
const ANSWERS: u64 = 3;

impl Genome {
    async fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let node = open(root.path());
        teach(&node, "a", "first").await;
        teach(&node, "a", "second").await;
        assert_eq!(forget(&node, "a").await, Ok(vec![1, 2]));
        teach(&node, "a", "anew").await;
        teach(&node, "b", "first").await;
        teach(&node, "b", &"long ".repeat(4_000)).await;
        teach(&node, "b", "third").await;
        recorded_ask(&node, "b", 8).await;
        recorded_ask(&node, "unheard of", 9).await;
        teach(&node, "c", "secret").await;
        recorded_ask(&node, "c", 11).await;
        assert_eq!(forget(&node, "c").await, Ok(vec![10]));
        assert_eq!(teach(&node, "d", "last").await, LAST);
        drop(node);
        let genome = Self(root);
        assert_eq!(genome.head(), LAST);
        genome
    }

    /// A copy, to be tampered with.
    fn copy(&self) -> Self {
        let root = tempfile::tempdir().unwrap();
        copy(self.0.path(), root.path());
        Self(root)
    }

    fn directory(&self) -> DataDirectory {
        DataDirectory::new(self.0.path())
    }

    fn connection(&self) -> Connection {
        Connection::open(self.directory().genome()).unwrap()
    }

    /// The last block of a sound genome.
    #[track_caller]
    fn head(&self) -> u64 {
        match verify(&self.directory(), |_| true).unwrap() {
            Verdict::Sound { head, .. } => head.index,
            broken => panic!("{broken:?}"),
        }
    }

    /// The first fault of a copy that was changed by `sql`.
    #[track_caller]
    fn fault(&self, sql: &str) -> (u64, Fault) {
        let tampered = self.copy();
        tampered.connection().execute_batch(sql).unwrap();
        let Verdict::Broken { index, fault, .. } = verify(&tampered.directory(), |_| true).unwrap() else {
            panic!("{sql}: it is sound");
        };
        // It does not matter where the work is divided.
        for chunk in 1..=5 {
            let found = walk(&mut tampered.crew(), chunk);
            let Err(End::Broken { index: at, fault: same }) = found else { panic!("{sql}") };
            assert_eq!((at, same), (index, fault.clone()), "{sql}: segments of {chunk}");
        }
        (index, fault)
    }

    fn crew(&self) -> [Connection; 2] {
        std::array::from_fn(|_| schema::open_reader(&self.directory().genome()).unwrap())
    }
}

/// What a walk finds whose segments have `chunk` blocks.
fn walk(crew: &mut [Connection; 2], chunk: u64) -> Result<Verdict, End> {
    let connection = Connection::open(crew[0].path().unwrap()).unwrap();
    let blocks = Seen::of(&connection).unwrap().length;
    Walk { connection: &connection, keys: Keys::Second, blocks, chunk }.check(crew, |_| true)
}

/// Asks, and waits for the block, so that blocks come in a known order.
async fn recorded_ask(node: &Node, question: &str, block: u64) {
    ask(node, question).await;
    until("the ASK is a block", || node.reader().head().unwrap().index == block);
}

#[tokio::test]
async fn a_genome_in_which_everything_happened_is_sound() {
    let genome = Genome::new().await;
    let mut seen = Vec::new();
    let progress = |VerifyProgress { done, total }| {
        seen.push((done, total));
        true
    };
    let verdict = verify(&genome.directory(), progress).unwrap();
    let Verdict::Sound { head, erased } = verdict else { panic!("{verdict:?}") };
    assert_eq!((head.index, erased), (LAST, 3));
    // Once after the blocks, and once after the answers.
    let (blocks, all) = (LAST + 1, LAST + 1 + ANSWERS);
    assert_eq!(seen, [(blocks, all), (all, all)]);
}

#[tokio::test]
async fn a_walk_ends_where_it_is_told_to() {
    let genome = Genome::new().await;
    for calls in [1, 2] {
        let mut left = calls;
        let progress = |_| {
            left -= 1;
            left > 0
        };
        let verdict = verify(&genome.directory(), progress).unwrap();
        assert!(matches!(verdict, Verdict::Cancelled), "{verdict:?}");
        assert_eq!(left, 0);
    }
}

#[tokio::test]
async fn every_bit_of_every_block_counts() {
    let genome = Genome::new().await;
    let connection = genome.connection();
    connection.execute_batch("PRAGMA synchronous = OFF").unwrap();
    let mut crew = genome.crew();
    // Segments begin anywhere.
    for (index, chunk) in (0..=LAST).zip([1, 2, 3, CHUNK].into_iter().cycle()) {
        for field in ["bytes", "hash", "salt", "content"] {
            let select = format!("SELECT {field} FROM block WHERE idx = ?");
            let whole: Vec<u8> = connection.query_row(&select, [index as i64], |row| row.get(0)).unwrap();
            // Of long content, only some bits.
            let bits = (0..whole.len() * 8).step_by((whole.len() * 8 / 1_000).max(1));
            let mut update =
                connection.prepare(&format!("UPDATE block SET {field} = ? WHERE idx = ?")).unwrap();
            for bit in bits {
                let mut flipped = whole.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                update.execute(rusqlite::params![flipped, index as i64]).unwrap();
                match walk(&mut crew, chunk) {
                    Err(End::Broken { index: found, .. }) => assert_eq!(found, index, "{field} bit {bit}"),
                    Err(End::Sqlite(error)) => panic!("{error}: block {index} {field} bit {bit}"),
                    Err(End::Cancelled) => unreachable!("it was not told to stop"),
                    Ok(verdict) => panic!("{verdict:?}: block {index} {field} bit {bit}"),
                }
            }
            update.execute(rusqlite::params![whole, index as i64]).unwrap();
        }
    }
    assert_eq!(genome.head(), LAST);
}

#[tokio::test]
async fn a_field_of_another_length_is_found() {
    let genome = Genome::new().await;
    for field in ["bytes", "hash", "salt", "content"] {
        for change in ["X''", &format!("substr({field}, 2)"), &format!("CAST({field} || X'00' AS BLOB)")] {
            let (index, fault) = genome.fault(&format!("UPDATE block SET {field} = {change} WHERE idx = 7"));
            assert_eq!(index, 7, "{field} = {change}: {fault}");
        }
    }
    // Part of the content must not pass as salt.
    let moved =
        "UPDATE block SET salt = CAST(salt || substr(content, 1, 4) AS BLOB), content = substr(content, 5)
                 WHERE idx = 7";
    assert_eq!(genome.fault(moved), (7, Fault::Block(Broken::Content(ContentError::Digest))));
}

#[tokio::test]
async fn a_missing_block_is_named() {
    let genome = Genome::new().await;
    for index in 0..LAST {
        let missing = genome.fault(&format!("DELETE FROM block WHERE idx = {index}"));
        assert_eq!(missing, (index, Fault::Missing));
    }
    assert_eq!(genome.fault("DELETE FROM block; DELETE FROM erasure"), (0, Fault::Empty));
}

#[tokio::test]
async fn blocks_that_changed_places_are_named() {
    let genome = Genome::new().await;
    let swap = "UPDATE block SET idx = -1 WHERE idx = 5; UPDATE block SET idx = 5 WHERE idx = 7;
                UPDATE block SET idx = 7 WHERE idx = -1";
    assert_eq!(genome.fault(swap), (5, Fault::Block(Broken::Index { expected: 5, found: 7 })));
    let contents = "UPDATE block SET (salt, content) = (SELECT salt, content FROM block WHERE idx = 7)
                    WHERE idx = 5";
    assert_eq!(genome.fault(contents), (5, Fault::Block(Broken::Content(ContentError::Digest))));
}

/// Replaces a block and everything that belongs to it, as a forger with access to the file would.
fn forge(connection: &Connection, index: u64, content: &Content) {
    let old = Snapshot::of(connection).row(index).unwrap().unwrap();
    let old = Block::from_bytes(&old.bytes).unwrap();
    let (salt, bytes) = ([7; 32], content.to_bytes());
    let digest = kolibri_genome::content_digest(&salt, &bytes);
    let block = Block { digest, event: content.event(), ..old };
    connection
        .execute(
            "UPDATE block SET bytes = ?, hash = ?, salt = ?, content = ? WHERE idx = ?",
            rusqlite::params![block.to_bytes(), block.hash().as_bytes(), salt, bytes, index as i64],
        )
        .unwrap();
}

#[track_caller]
fn fault_after(genome: &Genome, forgery: impl FnOnce(&Connection)) -> (u64, Fault) {
    let forged = genome.copy();
    forgery(&forged.connection());
    match verify(&forged.directory(), |_| true).unwrap() {
        Verdict::Broken { index, fault, .. } => (index, fault),
        sound => panic!("{sound:?}"),
    }
}

#[tokio::test]
async fn a_forged_block_breaks_the_link_of_the_next() {
    let genome = Genome::new().await;
    let forged = Content::Teach(kolibri_genome::Teach::new("b", "forged"));
    let (index, fault) = fault_after(&genome, |connection| forge(connection, 5, &forged));
    assert_eq!(index, 6);
    assert!(matches!(fault, Fault::Block(Broken::Link { .. })), "{fault}");
}

#[tokio::test]
async fn without_a_mark_and_a_known_head_a_forged_or_missing_end_is_not_found() {
    let genome = Genome::new().await;
    let mark = |genome: &Genome| genome.directory().mark();
    let Verdict::Sound { head, .. } = verify(&genome.directory(), |_| true).unwrap() else { panic!() };

    let cut = genome.copy();
    cut.connection()
        .execute_batch("DELETE FROM block WHERE idx = 13; DELETE FROM answer WHERE idx = 13")
        .unwrap();
    assert!(matches!(
        verify(&cut.directory(), |_| true).unwrap(),
        Verdict::Broken { index: LAST, fault: Fault::NotAsMarked(Loss::Shorter { found: LAST, .. }), .. }
    ));
    std::fs::remove_file(mark(&cut)).unwrap();
    assert_eq!(cut.head(), LAST - 1);

    let forged = genome.copy();
    forge(&forged.connection(), LAST, &Content::Teach(kolibri_genome::Teach::new("d", "forged")));
    assert!(matches!(
        verify(&forged.directory(), |_| true).unwrap(),
        Verdict::Broken { index: LAST, fault: Fault::NotAsMarked(Loss::Other(_)), .. }
    ));
    std::fs::remove_file(mark(&forged)).unwrap();
    let Verdict::Sound { head: other, .. } = verify(&forged.directory(), |_| true).unwrap() else { panic!() };
    // The head hash, noted elsewhere, shows the difference.
    assert_eq!(other.index, head.index);
    assert_ne!(other.hash, head.hash);
}

#[tokio::test]
async fn a_forged_end_still_has_to_keep_every_rule() {
    use kolibri_genome::{Ask, Forget, Match};
    let genome = Genome::new().await;
    let forged = |content: Content| fault_after(&genome, |connection| forge(connection, LAST, &content));
    let ask = |block| Content::Ask(Ask::new(Match::Exact { block }, 1_000_000));
    assert_eq!(forged(ask(8)), (LAST, Fault::NoTeach(8)));
    assert_eq!(forged(ask(0)), (LAST, Fault::NoTeach(0)));
    assert_eq!(forged(ask(3)), (LAST, Fault::NoTeach(3)));
    assert_eq!(forged(ask(LAST)), (LAST, Fault::Block(Broken::Reference(LAST))));
    let forget = |blocks: &[u64]| Content::Forget(Forget::new(blocks.iter().copied()).unwrap());
    assert_eq!(forged(forget(&[4])), (LAST, Fault::ForgetDisagrees(4)));
    assert_eq!(forged(forget(&[8])), (LAST, Fault::ForgetDisagrees(8)));
    assert_eq!(forged(forget(&[1, 4])), (LAST, Fault::ForgetDisagrees(4)));
    assert_eq!(forged(forget(&[LAST + 5])), (LAST, Fault::Block(Broken::Reference(LAST + 5))));
    let genesis = Content::Genesis { genome_id: [1; 16] };
    assert_eq!(forged(genesis), (LAST, Fault::Block(Broken::SecondGenesis)));
}

#[tokio::test]
async fn erasure_and_forgets_agree_block_by_block() {
    let genome = Genome::new().await;
    let fault = |sql: &str| genome.fault(sql);
    // Marked as erased, although the content is there.
    assert_eq!(fault("INSERT INTO erasure VALUES (4, 12)"), (4, Fault::NotErased(12)));
    assert_eq!(fault("INSERT INTO erasure VALUES (0, 3)"), (0, Fault::NotErased(3)));
    assert_eq!(fault("INSERT INTO erasure VALUES (3, 12)"), (3, Fault::NotErased(12)));
    // Erased, although no FORGET lists it.
    let wipe =
        |index| format!("UPDATE block SET salt = zeroblob(32), content = zeroblob(9) WHERE idx = {index};");
    let listed_nowhere = wipe(4) + "INSERT INTO erasure VALUES (4, 12)";
    assert_eq!(fault(&listed_nowhere), (4, Fault::NoSuchForget(12)));
    let by_an_earlier_one = wipe(4) + "INSERT INTO erasure VALUES (4, 3)";
    assert_eq!(fault(&by_an_earlier_one), (4, Fault::NoSuchForget(3)));
    let by_nobody = wipe(4) + "INSERT INTO erasure VALUES (4, 99)";
    assert_eq!(fault(&by_nobody), (4, Fault::NoSuchForget(99)));
    let an_ask = wipe(8) + "INSERT INTO erasure VALUES (8, 12)";
    assert_eq!(fault(&an_ask), (8, Fault::NoSuchForget(12)));
    assert_eq!(fault(&wipe(4)), (4, Fault::Block(Broken::Content(ContentError::Digest))));
    // Erased and listed, but not marked as erased.
    let digest = Fault::Block(Broken::Content(ContentError::Digest));
    assert_eq!(fault("DELETE FROM erasure WHERE idx = 2"), (2, digest));
    // Marked as erased by another block.
    for by in [12, 10, 8, 4, 1, 99] {
        let another = fault(&format!("UPDATE erasure SET by = {by} WHERE idx = 1"));
        assert_eq!(another, (1, Fault::NoSuchForget(by)));
    }
    assert_eq!(fault("UPDATE erasure SET by = 11 WHERE idx = 10"), (10, Fault::NoSuchForget(11)));
    assert_eq!(fault("UPDATE erasure SET by = 10 WHERE idx = 10"), (10, Fault::NoSuchForget(10)));
    // Some of it is there again.
    assert_eq!(fault("UPDATE block SET content = X'01' WHERE idx = 10"), (10, Fault::NotErased(12)));
    assert_eq!(fault("UPDATE block SET salt = X'01' WHERE idx = 10"), (10, Fault::NotErased(12)));
    // An erasure of a future block would hide that block as soon as it is there.
    assert_eq!(fault("INSERT INTO erasure VALUES (14, 12)"), (14, Fault::Stray));
    assert_eq!(fault("INSERT INTO version VALUES (14, 13)"), (14, Fault::Stray));
    assert_eq!(
        fault("INSERT INTO block SELECT -1, bytes, hash, salt, content FROM block WHERE idx = 5"),
        (u64::MAX, Fault::Stray)
    );
}

#[tokio::test]
async fn content_that_was_erased_cannot_come_back_unseen() {
    let genome = Genome::new().await;
    let backup = genome.copy();
    let node = open(genome.0.path());
    assert_eq!(forget(&node, "d").await, Ok(vec![LAST]));
    drop(node);
    let refill = format!(
        "ATTACH '{}' AS backup;
         UPDATE block SET (salt, content) = (SELECT salt, content FROM backup.block WHERE idx = 13) WHERE idx = 13;",
        backup.directory().genome().display()
    );
    assert_eq!(genome.fault(&refill), (13, Fault::NotErased(14)));
    let unforget = refill
        + "DELETE FROM erasure WHERE idx = 13; INSERT INTO answer SELECT * FROM backup.answer
                             WHERE idx = 13";
    assert_eq!(genome.fault(&unforget), (14, Fault::ForgetDisagrees(13)));
}

#[tokio::test]
async fn the_current_answer_of_every_stimulus_is_its_newest_teach() {
    let genome = Genome::new().await;
    let fault = |sql: &str| genome.fault(sql);
    assert_eq!(fault("DELETE FROM answer WHERE idx = 7"), (5, Fault::Answer));
    assert_eq!(fault("DELETE FROM answer WHERE idx = 13"), (13, Fault::Answer));
    // An older version answers.
    assert_eq!(fault("UPDATE answer SET idx = 5 WHERE idx = 7"), (6, Fault::Answer));
    assert_eq!(fault("UPDATE answer SET idx = 6 WHERE idx = 7"), (7, Fault::Answer));
    // Another stimulus, another kind of block, an erased one or none answers.
    for wrong in [13, 8, 10, 12, 0, 99] {
        let redirected = fault(&format!("UPDATE answer SET idx = {wrong} WHERE idx = 4"));
        assert_eq!(redirected, if wrong < 4 { (4, Fault::Answer) } else { (wrong, Fault::WrongAnswer) });
    }
    // A stimulus that was never taught has an answer.
    assert_eq!(fault("INSERT INTO answer VALUES (zeroblob(32), 13)"), (13, Fault::WrongAnswer));
    assert_eq!(fault("INSERT INTO answer VALUES (X'00', 13)"), (13, Fault::WrongAnswer));
    assert_eq!(fault("INSERT INTO answer VALUES (X'', 13)"), (13, Fault::WrongAnswer));
}

#[tokio::test]
async fn the_list_of_a_forget_is_no_text_even_where_its_bytes_read_as_one() {
    let genome = Genome(tempfile::tempdir().unwrap());
    let node = open(genome.0.path());
    for filler in 1..8 {
        teach(&node, &filler.to_string(), "x").await;
    }
    teach(&node, "eight and nine", "x").await;
    teach(&node, "eight and nine", "y").await;
    // Read as a TEACH, the indexes 8 and 9 are an empty stimulus and a response of eight letters.
    assert_eq!(forget(&node, "eight and nine").await, Ok(vec![8, 9]));
    drop(node);
    let empty = Key::of("").0.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(
        genome.fault(&format!("INSERT INTO answer VALUES (X'{empty}', 10)")),
        (10, Fault::WrongAnswer)
    );
}

#[tokio::test]
async fn every_teach_names_the_one_it_replaced() {
    let genome = Genome::new().await;
    let fault = |sql: &str| genome.fault(sql);
    // Another stimulus, another kind of block, itself, a later or an erased one.
    for wrong in [4, 0, 7, 13, 2, 99] {
        let redirected = fault(&format!("UPDATE version SET replaces = {wrong} WHERE idx = 7"));
        assert_eq!(redirected, (7, Fault::Unlinked(6)));
        let linked = fault(&format!("INSERT INTO version VALUES (5, {wrong})"));
        assert_eq!(linked, (5, Fault::Replaces(wrong)));
    }
    // A version left out would outlive its FORGET.
    assert_eq!(fault("UPDATE version SET replaces = 5 WHERE idx = 7"), (7, Fault::Unlinked(6)));
    assert_eq!(fault("DELETE FROM version WHERE idx = 7"), (7, Fault::Unlinked(6)));
    assert_eq!(fault("DELETE FROM version WHERE idx = 6"), (6, Fault::Unlinked(5)));
}

/// Everything in the tables, except links that nothing follows: of blocks that are erased, or no TEACH.
fn dump(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut lines = Vec::new();
    for table in [
        "SELECT hex(idx) || hex(bytes) || hex(hash) || hex(salt) || hex(content) FROM block",
        "SELECT idx || '-' || replaces FROM version WHERE idx NOT IN (SELECT idx FROM erasure)
           AND idx IN (SELECT idx FROM block WHERE substr(bytes, 17, 2) = x'0101')",
        "SELECT idx || '-' || by FROM erasure",
        "SELECT hex(key) || idx FROM answer",
    ] {
        let mut statement = connection.prepare(table)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        lines.extend(rows.collect::<rusqlite::Result<Vec<String>>>()?);
    }
    Ok(lines)
}

#[tokio::test]
async fn a_flipped_bit_anywhere_in_the_file_is_found_or_changes_nothing() {
    let genome = Genome::new().await;
    let (file, original) = (genome.directory().genome(), dump(&genome.connection()).unwrap());
    let whole = std::fs::read(&file).unwrap();
    let (mut found, mut idle) = (0, 0);
    let mut position = 3;
    while position < whole.len() {
        let mut flipped = whole.clone();
        flipped[position] ^= 1 << (position % 8);
        std::fs::write(&file, &flipped).unwrap();
        match verify(&genome.directory(), |_| true) {
            Ok(Verdict::Sound { head, .. }) => {
                assert_eq!(head.index, LAST, "byte {position}");
                assert_eq!(dump(&genome.connection()).unwrap(), original, "byte {position}");
                idle += 1;
            }
            Ok(Verdict::Broken { .. }) | Err(_) => found += 1,
            Ok(Verdict::Cancelled) => unreachable!("it was not told to stop"),
        }
        // Every byte of the header and of the dense parts of a page would take minutes; a prime step reaches
        // all of these parts.
        position += 61;
    }
    std::fs::write(&file, &whole).unwrap();
    assert!(found > 300 && idle > 0, "{found} found, {idle} idle");
}

#[tokio::test]
async fn a_file_that_is_cut_or_no_database_is_an_error_and_no_panic() {
    let genome = Genome::new().await;
    let file = genome.directory().genome();
    let whole = std::fs::read(&file).unwrap();
    let unreadable = |bytes: &[u8]| {
        std::fs::write(&file, bytes).unwrap();
        !matches!(verify(&genome.directory(), |_| true), Ok(Verdict::Sound { .. }))
    };
    for length in [0, 1, 99, 100, 512, 8_191, 8_192, 16_384, whole.len() - 8_192, whole.len() - 1] {
        assert!(unreadable(&whole[..length]), "{length} bytes");
    }
    assert!(unreadable(&b"garbage ".repeat(5_000)));
    assert!(unreadable(&[&whole[..100], &[0xff; 50_000]].concat()));
    std::fs::remove_file(&file).unwrap();
    assert!(matches!(verify(&genome.directory(), |_| true), Err(OpenError::NoGenome(_))));
}

#[tokio::test]
async fn a_genome_whose_node_was_killed_is_verified_with_what_is_in_its_log() {
    let (root, killed) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let node = open(root.path());
    teach(&node, "a", "b").await;
    copy(root.path(), killed.path());
    drop(node);
    assert_eq!(Genome(killed).head(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_genome_that_is_written_meanwhile_is_sound_and_its_node_goes_on() {
    let root = tempfile::tempdir().unwrap();
    let node = Arc::new(open(root.path()));
    for number in 0..OLD {
        node.teach_in_batch(crate::trace::TraceId::random(), format!("old {number}"), "x".into()).await;
    }
    until("all is recorded", || node.reader().head().unwrap().index == OLD);
    let (writing, rounds) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicU64::new(0)));
    let writer = tokio::spawn({
        let (node, writing, rounds) = (Arc::clone(&node), Arc::clone(&writing), Arc::clone(&rounds));
        async move {
            let mut slowest = Duration::ZERO;
            while writing.load(Ordering::Relaxed) {
                let round = rounds.fetch_add(1, Ordering::Relaxed);
                // Old stimuli are taught again, forgotten and asked, ahead of the walk and behind it.
                let old = format!("old {}", (round * 617) % OLD);
                teach(&node, &old, "again").await;
                teach(&node, "the same", &round.to_string()).await;
                let started = Instant::now();
                assert_eq!(forget(&node, &old).await.map(|erased| erased.is_empty()), Ok(false));
                slowest = slowest.max(started.elapsed());
                assert_eq!(answer(&node, &old).await, None);
                if round % 3 == 0 {
                    teach(&node, &old, "anew").await;
                }
            }
            slowest
        }
    });
    let directory = DataDirectory::new(root.path());
    tokio::task::spawn_blocking(move || {
        let (started, mut walks) = (Instant::now(), 0);
        while walks < 8 || rounds.load(Ordering::Relaxed) < 20 {
            walks += 1;
            assert!(started.elapsed() < Duration::from_secs(60), "the writer makes no progress");
            let verdict = verify(&directory, |_| true).unwrap();
            assert!(matches!(verdict, Verdict::Sound { .. }), "{verdict:?}");
        }
    })
    .await
    .unwrap();
    writing.store(false, Ordering::Relaxed);
    let slowest = writer.await.unwrap();
    assert!(slowest < Duration::from_secs(2), "a FORGET took {slowest:?} during a verification");
}
