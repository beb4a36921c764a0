//! The steps of the last day: each once for every resolution, so that any range is at most [`MOST_POINTS`] points; and the gaps
//! between them. Pure: no clock, no files.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::STEP;
use crate::telemetry::point::Point;

/// The most points of one answer.
pub const MOST_POINTS: usize = 360;
/// The most gaps that are remembered.
const MOST_GAPS: usize = 360;
const SECOND: u64 = 1_000_000_000;
/// Points of one process follow each other closer than this.
const SLACK: u64 = 5 * SECOND;

/// How much of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub enum Range {
    /// 15 minutes, in steps of 10 seconds.
    #[serde(rename = "15m")]
    Quarter,
    /// An hour, in steps of 10 seconds.
    #[default]
    #[serde(rename = "1h")]
    Hour,
    /// Six hours, in steps of a minute.
    #[serde(rename = "6h")]
    SixHours,
    /// A day, in steps of four minutes.
    #[serde(rename = "24h")]
    Day,
}

impl Range {
    /// Its length, in seconds.
    pub const fn seconds(self) -> u64 {
        match self {
            Self::Quarter => 900,
            Self::Hour => 3600,
            Self::SixHours => 6 * 3600,
            Self::Day => 24 * 3600,
        }
    }

    /// The time from one point to the next, in seconds.
    pub const fn step_seconds(self) -> u64 {
        SERIES[self.series()]
    }

    const fn series(self) -> usize {
        match self {
            Self::Quarter | Self::Hour => 0,
            Self::SixHours => 1,
            Self::Day => 2,
        }
    }
}

/// Seconds from one point to the next, in each series. Each is a multiple of the one before.
const SERIES: [u64; 3] = [STEP.as_secs(), 60, 240];

/// A time of which nothing is known: no node ran, or the machine slept. In nanoseconds since the Unix epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// When it began.
    pub from: u64,
    /// When it ended.
    pub until: u64,
}

/// What is remembered of a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Past {
    /// Oldest first, at most [`MOST_POINTS`].
    pub points: Vec<Point>,
    /// Oldest first.
    pub gaps: Vec<Gap>,
}

/// The last day.
#[derive(Debug, Default)]
pub(crate) struct Days {
    series: [VecDeque<Point>; 3],
    gaps: VecDeque<Gap>,
}

impl Days {
    /// Adds a point after all others. Those that are later are dropped: the clock was set back.
    pub(crate) fn push(&mut self, point: Point) {
        for points in &mut self.series {
            while points.back().is_some_and(|last| last.time >= point.time) {
                points.pop_back();
            }
        }
        self.gaps.retain(|gap| gap.until <= point.begin());
        self.note_gap(&point);
        for (points, seconds) in self.series.iter_mut().zip(SERIES) {
            let slot = |time: u64| time / (seconds * SECOND);
            match points.back_mut() {
                Some(last) if seconds > SERIES[0] && slot(last.time) == slot(point.time) => {
                    last.absorb(&point)
                }
                _ => points.push_back(point.clone()),
            }
            if points.len() > MOST_POINTS {
                points.pop_front();
            }
        }
    }

    fn note_gap(&mut self, point: &Point) {
        let Some(last) = self.series[0].back() else { return };
        let gap = Gap { from: last.time, until: point.begin() };
        let least = if point.first { 0 } else { SLACK };
        if gap.until.saturating_sub(gap.from) <= least {
            return;
        }
        if self.gaps.len() == MOST_GAPS {
            self.gaps.pop_front();
        }
        self.gaps.push_back(gap);
    }

    /// The last steps, not folded.
    pub(super) fn steps(&self) -> impl Iterator<Item = &Point> {
        self.series[0].iter()
    }

    /// Everything, each time once and as fine as it is remembered: what gives the same days again, when it is pushed.
    pub(crate) fn all(&self) -> Vec<Point> {
        let [fine, middle, coarse] = &self.series;
        let begin = |points: &VecDeque<Point>| points.front().map_or(u64::MAX, Point::begin);
        // A folded point that reaches into the finer ones would count twice.
        let before = |points: &VecDeque<Point>, end: u64| -> Vec<Point> {
            points.iter().take_while(|point| point.time <= end).cloned().collect()
        };
        let mut all = before(coarse, begin(middle));
        all.extend(before(middle, begin(fine)));
        all.extend(fine.iter().cloned());
        all
    }

    /// What is remembered of the range that ends at `now`.
    pub(super) fn past(&self, range: Range, now: u64) -> Past {
        let since = now.saturating_sub(range.seconds() * SECOND);
        let points =
            self.series[range.series()].iter().filter(|point| point.time > since && point.time <= now);
        let gaps = self.gaps.iter().filter(|gap| gap.until > since && gap.from <= now);
        Past { points: points.cloned().collect(), gaps: gaps.copied().collect() }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::command::Command;
    use crate::telemetry::{Each, Histogram};

    /// Ten seconds in which there were this many ASKs, each of half a millisecond to a millisecond.
    pub(crate) fn point(seconds: u64, asks: u64) -> Point {
        let mut asked = Histogram::default();
        asked.push(500, Some(1000), asks);
        Point {
            time: seconds * SECOND,
            milliseconds: 10_000,
            first: false,
            events: Each::new(|command| if command == Command::Ask { asks } else { 0 }),
            failed: Each::default(),
            latency: Each::new(
                |command| if command == Command::Ask { asked.clone() } else { Histogram::default() },
            ),
            blocks: Some(seconds),
            queue_depth: asks,
            queue_refused: 1,
        }
    }

    fn days(points: impl IntoIterator<Item = Point>) -> Days {
        let mut days = Days::default();
        points.into_iter().for_each(|point| days.push(point));
        days
    }

    /// A day and an hour of steps.
    fn long() -> Days {
        days((1..=9000).map(|step| point(step * 10, 1)))
    }

    #[test]
    fn every_range_is_covered_and_no_answer_is_longer_than_it_may_be() {
        let (days, now) = (long(), 90_000 * SECOND);
        for range in [Range::Quarter, Range::Hour, Range::SixHours, Range::Day] {
            let Past { points, gaps } = days.past(range, now);
            assert!(points.len() <= MOST_POINTS, "{range:?}: {}", points.len());
            let covered: u64 = points.iter().map(|point| point.milliseconds / 1000).sum();
            assert!(covered + range.step_seconds() >= range.seconds(), "{range:?}: {covered}");
            assert_eq!(gaps, []);
            let asks: u64 = points.iter().map(|point| point.events[Command::Ask]).sum();
            assert_eq!(asks * 10, covered, "{range:?}: nothing is counted twice");
        }
    }

    #[test]
    fn a_folded_point_adds_up_what_is_counted_and_keeps_the_last_of_what_is_there() {
        let days = days([point(10, 5), point(20, 7), point(50, 3), point(60, 1)]);
        let points = days.past(Range::SixHours, 100 * SECOND).points;
        let [folded, next] = &points[..] else { panic!("{points:?}") };
        assert_eq!(
            (folded.time, folded.milliseconds, folded.events[Command::Ask]),
            (50 * SECOND, 30_000, 15)
        );
        assert_eq!((folded.blocks, folded.queue_depth, folded.queue_refused), (Some(50), 3, 3));
        assert_eq!(folded.latency[Command::Ask].quantiles().unwrap().p50, 0.00075);
        assert_eq!(next.time, 60 * SECOND);
    }

    #[test]
    fn what_is_not_known_is_a_gap_and_no_zero() {
        let restarted = Point { first: true, ..point(53, 1) };
        let days = days([point(10, 1), point(20, 1), point(31, 1), restarted, point(63, 1), point(3000, 1)]);
        let past = days.past(Range::Hour, 3000 * SECOND);
        assert_eq!(past.points.len(), 6);
        let seconds = |gap: &Gap| (gap.from / SECOND, gap.until / SECOND);
        assert_eq!(past.gaps.iter().map(seconds).collect::<Vec<_>>(), [(31, 43), (63, 2990)]);
        assert_eq!(days.past(Range::Quarter, 3000 * SECOND).points.len(), 1);
    }

    #[test]
    fn when_the_clock_was_set_back_what_was_later_is_dropped() {
        let days = days([point(10, 1), point(500, 1), point(600, 1), point(30, 1)]);
        let past = days.past(Range::Hour, 1000 * SECOND);
        assert_eq!(past.points.iter().map(|point| point.time / SECOND).collect::<Vec<_>>(), [10, 30]);
        assert_eq!(past.gaps, [Gap { from: 10 * SECOND, until: 20 * SECOND }]);
    }

    #[test]
    fn all_of_it_pushed_again_is_the_same_but_for_what_is_told_by_finer_points() {
        let (whole, now) = (long(), 90_000 * SECOND);
        let all = whole.all();
        assert!(all.len() < 3 * MOST_POINTS, "{}", all.len());
        let again = days(all);
        for range in [Range::Quarter, Range::Hour, Range::SixHours, Range::Day] {
            let sum = |days: &Days| -> (u64, u64) {
                let points = days.past(range, now).points;
                (points.len() as u64, points.iter().map(|point| point.events[Command::Ask]).sum())
            };
            let ((points, asks), (points_again, asks_again)) = (sum(&whole), sum(&again));
            let step = range.step_seconds() / 10;
            assert!(points.abs_diff(points_again) <= 1 && asks.abs_diff(asks_again) <= 2 * step, "{range:?}");
        }
    }
}
