//! How often heavy tests repeat what they do.

/// `few`, or `many` for `make test-long`.
pub fn rounds(few: usize, many: usize) -> usize {
    if std::env::var_os("KOLIBRI_TEST_LONG").is_some() { many } else { few }
}
