//! Whether a connection keeps the node waiting: for the rest of a request, or because it does not take its answer. Each has its
//! own limit of time; it is asked much sooner whether it does when others wait for its place.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// Bytes that the other end has to send or to take within the patience it is given.
pub(super) const LEAST: usize = 16 << 10;

/// What a connection's other end does.
#[derive(Default)]
pub(super) struct Pace {
    /// Bytes that came or went.
    moved: AtomicU64,
    /// Somebody waits for more of a request.
    is_awaited: AtomicBool,
    /// A part of an answer waits to be taken.
    is_stuck: AtomicBool,
    /// The answer goes on as long as its reader likes.
    is_endless: AtomicBool,
}

/// An extension of an answer that goes on as long as its reader likes. Whoever reads it asks again when it is cut off.
#[derive(Clone, Copy)]
pub(super) struct Endless;

impl Pace {
    pub(super) fn moved(&self, bytes: usize) {
        self.moved.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    pub(super) fn stuck(&self, is_stuck: bool) {
        self.is_stuck.store(is_stuck, Ordering::Relaxed);
    }

    pub(super) fn endless(&self, is_endless: bool) {
        self.is_endless.store(is_endless, Ordering::Relaxed);
    }

    fn keeps_waiting(&self) -> bool {
        self.is_awaited.load(Ordering::Relaxed) || self.is_stuck.load(Ordering::Relaxed)
    }

    /// Waits for `patience`, and returns whether the other end kept the node waiting and moved less than [`LEAST`] bytes meanwhile,
    /// or reads something endless.
    pub(super) async fn is_too_slow(&self, patience: Duration) -> bool {
        let (kept_waiting, before) = (self.keeps_waiting(), self.moved.load(Ordering::Relaxed));
        tokio::time::sleep(patience).await;
        let moved = self.moved.load(Ordering::Relaxed) - before;
        let is_slow = kept_waiting && self.keeps_waiting() && moved < LEAST as u64;
        is_slow || self.is_endless.load(Ordering::Relaxed)
    }
}

/// The body of a request, which notes when somebody waits for more of it.
pub(super) struct Awaited<B = Incoming> {
    body: B,
    pace: Arc<Pace>,
}

impl<B> Awaited<B> {
    pub(super) fn new(body: B, pace: Arc<Pace>) -> Self {
        Self { body, pace }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for Awaited<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        self.pace.is_awaited.store(polled.is_pending(), Ordering::Relaxed);
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for Awaited<B> {
    fn drop(&mut self) {
        self.pace.is_awaited.store(false, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use axum::body::Body as Sent;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(2);

    fn poll(body: &mut Awaited<Sent>) -> bool {
        Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    #[tokio::test(start_paused = true)]
    async fn who_sends_no_more_is_too_slow_and_nobody_waits_for_what_came_or_is_not_read() {
        let pace = Arc::new(Pace::default());
        let silent = futures_util::stream::pending::<Result<Bytes, std::io::Error>>();
        let mut body = Awaited::new(Sent::from_stream(silent), Arc::clone(&pace));
        assert!(!pace.is_too_slow(PATIENCE).await, "nobody has asked for it");
        assert!(!poll(&mut body));
        assert!(pace.is_too_slow(PATIENCE).await);
        drop(body);
        assert!(!pace.is_too_slow(PATIENCE).await);

        let mut whole = Awaited::new(Sent::from("whole"), Arc::clone(&pace));
        assert!(poll(&mut whole));
        assert!(!pace.is_too_slow(PATIENCE).await);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_no_more_is_too_slow_and_a_slow_line_is_not() {
        let pace = Arc::new(Pace::default());
        pace.stuck(true);
        let slow = Arc::clone(&pace);
        let moving = tokio::spawn(async move {
            loop {
                tokio::time::sleep(PATIENCE / 4).await;
                slow.moved(LEAST / 2);
            }
        });
        assert!(!pace.is_too_slow(PATIENCE).await);
        moving.abort();
        assert!(pace.is_too_slow(PATIENCE).await);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_without_an_end_need_not_be_slow() {
        let pace = Pace::default();
        pace.endless(true);
        pace.moved(10 * LEAST);
        assert!(pace.is_too_slow(PATIENCE).await);
        pace.endless(false);
        assert!(!pace.is_too_slow(PATIENCE).await);
    }
}
