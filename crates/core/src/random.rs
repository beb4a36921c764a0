//! Randomness from the operating system.

/// `N` random bytes.
///
/// # Panics
/// When the operating system provides no randomness: no salt would be safe, so the process must not continue.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "documented above")]
    getrandom::fill(&mut bytes).expect("the operating system's random source works");
    bytes
}
