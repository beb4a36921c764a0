//! One plain loop, which the compiler turns into the vectors of each instruction set.

use super::Query;

/// The cosine of the query with each row.
#[inline(always)]
pub(super) fn cosines(query: &Query, rows: &[u8], cosines: &mut [f32]) {
    for ((scale, numbers), cosine) in query.rows(rows).zip(cosines) {
        let products = numbers.iter().zip(&query.numbers).map(|(row, number)| {
            // Pairs of products of 16 bits are what most instruction sets add at once.
            i32::from(i16::from(row.cast_signed())) * i32::from(*number)
        });
        *cosine = products.sum::<i32>() as f32 * scale * query.scale;
    }
}
