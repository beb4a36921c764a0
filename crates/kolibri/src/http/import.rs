//! Teaching a file of questions and answers: what it would do, and doing it. The file is in the body, as it is.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use kolibri_core::caller::Caller;
use kolibri_core::catalogue::excerpt;
use kolibri_core::trace::TraceId;
use kolibri_core::{Context, InBatch, Node};
use kolibri_faq::{Fault, Options, Pair, Place, Reader, Unreadable, encoding_named};
use tokio::sync::mpsc;

use super::App;
use super::budget::Share;
use super::extract::{Query, caller, file, require_type};
use crate::survey::{LIMITS, Remark, Survey};
use crate::wire::limits::MAX_FILE;
use crate::wire::{
    ImportFault, ImportLine, ImportPreview, ImportQuery, ImportSample, ImportSummary, Problem, ProblemKind,
    row,
};

/// The content type of a file of any format.
const ANY_FILE: &str = "application/octet-stream";
/// Rows that may be under way at once.
const WINDOW: usize = 512;
/// Answers that are sent as one piece.
const PIECE: usize = 128;
/// Rows that a preview shows.
const SHOWN: usize = 20;

/// What teaching a file would do: CSV, TSV, JSON, JSON Lines, YAML or Markdown. Encoding, format, delimiter and columns are found,
/// unless they are given. Records nothing.
#[utoipa::path(
    post, path = "/api/v1/import:preview", operation_id = "preview_import", tag = "knowledge", params(ImportQuery),
    request_body(content_type = "application/octet-stream", description = "The file", extensions(("x-max-bytes" = json!(MAX_FILE)))),
    extensions(("x-problems" = json!([
        ProblemKind::BodyBroken, ProblemKind::BodyTooSlow, ProblemKind::BodyTooLarge, ProblemKind::UnreadableFile, ProblemKind::Unreadable
    ]))),
    responses((status = 200, description = "What it would do", body = ImportPreview))
)]
pub(super) async fn preview(
    State(app): State<App>,
    Query(how): Query<ImportQuery>,
    request: Request,
) -> Result<Json<ImportPreview>, Problem> {
    let file = File::take(&app, how, request).await?;
    let preview = move || file.preview(&app.node);
    tokio::task::spawn_blocking(preview).await.map_err(Problem::internal)?.map(Json)
}

/// Teach a file: a line for each row in the order of the file, once it is durable, then a summary. Pairs that are taught already
/// add no block; of a question that comes again, the last answer counts. Whoever breaks it off keeps what was taught.
#[utoipa::path(
    post, path = "/api/v1/import", tag = "knowledge", params(ImportQuery),
    request_body(content_type = "application/octet-stream", description = "The file", extensions(("x-max-bytes" = json!(MAX_FILE)))),
    extensions(("x-problems" = json!([
        ProblemKind::BodyBroken, ProblemKind::BodyTooSlow, ProblemKind::BodyTooLarge, ProblemKind::UnreadableFile
    ]))),
    responses(
        (status = 200, description = "One line for each row, then a summary", body = ImportLine, content_type = "application/x-ndjson"),
    )
)]
pub(super) async fn import(
    State(app): State<App>,
    Query(how): Query<ImportQuery>,
    request: Request,
) -> Result<Response, Problem> {
    let caller = caller(&app, request.extensions());
    let file = File::take(&app, how, request).await?;
    // What nothing can be read of is refused as a whole.
    let (survey, faults) = tokio::task::spawn_blocking({
        let file = file.clone();
        move || file.survey()
    })
    .await
    .map_err(Problem::internal)??;
    let (rows, taken) = mpsc::channel(WINDOW);
    tokio::task::spawn_blocking(move || file.send(&survey, &rows));
    let (sender, receiver) = mpsc::channel(WINDOW);
    tokio::spawn(teach(app, caller, faults, taken, sender));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(answers(receiver)))
        .into_response())
}

/// A file that was sent, with its share of the memory.
#[derive(Clone)]
struct File {
    bytes: Bytes,
    name: Option<String>,
    options: Options,
    _share: Share,
}

impl File {
    async fn take(app: &App, how: ImportQuery, request: Request) -> Result<Self, Problem> {
        require_type(request.headers(), &[ANY_FILE])?;
        let ImportQuery { name, format, encoding, question, answer } = how;
        let unknown = |name: &str| {
            let detail = format!(
                "encoding: there is none called {name}; write it like windows-1251, utf-16le or koi8-r"
            );
            Problem::new(ProblemKind::UnreadableFile, detail)
        };
        // A form that was left empty says nothing.
        let [name, encoding, question, answer] =
            [name, encoding, question, answer].map(|given| given.filter(|given| !given.trim().is_empty()));
        let named = |name: String| encoding_named(&name).ok_or_else(|| unknown(&name));
        let encoding = encoding.map(named).transpose()?;
        // Names of columns are read in any way, and every text is one.
        let column = |name: String| name.parse().ok();
        let options = Options {
            format: format.map(Into::into),
            encoding,
            question: question.and_then(column),
            answer: answer.and_then(column),
            limits: Some(LIMITS),
        };
        let share = app.budget.share(MAX_FILE).await?;
        let bytes = file(request.into_body()).await?.into();
        Ok(Self { bytes, name, options, _share: share })
    }

    fn open(&self) -> Result<Reader<'_>, Unreadable> {
        Reader::open(&self.bytes[..], self.name.as_deref(), self.options.clone())
    }

    fn reader(&self) -> Result<Reader<'_>, Problem> {
        self.open().map_err(|error| unreadable(&error))
    }

    /// The first reading: what is wrong with rows.
    fn survey(&self) -> Result<(Survey, Vec<Fault>), Problem> {
        let mut faults = Vec::new();
        let survey = Survey::of(self.reader()?, |remark| {
            if let Remark::Fault(fault) = remark
                && !fault.problem.is_note()
            {
                faults.push(fault);
            }
        });
        Ok((survey, faults))
    }

    fn preview(&self, node: &Node) -> Result<ImportPreview, Problem> {
        let reader = match self.open() {
            Ok(reader) => reader,
            // There is something to choose from.
            Err(Unreadable::NoColumn { wanted: None, found, .. }) => return Ok(ImportPreview::of(&found)),
            Err(error) => return Err(unreadable(&error)),
        };
        let mut preview = ImportPreview::of(reader.found());
        let survey = Survey::of(reader, |remark| remark_on(&mut preview, &remark));
        for Pair { place, question, answer } in survey.pairs(self.reader()?) {
            let effect = match node.would_teach(&question, &answer) {
                Ok((effect, _)) => effect.into(),
                Err(error) if error.kind() == kolibri_core::ErrorKind::InvalidText => {
                    preview.counts.failed += 1;
                    show(&mut preview.first_faults, ImportFault::refused(place, error.to_string()));
                    continue;
                }
                Err(error) => return Err(Problem::of_read(&error)),
            };
            preview.counts.count(effect);
            if preview.sample.len() < SHOWN {
                let excerpt = excerpt(&answer, "");
                preview.sample.push(ImportSample { row: row(place), stimulus: question, excerpt, effect });
            }
        }
        Ok(preview)
    }

    /// The second reading: hands over the pairs that count, until nobody wants them any more.
    fn send(&self, survey: &Survey, rows: &mpsc::Sender<Pair>) {
        let Ok(reader) = self.reader() else { return };
        for pair in survey.pairs(reader) {
            if rows.blocking_send(pair).is_err() {
                return;
            }
        }
    }
}

fn unreadable(error: &Unreadable) -> Problem {
    Problem::new(ProblemKind::UnreadableFile, error.to_string())
}

fn remark_on(preview: &mut ImportPreview, remark: &Remark) {
    match remark {
        Remark::Repeated { .. } => preview.repeated += 1,
        Remark::Fault(fault) => {
            preview.counts.fault(fault);
            show(&mut preview.first_faults, fault.into());
        }
    }
}

fn show(faults: &mut Vec<ImportFault>, fault: ImportFault) {
    if faults.len() < SHOWN {
        faults.push(fault);
    }
}

/// A row whose fate is not known yet.
enum Pending {
    Refused(Fault),
    Row { place: Place, stimulus: String, taught: InBatch },
    End,
}

/// Hands rows to the node until the file ends, the caller goes away or the node stops. What is wrong with others is told between
/// them, in the order of the file.
async fn teach(
    app: App,
    caller: Option<Caller>,
    faults: Vec<Fault>,
    mut rows: mpsc::Receiver<Pair>,
    sender: mpsc::Sender<Pending>,
) {
    let mut faults = faults.into_iter().peekable();
    let mut stopping = app.stopping.clone();
    let node = Arc::clone(&app.node);
    loop {
        let pair = tokio::select! {
            pair = rows.recv() => pair,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        let Some(Pair { place, question, answer }) = pair else { break };
        while let Some(fault) = faults.next_if(|fault| fault.place < place) {
            if sender.send(Pending::Refused(fault)).await.is_err() {
                return;
            }
        }
        let context = Context::from(TraceId::random()).sent_by(caller.clone());
        let taught = node.teach_if_changed(context, question.clone(), answer).await;
        if sender.send(Pending::Row { place, stimulus: question, taught }).await.is_err() {
            return;
        }
    }
    for last in faults.map(Pending::Refused).chain([Pending::End]) {
        // The caller may have gone away.
        if sender.send(last).await.is_err() {
            return;
        }
    }
}

/// The answers, in order, several to a piece when several are known.
fn answers(
    receiver: mpsc::Receiver<Pending>,
) -> impl futures_util::Stream<Item = Result<Vec<u8>, std::convert::Infallible>> {
    stream::unfold((receiver, ImportSummary::default()), async |(mut receiver, mut summary)| {
        let mut waiting = Vec::with_capacity(PIECE);
        if receiver.recv_many(&mut waiting, PIECE).await == 0 {
            return None;
        }
        let mut piece = Vec::new();
        for pending in waiting {
            let line = settle(pending, &mut summary).await;
            // Serialising these types does not fail, and a Vec takes every byte.
            let _ = serde_json::to_writer(&mut piece, &line);
            piece.push(b'\n');
        }
        Some((Ok(piece), (receiver, summary)))
    })
}

async fn settle(pending: Pending, summary: &mut ImportSummary) -> ImportLine {
    match pending {
        Pending::Refused(fault) => {
            summary.fault(&fault);
            ImportLine::Failed((&fault).into())
        }
        Pending::Row { place, stimulus, taught } => match taught.settled().await {
            Ok(taught) => {
                let effect = taught.effect.into();
                summary.count(effect);
                ImportLine::Taught { row: row(place), stimulus, effect, block: taught.block.into() }
            }
            Err(error) => {
                summary.failed += 1;
                ImportLine::Failed(ImportFault::refused(place, error.to_string()))
            }
        },
        Pending::End => ImportLine::Done { done: summary.clone() },
    }
}
