//! What a drill is asked to do, within its limits.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::limits::{
    MAX_CONCURRENCY, MAX_EVENTS, MAX_MINUTES, MAX_SEED, MAX_SHARE, SoakConcurrency, SoakEventsPerMinute,
    SoakMinutes, SoakSeed, SoakShare, SoakTeachShare,
};

/// The most bytes that an event takes on disk, including its share of the index, if every event is a TEACH;
/// measured as `bytes_per_block` of drills, and rounded up.
const BYTES_PER_EVENT: u64 = 800;
/// What a drill takes in addition: the write-ahead log, its traces, and the index while it is rewritten.
const BYTES_BESIDE: u64 = 160 << 20;

/// How fast simulated time passes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = SoakPace)]
pub enum Pace {
    /// As fast as the engine goes.
    #[default]
    Fast,
    /// A simulated minute takes a minute.
    Real,
}

/// The relative share of each kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = SoakMix)]
pub struct Mix {
    /// TEACH; every tenth one teaches a known stimulus again.
    #[schema(value_type = SoakTeachShare)]
    pub teach: u32,
    /// ASK, word for word as it was taught.
    #[schema(value_type = SoakShare)]
    pub ask_hit: u32,
    /// ASK with words in another order, or misspelt.
    #[schema(value_type = SoakShare)]
    pub ask_similar: u32,
    /// ASK of something that was never taught.
    #[schema(value_type = SoakShare)]
    pub ask_miss: u32,
    /// FORGET.
    #[schema(value_type = SoakShare)]
    pub forget: u32,
}

/// People ask far more often than they teach, mostly for exact matches, and rarely forget.
impl Default for Mix {
    fn default() -> Self {
        Self { teach: 20, ask_hit: 60, ask_similar: 14, ask_miss: 5, forget: 1 }
    }
}

impl Mix {
    pub(super) fn shares(&self) -> [u32; 5] {
        [self.teach, self.ask_hit, self.ask_similar, self.ask_miss, self.forget]
    }
}

/// What a drill is asked to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
#[schema(as = SoakParameters)]
pub struct Parameters {
    /// Simulated minutes.
    #[schema(value_type = SoakMinutes)]
    pub minutes: u32,
    /// Events in each simulated minute; the maximum holds for all minutes together.
    #[schema(value_type = SoakEventsPerMinute)]
    pub events_per_minute: u32,
    /// Seed for texts, times and salts.
    #[schema(value_type = SoakSeed)]
    pub seed: u64,
    /// How fast simulated time passes.
    pub pace: Pace,
    /// Shares of the kinds of events.
    pub mix: Mix,
    /// Concurrent callers. The genome does not depend on their number.
    #[schema(value_type = SoakConcurrency)]
    pub concurrency: u32,
    /// Whether the drill's genome is kept after the drill ends.
    pub keep: bool,
    /// Whether commits are flushed to disk, as in normal operation. If not, the drill measures the engine alone.
    pub durable: bool,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            minutes: 10,
            events_per_minute: 1000,
            seed: 1,
            pace: Pace::Fast,
            mix: Mix::default(),
            concurrency: 16,
            keep: false,
            durable: true,
        }
    }
}

impl Parameters {
    /// All events of the drill.
    pub fn events(&self) -> u64 {
        u64::from(self.minutes) * u64::from(self.events_per_minute)
    }

    /// The most bytes that the drill may take on disk.
    pub fn disk_bytes(&self) -> u64 {
        self.events() * BYTES_PER_EVENT + BYTES_BESIDE
    }

    /// Everything that is wrong with the parameters, each in words.
    pub(super) fn faults(&self) -> Vec<String> {
        let shares = self.mix.shares();
        let checks = [
            (
                !(1..=MAX_MINUTES).contains(&self.minutes),
                format!("minutes is {}, but it must be from 1 to {MAX_MINUTES}", self.minutes),
            ),
            (self.events_per_minute == 0, "events_per_minute is 0, but it must be at least 1".to_owned()),
            (
                self.events() > MAX_EVENTS,
                format!(
                    "minutes x events_per_minute is {}, but it must be at most {MAX_EVENTS}",
                    self.events()
                ),
            ),
            (self.seed > MAX_SEED, format!("seed is {}, but it must be at most {MAX_SEED}", self.seed)),
            (
                !(1..=MAX_CONCURRENCY).contains(&self.concurrency),
                format!("concurrency is {}, but it must be from 1 to {MAX_CONCURRENCY}", self.concurrency),
            ),
            (
                shares.iter().any(|share| *share > MAX_SHARE),
                format!("mix has a share above {MAX_SHARE}, the largest allowed"),
            ),
            (
                self.mix.teach == 0,
                "mix has no share for teach, but nothing can be asked before it is taught".to_owned(),
            ),
        ];
        checks.into_iter().filter_map(|(wrong, fault)| wrong.then_some(fault)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_at_once() {
        let wrong = Parameters {
            minutes: 0,
            seed: u64::MAX,
            concurrency: 257,
            mix: Mix { teach: 0, ..Mix::default() },
            ..Parameters::default()
        };
        let faults = wrong.faults().join("; ");
        for name in ["minutes", "seed", "concurrency", "mix"] {
            assert!(faults.contains(name), "{name} is not in: {faults}");
        }
        assert_eq!(Parameters::default().faults(), [""; 0]);
    }

    #[test]
    fn a_drill_has_no_more_events_than_can_be_told_apart() {
        let longest = Parameters { minutes: 10_000, events_per_minute: 200_000, ..Parameters::default() };
        assert_eq!(longest.faults(), [""; 0]);
        let longer = Parameters { events_per_minute: 200_001, ..longest };
        assert!(longer.faults().concat().contains("at most 2000000000"));
    }
}
