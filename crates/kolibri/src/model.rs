//! The model that finds answers by meaning, embedded by `build.rs`.

/// The model file for `kolibri_encoder::Encoder`, or nothing when the binary was built without one (`make model` makes it).
/// It stays in the file of the binary: what is read of it comes into memory page by page.
pub(crate) static MODEL: Option<&[u8]> = include!(concat!(env!("OUT_DIR"), "/model.rs"));
