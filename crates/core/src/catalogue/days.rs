//! How many questions came on each day, and how many of them found no answer. Their texts are recorded nowhere.

use std::collections::BTreeMap;

/// A day in nanoseconds.
const DAY: u64 = 24 * 60 * 60 * 1_000_000_000;
/// Days that are kept.
const KEPT: usize = 400;

/// A day's questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// When the day began, in UTC, in nanoseconds since 1970.
    pub begins: u64,
    /// All questions.
    pub asked: u64,
    /// Those that found no answer.
    pub unanswered: u64,
}

/// The questions of the last days.
#[derive(Debug, Default)]
pub(super) struct Days(BTreeMap<u64, (u64, u64)>);

impl Days {
    /// A question came at `time`.
    pub(super) fn add(&mut self, time: u64, answered: bool) {
        let (asked, unanswered) = self.0.entry(time / DAY).or_default();
        *asked += 1;
        *unanswered += u64::from(!answered);
        if self.0.len() > KEPT {
            self.0.pop_first();
        }
    }

    /// The last `count` days up to the one of `now`, the latest first.
    pub(super) fn last(&self, now: u64, count: usize) -> Vec<Day> {
        let days = (0..=now / DAY).rev().take(count);
        days.map(|day| {
            let (asked, unanswered) = self.0.get(&day).copied().unwrap_or_default();
            Day { begins: day * DAY, asked, unanswered }
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_counts_on_its_day_and_a_day_without_one_is_told_too() {
        let mut days = Days::default();
        for (time, answered) in [(5 * DAY, true), (6 * DAY - 1, false), (7 * DAY, false)] {
            days.add(time, answered);
        }
        let day = |day, asked, unanswered| Day { begins: day * DAY, asked, unanswered };
        assert_eq!(days.last(7 * DAY + 1, 3), [day(7, 1, 1), day(6, 0, 0), day(5, 2, 1)]);
        assert_eq!(days.last(DAY, 5), [day(1, 0, 0), day(0, 0, 0)]);
    }

    #[test]
    fn so_many_days_are_kept_and_no_more() {
        let mut days = Days::default();
        (0..1000).for_each(|day| days.add(day * DAY, true));
        let asked: u64 = days.last(999 * DAY, 1000).iter().map(|day| day.asked).sum();
        assert_eq!(asked, KEPT as u64);
    }
}
