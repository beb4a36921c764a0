//! Plain loops, which the compiler turns into the vectors of each instruction set.

use super::{LANES, Query};

/// The cosine of the query with each row.
#[inline(always)]
pub(super) fn cosines(query: &Query, rows: &[u8], cosines: &mut [f32]) {
    for ((scale, numbers), cosine) in query.rows(rows).zip(cosines) {
        let (chunks, rest) = numbers.as_chunks::<LANES>();
        let mut sum = 0;
        for (chunk, numbers) in chunks.iter().zip(&query.numbers) {
            sum += dot(chunk, numbers);
        }
        if let Some(numbers) = query.numbers.get(chunks.len()) {
            sum += dot(rest, numbers);
        }
        *cosine = sum as f32 * scale * query.scale;
    }
}

#[inline(always)]
fn dot(row: &[u8], query: &[i16; LANES]) -> i32 {
    row.iter()
        .zip(query)
        .map(|(row, query)| i32::from(i16::from(row.cast_signed())) * i32::from(*query))
        .sum()
}
