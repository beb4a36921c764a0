//! What a serving node does by itself from time to time, on one thread.

use std::time::Duration;

use crate::background::{Crew, Stop, Waiting, Worker};

/// How often there may be something to do.
const STEP: Duration = Duration::from_secs(1);

/// Does `work` every second, until the worker is closed.
///
/// # Errors
/// When the system refuses what a thread needs.
pub(super) fn start(crew: &Crew, mut work: impl FnMut() + Send + 'static) -> std::io::Result<Worker> {
    let waiting = Waiting::new()?;
    crew.spawn("kolibri-chores", move |stop: &Stop| {
        while !stop.is_set() {
            work();
            waiting.pause(STEP, stop);
        }
    })
}
