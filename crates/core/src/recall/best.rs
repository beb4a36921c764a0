//! The best few of very many.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// The items with the highest scores that were seen; of equal scores, the highest items.
#[derive(Debug)]
pub(super) struct Best<T> {
    limit: usize,
    /// The least of them on top.
    heap: BinaryHeap<Reverse<Ranked<T>>>,
}

impl<T: Ord> Best<T> {
    /// Keeps this many, at least one.
    pub(super) fn new(limit: usize) -> Self {
        Self { limit, heap: BinaryHeap::with_capacity(limit) }
    }

    /// The least score among them; `None` while there is room for more.
    pub(super) fn least(&self) -> Option<f32> {
        self.heap.peek().filter(|_| self.heap.len() == self.limit).map(|least| least.0.score)
    }

    /// Takes an item in if it is among the best.
    pub(super) fn see(&mut self, score: f32, item: T) {
        let ranked = Ranked { score, item };
        if self.heap.len() < self.limit {
            self.heap.push(Reverse(ranked));
        } else if let Some(mut least) = self.heap.peek_mut().filter(|least| least.0 < ranked) {
            *least = Reverse(ranked);
        }
    }

    /// The items, the best first.
    pub(super) fn into_sorted(self) -> impl Iterator<Item = T> {
        self.heap.into_sorted_vec().into_iter().map(|Reverse(ranked)| ranked.item)
    }
}

/// An item in its rank: by score, then by itself.
#[derive(Debug, PartialEq)]
struct Ranked<T> {
    score: f32,
    item: T,
}

impl<T: Eq> Eq for Ranked<T> {}

impl<T: Ord> Ord for Ranked<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then_with(|| self.item.cmp(&other.item))
    }
}

impl<T: Ord> PartialOrd for Ranked<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn they_are_those_that_sorting_everything_finds(
            seen in prop::collection::vec((0..20u8, 0..50u64), 0..60), limit in 1..9usize
        ) {
            let mut best = Best::new(limit);
            seen.iter().for_each(|(score, item)| best.see(f32::from(*score), *item));
            let mut sorted = seen;
            sorted.sort_by(|a, b| b.cmp(a));
            sorted.truncate(limit);
            let least = sorted.get(limit - 1).map(|(score, _)| f32::from(*score));
            prop_assert_eq!(best.least(), least);
            let items: Vec<u64> = sorted.into_iter().map(|(_, item)| item).collect();
            prop_assert_eq!(best.into_sorted().collect::<Vec<_>>(), items);
        }
    }
}
