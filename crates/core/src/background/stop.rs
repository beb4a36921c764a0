//! A request to stop, shared by everything that does one piece of work.

use std::sync::Arc;

use tokio::sync::watch;

/// A request to stop: set once, seen by every clone.
#[derive(Debug, Clone)]
pub struct Stop(Arc<watch::Sender<bool>>);

impl Default for Stop {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stop {
    /// Asks for the stop.
    pub fn set(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was asked for.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked for.
    pub async fn asked(&self) {
        // The sender is in `self`, so it still exists.
        let _ = self.0.subscribe().wait_for(|asked| *asked).await;
    }

    /// Waits for `something`, or for the stop: `None` when that comes first.
    pub async fn or<T>(&self, something: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.asked() => None,
            done = something => Some(done),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_clone_sees_it_and_what_waits_for_it_wakes() {
        let stop = Stop::default();
        let other = stop.clone();
        let waiting = tokio::spawn(async move { other.or(std::future::pending::<()>()).await });
        assert!(!stop.is_set());
        assert_eq!(stop.or(async { 7 }).await, Some(7));
        stop.set();
        assert_eq!(waiting.await.unwrap(), None);
        assert_eq!(stop.or(async { 7 }).await, None);
    }
}
