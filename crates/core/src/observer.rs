//! What observes a node: the telemetry of a node that serves people, or of a drill.

use std::time::Duration;

use kolibri_genome::EventType;

use crate::command::Command;
use crate::error::{CommandError, Fault};
use crate::trace::Trace;

/// What failed, and whose fault it was: the labels of `kolibri_backend_events_failed_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// A command of a known type.
    Event(EventType, Fault),
    /// A command of an unknown type: always the caller's fault.
    Command,
    /// The trace of a command could not be written.
    Trace,
}

impl Failed {
    /// A command that failed in this way; `None` for one of an unknown type.
    pub(crate) fn of(command: Option<Command>, error: &CommandError) -> Self {
        command.map_or(Self::Command, |command| Self::Event(command.event(), error.fault()))
    }
}

/// Receives what happens in a node, on the thread where it happens: it must not block.
pub trait Observer: Send + Sync {
    /// An event became a durable block, and made the genome `length` blocks long.
    fn recorded(&self, event: EventType, length: u64);

    /// A batch of events was made durable.
    fn committed(&self, took: Duration);

    /// A command was executed and answered.
    fn executed(&self, command: Command, took: Duration);

    /// A command was refused or failed, or its trace was lost.
    fn failed(&self, failed: Failed);

    /// A command found the queue full.
    fn refused(&self, command: Command);

    /// A question was answered by words alone, although there is a model that tells meanings.
    fn fell_back(&self);

    /// The trace of a command is complete. The observer may add to it before it is kept.
    fn traced(&self, trace: &mut Trace);
}
