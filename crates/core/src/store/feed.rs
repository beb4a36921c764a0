//! The feed announces how far the genome has come, for everything that is derived from it. The store does not
//! know who listens.

use kolibri_genome::EventType;
use tokio::sync::watch;

/// The most blocks without an announcement. Blocks of questions alone are announced together, so that
/// followers, which do not need them, are not woken for each, and never have more than this to skip.
const MOST_UNANNOUNCED: u64 = 65_536;

/// The index of the last block that was announced. Blocks up to it are durable.
pub type Announced = watch::Receiver<u64>;

/// The announcing end.
#[derive(Debug)]
pub(super) struct Feed(watch::Sender<u64>);

impl Feed {
    /// The feed of a genome that ends with block `head` for now.
    pub(super) fn new(head: u64) -> Self {
        Self(watch::Sender::new(head))
    }

    pub(super) fn listen(&self) -> Announced {
        self.0.subscribe()
    }

    /// The genome was read back, and ends with block `head`.
    pub(super) fn read_back(&self, head: u64) {
        self.0.send_if_modified(|announced| std::mem::replace(announced, head) != head);
    }

    /// A batch of these events was made durable, and the genome ends with block `head`.
    pub(super) fn committed(&self, events: impl IntoIterator<Item = EventType>, head: u64) {
        let knowledge = events.into_iter().any(changes_knowledge);
        self.0.send_if_modified(|announced| {
            let due = knowledge || head - *announced >= MOST_UNANNOUNCED;
            if due {
                *announced = head;
            }
            due
        });
    }
}

/// Whether an event changes what can be asked.
pub(super) fn changes_knowledge(event: EventType) -> bool {
    match event {
        EventType::Teach | EventType::Forget => true,
        EventType::Genesis | EventType::Ask => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_alone_wake_nothing_and_are_announced_with_what_comes_next() {
        let feed = Feed::new(0);
        let mut announced = feed.listen();
        feed.committed([EventType::Ask, EventType::Ask], 2);
        assert!(!announced.has_changed().unwrap());
        feed.committed([EventType::Ask, EventType::Teach], 4);
        assert_eq!(*announced.borrow_and_update(), 4);
        feed.committed([EventType::Forget], 5);
        assert_eq!(*announced.borrow_and_update(), 5);
    }

    #[test]
    fn a_long_run_of_questions_is_announced_in_pieces() {
        let feed = Feed::new(7);
        let mut announced = feed.listen();
        feed.committed([EventType::Ask], 7 + MOST_UNANNOUNCED - 1);
        assert!(!announced.has_changed().unwrap());
        feed.committed([EventType::Ask], 7 + MOST_UNANNOUNCED);
        assert_eq!(*announced.borrow_and_update(), 7 + MOST_UNANNOUNCED);
    }
}
