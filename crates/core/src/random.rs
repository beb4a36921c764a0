//! Randomness from the operating system.

/// `N` random bytes.
///
/// # Panics
/// When the operating system has no randomness to give: no salt would be safe, so nothing may continue.
pub fn bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "documented above")]
    getrandom::fill(&mut bytes).expect("the operating system's random source works");
    bytes
}
