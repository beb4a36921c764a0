//! How much memory the answers that are being sent may take together: whoever asks for much and does not read it holds up
//! others of the same kind for a moment, and never the whole node.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body::{Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::App;
use crate::wire::{Problem, ProblemKind};

/// Bytes of all answers in flight.
const TOTAL: usize = 64 << 20;
/// The budget is counted in pieces of so many bytes.
const PIECE: usize = 1 << 10;
/// Answers of at most so many bytes are not counted: there is one for each connection.
const SMALL: u64 = 64 << 10;
/// Bytes that are handed over at once.
const SLICE: usize = 16 << 10;
/// How long an answer waits for its share.
const PATIENCE: Duration = Duration::from_secs(5);

/// What answers share.
pub(super) struct Budget(Arc<Semaphore>);

/// A share, for as long as it is held.
#[derive(Clone)]
pub(super) struct Share(
    #[expect(dead_code, reason = "dropping it gives the share back")] Arc<OwnedSemaphorePermit>,
);

impl Default for Budget {
    fn default() -> Self {
        Self::of(TOTAL)
    }
}

impl Budget {
    fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / PIECE)))
    }

    /// Takes a share of so many bytes, before they are read. An answer that carries it (as an extension) is not counted
    /// again.
    ///
    /// # Errors
    /// When other answers take so much for too long.
    pub(super) async fn share(&self, bytes: usize) -> Result<Share, Problem> {
        let pieces = bytes.min(TOTAL).div_ceil(PIECE).try_into().unwrap_or(u32::MAX);
        let permit = Arc::clone(&self.0).acquire_many_owned(pieces);
        match tokio::time::timeout(PATIENCE, permit).await {
            Ok(Ok(permit)) => Ok(Share(Arc::new(permit))),
            _ => Err(Problem::new(
                ProblemKind::Busy,
                "other callers have not read their answers yet; try again in a moment",
            )),
        }
    }
}

/// Lets an answer wait until there is room for it, and keeps its share until it is sent.
pub(super) async fn bound(State(app): State<App>, request: Request, next: Next) -> Response {
    hold(&app.budget, next.run(request).await).await
}

async fn hold(budget: &Budget, mut response: Response) -> Response {
    let share = match (response.extensions_mut().remove::<Share>(), response.body().size_hint().exact()) {
        (Some(share), _) => share,
        (None, Some(bytes)) if bytes > SMALL => {
            match budget.share(usize::try_from(bytes).unwrap_or(TOTAL)).await {
                Ok(share) => share,
                Err(problem) => return problem.into_response(),
            }
        }
        _ => return response,
    };
    response.map(|body| Body::new(Held { body, rest: Bytes::new(), _share: share }))
}

/// A body with its share. It is handed over in slices: the listener takes no more of them than fit its buffer while the caller does
/// not read, so that the share is held until nearly all is sent.
struct Held {
    body: Body,
    /// What of the last frame is not handed over yet.
    rest: Bytes,
    _share: Share,
}

impl Held {
    /// The next slice. A copy: a slice of the frame would keep all of it in memory.
    fn slice(&mut self) -> Frame<Bytes> {
        let slice = self.rest.split_to(self.rest.len().min(SLICE));
        Frame::data(Bytes::copy_from_slice(&slice))
    }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let frame = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => frame,
                other => return Poll::Ready(other),
            };
            match frame.into_data() {
                Ok(data) => self.rest = data,
                Err(other) => return Poll::Ready(Some(Ok(other))),
            }
        }
        Poll::Ready(Some(Ok(self.slice())))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (inner, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + rest);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + rest);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::*;

    fn answer(bytes: usize) -> Response {
        vec![b'x'; bytes].into_response()
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_waits_until_another_is_sent_and_is_refused_when_that_takes_too_long() {
        let budget = Budget::of(1 << 20);
        let first = hold(&budget, answer(1 << 20)).await;
        let refused = hold(&budget, answer(1 << 20)).await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(hold(&budget, answer(100)).await.status(), StatusCode::OK, "a small one does not wait");
        let sent = async {
            tokio::time::sleep(PATIENCE / 2).await;
            drop(first);
        };
        let (second, ()) = tokio::join!(hold(&budget, answer(1 << 20)), sent);
        assert_eq!(second.status(), StatusCode::OK);
    }

    #[tokio::test]
    async fn an_answer_holds_its_share_until_its_last_slice_and_comes_out_as_it_was() {
        let budget = Budget::of(1 << 20);
        let text: Vec<u8> = (0..(1_u32 << 18)).flat_map(u32::to_le_bytes).collect();
        let mut body = hold(&budget, text.clone().into_response()).await.into_body();
        let (mut read, mut slices) = (Vec::new(), 0);
        while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await
        {
            assert_eq!(budget.0.available_permits(), 0, "slice {slices}");
            read.extend(frame.unwrap().into_data().unwrap());
            slices += 1;
            assert_eq!(body.size_hint().exact(), Some((text.len() - read.len()) as u64));
        }
        assert_eq!((read == text, slices), (true, text.len() / SLICE));
        drop(body);
        assert_eq!(budget.0.available_permits(), (1 << 20) / PIECE);
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_a_share_already_is_not_counted_again() {
        let budget = Budget::of(1 << 20);
        let share = budget.share(1 << 20).await.unwrap();
        let mut read = answer(1 << 19);
        read.extensions_mut().insert(share);
        let first = hold(&budget, read).await;
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.body().size_hint().exact(), Some(1 << 19));
        assert!(budget.share(PIECE).await.is_err(), "it is held until the answer is sent");
        drop(first);
        assert!(budget.share(1 << 20).await.is_ok());
    }
}
