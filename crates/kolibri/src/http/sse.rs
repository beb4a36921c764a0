//! A job's progress as server-sent events (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use std::time::Duration;

use axum::Extension;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream;
use serde::Serialize;
use tokio::sync::watch;

use super::pace::Endless;

/// The least time from one event to the next: people cannot read faster.
const PACE: Duration = Duration::from_millis(100);
/// How often a comment shows that the stream still lives.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Tells how a job goes: an event `progress` at once and whenever something has changed, and a last event `end` when
/// `is_over` says so or nothing can change it any more. When the node stops, the stream ends without one.
pub(super) fn progress_events<T, B>(
    job: watch::Receiver<T>,
    stopping: watch::Receiver<bool>,
    is_over: impl Fn(&T) -> bool + Send + 'static,
    body: impl Fn(&T) -> B + Send + 'static,
) -> impl IntoResponse
where
    T: Send + Sync + 'static,
    B: Serialize,
{
    let watched = Watched { job, stopping, told: false };
    let events = stream::unfold((Some(watched), is_over, body), async |(watched, is_over, body)| {
        let mut watched = watched?;
        let changed = watched.changed().await?;
        let (over, event) = {
            let state = watched.job.borrow_and_update();
            let over = matches!(changed, Changed::ForTheLastTime) || is_over(&state);
            let name = if over { "end" } else { "progress" };
            (over, Event::default().event(name).json_data(body(&state)))
        };
        Some((event, ((!over).then_some(watched), is_over, body)))
    });
    // nginx would otherwise collect events for seconds
    // (<https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_buffering>).
    let unbuffered = [("x-accel-buffering", "no")];
    let alive = KeepAlive::new().interval(KEEP_ALIVE);
    (Extension(Endless), unbuffered, Sse::new(events).keep_alive(alive))
}

/// Somebody who follows a job.
struct Watched<T> {
    job: watch::Receiver<T>,
    stopping: watch::Receiver<bool>,
    /// Whether the first event was sent; it waits for nothing.
    told: bool,
}

enum Changed {
    Once,
    ForTheLastTime,
}

impl<T> Watched<T> {
    /// Waits for something to report; `None` when the node stops.
    async fn changed(&mut self) -> Option<Changed> {
        if !std::mem::replace(&mut self.told, true) {
            return Some(Changed::Once);
        }
        let changed = async {
            tokio::time::sleep(PACE).await;
            match self.job.changed().await {
                Ok(()) => Changed::Once,
                Err(_) => Changed::ForTheLastTime,
            }
        };
        tokio::select! {
            changed = changed => Some(changed),
            _ = self.stopping.wait_for(|stopping| *stopping) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::BodyDataStream;
    use futures_util::StreamExt;

    use super::*;

    /// A job that is over at 3, the switch that stops the node, and the stream of events.
    fn watched() -> (watch::Sender<u64>, watch::Sender<bool>, BodyDataStream) {
        let ((job, receiver), (stop, stopping)) = (watch::channel(0), watch::channel(false));
        let response = progress_events(receiver, stopping, |done| *done == 3, |done| *done).into_response();
        (job, stop, response.into_body().into_data_stream())
    }

    async fn next(told: &mut BodyDataStream) -> Option<String> {
        told.next().await.map(|piece| String::from_utf8(piece.unwrap().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn progress_is_told_as_it_changes_and_the_end_once() {
        let (job, _stop, mut told) = watched();
        assert_eq!(next(&mut told).await.unwrap(), "event: progress\ndata: 0\n\n");
        job.send_replace(1);
        // Changes that come faster than they are read are sent together.
        job.send_replace(2);
        assert_eq!(next(&mut told).await.unwrap(), "event: progress\ndata: 2\n\n");
        job.send_replace(3);
        assert_eq!(next(&mut told).await.unwrap(), "event: end\ndata: 3\n\n");
        assert_eq!(next(&mut told).await, None);
    }

    #[tokio::test]
    async fn a_job_that_is_over_already_or_gone_has_an_end() {
        let (job, _stop, mut told) = watched();
        job.send_replace(3);
        assert_eq!(next(&mut told).await.unwrap(), "event: end\ndata: 3\n\n");
        assert_eq!(next(&mut told).await, None);

        let (job, _stop, mut told) = watched();
        assert_eq!(next(&mut told).await.unwrap(), "event: progress\ndata: 0\n\n");
        drop(job);
        assert_eq!(next(&mut told).await.unwrap(), "event: end\ndata: 0\n\n");
        assert_eq!(next(&mut told).await, None);
    }

    #[tokio::test]
    async fn the_stream_ends_with_the_node_though_the_job_does_not() {
        let (_job, stop, mut told) = watched();
        assert_eq!(next(&mut told).await.unwrap(), "event: progress\ndata: 0\n\n");
        stop.send_replace(true);
        assert_eq!(next(&mut told).await, None);
    }
}
