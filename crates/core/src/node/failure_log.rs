//! The log of failed commands: a line for each, until there are too many of one kind at a time. Metrics count every
//! one of them, and its trace is kept.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::{CommandError, ErrorKind, Fault};
use crate::trace::Trace;

/// Lines of one kind within a [`WINDOW`]; more are only counted.
const LINES: u32 = 10;
/// How long a kind's lines are counted together.
const WINDOW: Duration = Duration::from_secs(10);

/// What was logged lately, by the kind of error: a flood of one kind hides no other.
#[derive(Default)]
pub(super) struct FailureLog(Mutex<Vec<(ErrorKind, Window)>>);

/// Some time in which failures of one kind are logged.
struct Window {
    began: Instant,
    lines: u32,
    left_out: u64,
}

impl FailureLog {
    /// Logs a failed command, by its trace; or only counts it.
    pub(super) fn failed(&self, trace: &Trace, error: &CommandError) {
        if self.admits(error.kind(), Instant::now()) {
            write(trace, error);
        }
    }

    /// Tells how many were left out in the windows that are over by now.
    pub(super) fn tell_left_out(&self) {
        self.tell(|window| window.began.elapsed() >= WINDOW);
    }

    /// Tells how many were left out so far.
    pub(super) fn close(&self) {
        self.tell(|_| true);
    }

    fn tell(&self, is_due: impl Fn(&Window) -> bool) {
        for (kind, left_out) in self.take_left_out(is_due) {
            let (error, fault) = (kind.name(), kind.fault().name());
            match kind.fault() {
                Fault::Node => {
                    tracing::warn!(error, fault, left_out, "so many more failed, without a line for each")
                }
                Fault::Caller => {
                    tracing::info!(
                        error,
                        fault,
                        left_out,
                        "so many more were refused, without a line for each"
                    );
                }
            }
        }
    }

    fn admits(&self, kind: ErrorKind, now: Instant) -> bool {
        let mut windows = self.0.lock();
        let at = windows.iter().position(|(other, _)| *other == kind).unwrap_or_else(|| {
            windows.push((kind, Window { began: now, lines: 0, left_out: 0 }));
            windows.len() - 1
        });
        let window = &mut windows[at].1;
        if now.duration_since(window.began) >= WINDOW {
            (window.began, window.lines) = (now, 0);
        }
        let admitted = window.lines < LINES;
        if admitted {
            window.lines += 1
        } else {
            window.left_out += 1
        }
        admitted
    }

    fn take_left_out(&self, is_due: impl Fn(&Window) -> bool) -> Vec<(ErrorKind, u64)> {
        let mut windows = self.0.lock();
        let due = windows.iter_mut().filter(|(_, window)| window.left_out > 0 && is_due(window));
        due.map(|(kind, window)| (*kind, std::mem::take(&mut window.left_out))).collect()
    }
}

/// One line. What the caller sent is not in it.
fn write(trace: &Trace, error: &CommandError) {
    let Trace { trace_id, event, soak, caller, .. } = trace;
    let (kind, fault, soak) = (error.kind().name(), error.fault(), soak.as_deref());
    let address = caller.as_ref().map(|caller| caller.address.name());
    let token = caller.as_ref().and_then(|caller| caller.token.as_deref());
    let (by, cause) = (fault.name(), trace.cause.map(tracing::field::display));
    match (error, fault) {
        (CommandError::Unreadable(problem), _) => tracing::error!(
            %trace_id, %event, fault = by, error = kind, address, token, soak, problem,
            "a command failed: stored knowledge cannot be read"
        ),
        (_, Fault::Node) => tracing::warn!(
            %trace_id, %event, fault = by, error = kind, cause, address, token, soak, "a command failed"
        ),
        (_, Fault::Caller) => tracing::info!(
            %trace_id, %event, fault = by, error = kind, address, token, soak, "a command was refused"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_flood_the_first_are_logged_and_the_others_counted_and_other_kinds_are_not_hidden() {
        let (log, began) = (FailureLog::default(), Instant::now());
        let logged = |kind, at: Duration| (0..100).filter(|_| log.admits(kind, began + at)).count();
        assert_eq!(logged(ErrorKind::NotTaught, Duration::ZERO), 10);
        assert_eq!(logged(ErrorKind::QueueFull, Duration::ZERO), 10);
        assert_eq!(logged(ErrorKind::NotTaught, WINDOW / 2), 0);
        assert_eq!(logged(ErrorKind::NotTaught, WINDOW), 10, "the next window");
        let left_out = log.take_left_out(|_| true);
        assert_eq!(left_out, [(ErrorKind::NotTaught, 280), (ErrorKind::QueueFull, 90)]);
        assert_eq!(log.take_left_out(|_| true), [], "told once");
    }

    #[test]
    fn what_was_left_out_is_told_when_its_window_is_over() {
        let (log, began) = (FailureLog::default(), Instant::now());
        for _ in 0..11 {
            log.admits(ErrorKind::NotTaught, began);
        }
        assert_eq!(log.take_left_out(|window| window.began > began), []);
        assert_eq!(log.take_left_out(|window| window.began == began), [(ErrorKind::NotTaught, 1)]);
    }
}
