//! What is counted, traced and logged about one command, however it ends.

use std::sync::Arc;

use tokio::sync::oneshot;

use super::context::Context;
use super::failure_log::FailureLog;
use crate::command::Command;
use crate::error::CommandError;
use crate::observer::{Failed, Observer};
use crate::store::{Committed, Done, Effect};
use crate::telemetry::{CommandSpan, RecordQueue};
use crate::trace::{Draft, Finish, Traces};

/// Resolves when the event is durable, or has failed.
pub(super) type Pending = oneshot::Receiver<Result<Committed, CommandError>>;

/// One command on its way: counts and traces it when its outcome is known.
pub(super) struct Execution {
    pub(super) traces: Option<Arc<Traces>>,
    /// Where its span goes; `None` if it is not to be pushed.
    pub(super) spans: Option<RecordQueue>,
    pub(super) observer: Arc<dyn Observer>,
    pub(super) failures: Arc<FailureLog>,
    /// `None` for a command of an unknown type.
    pub(super) command: Option<Command>,
    pub(super) context: Context,
    pub(super) draft: Draft,
}

impl Execution {
    /// What the writer calls when the outcome of the event is known, and what the command waits for.
    pub(super) fn pending(self) -> (Done, Pending) {
        let (sender, pending) = oneshot::channel();
        let done = move |result: Result<Committed, CommandError>| {
            self.finish(result.as_ref().map(|committed| Finish {
                queue: committed.queued,
                commit: committed.commit,
                block: (committed.effect != Effect::Unchanged).then_some(committed.block.index),
            }));
            // The caller may have gone away.
            let _ = sender.send(result);
        };
        (Box::new(done), pending)
    }

    pub(super) fn fail(self, error: CommandError) -> CommandError {
        self.finish(Err(&error));
        error
    }

    fn finish(self, result: Result<Finish, &CommandError>) {
        // An ASK is measured when it is answered, before its block is durable.
        if let (Ok(_), Some(command)) = (&result, self.command)
            && command != Command::Ask
        {
            self.observer.executed(command, self.draft.started.elapsed());
        }
        if let Err(error) = &result {
            self.observer.failed(Failed::of(self.command, error));
            if let (CommandError::QueueFull, Some(command)) = (error, self.command) {
                self.observer.refused(command);
            }
        }
        let error = result.as_ref().err().copied();
        if self.traces.is_none() && self.spans.is_none() && error.is_none() {
            return;
        }
        let mut trace = self.draft.finish(result);
        self.observer.traced(&mut trace);
        if let Some(error) = error {
            self.failures.failed(&trace, error);
        }
        let trace = Arc::new(trace);
        if let Some(spans) = &self.spans {
            let (trace, parent, internal) = (Arc::clone(&trace), self.context.parent, self.context.patient);
            spans.span(CommandSpan { trace, parent, internal });
        }
        if let Some(traces) = &self.traces {
            traces.keep(trace);
        }
    }
}
