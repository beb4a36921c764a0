//! The HTTP API and the page. The route table below is the whole of it; each handler is in the file of its subject.
//!
//! | file here | what it is for |
//! |---|---|
//! | `commands` | TEACH, ASK, FORGET, and commands by name |
//! | `batch` | teaching many associations in one stream |
//! | `genome` | reading the genome |
//! | `associations` | what is taught, to be browsed and searched, and all of it as a stream |
//! | `import` | teaching a file |
//! | `backup` | a copy of the genome, and the note that it is stored |
//! | `verification` | verifying the genome of the running node |
//! | `soaks` | soak drills |
//! | `traces` | how commands were executed |
//! | `operations` | how the node is, at a glance |
//! | `condition` | decides how the node is, in one line |
//! | `settings` | the settings in force |
//! | `history` | what the last day was like |
//! | `alerts` | the node's alerts, as Prometheus sees them |
//! | `sse` | a job's progress as server-sent events |
//! | `page` | the page's files |
//! | `runbook` | the runbook, as a page and as Markdown |
//! | `health` | whether the node lives and is ready; the scrape endpoint |
//! | `listener` | accepting connections within bounds |
//! | `lobby` | connections without a place that ask for nothing make room |
//! | `pace` | whether a connection keeps the node waiting |
//! | `stall` | a connection that breaks off when its other end takes nothing |
//! | `budget` | how much memory the answers in flight may take together |
//! | `guard` | who may call, under which Host, and in which framing |
//! | `state` | what every handler can reach |
//! | `document` | the OpenAPI document, with every problem that an operation may answer |
//! | `extract` | reading requests within their limits |
//! | `problem` | what went wrong, as RFC 9457 documents |
//! | `measure` | HTTP metrics |

pub(crate) mod alerts;
mod associations;
mod backup;
pub(crate) mod batch;
mod budget;
pub(crate) mod commands;
mod condition;
mod document;
pub(crate) mod extract;
pub(crate) mod genome;
pub(crate) mod guard;
mod health;
mod history;
mod import;
mod listener;
mod lobby;
mod measure;
mod operations;
mod pace;
mod page;
mod problem;
mod runbook;
mod settings;
mod soaks;
mod sse;
mod stall;
mod state;
pub(crate) mod traces;
mod verification;

pub(crate) use listener::serve;
use state::App;
pub(crate) use state::AppState;

use std::sync::Arc;

use axum::routing::get;
use axum::{Json, Router, middleware};
use guard::BearerToken;
use kolibri_core::telemetry::Telemetry;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Kolibri",
        description = "Teach it, ask it, prove what it was taught, and see how it is doing. What is refused is answered with a \
            problem document (RFC 9457); only what is no HTTP/1 (400), or has a head that is too long (414, 431), gets no body. \
            A body with a field that is not named here is refused, and so is a query. Any GET can be a HEAD. Caches must not keep answers (`Cache-Control: no-store`).",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0"),
    ),
    // What the data of server-sent events is.
    components(schemas(kolibri_soak::DrillProgress)),
    modifiers(&BearerToken),
)]
struct Document;

/// Every route of the API.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(commands::teach))
        .routes(routes!(commands::preview))
        .routes(routes!(commands::ask))
        .routes(routes!(commands::forget))
        .routes(routes!(commands::command))
        .routes(routes!(batch::teach_batch))
        .routes(routes!(genome::genome))
        .routes(routes!(genome::blocks))
        .routes(routes!(genome::block))
        .routes(routes!(associations::associations))
        .routes(routes!(associations::versions))
        .routes(routes!(associations::questions))
        .routes(routes!(associations::export))
        .routes(routes!(import::preview))
        .routes(routes!(import::import))
        .routes(routes!(backup::make, backup::note))
        .routes(routes!(verification::status, verification::start, verification::cancel))
        .routes(routes!(verification::progress))
        .routes(routes!(soaks::list, soaks::start))
        .routes(routes!(soaks::show, soaks::stop))
        .routes(routes!(soaks::progress))
        .routes(routes!(traces::last))
        .routes(routes!(traces::latest))
        .routes(routes!(traces::failed))
        .routes(routes!(traces::by_id))
        .routes(routes!(operations::operations))
        .routes(routes!(history::history))
        .routes(routes!(runbook::runbook))
        .routes(routes!(settings::settings))
        .routes(routes!(alerts::alerts))
        .routes(routes!(health::livez))
        .routes(routes!(health::readyz))
}

/// The API and the page, guarded and measured.
pub(crate) fn api(state: AppState) -> Router {
    let app = Arc::new(state);
    let (router, mut document) = routes().split_for_parts();
    let documented = Arc::new(document::complete(&mut document));
    let router = router
        .route("/api/v1/openapi.json", get(async || Json(document)))
        // What is merged from here on is in the binary, and takes no memory of its own.
        .layer(middleware::from_fn_with_state(app.clone(), budget::bound))
        .layer(middleware::from_fn_with_state(Arc::clone(&documented), document::refuse_query))
        .merge(page::routes())
        .merge(runbook::routes())
        .fallback(problem::no_such_path)
        .method_not_allowed_fallback(problem::no_such_method)
        .layer(middleware::from_fn_with_state(app.clone(), guard::guard))
        .layer(middleware::from_fn_with_state(app.clone(), measure::measure));
    let router = match cfg!(debug_assertions) {
        true => router.layer(middleware::from_fn_with_state(documented, document::check)),
        false => router,
    };
    router.with_state(app)
}

/// The scrape endpoint.
pub(crate) fn metrics(telemetry: Arc<Telemetry>) -> Router {
    Router::new().route("/metrics", get(health::metrics)).with_state(telemetry)
}

#[cfg(test)]
mod tests {
    use kolibri_soak::{MAX_CONCURRENCY, MAX_EVENTS, MAX_MINUTES, MAX_SEED};
    use serde_json::{Value, json};

    use crate::wire::limits::{MAX_BLOCKS, MAX_BODY, MAX_FILE, MAX_RESPONSE, MAX_STIMULUS, MAX_TRACES};

    fn whole() -> utoipa::openapi::OpenApi {
        let mut document = super::routes().into_openapi();
        super::document::complete(&mut document);
        document
    }

    fn document() -> Value {
        serde_json::to_value(whole()).unwrap()
    }

    /// `make bless` writes the document anew.
    #[test]
    fn the_published_openapi_document_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
        let mut current = whole().to_pretty_json().unwrap();
        current.push('\n');
        if std::env::var_os("KOLIBRI_BLESS").is_some() {
            std::fs::write(path, &current).unwrap();
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert!(published == current, "docs/openapi.json is not current; run make bless");
    }

    #[test]
    fn the_openapi_document_states_the_limits() {
        let document = document();
        let limits = |path: &str| {
            let schema = document.pointer(path).unwrap();
            ["minLength", "x-max-bytes", "minimum", "maximum"].map(|name| schema[name].as_u64())
        };
        for (text, most) in [("StimulusText", MAX_STIMULUS), ("ResponseText", MAX_RESPONSE)] {
            let found = limits(&format!("/components/schemas/{text}"));
            assert_eq!(found, [Some(1), Some(most as u64), None, None], "{text}");
        }
        for (path, most) in [("genome~1blocks", MAX_BLOCKS), ("traces", MAX_TRACES)] {
            let found = limits(&format!("/paths/~1api~1v1~1{path}/get/parameters/1/schema"));
            assert_eq!(found, [None, None, Some(1), Some(most as u64)], "{path}");
        }
        let drills = [
            ("Minutes", 1, MAX_MINUTES.into()),
            ("EventsPerMinute", 1, MAX_EVENTS),
            ("Seed", 0, MAX_SEED),
            ("Concurrency", 1, MAX_CONCURRENCY.into()),
        ];
        for (number, least, most) in drills {
            let found = limits(&format!("/components/schemas/Soak{number}"));
            assert_eq!(found, [None, None, Some(least), Some(most)], "{number}");
        }
    }

    #[test]
    fn the_openapi_document_limits_every_body() {
        let document = document();
        let paths = document["paths"].as_object().unwrap().values();
        let operations = paths.flat_map(|path| path.as_object().unwrap().values());
        let bodies: Vec<_> = operations.filter_map(|operation| operation.get("requestBody")).collect();
        assert!(!bodies.is_empty());
        for body in bodies {
            let limit = body.get("x-max-line-bytes").or(body.get("x-max-bytes"));
            let is_file = body["content"].get("application/octet-stream").is_some();
            assert_eq!(limit, Some(&json!(if is_file { MAX_FILE } else { MAX_BODY })), "{body}");
        }
    }
}
