//! A copy of the genome for whoever stores it, and the note that it is stored.

use std::fs::File;
use std::io::Read;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use kolibri_core::backup::LastBackup;
use kolibri_core::store::GenomeCopy;

use super::App;
use super::extract::JsonBody;
use super::genome::read;
use crate::wire::backup::{MADE, SHA256};
use crate::wire::limits::MAX_BODY;
use crate::wire::{Problem, ProblemKind};

/// Bytes that are read for one piece of the stream.
const PIECE: usize = 1 << 18;

/// Copy the genome, as it is when the copy is complete. Commands continue meanwhile. The header `kolibri-sha256` has the
/// checksum of the copy, and `kolibri-backup` what to PUT once it is stored.
#[utoipa::path(
    post, path = "/api/v1/genome/backup", operation_id = "make_backup", tag = "genome",
    extensions(("x-problems" = json!([ProblemKind::BackupRunning, ProblemKind::BackupFailed, ProblemKind::BackupTooLarge]))),
    responses(
        (status = 200, description = "The copy: a SQLite database", content_type = "application/vnd.sqlite3"),
    )
)]
pub(super) async fn make(State(app): State<App>) -> Result<Response, Problem> {
    let node = Arc::clone(&app.node);
    // In a task of its own: it cleans up although the caller has gone.
    let made = tokio::spawn(async move { node.copy_genome().await }).await;
    let GenomeCopy { file, length, sha256, made } =
        made.map_err(Problem::internal)?.map_err(|error| Problem::of_copy(&error))?;
    let made = serde_json::to_string(&made).map_err(Problem::internal)?;
    let headers = [
        (header::CONTENT_TYPE.as_str(), "application/vnd.sqlite3".to_owned()),
        (header::CONTENT_LENGTH.as_str(), length.to_string()),
        (SHA256, sha256),
        (MADE, made),
    ];
    Ok((headers, Body::from_stream(pieces(file))).into_response())
}

fn pieces(file: File) -> impl stream::Stream<Item = std::io::Result<Vec<u8>>> {
    stream::try_unfold(file, async |mut file| {
        let piece = tokio::task::spawn_blocking(move || {
            let mut piece = vec![0; PIECE];
            let read = file.read(&mut piece)?;
            piece.truncate(read);
            Ok::<_, std::io::Error>((piece, file))
        });
        let (piece, file) = piece.await.map_err(std::io::Error::other)??;
        Ok((!piece.is_empty()).then_some((piece, file)))
    })
}

/// Note that a backup is stored: its age becomes a metric.
#[utoipa::path(
    put, path = "/api/v1/genome/backup", operation_id = "note_backup", tag = "genome",
    request_body(content = LastBackup, extensions(("x-max-bytes" = json!(MAX_BODY)))),
    extensions(("x-problems" = json!([ProblemKind::NotOurBackup, ProblemKind::Unreadable]))),
    responses(
        (status = 204, description = "Noted"),
    )
)]
pub(super) async fn note(
    State(app): State<App>,
    JsonBody(stored): JsonBody<LastBackup>,
) -> Result<StatusCode, Problem> {
    let (index, hash) = (stored.index, stored.hash.clone());
    let block = read(&app, move |reader| reader.block(index)).await?;
    if block.is_none_or(|block| block.hash.to_string() != hash) {
        let detail = format!("the genome has no block {index} with this hash: it is another genome's backup");
        return Err(Problem::new(ProblemKind::NotOurBackup, detail));
    }
    app.node.note_backup(&stored).map_err(Problem::internal)?;
    Ok(StatusCode::NO_CONTENT)
}
