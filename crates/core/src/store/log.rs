//! Whether the write-ahead log still has what was committed to it. SQLite checks that when it opens a log, and not while one is in
//! use: what somebody wrote over it then would be read as if it were the genome, and all that follows would be lost with a crash
//! (ADR 0020).
//!
//! The log is a header of 32 bytes, and frames: 24 bytes and a page each. A frame's check sums also cover every frame before it
//! ("The Write-Ahead Log" in SQLite's file format).

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::Connection;

/// What a log begins with when its check sums read words with the lowest byte first.
const LITTLE_ENDIAN: u32 = 0x377f_0682;
/// The same with the highest byte first.
const BIG_ENDIAN: u32 = 0x377f_0683;

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// The longest page of a SQLite database, in bytes.
const MAX_PAGE: u32 = 65536;

/// Frames that are read at once.
const AT_ONCE: u32 = 32;

/// After this time the log is read from its beginning again.
const ROUND: Duration = Duration::from_secs(1);

/// A frame is not what was committed, or the header is not one: frame 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Garbled {
    pub(super) frame: u32,
}

/// How many frames of the log are committed, as this connection knows it.
pub(super) fn committed(connection: &Connection) -> rusqlite::Result<u32> {
    let frames = connection
        .prepare_cached("PRAGMA wal_checkpoint(NOOP)")?
        .query_row([], |row| row.get::<_, i64>(1))?;
    // -1 where there is no log.
    Ok(u32::try_from(frames).unwrap_or(0))
}

/// A log that is read along while it grows, a little at a time, and from its beginning again after each round.
pub(super) struct Log {
    file: File,
    /// Which log it is, by its header, and since when.
    now: Option<([u8; HEADER], Instant)>,
    round: Option<Round>,
    /// What was checked because it was about to be copied.
    copied: Option<Walk>,
}

/// One reading of the log, from its beginning.
struct Round {
    walk: Walk,
    begun: Instant,
    /// Frames that were committed when it began.
    committed: u32,
}

/// How far a log was read.
struct Walk {
    header: [u8; HEADER],
    page: usize,
    frames: u32,
    sums: Sums,
    buffer: Vec<u8>,
}

impl Log {
    pub(super) fn open(path: &Path) -> std::io::Result<Self> {
        Ok(Self { file: File::open(path)?, now: None, round: None, copied: None })
    }

    /// Checks that it begins like a log.
    pub(super) fn check_header(&self) -> Result<(), Garbled> {
        self.begin().map(|_| ())
    }

    /// Checks some more of the `committed` frames, for about this `time`. Nobody may write the log meanwhile. One that is young is
    /// left alone: it soon is older, or is checked before it is copied.
    pub(super) fn read_on(&mut self, committed: u32, time: Duration) -> Result<(), Garbled> {
        let begun = Instant::now();
        if committed == 0 {
            self.round = None;
            return Ok(());
        }
        let header = self.header()?;
        match self.now {
            Some((now, since)) if now == header && since.elapsed() < ROUND => return Ok(()),
            Some((now, _)) if now == header => {}
            _ => {
                self.now = Some((header, begun));
                self.round = None;
                return Ok(());
            }
        }
        let mut round = match self.round.take() {
            Some(round) if !round.is_old(committed) => round,
            _ => Round { walk: self.begin()?, begun, committed },
        };
        while round.walk.frames < committed {
            round.walk.check_some(&self.file, committed)?;
            if begun.elapsed() >= time {
                break;
            }
        }
        self.round = Some(round);
        Ok(())
    }

    /// Checks those of the `committed` frames that were not checked by it before: they are about to be copied into the database.
    pub(super) fn check_new(&mut self, committed: u32) -> Result<(), Garbled> {
        if committed == 0 {
            return Ok(());
        }
        let header = self.header()?;
        let mut walk = match self.copied.take() {
            Some(walk) if walk.header == header => walk,
            _ => self.begin()?,
        };
        walk.check_all(&self.file, committed)?;
        self.copied = Some(walk);
        Ok(())
    }

    /// Checks all of the `committed` frames.
    pub(super) fn check(&self, committed: u32) -> Result<(), Garbled> {
        if committed == 0 {
            return Ok(());
        }
        self.begin()?.check_all(&self.file, committed)
    }

    fn begin(&self) -> Result<Walk, Garbled> {
        Walk::begin(self.header()?).ok_or(Garbled { frame: 0 })
    }

    fn header(&self) -> Result<[u8; HEADER], Garbled> {
        let mut header = [0; HEADER];
        self.file.read_exact_at(&mut header, 0).map_err(|_| Garbled { frame: 0 })?;
        Ok(header)
    }
}

impl Round {
    /// Whether it was read to its end, and what was read may have been overwritten by now, while something was committed.
    fn is_old(&self, committed: u32) -> bool {
        let is_over = self.walk.frames >= committed && self.begun.elapsed() >= ROUND;
        is_over && self.committed != committed
    }
}

impl Walk {
    /// `None` for what is no header.
    fn begin(header: [u8; HEADER]) -> Option<Self> {
        let is_big = match word(&header, 0) {
            LITTLE_ENDIAN => false,
            BIG_ENDIAN => true,
            _ => return None,
        };
        let page = word(&header, 8);
        if !page.is_power_of_two() || !(512..=MAX_PAGE).contains(&page) {
            return None;
        }
        let mut sums = Sums { is_big, first: 0, second: 0 };
        sums.add(&header[..24]);
        let is_header = sums.are(&header, 24);
        is_header.then(|| Self { header, page: page as usize, frames: 0, sums, buffer: Vec::new() })
    }

    fn check_all(&mut self, log: &File, committed: u32) -> Result<(), Garbled> {
        while self.frames < committed {
            self.check_some(log, committed)?;
        }
        Ok(())
    }

    /// Checks the next frames, as many as are read at once, of those that are committed.
    fn check_some(&mut self, log: &File, committed: u32) -> Result<(), Garbled> {
        let frame = FRAME_HEADER + self.page;
        let at = HEADER as u64 + u64::from(self.frames) * frame as u64;
        let many = committed.saturating_sub(self.frames).min(AT_ONCE) as usize;
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.resize(many * frame, 0);
        // Which of them is cut does not matter.
        log.read_exact_at(&mut buffer, at).map_err(|_| Garbled { frame: self.frames + 1 })?;
        buffer.chunks_exact(frame).try_for_each(|frame| self.check(frame))?;
        self.buffer = buffer;
        Ok(())
    }

    /// Checks the next frame.
    fn check(&mut self, frame: &[u8]) -> Result<(), Garbled> {
        self.frames += 1;
        self.sums.add(&frame[..8]);
        self.sums.add(&frame[FRAME_HEADER..]);
        let is_of_this_log = frame[8..16] == self.header[16..24];
        match is_of_this_log && self.sums.are(frame, 16) {
            true => Ok(()),
            false => Err(Garbled { frame: self.frames }),
        }
    }
}

/// The check sums of everything so far ("Checksum Algorithm").
struct Sums {
    is_big: bool,
    first: u32,
    second: u32,
}

impl Sums {
    /// Adds bytes, a multiple of eight of them.
    fn add(&mut self, bytes: &[u8]) {
        match self.is_big {
            true => self.add_words(bytes, u32::from_be_bytes),
            false => self.add_words(bytes, u32::from_le_bytes),
        }
    }

    fn add_words(&mut self, bytes: &[u8], number: impl Fn([u8; 4]) -> u32) {
        let (words, _) = bytes.as_chunks::<4>();
        for pair in words.chunks_exact(2) {
            self.first = self.first.wrapping_add(number(pair[0])).wrapping_add(self.second);
            self.second = self.second.wrapping_add(number(pair[1])).wrapping_add(self.first);
        }
    }

    /// Whether they are what is written there.
    fn are(&self, bytes: &[u8], at: usize) -> bool {
        (self.first, self.second) == (word(bytes, at), word(bytes, at + 4))
    }
}

/// Numbers in the log have their highest byte first, whatever the order of its check sums.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes[at..at + 4].iter().fold(0, |word, byte| word << 8 | u32::from(*byte))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use proptest::prelude::*;

    use super::*;
    use crate::store::{Durability, schema};

    const LONG: Duration = Duration::from_secs(60);

    /// A database with a log of some frames.
    struct Written {
        root: tempfile::TempDir,
        connection: Connection,
        log: Log,
    }

    impl Written {
        fn new() -> Self {
            let root = tempfile::tempdir().unwrap();
            let path = root.path().join("genome.db");
            let connection = schema::open_writer(&path, Durability::Buffered).unwrap();
            connection.execute_batch("CREATE TABLE written (x)").unwrap();
            let log = Log::open(&schema::beside(&path, "-wal")).unwrap();
            Self { root, connection, log }
        }

        fn path(&self) -> PathBuf {
            self.root.path().join("genome.db-wal")
        }

        fn write(&self, bytes: u32) {
            self.connection.execute("INSERT INTO written VALUES (zeroblob(?1))", [bytes]).unwrap();
        }

        /// As if the log were no longer young.
        fn age(&mut self) {
            if let Some((_, since)) = &mut self.log.now {
                *since -= ROUND;
            }
        }

        /// Frames that this round has read.
        fn read(&self) -> u32 {
            self.log.round.as_ref().map_or(0, |round| round.walk.frames)
        }

        /// As if the time of a round had passed.
        fn end_round(&mut self) {
            self.log.round.as_mut().unwrap().begun -= ROUND;
        }

        fn committed(&self) -> u32 {
            committed(&self.connection).unwrap()
        }

        fn empty(&self, mode: &str) {
            let pragma = format!("PRAGMA wal_checkpoint({mode})");
            self.connection.query_row(&pragma, [], |_| Ok(())).unwrap();
        }

        fn change(&self, at: u64, change: impl FnOnce(u8) -> u8) {
            let file = File::options().read(true).write(true).open(self.path()).unwrap();
            let mut byte = [0];
            file.read_exact_at(&mut byte, at).unwrap();
            file.write_all_at(&[change(byte[0])], at).unwrap();
        }
    }

    #[test]
    fn what_sqlite_writes_is_sound_as_it_grows_is_copied_and_begins_anew() {
        let mut written = Written::new();
        for round in 0..60 {
            written.write(1000 * round);
            match round % 20 {
                7 => written.empty("PASSIVE"),
                14 => written.empty("RESTART"),
                19 => written.empty("TRUNCATE"),
                _ => {}
            }
            let frames = written.committed();
            assert_eq!(written.log.check(frames), Ok(()));
            assert_eq!(written.log.read_on(frames, LONG), Ok(()));
            written.age();
            assert_eq!(written.log.read_on(frames, LONG), Ok(()));
            assert_eq!(written.read(), frames);
            assert_eq!(written.log.check_new(frames), Ok(()));
        }
        written.write(100_000);
        let frames = written.committed();
        assert!(frames > 24, "{frames}");
        assert!(written.log.check(frames + 1).is_err(), "nothing follows");
    }

    #[test]
    fn it_is_read_little_by_little_and_then_again() {
        let mut written = Written::new();
        written.write(1_000_000);
        let frames = written.committed();
        assert_eq!(written.log.read_on(frames, LONG), Ok(()), "a young log is not read");
        assert!(written.log.round.is_none());
        written.age();
        while written.read() < frames {
            let before = written.read();
            assert_eq!(written.log.read_on(frames, Duration::ZERO), Ok(()));
            assert_eq!(written.read(), frames.min(before + AT_ONCE));
        }
        written.change(5000, |byte| !byte);
        written.end_round();
        assert_eq!(written.log.read_on(frames, LONG), Ok(()), "nothing was committed since");
        written.write(1);
        let frames = written.committed();
        assert_eq!(written.log.read_on(frames, LONG), Ok(()), "that part was read a moment ago");
        written.end_round();
        assert_eq!(written.log.read_on(frames, LONG), Err(Garbled { frame: 2 }));
    }

    #[test]
    fn each_frame_is_checked_before_it_is_copied() {
        let mut written = Written::new();
        written.write(50_000);
        let before = written.committed();
        assert_eq!(written.log.check_new(before), Ok(()));
        written.write(50_000);
        written.change(5000, |byte| !byte);
        assert_eq!(written.log.check_new(written.committed()), Ok(()), "that one was copied");
        written.write(50_000);
        written.change(32 + u64::from(written.committed() - 1) * 4120, |byte| !byte);
        assert_eq!(written.log.check_new(written.committed()), Err(Garbled { frame: written.committed() }));
        // After that it is read from its beginning.
        assert_eq!(written.log.check_new(written.committed()), Err(Garbled { frame: 2 }));
    }

    #[test]
    fn a_log_that_was_cut_ends_where_it_was_cut() {
        let written = Written::new();
        written.write(100_000);
        let (frames, path) = (written.committed(), written.path());
        let length = path.metadata().unwrap().len();
        File::options().write(true).open(&path).unwrap().set_len(length - 1).unwrap();
        assert_eq!(written.log.check(frames), Err(Garbled { frame: 1 }), "one of the first");
        File::options().write(true).open(&path).unwrap().set_len(0).unwrap();
        assert_eq!(written.log.check(frames), Err(Garbled { frame: 0 }));
        assert!(written.log.check_header().is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn any_byte_that_is_changed_is_noticed(at in 0_u64..50_000, flip in 1_u8..) {
            let written = Written::new();
            written.write(50_000);
            written.change(at, |byte| byte ^ flip);
            let frame = at.checked_sub(32).map_or(0, |after| after / 4120 + 1);
            let found = written.log.check(written.committed()).unwrap_err();
            prop_assert_eq!(u64::from(found.frame), frame);
        }
    }
}
