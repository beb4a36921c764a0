//! What happens in a drill, step by step: a function of its parameters and its seed. Each step makes one
//! block, so step `n` is block `n + 1`.

use std::collections::VecDeque;

use crate::parameters::{Mix, Parameters};
use crate::seeded::{DRILL_BEGINS, Draw, drawn};

/// One in this many TEACHes teaches a known stimulus again.
const ANEW: u64 = 10;
/// Similar questions are about what was taught at least this many steps ago, if there is anything: the index
/// has most likely reached it by then, so there is no need to wait.
const SETTLED: u64 = 8192;

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// The time in its block, nanoseconds since the Unix epoch.
    pub(super) time: u64,
    pub(super) act: Act,
}

/// What is done in a step. Associations are numbered; each version of one has its own response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Act {
    /// Teaches a version of an association.
    Teach { pair: u64, version: u32 },
    /// Asks word for word, and expects that version.
    AskHit { pair: u64, version: u32 },
    /// Asks in other words, and expects that version; `block` contains its stimulus.
    AskSimilar { pair: u64, version: u32, block: u64, misspelt: bool },
    /// Asks something that was never taught.
    AskMiss { number: u64 },
    /// Forgets an association in all its versions.
    Forget { pair: u64 },
}

/// The steps of a drill, in order, and what is taught after the steps so far.
#[derive(Debug, Clone)]
pub(super) struct Script {
    seed: u64,
    mix: Mix,
    step_time: u64,
    events: u64,
    done: u64,
    known: Known,
}

/// What is taught. The oldest is forgotten first, so the numbers have no gaps.
#[derive(Debug, Clone, Default)]
struct Known {
    oldest: u64,
    pairs: VecDeque<Taught>,
}

#[derive(Debug, Clone, Copy)]
struct Taught {
    block: u64,
    version: u32,
}

impl Script {
    pub(super) fn new(parameters: &Parameters) -> Self {
        Self {
            seed: parameters.seed,
            mix: parameters.mix,
            step_time: 60_000_000_000 / u64::from(parameters.events_per_minute),
            events: parameters.events(),
            done: 0,
            known: Known::default(),
        }
    }

    /// How many associations were forgotten: all whose number is below this.
    pub(super) fn forgotten(&self) -> u64 {
        self.known.oldest
    }

    /// What is taught and not forgotten: number and version.
    pub(super) fn known(&self) -> impl ExactSizeIterator<Item = (u64, u32)> {
        let Known { oldest, pairs } = &self.known;
        pairs.iter().enumerate().map(move |(at, taught)| (oldest + at as u64, taught.version))
    }

    fn act(&mut self, draw: Dice) -> Act {
        let [teach, hit, similar, miss, _] = self.mix.shares().map(u64::from);
        let all = self.mix.shares().into_iter().map(u64::from).sum();
        let kind = draw.below(0, all);
        let act = if kind < teach {
            if draw.below(1, ANEW) == 0 { self.known.teach_anew(draw) } else { None }
        } else if kind < teach + hit {
            self.known.ask_hit(draw)
        } else if kind < teach + hit + similar {
            self.known.ask_similar(draw, self.done)
        } else if kind < teach + hit + similar + miss {
            Some(Act::AskMiss { number: self.done })
        } else {
            self.known.forget()
        };
        // Nothing can be asked or forgotten before something is taught.
        act.unwrap_or_else(|| self.known.teach(self.done + 1))
    }
}

impl Iterator for Script {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        if self.done == self.events {
            return None;
        }
        let act = self.act(Dice(drawn(self.seed, Draw::Step, self.done)));
        self.done += 1;
        Some(Step { time: DRILL_BEGINS + self.done * self.step_time, act })
    }
}

impl Known {
    fn teach(&mut self, block: u64) -> Act {
        let pair = self.oldest + self.pairs.len() as u64;
        self.pairs.push_back(Taught { block, version: 0 });
        Act::Teach { pair, version: 0 }
    }

    fn teach_anew(&mut self, draw: Dice) -> Option<Act> {
        let at = draw.index(2, self.pairs.len())?;
        let taught = &mut self.pairs[at];
        taught.version += 1;
        Some(Act::Teach { pair: self.oldest + at as u64, version: taught.version })
    }

    fn ask_hit(&self, draw: Dice) -> Option<Act> {
        let at = draw.index(2, self.pairs.len())?;
        Some(Act::AskHit { pair: self.oldest + at as u64, version: self.pairs[at].version })
    }

    fn ask_similar(&self, draw: Dice, done: u64) -> Option<Act> {
        let settled = self.pairs.partition_point(|taught| taught.block + SETTLED <= done);
        let at = draw.index(2, settled).or_else(|| draw.index(2, self.pairs.len()))?;
        let Taught { block, version } = self.pairs[at];
        let pair = self.oldest + at as u64;
        Some(Act::AskSimilar { pair, version, block, misspelt: draw.below(3, 2) == 0 })
    }

    fn forget(&mut self) -> Option<Act> {
        self.pairs.pop_front()?;
        self.oldest += 1;
        Some(Act::Forget { pair: self.oldest - 1 })
    }
}

/// Four independent draws of one step.
#[derive(Clone, Copy)]
struct Dice([u8; 32]);

impl Dice {
    /// A number below `limit`, from draw `which` (0 to 3).
    fn below(self, which: usize, limit: u64) -> u64 {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&self.0[which * 8..which * 8 + 8]);
        // Scales the draw to the range. No limit here is near 2^64, so all numbers are equally likely.
        let product = u128::from(u64::from_be_bytes(bytes)) * u128::from(limit);
        u64::try_from(product >> 64).unwrap_or(limit)
    }

    /// A position in a list of `length` items; `None` if it is empty.
    fn index(self, which: usize, length: usize) -> Option<usize> {
        (length > 0).then(|| self.below(which, length as u64)).and_then(|place| usize::try_from(place).ok())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    fn script(minutes: u32, mix: Mix, seed: u64) -> Script {
        Script::new(&Parameters { minutes, mix, seed, ..Parameters::default() })
    }

    proptest! {
        #[test]
        fn only_what_is_taught_is_asked_and_forgotten(
            seed in 0..1000u64, (teach, hit, similar, miss, forget) in (1..9u32, 0..9u32, 0..9u32, 0..9u32, 0..9u32)
        ) {
            let mix = Mix { teach, ask_hit: hit, ask_similar: similar, ask_miss: miss, forget };
            let mut script = script(2, mix, seed);
            let mut taught = HashMap::new();
            for Step { act, .. } in script.by_ref() {
                match act {
                    Act::Teach { pair, version } => {
                        prop_assert_eq!(taught.insert(pair, version), version.checked_sub(1));
                    }
                    Act::AskHit { pair, version } | Act::AskSimilar { pair, version, .. } => {
                        prop_assert_eq!(taught.get(&pair), Some(&version));
                    }
                    Act::AskMiss { .. } => {}
                    Act::Forget { pair } => prop_assert!(taught.remove(&pair).is_some()),
                }
            }
            prop_assert_eq!(script.known().collect::<HashMap<_, _>>(), taught);
        }
    }

    #[test]
    fn the_mix_is_what_was_asked_for() {
        let mut counts: HashMap<_, i32> = HashMap::new();
        for step in script(20, Mix::default(), 1) {
            let kind = match step.act {
                Act::Teach { .. } => "teach",
                Act::AskHit { .. } => "hit",
                Act::AskSimilar { .. } => "similar",
                Act::AskMiss { .. } => "miss",
                Act::Forget { .. } => "forget",
            };
            *counts.entry(kind).or_insert(0) += 1;
        }
        for (kind, share) in [("teach", 20), ("hit", 60), ("similar", 14), ("miss", 5), ("forget", 1)] {
            let expected = share * 200;
            assert!((counts[kind] - expected).abs() < 100 + expected / 10, "{kind}: {}", counts[kind]);
        }
    }

    #[test]
    fn a_simulated_minute_holds_its_events() {
        let times: Vec<u64> = script(2, Mix::default(), 1).map(|step| step.time).collect();
        assert_eq!(times.len(), 2000);
        assert_eq!(times.last(), Some(&(DRILL_BEGINS + 120_000_000_000)));
        assert!(times.is_sorted());
    }
}
