//! Randomness: the operating system's, and one that can be repeated from a seed.

use sha2::{Digest, Sha256};

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(
        clippy::expect_used,
        reason = "without the system's random source no salt is safe, so nothing may go on"
    )]
    getrandom::fill(&mut bytes).expect("the operating system's random source works");
    bytes
}

/// What a draw is for: the same number drawn for another purpose is independent of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Draw {
    /// A block's salt.
    Salt,
    /// A genome's id.
    Genome,
    /// A step of a drill's script.
    Step,
    /// Which words stand for which association.
    Words,
}

impl Draw {
    const fn name(self) -> &'static str {
        match self {
            Self::Salt => "salt",
            Self::Genome => "genome",
            Self::Step => "step",
            Self::Words => "words",
        }
    }
}

/// Bytes that look random and are the same for the same seed, purpose and number, on every machine. They are no secret:
/// whoever knows the seed knows them.
pub(crate) fn drawn(seed: u64, draw: Draw, number: u64) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"kolibri drill 1\0")
        .chain_update(draw.name())
        .chain_update(seed.to_be_bytes())
        .chain_update(number.to_be_bytes())
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_repeats_and_differs_from_every_other() {
        let draws = [
            drawn(1, Draw::Salt, 0),
            drawn(1, Draw::Salt, 1),
            drawn(2, Draw::Salt, 0),
            drawn(1, Draw::Step, 0),
        ];
        assert_eq!(drawn(1, Draw::Salt, 0), draws[0]);
        for (at, draw) in draws.iter().enumerate() {
            assert!(!draws[..at].contains(draw));
        }
    }
}
