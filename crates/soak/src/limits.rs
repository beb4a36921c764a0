//! The limits of a drill's parameters, and the schemas that put them into the OpenAPI document: utoipa's
//! attributes accept only literals.

use utoipa::openapi::{KnownFormat, Object, RefOr, Schema, SchemaFormat, Type};
use utoipa::{PartialSchema, ToSchema};

/// The most events of one drill; the vocabulary is too small for more associations.
pub const MAX_EVENTS: u64 = 2_000_000_000;
/// The longest drill, in simulated minutes: a week.
pub const MAX_MINUTES: u32 = 10_080;
/// The most callers at once.
pub const MAX_CONCURRENCY: u32 = 256;
/// The largest seed: the largest whole number that every JSON reader keeps exactly (RFC 8259, section 6).
pub const MAX_SEED: u64 = (1 << 53) - 1;
/// The largest share of a mix.
pub(crate) const MAX_SHARE: u32 = 1_000_000;

macro_rules! whole_numbers {
    ($($(#[$doc:meta])* $name:ident: $format:ident = $least:literal to $most:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) enum $name {}

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let format = SchemaFormat::KnownFormat(KnownFormat::$format);
                let number = Object::builder().schema_type(Type::Integer).format(Some(format));
                number.minimum(Some($least)).maximum(Some($most)).into()
            }
        }

        impl ToSchema for $name {}
    )*};
}

whole_numbers! {
    /// Simulated minutes.
    SoakMinutes: Int32 = 1 to MAX_MINUTES;
    /// Events in each simulated minute.
    SoakEventsPerMinute: Int32 = 1 to MAX_EVENTS;
    /// A seed.
    SoakSeed: Int64 = 0 to MAX_SEED;
    /// Concurrent callers.
    SoakConcurrency: Int32 = 1 to MAX_CONCURRENCY;
    /// The share of TEACH, without which there is nothing to ask for.
    SoakTeachShare: Int32 = 1 to MAX_SHARE;
    /// The share of a kind of event.
    SoakShare: Int32 = 0 to MAX_SHARE;
}
