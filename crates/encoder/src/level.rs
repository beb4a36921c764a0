//! The instruction sets of this machine.

pub use fearless_simd::Level;

/// Every instruction set that this machine has and this crate knows, with its name, the best one first: for tests and
/// measurements. What it computes must not depend on the machine.
#[must_use]
pub fn levels() -> Vec<(&'static str, Level)> {
    let best = Level::new();
    #[cfg(target_arch = "x86_64")]
    return [
        best.as_avx512().map(|token| ("AVX-512", Level::Avx512(token))),
        best.as_avx2().map(|token| ("AVX2", Level::Avx2(token))),
        best.as_sse4_2().map(|token| ("SSE4.2", Level::Sse4_2(token))),
        best.as_sse2().map(|token| ("SSE2", Level::Sse2(token))),
    ]
    .into_iter()
    .flatten()
    .collect();
    #[cfg(not(target_arch = "x86_64"))]
    vec![("portable", best)]
}
