//! The vectors of all stimuli, in memory, and the search for the nearest of them: a plain scan, which is
//! faster than an index up to some million vectors (`docs/recall.md` has the measurements).

use std::collections::HashMap;

use kolibri_encoder::scan::Query;
use parking_lot::RwLock;

use crate::recall::best::Best;

/// Vectors that are scanned under one lock: short enough that nothing waits for it.
const CHUNK: usize = 4096;

/// Vectors by the blocks of their stimuli.
#[derive(Debug, Default)]
pub(super) struct Matrix(RwLock<Rows>);

#[derive(Debug, Default)]
struct Rows {
    /// The bytes of each row; 0 until the first one comes.
    width: usize,
    bytes: Vec<u8>,
    blocks: Vec<u64>,
    by_block: HashMap<u64, usize>,
}

impl Matrix {
    /// Sets the vector of a block, as `kolibri_encoder::quantise` writes it. One of another width than the others is
    /// left out.
    pub(super) fn put(&self, block: u64, row: &[u8]) {
        let mut rows = self.0.write();
        rows.take(block);
        if rows.blocks.is_empty() {
            rows.width = row.len();
        }
        if row.len() == rows.width {
            let at = rows.blocks.len();
            rows.bytes.extend_from_slice(row);
            rows.blocks.push(block);
            rows.by_block.insert(block, at);
        }
    }

    /// Removes the vector of a block.
    pub(super) fn take(&self, block: u64) {
        self.0.write().take(block);
    }

    /// Removes everything.
    pub(super) fn clear(&self) {
        *self.0.write() = Rows::default();
    }

    /// How many vectors there are.
    pub(super) fn len(&self) -> usize {
        self.0.read().blocks.len()
    }

    /// The cosine of a vector and that of a block, if there is one.
    pub(super) fn cosine(&self, query: &Query, block: u64) -> Option<f32> {
        let rows = self.0.read();
        let at = *rows.by_block.get(&block)?;
        cosine(query, rows.row(at)?)
    }

    /// The blocks whose vectors are nearest to this one, nearest first. What is put or taken meanwhile may be
    /// missed.
    pub(super) fn nearest(&self, query: &Query, limit: usize) -> Vec<u64> {
        let mut best = Best::new(limit);
        let mut found = Vec::with_capacity(CHUNK);
        let mut from = 0;
        loop {
            let rows = self.0.read();
            let to = rows.blocks.len().min(from + CHUNK);
            let Some(bytes) =
                rows.bytes.get(from * rows.width..to * rows.width).filter(|bytes| !bytes.is_empty())
            else {
                break;
            };
            query.cosines(bytes, &mut found);
            // The query comes from a model whose vectors have another size.
            if found.len() != to - from {
                break;
            }
            for (cosine, block) in found.iter().zip(&rows.blocks[from..to]) {
                best.see(*cosine, *block);
            }
            from = to;
        }
        let mut blocks: Vec<u64> = best.into_sorted().collect();
        // A row that was moved during the scan may have been seen twice.
        blocks.dedup();
        blocks
    }
}

impl Rows {
    fn row(&self, at: usize) -> Option<&[u8]> {
        self.bytes.get(at * self.width..(at + 1) * self.width)
    }

    /// Removes a row; the last one takes its place.
    fn take(&mut self, block: u64) {
        let Some(at) = self.by_block.remove(&block) else { return };
        self.blocks.swap_remove(at);
        if let Some(moved) = self.blocks.get(at) {
            self.by_block.insert(*moved, at);
        }
        let end = self.bytes.len();
        self.bytes.copy_within(end - self.width.., at * self.width);
        self.bytes.truncate(end - self.width);
    }
}

/// The cosine of a query and one row; `None` if the row has another dimension.
pub(super) fn cosine(query: &Query, row: &[u8]) -> Option<f32> {
    let mut cosines = Vec::with_capacity(1);
    query.cosines(row, &mut cosines);
    cosines.first().copied()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use kolibri_encoder::scan::quantise;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_nearest_of_what_was_put_and_not_taken_are_found(
            steps in prop::collection::vec((0..40u64, prop::option::of(prop::array::uniform4(-1.0f32..1.0))), 1..120),
            query in prop::array::uniform4(-1.0f32..1.0), limit in 1..8usize,
        ) {
            let (matrix, mut expected) = (Matrix::default(), BTreeMap::new());
            for (block, vector) in steps {
                match vector {
                    Some(vector) => { matrix.put(block, &quantise(&vector)); expected.insert(block, vector); }
                    None => { matrix.take(block); expected.remove(&block); }
                }
            }
            let query = Query::new(&query);
            prop_assert_eq!(matrix.len(), expected.len());
            let mut near: Vec<(f32, u64)> = expected.keys().map(|block| (matrix.cosine(&query, *block).unwrap(), *block)).collect();
            near.sort_by(|a, b| b.0.total_cmp(&a.0));
            let found: Vec<f32> = matrix.nearest(&query, limit).into_iter().map(|block| matrix.cosine(&query, block).unwrap()).collect();
            let best: Vec<f32> = near.into_iter().take(limit).map(|(cosine, _)| cosine).collect();
            prop_assert_eq!(found, best);
        }
    }

    #[test]
    fn more_than_one_chunk_is_scanned() {
        let matrix = Matrix::default();
        let last = (2 * CHUNK + 5) as u64;
        for block in 0..=last {
            matrix.put(block, &quantise(if block == last { &[0.0, 1.0] } else { &[1.0, 0.0] }));
        }
        assert_eq!(matrix.nearest(&Query::new(&[0.1, 1.0]), 1), [last]);
    }
}
