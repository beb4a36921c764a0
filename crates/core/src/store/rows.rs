//! The rows of the genome's file at one moment: every statement that reads is here.

use std::ops::Range;

use kolibri_genome::{Block, Broken, EVENT_AT, EventType, Hash, Head};
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row};

use super::feed::changes_knowledge;
use super::{Recorded, StoredBlock};
use crate::text::Key;

/// One row of `block`, as it is in the file.
pub(super) struct Raw {
    pub(super) index: u64,
    pub(super) bytes: Vec<u8>,
    pub(super) hash: Vec<u8>,
    pub(super) salt: Vec<u8>,
    pub(super) content: Vec<u8>,
    pub(super) replaces: Option<u64>,
    pub(super) erased_by: Option<u64>,
}

const RAW: &str = "SELECT b.idx, b.bytes, b.hash, b.salt, b.content, v.replaces, e.by
                   FROM block b LEFT JOIN version v ON v.idx = b.idx LEFT JOIN erasure e ON e.idx = b.idx";
/// The last block alone, which the tables of every version have.
const LAST: &str = "SELECT idx, bytes, hash, salt, content, NULL, NULL FROM block ORDER BY idx DESC LIMIT 1";

impl Raw {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            index: unsigned(row.get(0)?),
            bytes: blob(row, 1)?,
            hash: blob(row, 2)?,
            salt: blob(row, 3)?,
            content: blob(row, 4)?,
            replaces: row.get::<_, Option<i64>>(5)?.map(unsigned),
            erased_by: row.get::<_, Option<i64>>(6)?.map(unsigned),
        })
    }

    /// The hash that was stored; one of a wrong length becomes a value that no block hashes to.
    pub(super) fn stored_hash(&self) -> Hash {
        Hash(self.hash.as_slice().try_into().unwrap_or([0; 32]))
    }

    /// The block, if its bytes have the stored hash. Its place in the genome is not checked.
    pub(super) fn block(&self) -> Result<Block, Broken> {
        let (computed, stored) = (Block::hash_bytes(&self.bytes), self.stored_hash());
        if computed != stored {
            return Err(Broken::Hash { computed, stored });
        }
        Ok(Block::from_bytes(&self.bytes)?)
    }

    /// The block with its content, which is checked against the block's digest.
    pub(super) fn stored(&self) -> Result<StoredBlock, Broken> {
        let block = Block::from_bytes(&self.bytes)?;
        let recorded = match self.erased_by {
            Some(by) => Recorded::Erased { by },
            None => block.open(&self.salt, &self.content).map_or_else(Recorded::Broken, Recorded::Content),
        };
        Ok(StoredBlock { block, hash: self.stored_hash(), recorded, replaces: self.replaces })
    }
}

/// The bytes in a column. A value of another type can only be damage. It reads as empty, which no block is.
fn blob(row: &Row<'_>, column: usize) -> rusqlite::Result<Vec<u8>> {
    Ok(row.get_ref(column)?.as_blob().unwrap_or_default().to_vec())
}

/// SQLite has only signed numbers; a negative one can only be damage, and becomes an index that no block has.
fn unsigned(number: i64) -> u64 {
    number.cast_unsigned()
}

/// The rows at one moment. Reads of one snapshot agree with each other if its connection is in a transaction.
#[derive(Clone, Copy)]
pub(super) struct Snapshot<'a>(&'a Connection);

impl<'a> Snapshot<'a> {
    /// What `connection` sees.
    pub(super) fn of(connection: &'a Connection) -> Self {
        Self(connection)
    }

    /// The rows from `from` on, at most `limit`, in order.
    pub(super) fn rows(self, from: u64, limit: usize) -> rusqlite::Result<Vec<Raw>> {
        self.rows_from()?.query_map([signed(from)], Raw::of)?.take(limit).collect()
    }

    /// Without a bound LIMIT: SQLite plans the statement again for each new value, which takes longer than
    /// reading a row.
    fn rows_from(self) -> rusqlite::Result<CachedStatement<'a>> {
        self.0.prepare_cached(&format!("{RAW} WHERE b.idx >= ? ORDER BY b.idx"))
    }

    /// How often SQLite planned the statement of [`Snapshot::rows`] again.
    #[cfg(test)]
    pub(super) fn replanned(self) -> rusqlite::Result<i32> {
        Ok(self.rows_from()?.get_status(rusqlite::StatementStatus::RePrepare))
    }

    /// The row at `index`, if there is one.
    pub(super) fn row(self, index: u64) -> rusqlite::Result<Option<Raw>> {
        self.0
            .prepare_cached(&format!("{RAW} WHERE b.idx = ?"))?
            .query_row([signed(index)], Raw::of)
            .optional()
    }

    /// The rows of a range whose events change what can be asked, and with `asks` the questions, at most `limit`, in
    /// order. The content of others is not read.
    pub(super) fn knowledge(self, range: Range<u64>, asks: bool, limit: usize) -> rusqlite::Result<Vec<Raw>> {
        let codes: Vec<String> = EventType::ALL
            .into_iter()
            .filter(|event| changes_knowledge(*event) || asks && *event == EventType::Ask)
            .map(|event| format!("x'{}'", event.code().map(|byte| format!("{byte:02x}")).concat()))
            .collect();
        let codes = codes.join(", ");
        self.0
            .prepare_cached(&format!(
                "{RAW} WHERE b.idx >= ? AND b.idx < ? AND {} IN ({codes}) ORDER BY b.idx",
                event_code("b.bytes")
            ))?
            .query_map([signed(range.start), signed(range.end)], Raw::of)?
            .take(limit)
            .collect()
    }

    /// The last block, or what is wrong with it; `None` if there is no block.
    pub(super) fn head(self) -> rusqlite::Result<Option<Result<Head, Broken>>> {
        let row = self.0.prepare_cached(LAST)?.query_row([], Raw::of).optional()?;
        Ok(row.map(|raw| {
            let block = raw.block()?;
            match block.index == raw.index {
                true => Ok(Head { index: block.index, time: block.time, hash: raw.stored_hash() }),
                false => Err(Broken::Index { expected: raw.index, found: block.index }),
            }
        }))
    }

    /// How many blocks there are, counted by the last index.
    pub(super) fn length(self) -> rusqlite::Result<u64> {
        self.number("SELECT coalesce(max(idx) + 1, 0) FROM block")
    }

    /// How many current answers there are.
    pub(super) fn count_answers(self) -> rusqlite::Result<u64> {
        self.number("SELECT count(*) FROM answer")
    }

    fn number(self, query: &str) -> rusqlite::Result<u64> {
        self.0.prepare_cached(query)?.query_row([], |row| row.get(0)).map(unsigned)
    }

    /// The block that answers `key` now.
    pub(super) fn current(self, key: Key) -> rusqlite::Result<Option<u64>> {
        self.0
            .prepare_cached("SELECT idx FROM answer WHERE key = ?")?
            .query_row([key.0], |row| row.get(0))
            .optional()
            .map(|index| index.map(unsigned))
    }

    /// The row that answers `key` now.
    pub(super) fn answer(self, key: Key) -> rusqlite::Result<Option<Raw>> {
        self.0
            .prepare_cached(&format!("{RAW} WHERE b.idx = (SELECT idx FROM answer WHERE key = ?)"))?
            .query_row([key.0], Raw::of)
            .optional()
    }

    /// Current answers in the order of their keys, from `from` on, at most `limit`.
    pub(super) fn answers(self, from: &[u8], limit: usize) -> rusqlite::Result<Vec<(Vec<u8>, u64)>> {
        self.0
            .prepare_cached("SELECT key, idx FROM answer WHERE key >= ? ORDER BY key")?
            .query_map([from], |row| Ok((row.get(0)?, unsigned(row.get(1)?))))?
            .take(limit)
            .collect()
    }

    /// Every TEACH block that led to the current answer of `key`, newest first; none when there is no answer.
    pub(super) fn versions(self, key: Key) -> rusqlite::Result<Vec<u64>> {
        let mut statement = self.0.prepare_cached("SELECT replaces FROM version WHERE idx = ?")?;
        let mut versions = Vec::new();
        let mut next = self.current(key)?;
        while let Some(index) = next {
            versions.push(index);
            let older: Option<i64> = statement.query_row([signed(index)], |row| row.get(0)).optional()?;
            next = match older {
                // A link that does not lead to an earlier block is damage, and could be followed forever.
                Some(older) if unsigned(older) >= index => {
                    return Err(rusqlite::Error::IntegralValueOutOfRange(0, older));
                }
                older => older.map(unsigned),
            };
        }
        Ok(versions)
    }

    /// The TEACH that replaced the one at `index`.
    pub(super) fn replaced_by(self, index: u64) -> rusqlite::Result<Option<u64>> {
        self.0
            .prepare_cached("SELECT idx FROM version WHERE replaces = ?")?
            .query_row([signed(index)], |row| row.get(0))
            .optional()
            .map(|index| index.map(unsigned))
    }

    /// The first bytes of a block's content, at most `length`.
    pub(super) fn beginning(self, index: u64, length: usize) -> rusqlite::Result<Option<Vec<u8>>> {
        self.0
            .prepare_cached("SELECT substr(content, 1, ?) FROM block WHERE idx = ?")?
            .query_row([signed(length as u64), signed(index)], |row| row.get(0))
            .optional()
    }

    /// The event type of block `index`, if the block exists and names one. Nothing else of it is checked.
    pub(super) fn event(self, index: u64) -> rusqlite::Result<Option<EventType>> {
        let code: Option<Vec<u8>> = self
            .0
            .prepare_cached(&format!("SELECT {} FROM block WHERE idx = ?", event_code("bytes")))?
            .query_row([signed(index)], |row| row.get(0))
            .optional()?;
        Ok(code.and_then(|code| EventType::from_code(code.try_into().ok()?).ok()))
    }

    /// The FORGET that erased block `index`, according to the database.
    pub(super) fn erased_by(self, index: u64) -> rusqlite::Result<Option<u64>> {
        self.0
            .prepare_cached("SELECT by FROM erasure WHERE idx = ?")?
            .query_row([signed(index)], |row| row.get(0))
            .optional()
            .map(|by| by.map(unsigned))
    }

    /// An erasure or a link whose block does not exist, or a block at an index that no block can have.
    pub(super) fn stray(self) -> rusqlite::Result<Option<u64>> {
        self.0
            .query_row(
                "SELECT idx FROM erasure WHERE idx NOT IN (SELECT idx FROM block)
                 UNION ALL SELECT idx FROM version WHERE idx NOT IN (SELECT idx FROM block)
                 UNION ALL SELECT idx FROM block WHERE idx < 0 LIMIT 1",
                [],
                |row| row.get(0),
            )
            .optional()
            .map(|index| index.map(unsigned))
    }
}

/// The event's code in a column that holds a block's bytes; SQLite counts from 1.
fn event_code(column: &str) -> String {
    format!("substr({column}, {}, {})", EVENT_AT.start + 1, EVENT_AT.len())
}

/// An index as SQLite keeps it. No genome is longer than SQLite can count.
pub(super) fn signed(index: u64) -> i64 {
    i64::try_from(index).unwrap_or(i64::MAX)
}
