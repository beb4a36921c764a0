//! What can go wrong, typed. Doors translate these once, at the edge.

use std::path::PathBuf;

use rusqlite::ErrorCode;
use serde::{Deserialize, Serialize};

use crate::store::{BlockRef, Loss};
use crate::trace::TraceId;

/// Why a command was refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// A text is empty, unreadable or too long.
    #[error("{field} {problem}")]
    Text {
        /// The field that holds the text.
        field: &'static str,
        /// What is wrong with it, in words.
        problem: String,
    },
    /// A FORGET of a stimulus that was never taught, or was forgotten already.
    #[error("this stimulus is not taught; write it as it was taught (case and white space do not matter)")]
    NotTaught,
    /// A TEACH or a FORGET of an answer that another has replaced since, or that was forgotten.
    #[error("this was changed meanwhile: {} by now; nothing was recorded, look at that first", answers(now))]
    ChangedMeanwhile {
        /// The block that answers now; `None` if nothing does.
        now: Option<u64>,
    },
    /// A name that is not a command's.
    #[error("there is no such command; the commands are TEACH, ASK and FORGET")]
    UnknownCommand,
    /// The queue before the genome is full.
    #[error("commands arrive faster than the node can record them; nothing was recorded, try again")]
    QueueFull,
    /// The genome cannot be written for now. Nothing was written, so there is no doubt: trying again is safe.
    #[error("the genome cannot be written now ({0}); nothing was recorded, try again")]
    StoreBusy(String),
    /// The store failed, and takes nothing more until it could be read back and written again.
    #[error(
        "the store failed and accepts nothing until it can be written again: {reason}{}",
        broken_by(cause)
    )]
    StoreFailed {
        /// What went wrong, in words.
        reason: String,
        /// The trace of the command that broke it; `None` for that command itself.
        cause: Option<TraceId>,
    },
    /// A stored answer or the index could not be read.
    #[error("the stored knowledge could not be read: {0}")]
    Unreadable(String),
    /// The node is stopping.
    #[error("the node is stopping and accepts no more commands")]
    Stopping,
}

/// Why a command failed, from a closed set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// See [`CommandError::Text`].
    InvalidText,
    /// See [`CommandError::NotTaught`].
    NotTaught,
    /// See [`CommandError::ChangedMeanwhile`].
    ChangedMeanwhile,
    /// See [`CommandError::UnknownCommand`].
    UnknownCommand,
    /// See [`CommandError::QueueFull`].
    QueueFull,
    /// See [`CommandError::StoreBusy`].
    StoreBusy,
    /// See [`CommandError::StoreFailed`].
    StoreFailed,
    /// See [`CommandError::Unreadable`].
    Unreadable,
    /// See [`CommandError::Stopping`].
    Stopping,
}

/// Whose fault it is that a command failed: the label `fault` of `kolibri_backend_events_failed_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// The caller asked for something that no node can do.
    Caller,
    /// The node could not do what it should.
    Node,
}

impl Fault {
    /// The fault's name, as in metrics, traces and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Node => "node",
        }
    }
}

fn answers(now: &Option<u64>) -> String {
    now.map_or_else(|| "nothing answers".to_owned(), |block| format!("block {block} answers"))
}

fn broken_by(cause: &Option<TraceId>) -> String {
    cause.map_or_else(String::new, |cause| format!("; the command with the trace {cause} broke it"))
}

impl CommandError {
    /// The trace of the earlier command because of which this one failed.
    pub fn cause(&self) -> Option<TraceId> {
        match self {
            Self::StoreFailed { cause, .. } => *cause,
            _ => None,
        }
    }

    /// Whose fault this is.
    pub fn fault(&self) -> Fault {
        self.kind().fault()
    }

    /// Which of the closed set of reasons this is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Text { .. } => ErrorKind::InvalidText,
            Self::NotTaught => ErrorKind::NotTaught,
            Self::ChangedMeanwhile { .. } => ErrorKind::ChangedMeanwhile,
            Self::UnknownCommand => ErrorKind::UnknownCommand,
            Self::QueueFull => ErrorKind::QueueFull,
            Self::StoreBusy(_) => ErrorKind::StoreBusy,
            Self::StoreFailed { .. } => ErrorKind::StoreFailed,
            Self::Unreadable(_) => ErrorKind::Unreadable,
            Self::Stopping => ErrorKind::Stopping,
        }
    }
}

impl ErrorKind {
    /// Whose fault an error of this kind is.
    pub const fn fault(self) -> Fault {
        match self {
            Self::InvalidText | Self::NotTaught | Self::ChangedMeanwhile | Self::UnknownCommand => {
                Fault::Caller
            }
            Self::QueueFull | Self::StoreBusy | Self::StoreFailed | Self::Unreadable | Self::Stopping => {
                Fault::Node
            }
        }
    }

    /// The kind's name, as in traces and problem documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidText => "invalid_text",
            Self::NotTaught => "not_taught",
            Self::ChangedMeanwhile => "changed_meanwhile",
            Self::UnknownCommand => "unknown_command",
            Self::QueueFull => "queue_full",
            Self::StoreBusy => "store_busy",
            Self::StoreFailed => "store_failed",
            Self::Unreadable => "unreadable",
            Self::Stopping => "stopping",
        }
    }
}

/// Why a data directory could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A file or directory could not be created or opened.
    #[error("{path}: {source}{}", permission_advice(source))]
    Io {
        /// What could not be opened.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process uses the data directory.
    #[error("the data directory {path} is in use by {holder}; stop that process or choose another directory")]
    Held {
        /// The directory.
        path: PathBuf,
        /// The process that holds it, in words.
        holder: String,
    },
    /// SQLite could not open or read the genome.
    #[error("{path}: {source}{}", advice(source))]
    Sqlite {
        /// The genome's file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The file is a SQLite database, but not a genome that this program can read.
    #[error("{path}: {problem}")]
    NotOurs {
        /// The genome's file.
        path: PathBuf,
        /// What is wrong, in words.
        problem: String,
    },
    /// There is no genome in the data directory.
    #[error("there is no genome in {0}; `kolibri serve` creates one")]
    NoGenome(PathBuf),
    /// The genome is gone, but the files next to it are not.
    #[error(
        "{genome} is missing or empty, but {beside} exists: the genome was lost or moved. Put it back, from a backup if need \
         be; or, to start a new genome, move {beside} away"
    )]
    GenomeLost {
        /// Where the genome's file should be.
        genome: PathBuf,
        /// What shows that there was one.
        beside: PathBuf,
    },
    /// One of the directory's files is a link.
    #[error(
        "{0} is a link: what is written to it would change the file that it leads to. Put the file itself there; the data directory \
         as a whole may be a link, and KOLIBRI_TRACE_PATH says where else traces go"
    )]
    Link(PathBuf),
    /// The genome is shorter or other than it was when a node last wrote it.
    #[error(
        "{genome} is not as it was left: {loss}. Its log was cut, lost or damaged, or another file was put in its place. \
         Nothing was changed. Copy the data directory, then put back what is missing (genome.db with its genome.db-wal), or \
         restore a newer backup (`kolibri restore`).{}",
        accept(head, used)
    )]
    NotAsMarked {
        /// The genome's file.
        genome: PathBuf,
        /// What is missing.
        loss: Box<Loss>,
        /// The last block that there is, if there is one.
        head: Option<BlockRef>,
        /// Where it is noted that this block was accepted before, for another loss.
        used: Option<PathBuf>,
    },
    /// The file of vectors could be neither opened nor begun anew.
    #[error("the vectors in {path} can be neither read nor made anew: {problem}")]
    Vectors {
        /// The file.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// The system refused what a node needs, such as a thread.
    #[error("the node does not start: {0}")]
    System(std::io::Error),
}

impl OpenError {
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }

    pub(crate) fn sqlite(path: impl Into<PathBuf>) -> impl FnOnce(rusqlite::Error) -> Self {
        let path = path.into();
        move |source| Self::Sqlite { path, source }
    }
}

fn accept(head: &Option<BlockRef>, used: &Option<PathBuf>) -> String {
    let Some(head) = head else { return String::new() };
    let again = used.as_ref().map_or_else(String::new, |file| {
        let file = file.display();
        format!(
            " This block was accepted before, for another loss; if KOLIBRI_ACCEPT_HEAD was left in place, take it away. To accept \
             this loss as well, first delete {file}."
        )
    });
    format!("{again} To go on without what is lost, start the node with KOLIBRI_ACCEPT_HEAD={head}")
}

fn permission_advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => "; this user has no access to it: check its owner and mode",
        _ => "",
    }
}

/// What to do about an error of SQLite.
fn advice(error: &rusqlite::Error) -> &'static str {
    match error.sqlite_error_code() {
        // Our statements are fixed: if one does not fit, the file describes its tables wrongly.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::Unknown) => {
            "; this is not a genome, or its database is damaged: keep the file, and restore a backup"
        }
        Some(ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::ReadOnly) => {
            "; check the permissions of the file and of its directory"
        }
        Some(ErrorCode::SystemIoFailure) => "; check that it is a file and that the disk works",
        Some(ErrorCode::DatabaseBusy) => "; another program has locked it",
        Some(ErrorCode::DiskFull) => "; free some space",
        _ => "",
    }
}
