//! A job's progress as server-sent events, for the OpenAPI document: an event's `data` is JSON.

use utoipa::openapi::{Object, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The events of a verification.
pub(crate) enum VerificationEvent {}

/// The events of a drill.
pub(crate) enum SoakEvent {}

impl PartialSchema for VerificationEvent {
    fn schema() -> RefOr<Schema> {
        event("A `VerificationResponse`")
    }
}

impl ToSchema for VerificationEvent {}

impl PartialSchema for SoakEvent {
    fn schema() -> RefOr<Schema> {
        event("A `SoakProgress`")
    }
}

impl ToSchema for SoakEvent {}

fn event(data: &str) -> RefOr<Schema> {
    let text = || Object::builder().schema_type(Type::String);
    let event = text().enum_values(Some(["progress", "end"]));
    let data = text().content_media_type("application/json").description(Some(data));
    Object::builder()
        .property("event", event)
        .property("data", data)
        .required("event")
        .required("data")
        .into()
}
