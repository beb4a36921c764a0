//! How long things took: counts between bounds, which can be added up and still tell honest quantiles.

use serde::{Deserialize, Serialize};

/// Times, counted between bounds. Only buckets that are not empty, ascending.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Bucket>", into = "Vec<Bucket>")]
pub struct Histogram(Vec<Bucket>);

/// Above the first bound and up to the second, both in microseconds; `None`: without an end.
type Bucket = (u64, Option<u64>, u64);

/// The most buckets of a histogram; those of the metrics have a third of it.
const MOST_BUCKETS: usize = 64;

/// How long half of some commands took, and 99 of 100, in seconds; estimated from a histogram as Prometheus'
/// `histogram_quantile` does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantiles {
    /// Half of them took no longer.
    pub p50: f64,
    /// 99 of 100 took no longer.
    pub p99: f64,
}

/// Buckets that are empty, not in order, or too many.
#[derive(Debug, thiserror::Error)]
#[error("the buckets of a histogram are empty, not in order, or too many")]
pub struct NoHistogram;

impl Histogram {
    /// Adds values between two bounds, above all that were added so far.
    pub(super) fn push(&mut self, above: u64, up_to: Option<u64>, count: u64) {
        if count > 0 {
            self.0.push((above, up_to, count));
        }
    }

    /// Both together. Buckets with the same bounds are added up; where the bounds of two versions differ, each keeps its own.
    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        for &(above, up_to, count) in &other.0 {
            let same = self.0.iter_mut().find(|(from, to, _)| (*from, *to) == (above, up_to));
            if let Some((_, _, sum)) = same {
                *sum = sum.saturating_add(count);
            } else if self.0.len() < MOST_BUCKETS {
                self.0.push((above, up_to, count));
            }
        }
        self.0.sort_by_key(|(above, up_to, _)| (up_to.unwrap_or(u64::MAX), *above));
        self
    }

    /// `None` if nothing was counted.
    pub fn quantiles(&self) -> Option<Quantiles> {
        Some(Quantiles { p50: self.quantile(0.5)?, p99: self.quantile(0.99)? })
    }

    /// Spread evenly within a bucket; beyond the last bound, that bound. In seconds.
    fn quantile(&self, quantile: f64) -> Option<f64> {
        let all: f64 = self.0.iter().map(|(_, _, count)| *count as f64).sum();
        let (rank, mut below) = (quantile * all, 0.0);
        for (above, up_to, count) in &self.0 {
            let (from, count) = (*above as f64, *count as f64);
            if below + count >= rank {
                let width = up_to.map_or(0.0, |to| to as f64 - from);
                return Some((from + width * (rank - below) / count) / 1e6);
            }
            below += count;
        }
        self.0.last().map(|(above, up_to, _)| up_to.unwrap_or(*above) as f64 / 1e6)
    }
}

impl TryFrom<Vec<Bucket>> for Histogram {
    type Error = NoHistogram;

    fn try_from(buckets: Vec<Bucket>) -> Result<Self, NoHistogram> {
        let end = |(_, up_to, _): &Bucket| up_to.unwrap_or(u64::MAX);
        let sound = buckets.len() <= MOST_BUCKETS
            && buckets
                .iter()
                .all(|bucket| bucket.0 < end(bucket) && bucket.1 != Some(u64::MAX) && bucket.2 > 0);
        let ordered = buckets.windows(2).all(|pair| (end(&pair[0]), pair[0].0) < (end(&pair[1]), pair[1].0));
        if sound && ordered { Ok(Self(buckets)) } else { Err(NoHistogram) }
    }
}

impl From<Histogram> for Vec<Bucket> {
    fn from(Histogram(buckets): Histogram) -> Self {
        buckets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000;

    fn histogram(buckets: &[Bucket]) -> Histogram {
        Histogram::try_from(buckets.to_vec()).unwrap()
    }

    #[test]
    fn quantiles_are_those_of_prometheus() {
        let times =
            histogram(&[(0, Some(SECOND), 2), (2 * SECOND, Some(4 * SECOND), 4), (4 * SECOND, None, 4)]);
        assert_eq!(times.quantile(0.1), Some(0.5), "between 0 and the first bound");
        assert_eq!(times.quantile(0.5), Some(3.5), "three quarters of the way from 2 to 4");
        assert_eq!(times.quantile(0.99), Some(4.0), "beyond the last bound");
        assert_eq!(Histogram::default().quantiles(), None);
    }

    #[test]
    fn a_quantile_of_a_sum_is_that_of_all_values_and_no_average() {
        let quick = histogram(&[(0, Some(SECOND), 98)]);
        let slow = histogram(&[(8 * SECOND, Some(10 * SECOND), 2)]);
        let both = slow.clone().plus(&quick);
        assert_eq!(both, quick.plus(&slow), "in whatever order");
        assert_eq!(both.quantile(0.99), Some(9.0));
        assert_eq!(both.clone().plus(&both).quantiles(), both.quantiles());
    }

    #[test]
    fn what_is_no_histogram_is_refused() {
        let many = (0..65).map(|bound| (bound, Some(bound + 1), 1)).collect();
        for buckets in
            [many, vec![(5, Some(5), 1)], vec![(0, Some(1), 0)], vec![(1, Some(2), 1), (0, Some(1), 1)]]
        {
            assert!(Histogram::try_from(buckets.clone()).is_err(), "{buckets:?}");
        }
    }
}
