//! For every other machine: one row at a time, in plain loops that the compiler turns into what vectors there are.

use super::{GROUP, Numbers, PANEL, Panel};

/// One panel times all rows.
#[inline(always)]
pub(super) fn multiply(panel: &Panel<'_>, rows: &[Numbers], results: &mut [f32], stride: usize) {
    for (row, results) in rows.chunks_exact(panel.blocks.len()).zip(results.chunks_mut(stride)) {
        let mut total = *panel.bias;
        for (block, numbers) in panel.blocks.iter().zip(row) {
            let sums = sums(&block.groups, &numbers.groups);
            for output in 0..PANEL {
                let sum = i32::from(sums[2 * output]) + i32::from(sums[2 * output + 1]) + numbers.correction;
                total[output] += sum as f32 * (block.scales[output] * numbers.scale);
            }
        }
        results[..PANEL].copy_from_slice(&total);
    }
}

/// The sums of products of one block, two for each output: 16 bits are enough for each (8 * 2 * 15 * 127 = 30,480).
#[inline(always)]
fn sums(weights: &[[u8; GROUP * PANEL]; 4], numbers: &[i32; 8]) -> [i16; 2 * PANEL] {
    let mut sums = [0; 2 * PANEL];
    for (j, weights) in weights.iter().enumerate() {
        let bytes = |group: i32| group.to_le_bytes().map(|byte| i16::from(byte.cast_signed()));
        let (low, high) = (bytes(numbers[j]), bytes(numbers[j + 4]));
        for (pair, weights) in weights.as_chunks::<2>().0.iter().enumerate() {
            for (i, weight) in weights.iter().enumerate() {
                let number = 2 * (pair % 2) + i;
                sums[pair] += i16::from(weight & 0x0F) * low[number] + i16::from(weight >> 4) * high[number];
            }
        }
    }
    sums
}
