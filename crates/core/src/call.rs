//! How a command is called: under which trace id and, in a soak drill, when and in whose wake.

use tokio::sync::oneshot;

use crate::trace::TraceId;

/// One command's call.
#[derive(Debug)]
pub struct Call {
    pub(crate) trace: TraceId,
    /// Set in a drill, whose genome must come out the same whoever is fast and whoever is slow.
    pub(crate) cue: Option<Cue>,
}

impl From<TraceId> for Call {
    fn from(trace: TraceId) -> Self {
        Self { trace, cue: None }
    }
}

/// When a scripted command happens.
#[derive(Debug)]
pub(crate) struct Cue {
    /// The time in its block, nanoseconds since the Unix epoch.
    pub(crate) time: u64,
    pub(crate) turn: Turn,
}

/// A place in a line: it comes when everybody before has handed over an event or given up, and passes when dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    before: oneshot::Receiver<()>,
    _after: oneshot::Sender<()>,
}

impl Turn {
    /// Waits until it comes.
    pub(crate) async fn come(&mut self) {
        // The one before says so by going away.
        let _ = (&mut self.before).await;
    }
}

/// The line that turns are taken from.
pub(crate) struct Line(oneshot::Receiver<()>);

impl Line {
    pub(crate) fn new() -> Self {
        Self(oneshot::channel().1)
    }

    /// The next place.
    pub(crate) fn turn(&mut self) -> Turn {
        let (after, next) = oneshot::channel();
        Turn { before: std::mem::replace(&mut self.0, next), _after: after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_come_in_order_however_they_are_awaited() {
        let mut line = Line::new();
        let turns: Vec<_> = (0..3).map(|_| line.turn()).collect();
        let (sender, mut order) = tokio::sync::mpsc::unbounded_channel();
        for (number, mut turn) in turns.into_iter().enumerate().rev() {
            let sender = sender.clone();
            tokio::spawn(async move {
                turn.come().await;
                sender.send(number).unwrap();
            });
        }
        drop(sender);
        for number in 0..3 {
            assert_eq!(order.recv().await, Some(number));
        }
    }
}
