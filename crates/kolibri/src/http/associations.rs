//! Everything that can be asked, as a stream: what `kolibri export` writes.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};

use super::App;
use super::genome::read;
use crate::wire::{AssociationLine, Problem, ProblemKind};

/// Blocks looked at for one piece of the stream: the longest texts make some megabytes.
const CHUNK: usize = 50;

/// Every association that can be asked, one JSON object per line, in the order of teaching.
#[utoipa::path(
    get, path = "/api/v1/associations", tag = "genome",
    extensions(("x-problems" = json!([ProblemKind::Unreadable]))),
    responses(
        (status = 200, description = "One object per line", body = AssociationLine, content_type = "application/x-ndjson"),
    )
)]
pub(super) async fn associations(State(app): State<App>) -> Result<Response, Problem> {
    // Read before the answer begins: a problem can still be reported.
    let (first, next) = piece(&app, 0).await?;
    let others = stream::unfold((app, next), async |(app, from)| {
        let from = from?;
        Some(match piece(&app, from).await {
            Ok((piece, next)) => (Ok(piece), (app, next)),
            // Breaking the stream off shows the caller that it is not whole; only the log can say why.
            Err(problem) => {
                let problem = problem.detail;
                tracing::error!(problem, from, "the stream of associations was cut off");
                (Err(std::io::Error::other(problem)), (app, None))
            }
        })
    });
    let pieces = stream::iter([Ok(first)]).chain(others);
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(pieces)).into_response())
}

async fn piece(app: &App, from: u64) -> Result<(Vec<u8>, Option<u64>), Problem> {
    let (associations, next) = read(app, move |reader| reader.associations(from, CHUNK)).await?;
    let mut piece = Vec::new();
    for association in associations {
        serde_json::to_writer(&mut piece, &AssociationLine::from(association)).map_err(Problem::internal)?;
        piece.push(b'\n');
    }
    Ok((piece, next))
}
