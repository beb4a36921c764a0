//! Whether block times can follow the clock. Times of blocks never decrease, so while the clock is behind the last block, every
//! new block gets the time of that one.

use std::time::Duration;

use kolibri_genome::Head;

use crate::clock::{in_words, nanoseconds, rfc3339};

/// By how much the clock must be behind the last block, or have been set, to be told. Corrections by NTP are smaller.
const LEAST: Duration = Duration::from_secs(60);

/// By how much the clock is behind the last block; zero if it is not.
pub(super) fn behind(head: Head, now: u64) -> Duration {
    Duration::from_nanos(head.time.saturating_sub(now))
}

/// The same, if it is so much that people should know.
pub(super) fn much_behind(head: Head, now: u64) -> Option<Duration> {
    Some(behind(head, now)).filter(|behind| *behind >= LEAST)
}

/// Looks at the clock from time to time, and has something to tell when that changes.
#[derive(Debug, Default)]
pub(super) struct ClockWatch {
    /// What the clock and a monotonic one said when it looked last.
    last: Option<(u64, Duration)>,
    stands_still: bool,
}

/// What there is to tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Times of blocks stand still from now on.
    StandsStill { behind: Duration, head: Head, now: u64 },
    /// They follow the clock again.
    GoesOn,
    /// The clock was set forward, or the machine slept.
    Forward(Duration),
    /// The clock was set back.
    Back(Duration),
}

impl ClockWatch {
    /// Looks once: `now` is the time in nanoseconds since the Unix epoch, `monotonic` the time since any moment that stays the
    /// same.
    pub(super) fn look(&mut self, now: u64, monotonic: Duration, head: Option<Head>) -> Vec<News> {
        self.was_set(now, monotonic).into_iter().chain(head.and_then(|head| self.state(now, head))).collect()
    }

    fn was_set(&mut self, now: u64, monotonic: Duration) -> Option<News> {
        let (before, then) = self.last.replace((now, monotonic))?;
        let expected = before.saturating_add(nanoseconds(monotonic.saturating_sub(then)));
        let by = Duration::from_nanos(now.abs_diff(expected));
        match now > expected {
            _ if by < LEAST => None,
            true => Some(News::Forward(by)),
            false => Some(News::Back(by)),
        }
    }

    fn state(&mut self, now: u64, head: Head) -> Option<News> {
        let behind = behind(head, now);
        if !self.stands_still && behind >= LEAST {
            self.stands_still = true;
            return Some(News::StandsStill { behind, head, now });
        }
        if self.stands_still && behind.is_zero() {
            self.stands_still = false;
            return Some(News::GoesOn);
        }
        None
    }
}

impl News {
    /// Tells it in the log.
    pub(super) fn tell(&self) {
        match self {
            Self::StandsStill { behind, head, now } => tracing::warn!(
                seconds = behind.as_secs(),
                last_block = rfc3339(head.time),
                clock = rfc3339(*now),
                "the clock is {} behind the last block, so block times stand still until it has caught up. Correct the clock. If it \
                 is right now and was wrong before, see `kolibri runbook KolibriClockBehind`",
                in_words(*behind)
            ),
            Self::GoesOn => tracing::info!("the clock has caught up with the last block: block times go on"),
            Self::Forward(by) => tracing::warn!(
                seconds = by.as_secs(),
                "the clock was set forward, or the machine slept: new blocks have the new time. If it is wrong, correct it at once: \
                 block times do not go back"
            ),
            Self::Back(by) => tracing::warn!(seconds = by.as_secs(), "the clock was set back"),
        }
    }
}

#[cfg(test)]
mod tests {
    use kolibri_genome::Hash;
    use proptest::prelude::*;

    use super::*;

    const SECOND: u64 = 1_000_000_000;
    const CENTURY: u64 = 100 * 365 * 86_400;

    fn head(seconds: u64) -> Option<Head> {
        Some(Head { index: 7, time: seconds * SECOND, hash: Hash([7; 32]) })
    }

    /// What is told at each look: seconds of the clock, of the monotonic one, and of the last block.
    fn told(looks: &[(u64, u64, u64)]) -> Vec<Vec<News>> {
        let mut watch = ClockWatch::default();
        let look = |(now, monotonic, block): &(u64, u64, u64)| {
            watch.look(now * SECOND, Duration::from_secs(*monotonic), head(*block))
        };
        looks.iter().map(look).collect()
    }

    fn stands_still(behind: u64, now: u64) -> News {
        let behind = Duration::from_secs(behind);
        News::StandsStill { head: head(behind.as_secs() + now).unwrap(), behind, now: now * SECOND }
    }

    #[test]
    fn a_jump_of_a_century_and_back_is_told_once_until_the_clock_has_caught_up() {
        let jump = Duration::from_secs(CENTURY);
        let told = told(&[
            (1000, 1, 1000),
            (1001 + CENTURY, 2, 1000),
            (1002 + CENTURY, 3, 1002 + CENTURY),
            (1003, 4, 1002 + CENTURY),
            (1004, 5, 1002 + CENTURY),
            (1002 + CENTURY, 6, 1002 + CENTURY),
        ]);
        let expected = [
            vec![],
            vec![News::Forward(jump)],
            vec![],
            vec![News::Back(jump), stands_still(CENTURY - 1, 1003)],
            vec![],
            vec![News::Forward(Duration::from_secs(CENTURY - 3)), News::GoesOn],
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_start_behind_the_last_block_is_told_at_once() {
        assert_eq!(told(&[(1000, 1, 1060)]), [vec![stands_still(60, 1000)]]);
        assert_eq!(told(&[(1000, 1, 1059)]), [vec![]]);
    }

    #[test]
    fn without_a_genome_that_can_be_read_only_the_clock_is_told() {
        let mut watch = ClockWatch::default();
        assert_eq!(watch.look(SECOND, Duration::ZERO, None), []);
        let by = Duration::from_secs(60);
        assert_eq!(watch.look(62 * SECOND, Duration::from_secs(1), None), [News::Forward(by)]);
    }

    proptest! {
        #[test]
        fn a_clock_that_runs_is_never_told(steps in prop::collection::vec((0..3_000u64, -59_000i64..59_000), 1..50)) {
            let (mut watch, mut now, mut monotonic) = (ClockWatch::default(), CENTURY * SECOND, Duration::ZERO);
            for (step, off) in steps {
                let step = Duration::from_millis(step);
                (now, monotonic) = (now + nanoseconds(step), monotonic + step);
                // The correction of this look is taken back at the next one.
                let corrected = now.saturating_add_signed(off / 2 * 1_000_000);
                let block = Head { time: corrected, ..head(0).unwrap() };
                prop_assert_eq!(watch.look(corrected, monotonic, Some(block)), vec![]);
            }
        }
    }
}
