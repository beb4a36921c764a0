//! Turns for commands that run at the same time.

use tokio::sync::oneshot;

/// A line that gives out turns.
#[derive(Debug)]
pub struct Line(oneshot::Receiver<()>);

/// A place in a line. A turn comes once every earlier one is dropped; dropping it lets the next one come.
#[derive(Debug)]
pub struct Turn {
    before: oneshot::Receiver<()>,
    _after: oneshot::Sender<()>,
}

impl Default for Line {
    fn default() -> Self {
        Self(oneshot::channel().1)
    }
}

impl Line {
    /// The next turn.
    pub fn turn(&mut self) -> Turn {
        let (after, next) = oneshot::channel();
        Turn { before: std::mem::replace(&mut self.0, next), _after: after }
    }
}

impl Turn {
    /// Waits until it comes.
    pub async fn come(&mut self) {
        // An error means that the turn before this one was dropped.
        let _ = (&mut self.before).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_come_in_order_however_they_are_awaited() {
        let mut line = Line::default();
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
