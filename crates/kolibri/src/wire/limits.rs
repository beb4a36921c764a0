//! What the API takes at most: one constant for each limit, and the schema that carries it into the OpenAPI document,
//! since utoipa's attributes take only literals.

use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::{Object, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

pub(crate) use kolibri_core::command::{MAX_RESPONSE, MAX_STIMULUS};

/// The longest body of one command, and the longest line of a batch, in bytes.
pub(crate) const MAX_BODY: usize = 128 * 1024;
/// The most blocks one call returns.
pub(crate) const MAX_BLOCKS: usize = 500;
/// The texts of the blocks that one call returns, in bytes: when they are more, the page ends early. It is as much as the 50
/// longest blocks have, and what the longest block has comes on top.
pub(crate) const MAX_PAGE: usize = 4 << 20;
/// The most traces one call returns.
pub(crate) const MAX_TRACES: usize = 100;

macro_rules! schemas {
    ($($(#[$doc:meta])* $name:ident = $schema:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                $schema.into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

schemas! {
    /// The text of a stimulus.
    StimulusText = text(MAX_STIMULUS);
    /// The text of a response.
    ResponseText = text(MAX_RESPONSE);
    /// How many blocks to return.
    BlocksLimit = from_one_to(MAX_BLOCKS);
    /// How many traces to return.
    TracesLimit = from_one_to(MAX_TRACES);
}

/// JSON Schema's `maxLength` counts characters; the limit is in bytes of UTF-8.
fn text(max_bytes: usize) -> Object {
    Object::builder()
        .schema_type(Type::String)
        .description(Some("Some text with a visible character in it, at most `x-max-bytes` long in UTF-8."))
        .min_length(Some(1))
        .extensions(Some(Extensions::builder().add("x-max-bytes", max_bytes).build()))
        .build()
}

fn from_one_to(most: usize) -> Object {
    Object::builder().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(most)).build()
}
