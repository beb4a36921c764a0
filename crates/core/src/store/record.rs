//! What one event changes in the store: its block, its content and the current answer, in one transaction.

use kolibri_genome::{Ask, Chain, Content, EventType, Forget, SALT_LEN, Sealed, Teach};
use rusqlite::{Connection, params};

use super::BlockRef;
use super::read::current;
use crate::text::Key;

/// An event on its way into the genome.
#[derive(Debug)]
pub(crate) enum Event {
    /// Teach an association under its key.
    Teach { key: Key, teach: Teach },
    /// Record how a question was answered.
    Ask(Ask),
    /// Forget what is taught under a key.
    Forget { key: Key },
}

/// What became of an event.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It is a block now; a FORGET also names the blocks it erased.
    Recorded { block: BlockRef, erased: Vec<u64> },
    /// A FORGET found nothing under its key.
    NotTaught,
}

impl Outcome {
    /// Whether text was overwritten in the database.
    pub(super) fn erased_something(&self) -> bool {
        matches!(self, Self::Recorded { erased, .. } if !erased.is_empty())
    }
}

impl Event {
    /// What the event is recorded as.
    pub(super) fn event_type(&self) -> EventType {
        match self {
            Self::Teach { .. } => EventType::Teach,
            Self::Ask(_) => EventType::Ask,
            Self::Forget { .. } => EventType::Forget,
        }
    }

    /// Bytes of text the event carries.
    pub(super) fn text_len(&self) -> usize {
        match self {
            Self::Teach { teach, .. } => teach.stimulus.len() + teach.response.len(),
            Self::Ask(_) | Self::Forget { .. } => 0,
        }
    }

    /// Whether somebody waits for the block to be durable.
    pub(super) fn is_awaited(&self) -> bool {
        !matches!(self, Self::Ask(_))
    }
}

/// Applies `event` inside the caller's open transaction.
pub(super) fn apply(
    connection: &Connection,
    chain: &mut Chain,
    time: u64,
    salt: &[u8; SALT_LEN],
    event: Event,
) -> rusqlite::Result<Outcome> {
    match event {
        Event::Teach { key, teach } => apply_teach(connection, chain, time, salt, key, teach),
        Event::Ask(ask) => {
            let block = append(connection, &seal(chain, time, salt, &Content::Ask(ask))?, salt, None)?;
            Ok(Outcome::Recorded { block, erased: Vec::new() })
        }
        Event::Forget { key } => apply_forget(connection, chain, time, salt, key),
    }
}

/// Begins a genome: writes block 0.
pub(super) fn begin(
    connection: &Connection,
    time: u64,
    salt: &[u8; SALT_LEN],
    genome_id: [u8; 16],
) -> rusqlite::Result<Chain> {
    let (chain, genesis) = Chain::begin(time, salt, genome_id);
    append(connection, &genesis, salt, None)?;
    Ok(chain)
}

fn apply_teach(
    connection: &Connection,
    chain: &mut Chain,
    time: u64,
    salt: &[u8; SALT_LEN],
    key: Key,
    teach: Teach,
) -> rusqlite::Result<Outcome> {
    let replaces = current(connection, key)?;
    let block = append(connection, &seal(chain, time, salt, &Content::Teach(teach))?, salt, replaces)?;
    connection
        .prepare_cached(
            "INSERT INTO answer (key, idx) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET idx = ?2",
        )?
        .execute(params![key.0, block.index as i64])?;
    Ok(Outcome::Recorded { block, erased: Vec::new() })
}

fn apply_forget(
    connection: &Connection,
    chain: &mut Chain,
    time: u64,
    salt: &[u8; SALT_LEN],
    key: Key,
) -> rusqlite::Result<Outcome> {
    let Some(forget) = Forget::new(versions(connection, key)?) else {
        return Ok(Outcome::NotTaught);
    };
    let erased = forget.erased().to_vec();
    let block = append(connection, &seal(chain, time, salt, &Content::Forget(forget))?, salt, None)?;
    for index in &erased {
        erase(connection, *index, block.index)?;
    }
    connection.prepare_cached("DELETE FROM answer WHERE key = ?")?.execute([key.0])?;
    Ok(Outcome::Recorded { block, erased })
}

/// Seals the next block. One that would break the genome fails the commit: the links in the file are wrong.
fn seal(chain: &mut Chain, time: u64, salt: &[u8; SALT_LEN], content: &Content) -> rusqlite::Result<Sealed> {
    chain.seal(time, salt, content).map_err(|broken| rusqlite::Error::ToSqlConversionFailure(broken.into()))
}

fn append(
    connection: &Connection,
    sealed: &Sealed,
    salt: &[u8; SALT_LEN],
    replaces: Option<u64>,
) -> rusqlite::Result<BlockRef> {
    let index = sealed.block.index;
    connection
        .prepare_cached(
            "INSERT INTO block (idx, bytes, hash, salt, content, replaces) VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            index as i64,
            sealed.block.to_bytes(),
            sealed.hash.as_bytes(),
            salt,
            sealed.content,
            replaces.map(|index| index as i64),
        ])?;
    Ok(BlockRef { index, hash: sealed.hash })
}

/// Overwrites in place: the row keeps its length, so SQLite writes zeros over the very bytes of the text.
fn erase(connection: &Connection, index: u64, by: u64) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE block SET salt = zeroblob(length(salt)), content = zeroblob(length(content)) WHERE idx = ?",
        )?
        .execute([index as i64])?;
    connection
        .prepare_cached("INSERT INTO erasure (idx, by) VALUES (?, ?)")?
        .execute([index as i64, by as i64])
        .map(drop)
}

/// Every TEACH block that led to the current answer of `key`, newest first; none when there is no answer.
fn versions(connection: &Connection, key: Key) -> rusqlite::Result<Vec<u64>> {
    let mut statement = connection.prepare_cached("SELECT replaces FROM block WHERE idx = ?")?;
    let mut versions = Vec::new();
    let mut next = current(connection, key)?;
    while let Some(index) = next {
        versions.push(index);
        let older: Option<i64> = statement.query_row([index as i64], |row| row.get(0))?;
        next = match older {
            // A link that leads nowhere earlier is damage, and could be followed forever.
            Some(older) if older as u64 >= index => {
                return Err(rusqlite::Error::IntegralValueOutOfRange(0, older));
            }
            older => older.map(|older| older as u64),
        };
    }
    Ok(versions)
}
