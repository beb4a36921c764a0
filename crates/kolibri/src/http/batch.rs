//! Teaching many associations in one stream: a line in, a line out, in order, and never more than a window of them in
//! memory. Callers should read answers while they send: an unread answer holds back the next line.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use kolibri_core::caller::Caller;
use kolibri_core::store::BlockRef;
use kolibri_core::trace::TraceId;
use kolibri_core::{Context, InBatch};
use tokio::sync::mpsc;

use super::App;
use super::extract::{Query, caller, parse, require_type};
use crate::wire::limits::MAX_BODY;
use crate::wire::{BatchQuery, Effect, LessonRequest, LineResult, Problem, ProblemKind, Summary, Unchanged};

/// Lines that may be under way at once.
const WINDOW: usize = 512;
/// How long the next line may take to begin: a batch that is held open and not used keeps others from its connection.
const IDLE: Duration = Duration::from_secs(60);
/// Answers that are sent as one piece.
const PIECE: usize = 128;

/// Teach associations, one JSON object per line. Each line is acknowledged once it is durable.
#[utoipa::path(
    post, path = "/api/v1/teach:batch", tag = "commands", params(BatchQuery),
    request_body(
        content = LessonRequest, content_type = "application/x-ndjson", description = "One object per line",
        extensions(("x-max-line-bytes" = json!(MAX_BODY))),
    ),
    responses(
        (status = 200, description = "One result per line, then a summary", body = LineResult, content_type = "application/x-ndjson"),
    )
)]
pub(super) async fn teach_batch(
    State(app): State<App>,
    Query(how): Query<BatchQuery>,
    request: Request,
) -> Response {
    if let Err(problem) = require_type(request.headers(), &["application/x-ndjson", "application/jsonl"]) {
        return problem.into_response();
    }
    let (sender, receiver) = mpsc::channel(WINDOW);
    let caller = caller(&app, request.extensions());
    let batch = Batch { app, how, caller };
    tokio::spawn(intake(batch, request.into_body().into_data_stream(), sender));
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(answers(receiver))).into_response()
}

/// What every line of a batch shares.
struct Batch {
    app: App,
    how: BatchQuery,
    caller: Option<Caller>,
}

/// A line whose fate is not known yet.
enum Pending {
    Line {
        line: u64,
        trace: TraceId,
        taught: InBatch,
    },
    /// What a line of a dry run would do.
    Planned {
        line: u64,
        effect: Effect,
        block: Option<BlockRef>,
    },
    Refused {
        line: u64,
        problem: Problem,
    },
    End,
}

/// Reads lines and hands them to the node until the stream ends, the caller goes away or the node stops.
async fn intake(batch: Batch, body: BodyDataStream, sender: mpsc::Sender<Pending>) {
    let mut lines = Lines::new(body);
    let mut stopping = batch.app.stopping.clone();
    let mut number = 0;
    loop {
        let line = tokio::select! {
            line = tokio::time::timeout(IDLE, lines.next()) => line,
            _ = stopping.wait_for(|stopping| *stopping) => Ok(None),
        };
        let Ok(line) = line else {
            let _ = sender.send(Pending::Refused { line: number + 1, problem: too_slow() }).await;
            let _ = sender.send(Pending::End).await;
            return;
        };
        let Some(line) = line else { break };
        number += 1;
        let Some(pending) = batch.submit(number, line).await else { continue };
        if sender.send(pending).await.is_err() {
            return;
        }
    }
    if lines.ended {
        // The caller may have gone away.
        let _ = sender.send(Pending::End).await;
    }
}

fn too_slow() -> Problem {
    let detail = format!(
        "the next line must arrive within {} seconds; what was taught stays taught, send the rest in a new batch",
        IDLE.as_secs()
    );
    Problem::new(ProblemKind::LineTooSlow, detail)
}

impl Batch {
    async fn submit(&self, line: u64, text: Line) -> Option<Pending> {
        let request = match text {
            Line::Whole(text) if text.trim_ascii().is_empty() => return None,
            Line::Whole(text) => parse(&text),
            Line::TooLong => Err(Problem::new(
                ProblemKind::LineTooLong,
                format!("a line may be at most {MAX_BODY} bytes long"),
            )),
        };
        Some(match request {
            Ok(request) if self.how.dry_run => match self.plan(request).await {
                Ok((effect, block)) => Pending::Planned { line, effect, block },
                Err(problem) => Pending::Refused { line, problem },
            },
            Ok(request) => self.teach(line, request).await,
            Err(problem) => Pending::Refused { line, problem },
        })
    }

    async fn teach(&self, line: u64, LessonRequest { stimulus, response }: LessonRequest) -> Pending {
        let trace = TraceId::random();
        let context = Context::from(trace).sent_by(self.caller.clone());
        let taught = match self.how.unchanged {
            Unchanged::Record => self.app.node.teach_in_batch(context, stimulus, response).await,
            Unchanged::Skip => self.app.node.teach_if_changed(context, stimulus, response).await,
        };
        Pending::Line { line, trace, taught }
    }

    /// What a line would do. It is no command, so it is neither traced nor counted.
    async fn plan(&self, request: LessonRequest) -> Result<(Effect, Option<BlockRef>), Problem> {
        let node = Arc::clone(&self.app.node);
        let plan = move || node.would_teach(&request.stimulus, &request.response);
        let planned = tokio::task::spawn_blocking(plan).await.map_err(Problem::internal)?;
        let (effect, block) = planned.map_err(|error| Problem::of_read(&error))?;
        let effect = match (effect.into(), self.how.unchanged) {
            (Effect::Unchanged, Unchanged::Record) => Effect::Replaced,
            (effect, _) => effect,
        };
        Ok((effect, block))
    }
}

/// The answers, in order, several to a piece when several are known.
fn answers(
    receiver: mpsc::Receiver<Pending>,
) -> impl futures_util::Stream<Item = Result<Vec<u8>, std::convert::Infallible>> {
    stream::unfold((receiver, Summary::default()), async |(mut receiver, mut summary)| {
        let mut waiting = Vec::with_capacity(PIECE);
        if receiver.recv_many(&mut waiting, PIECE).await == 0 {
            return None;
        }
        let mut piece = Vec::new();
        for pending in waiting {
            let result = settle(pending, &mut summary).await;
            // Serialising these types does not fail, and a Vec takes every byte.
            let _ = serde_json::to_writer(&mut piece, &result);
            piece.push(b'\n');
        }
        Some((Ok(piece), (receiver, summary)))
    })
}

async fn settle(pending: Pending, summary: &mut Summary) -> LineResult {
    let (line, problem) = match pending {
        Pending::Line { line, trace, taught } => match taught.settled().await {
            Ok(taught) => {
                let effect = taught.effect.into();
                summary.count(effect);
                return LineResult::Taught { line, effect, block: Some(taught.block.into()) };
            }
            Err(error) => (line, Problem::of(&error, trace)),
        },
        Pending::Planned { line, effect, block } => {
            summary.count(effect);
            return LineResult::Taught { line, effect, block: block.map(Into::into) };
        }
        Pending::Refused { line, problem } => (line, problem),
        Pending::End => return LineResult::Summary { summary: summary.clone() },
    };
    summary.failed += 1;
    LineResult::Failed { line, problem }
}

/// One line of the stream.
#[derive(Debug, PartialEq)]
enum Line {
    Whole(Vec<u8>),
    /// Longer than [`MAX_BODY`]; its bytes were passed over.
    TooLong,
}

/// Splits a body into lines, holding no more than one of them.
struct Lines<S> {
    chunks: S,
    chunk: axum::body::Bytes,
    line: Vec<u8>,
    too_long: bool,
    /// The body was read to its end.
    ended: bool,
}

impl<S, E> Lines<S>
where
    S: futures_util::Stream<Item = Result<axum::body::Bytes, E>> + Unpin,
{
    fn new(chunks: S) -> Self {
        Self { chunks, chunk: axum::body::Bytes::new(), line: Vec::new(), too_long: false, ended: false }
    }

    /// The next line; `None` at the end, and when the body breaks off. A last line without a line end counts when the
    /// body is whole.
    async fn next(&mut self) -> Option<Line> {
        loop {
            if let Some(end) = self.chunk.iter().position(|byte| *byte == b'\n') {
                let rest = self.chunk.split_off(end + 1);
                let head = std::mem::replace(&mut self.chunk, rest);
                self.take(&head[..end]);
                return Some(self.finish());
            }
            let chunk = std::mem::take(&mut self.chunk);
            self.take(&chunk);
            match self.chunks.next().await {
                Some(Ok(chunk)) => self.chunk = chunk,
                Some(Err(_)) => return None,
                None if self.ended || (self.line.is_empty() && !self.too_long) => {
                    self.ended = true;
                    return None;
                }
                None => {
                    self.ended = true;
                    return Some(self.finish());
                }
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        if self.too_long || self.line.len() + bytes.len() > MAX_BODY {
            self.too_long = true;
            self.line.clear();
        } else {
            self.line.extend_from_slice(bytes);
        }
    }

    fn finish(&mut self) -> Line {
        let line = std::mem::take(&mut self.line);
        if std::mem::take(&mut self.too_long) { Line::TooLong } else { Line::Whole(line) }
    }
}

/// For the fuzzers: lines are the same, wherever the body is cut.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    use futures_util::FutureExt;
    let Some((size, body)) = data.split_first() else { return };
    let chunks = body
        .chunks(usize::from(*size) + 1)
        .map(|chunk| Ok::<_, ()>(axum::body::Bytes::copy_from_slice(chunk)));
    let mut lines = Lines::new(stream::iter(chunks));
    let mut found = Vec::new();
    while let Some(Some(line)) = lines.next().now_or_never() {
        found.push(line);
    }
    let whole = body.strip_suffix(b"\n").unwrap_or(body);
    let expected = whole.split(|byte| *byte == b'\n').map(|line| Line::Whole(line.to_vec()));
    assert_eq!(found, expected.take(if body.is_empty() { 0 } else { usize::MAX }).collect::<Vec<_>>());
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn lines(chunks: &[&'static [u8]]) -> Vec<Line> {
        let chunks = chunks.iter().map(|chunk| Ok::<_, ()>(axum::body::Bytes::from_static(chunk)));
        let mut lines = Lines::new(stream::iter(chunks.collect::<Vec<_>>()));
        let mut all = Vec::new();
        while let Some(line) = lines.next().await {
            all.push(line);
        }
        all
    }

    #[tokio::test]
    async fn lines_are_found_wherever_the_chunks_are_cut() {
        let whole = |text: &[u8]| Line::Whole(text.to_vec());
        let expected = [whole(b"ab"), whole(b""), whole(b"cd")];
        assert_eq!(lines(&[b"ab\n\ncd"]).await, expected);
        assert_eq!(lines(&[b"a", b"b\n", b"\n", b"c", b"d\n"]).await, expected);
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_passed_over_and_the_next_one_is_read() {
        static LONG: [u8; MAX_BODY] = [b'x'; MAX_BODY];
        assert_eq!(lines(&[&LONG, b"x\nnext\n"]).await, [Line::TooLong, Line::Whole(b"next".to_vec())]);
    }
}
