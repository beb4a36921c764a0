//! The headers of a copy of the genome. What they hold is declared in the core: `LastBackup`.

/// Has the SHA-256 of the copy, 64 hex digits.
pub(crate) const SHA256: &str = "kolibri-sha256";
/// Has what is to be noted once the copy is stored, as JSON.
pub(crate) const MADE: &str = "kolibri-backup";
