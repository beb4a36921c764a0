//! How fast a drill runs.

use std::time::Instant;

/// The weight of the latest measurement in the speed that is shown.
const FRESH: f64 = 0.3;

/// Events per second, recently and since the start.
pub(super) struct Speedometer {
    began: Instant,
    looked: Instant,
    done: u64,
    pub(super) lately: f64,
}

impl Speedometer {
    pub(super) fn new(began: Instant) -> Self {
        Self { began, looked: began, done: 0, lately: 0.0 }
    }

    pub(super) fn look(&mut self, done: u64) {
        let now = Instant::now();
        let speed = (done - self.done) as f64 / (now - self.looked).as_secs_f64().max(1e-6);
        self.lately = if self.done == 0 { speed } else { self.lately * (1.0 - FRESH) + speed * FRESH };
        (self.looked, self.done) = (now, done);
    }

    pub(super) fn eta(&self, left: u64) -> Option<f64> {
        let speed = self.done as f64 / (self.looked - self.began).as_secs_f64();
        (speed > 0.0).then(|| left as f64 / speed)
    }
}
