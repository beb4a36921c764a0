//! Connections that ask for nothing now: when others wait, the oldest of them goes. A listener has a lobby for those that have no
//! place, which could come and be silent in any number, and one for those that have a place and rest.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// Who waits, by the order in which they came.
#[derive(Default)]
pub(super) struct Lobby(Mutex<Guests>);

#[derive(Default)]
struct Guests {
    next: u64,
    idle: BTreeMap<u64, Arc<Notify>>,
}

/// A connection in the lobby. It leaves when it is dropped.
pub(super) struct Guest {
    lobby: Arc<Lobby>,
    number: u64,
    shown_out: Arc<Notify>,
}

impl Lobby {
    /// `shown_out` is notified when the guest is asked to go.
    pub(super) fn enter(self: &Arc<Self>, shown_out: Arc<Notify>) -> Guest {
        let mut guests = self.guests();
        let number = guests.next;
        guests.next += 1;
        guests.idle.insert(number, Arc::clone(&shown_out));
        Guest { lobby: Arc::clone(self), number, shown_out }
    }

    /// Asks the guest to go that came first.
    pub(super) fn show_out_oldest(&self) {
        if let Some((_, guest)) = self.guests().idle.pop_first() {
            guest.notify_one();
        }
    }

    fn guests(&self) -> MutexGuard<'_, Guests> {
        // Whoever panicked left the map whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Guest {
    /// A request has come. `false` if the guest was asked to go before.
    pub(super) fn leave(&self) -> bool {
        self.lobby.guests().idle.remove(&self.number).is_some()
    }

    /// The request is answered.
    pub(super) fn come_back(&self) {
        self.lobby.guests().idle.insert(self.number, Arc::clone(&self.shown_out));
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.leave();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_oldest_goes_but_not_one_that_has_asked() {
        let lobby = Arc::new(Lobby::default());
        let [of_first, of_third] = [(); 2].map(|()| Arc::new(Notify::new()));
        let first = lobby.enter(Arc::clone(&of_first));
        let second = lobby.enter(Arc::default());
        let third = lobby.enter(Arc::clone(&of_third));
        assert!(first.leave());
        drop(second);
        lobby.show_out_oldest();
        of_third.notified().await;
        assert!(!third.leave(), "what it asks for now comes too late");
        first.come_back();
        lobby.show_out_oldest();
        of_first.notified().await;
        lobby.show_out_oldest();
        assert!(lobby.guests().idle.is_empty());
    }
}
