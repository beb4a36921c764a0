//! What comes with a command besides its texts: its trace id, who sent it, and how its event enters the genome.

use crate::caller::Caller;
use crate::order::Turn;
use crate::trace::{Parent, TraceId};

/// What comes with a command. A plain [`TraceId`] is enough for a command of people: its event gets the
/// current time, is recorded in the order of arrival, and is refused if the queue is full.
#[derive(Debug)]
pub struct Context {
    pub(super) trace: TraceId,
    pub(super) parent: Option<Parent>,
    pub(super) caller: Option<Caller>,
    pub(super) time: Option<u64>,
    pub(super) turn: Option<Turn>,
    pub(super) patient: bool,
}

impl From<TraceId> for Context {
    fn from(trace: TraceId) -> Self {
        Self { trace, parent: None, caller: None, time: None, turn: None, patient: false }
    }
}

impl Context {
    /// Who sent it is known.
    #[must_use]
    pub fn sent_by(self, caller: Option<Caller>) -> Self {
        Self { caller, ..self }
    }

    /// It is a part of this span of the caller's.
    #[must_use]
    pub fn child_of(self, parent: Option<Parent>) -> Self {
        Self { parent, ..self }
    }

    /// The event waits for room in the queue instead of being refused.
    #[must_use]
    pub fn patient(self) -> Self {
        Self { patient: true, ..self }
    }

    /// The event is recorded under this time, in nanoseconds since the Unix epoch.
    #[must_use]
    pub fn at(self, time: u64) -> Self {
        Self { time: Some(time), ..self }
    }

    /// The event enters the genome when its turn comes.
    #[must_use]
    pub fn in_turn(self, turn: Turn) -> Self {
        Self { turn: Some(turn), ..self }
    }
}
