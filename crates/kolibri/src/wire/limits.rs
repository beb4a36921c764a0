//! What the API takes at most: one constant for each limit, and the schema that carries it into the OpenAPI document,
//! since utoipa's attributes take only literals.

use kolibri_genome as genome;
use utoipa::openapi::extensions::Extensions;
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::openapi::{Object, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

pub(crate) use kolibri_core::command::{MAX_RESPONSE, MAX_STIMULUS};

/// The longest body of one command, and the longest line of a batch, in bytes.
pub(crate) const MAX_BODY: usize = 128 * 1024;
/// The most blocks one call returns.
pub(crate) const MAX_BLOCKS: usize = 500;
/// How many blocks one call returns if it does not say.
pub(crate) const BLOCKS: usize = 100;
/// The texts of the blocks that one call returns, in bytes: when they are more, the page ends early. It is as much as the 50
/// longest blocks have, and what the longest block has comes on top.
pub(crate) const MAX_PAGE: usize = 4 << 20;
/// The most associations one call lists.
pub(crate) const MAX_ASSOCIATIONS: usize = 100;
/// How many associations one call lists if it does not say.
pub(crate) const ASSOCIATIONS: usize = 50;
/// The longest search, in bytes.
pub(crate) const MAX_SEARCH: usize = 1024;
/// The most versions one call returns.
pub(crate) const MAX_VERSIONS: usize = 100;
/// How many versions one call returns if it does not say.
pub(crate) const VERSIONS: usize = 20;
/// The longest file that one call imports, in bytes.
pub(crate) const MAX_FILE: usize = 16 << 20;
/// The most traces one call returns.
pub(crate) const MAX_TRACES: usize = 100;
/// How many traces one call returns if it does not say.
pub(crate) const TRACES: usize = 20;

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
    /// The index of a block.
    BlockIndex = Object::builder().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(u64::MAX));
    /// The id of a trace in a path.
    TraceIdText = Object::builder().schema_type(Type::String).pattern(Some("^(?!0{32})[0-9a-f]{32}$"));
    /// The type of an event in the genome.
    EventType = Object::builder().schema_type(Type::String).enum_values(Some(genome::EventType::ALL.map(genome::EventType::name)));
    /// How many blocks to return.
    BlocksLimit = from_one_to(MAX_BLOCKS).default(Some(BLOCKS.into()));
    /// How many associations to list.
    AssociationsLimit = from_one_to(MAX_ASSOCIATIONS).default(Some(ASSOCIATIONS.into()));
    /// How many versions to return.
    VersionsLimit = from_one_to(MAX_VERSIONS).default(Some(VERSIONS.into()));
    /// Where a page begins.
    CursorText = Object::builder().schema_type(Type::String).pattern(Some("^(0|[1-9][0-9]{0,17})-(0|[1-9][0-9]{0,17})$"));
    /// What is searched for.
    SearchText = Object::builder().schema_type(Type::String).max_length(Some(MAX_SEARCH))
        .description(Some("At most `x-max-bytes` long in UTF-8."))
        .extensions(Some(Extensions::builder().add("x-max-bytes", MAX_SEARCH).build()));
    /// How many traces to return.
    TracesLimit = from_one_to(MAX_TRACES).default(Some(TRACES.into()));
}

/// JSON Schema's `maxLength` counts characters, and the limit is in bytes of UTF-8: what has more characters than that is
/// refused, and what has not may be.
fn text(max_bytes: usize) -> Object {
    Object::builder()
        .schema_type(Type::String)
        .description(Some("Some text with a visible character in it, at most `x-max-bytes` long in UTF-8."))
        .min_length(Some(1))
        .max_length(Some(max_bytes))
        .extensions(Some(Extensions::builder().add("x-max-bytes", max_bytes).build()))
        .build()
}

fn from_one_to(most: usize) -> ObjectBuilder {
    Object::builder().schema_type(Type::Integer).minimum(Some(1)).maximum(Some(most))
}
