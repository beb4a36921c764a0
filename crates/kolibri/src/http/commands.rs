//! TEACH, ASK and FORGET, each at its own path and all of them by name.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use kolibri_core::command::Command;
use kolibri_core::trace::TraceId;
use serde::de::{DeserializeOwned, Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::App;
use super::extract::{JsonBody, Traced, bad_json};
use crate::wire::limits::MAX_BODY;
use crate::wire::{
    AskOrForgetResponse, AskResponse, CommandRequest, Erasure, ForgetRequest, ForgetResponse, LessonRequest,
    PreviewResponse, Problem, ProblemKind, StimulusRequest, TeachRequest, TeachResponse,
};

/// Carries the trace id of a command back to its caller; `/api/v1/traces/{trace_id}` shows more.
const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// What any command may fail with.
const ANY: &[ProblemKind] = &[
    ProblemKind::InvalidText,
    ProblemKind::QueueFull,
    ProblemKind::StoreBusy,
    ProblemKind::StoreFailed,
    ProblemKind::Unreadable,
];

/// Teach an association. Teaching a known stimulus again replaces its answer; `replaces` says which, so that of two who edit
/// it neither overwrites what the other wrote unseen, and `answer_of` names the block whose answer is taught to another question,
/// so that nothing forgotten comes back. The response is sent once it is durable.
#[utoipa::path(
    post, path = "/api/v1/teach", tag = "commands",
    request_body(content = TeachRequest, extensions(("x-max-bytes" = json!(MAX_BODY)))),
    extensions(("x-problems" = json!([ANY, [ProblemKind::ChangedMeanwhile]]))),
    responses(
        (status = 201, description = "Recorded, durably", body = TeachResponse),
    )
)]
pub(super) async fn teach(
    State(app): State<App>,
    traced: Traced,
    JsonBody(request): JsonBody<TeachRequest>,
) -> Response {
    let (trace, premise) = (traced.id, request.premise());
    let taught = app.node.teach_over(traced, request.stimulus, request.response, premise).await;
    let body = taught.map(|taught| (StatusCode::CREATED, Json(TeachResponse { block: taught.block.into() })));
    answer(trace, body.map_err(|error| Problem::of(&error, trace)))
}

/// What a TEACH would do, and what is taught to questions near to it: to update one rather than contradict it. Records nothing.
#[utoipa::path(
    post, path = "/api/v1/teach:preview", operation_id = "preview_teach", tag = "commands",
    request_body(content = LessonRequest, extensions(("x-max-bytes" = json!(MAX_BODY)))),
    extensions(("x-problems" = json!([ProblemKind::InvalidText, ProblemKind::Unreadable]))),
    responses((status = 200, description = "What it would do", body = PreviewResponse))
)]
pub(super) async fn preview(
    State(app): State<App>,
    JsonBody(LessonRequest { stimulus, response }): JsonBody<LessonRequest>,
) -> Result<Json<PreviewResponse>, Problem> {
    let preview = move || app.node.preview(&stimulus, &response);
    let preview = tokio::task::spawn_blocking(preview).await.map_err(Problem::internal)?;
    preview.map(|preview| Json(preview.into())).map_err(|error| Problem::of_read(&error))
}

/// Ask a question. The answer names the block that taught it.
#[utoipa::path(
    post, path = "/api/v1/ask", tag = "commands",
    request_body(content = StimulusRequest, extensions(("x-max-bytes" = json!(MAX_BODY)))),
    extensions(("x-problems" = json!(ANY))),
    responses(
        (status = 200, description = "Answered, or nothing similar enough was taught", body = AskResponse),
    )
)]
pub(super) async fn ask(
    State(app): State<App>,
    traced: Traced,
    JsonBody(StimulusRequest { stimulus }): JsonBody<StimulusRequest>,
) -> Response {
    let trace = traced.id;
    let found = app.node.ask(traced, stimulus).await;
    answer(
        trace,
        found
            .map(|found| Json(AskResponse::of(found, app.node.broken().is_some())))
            .map_err(|error| Problem::of(&error, trace)),
    )
}

/// Forget an association: it is no longer answered, and the content of every version of it is erased. `block` names the one that
/// is known to answer, so that no newer one is erased unseen.
#[utoipa::path(
    post, path = "/api/v1/forget", tag = "commands",
    request_body(content = ForgetRequest, extensions(("x-max-bytes" = json!(MAX_BODY)))),
    extensions(("x-problems" = json!([ANY, [ProblemKind::NotTaught, ProblemKind::ChangedMeanwhile]]))),
    responses(
        (status = 200, description = "Forgotten, and the texts are gone", body = ForgetResponse),
        (status = 202, description = "Forgotten; the texts go as soon as another program stops reading the genome", body = ForgetResponse),
    )
)]
pub(super) async fn forget(
    State(app): State<App>,
    traced: Traced,
    JsonBody(request): JsonBody<ForgetRequest>,
) -> Response {
    let (trace, expected) = (traced.id, request.expected());
    let forgotten = app.node.forget_if(traced, request.stimulus, expected).await;
    let body = forgotten.map(|done| {
        let (status, texts) = if done.gone {
            (StatusCode::OK, Erasure::Gone)
        } else {
            (StatusCode::ACCEPTED, Erasure::Erasing)
        };
        (status, Json(ForgetResponse { block: done.block.into(), erased: done.erased, texts }))
    });
    answer(trace, body.map_err(|error| Problem::of(&error, trace)))
}

/// Any command by its name, as `{"type": "TEACH", ...}`. The response is the same as at the command's own path.
#[utoipa::path(
    post, path = "/api/v1/commands", tag = "commands",
    request_body(content = CommandRequest, extensions(("x-max-bytes" = json!(MAX_BODY)))),
    extensions(("x-problems" = json!([
        ANY, [ProblemKind::NotTaught, ProblemKind::ChangedMeanwhile, ProblemKind::UnknownCommand]
    ]))),
    responses(
        (status = 200, description = "An ASK or a FORGET, as at its own path", body = AskOrForgetResponse),
        (status = 201, description = "A TEACH, as at its own path", body = TeachResponse),
        (status = 202, description = "A FORGET, as at its own path", body = ForgetResponse),
    )
)]
pub(super) async fn command(
    State(app): State<App>,
    traced: Traced,
    JsonBody(Fields(mut fields)): JsonBody<Fields>,
) -> Result<Response, Problem> {
    let Some(Value::String(name)) = fields.remove("type") else {
        let detail =
            "the field `type` is missing or not a string; it names the command: TEACH, ASK or FORGET";
        return Err(bad_json(detail));
    };
    Ok(match Command::named(&name) {
        Some(Command::Teach) => teach(State(app), traced, body_of(fields)?).await,
        Some(Command::Ask) => ask(State(app), traced, body_of(fields)?).await,
        Some(Command::Forget) => forget(State(app), traced, body_of(fields)?).await,
        None => {
            let trace = traced.id;
            let error = app.node.refuse_unknown(traced);
            answer(trace, Err::<(), _>(Problem::of(&error, trace)))
        }
    })
}

/// The fields of a JSON object, each of them once, as at the commands' own paths.
pub(super) struct Fields(serde_json::Map<String, Value>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Unique;

        impl<'de> Visitor<'de> for Unique {
            type Value = Fields;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Fields, A::Error> {
                let mut fields = serde_json::Map::new();
                while let Some((name, value)) = object.next_entry::<String, Value>()? {
                    if fields.contains_key(&name) {
                        return Err(A::Error::custom(format_args!("duplicate field `{name}`")));
                    }
                    fields.insert(name, value);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Unique)
    }
}

/// What is left of a named command: the body of the command's own path.
fn body_of<T: DeserializeOwned>(fields: serde_json::Map<String, Value>) -> Result<JsonBody<T>, Problem> {
    serde_json::from_value(Value::Object(fields)).map(JsonBody).map_err(bad_json)
}

/// A command's answer, with its trace id.
fn answer(trace: TraceId, result: Result<impl IntoResponse, Problem>) -> Response {
    let mut response = match result {
        Ok(body) => body.into_response(),
        Err(problem) => problem.into_response(),
    };
    if let Ok(value) = HeaderValue::from_str(&trace.to_string()) {
        response.headers_mut().insert(TRACE_ID, value);
    }
    response
}

/// For the fuzzers: a TEACH by its name is what it is at its own path.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    use super::extract::parse;
    let texts =
        |TeachRequest { stimulus, response, replaces, answer_of }| (stimulus, response, replaces, answer_of);
    let at_its_path = parse::<TeachRequest>(data).map(texts).ok();
    let by_name =
        parse(data).and_then(|Fields(fields)| body_of(fields)).map(|JsonBody(body)| texts(body)).ok();
    assert_eq!(at_its_path, by_name);
    let asked = parse::<StimulusRequest>(data).map(|request| request.stimulus).ok();
    assert!(asked.is_none() || at_its_path.is_none(), "a body is that of one command");
}
