//! What makes a drill repeatable: everything that is random in a node comes from the drill's seed instead.

use std::sync::Arc;

use kolibri_core::store::{Durability, GenomeSettings};
use sha2::{Digest, Sha256};

/// When a drill's genome begins: 2026-01-01T00:00:00Z. The drill's clock starts there.
pub(super) const DRILL_BEGINS: u64 = 1_767_225_600_000_000_000;

/// What a draw is for: the same number gives independent values for different purposes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Draw {
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

/// Bytes that look random and are the same for the same seed, purpose and number, on every machine. They are
/// not secret: they follow from the seed.
pub(super) fn drawn(seed: u64, draw: Draw, number: u64) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"kolibri drill 1\0")
        .chain_update(draw.name())
        .chain_update(seed.to_be_bytes())
        .chain_update(number.to_be_bytes())
        .finalize()
        .into()
}

/// A genome that is the same for the same seed and events. `durable`: whether commits are flushed to disk.
pub(super) fn genome(seed: u64, durable: bool) -> GenomeSettings {
    let mut id = [0; 16];
    id.copy_from_slice(&drawn(seed, Draw::Genome, 0)[..16]);
    GenomeSettings {
        id,
        begins: DRILL_BEGINS,
        salts: Arc::new(move |index| drawn(seed, Draw::Salt, index)),
        durability: if durable { Durability::Flushed } else { Durability::Buffered },
    }
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
