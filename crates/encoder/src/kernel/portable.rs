//! For every other machine: vectors of 128 bits, whatever the instruction set calls them. Written for SSE2 and NEON, which
//! every x86-64 and every 64-bit ARM has.

use fearless_simd::prelude::*;
use fearless_simd::{f32x4, i8x16, i16x8, i32x4, u8x16};

use super::{Numbers, PANEL, Panel};

/// Outputs in a vector.
const PART: usize = 4;

/// One panel times all rows.
#[inline(always)]
pub(super) fn multiply<S: Simd>(
    token: S,
    panel: &Panel<'_>,
    rows: &[Numbers],
    results: &mut [f32],
    stride: usize,
) {
    super::in_tiles!((token, panel, rows, results, stride), 4 => tile::<S, 4>, 1 => tile::<S, 1>);
}

/// One panel times some rows at once, in four quarters of 4 outputs.
#[inline(always)]
fn tile<S: Simd, const ROWS: usize>(
    token: S,
    panel: &Panel<'_>,
    rows: &[Numbers],
    results: &mut [f32],
    stride: usize,
) {
    let width = panel.blocks.len();
    for part in (0..PANEL).step_by(PART) {
        let mut total = [f32x4::from_slice(token, &panel.bias[part..][..PART]); ROWS];
        for (b, block) in panel.blocks.iter().enumerate() {
            // Four sums for each output; 16 bits are enough for two of them together (8 * 2 * 15 * 127 = 30,480).
            let mut sums = [[i16x8::splat(token, 0); 2]; ROWS];
            for j in 0..4 {
                let both = u8x16::from_slice(token, &block.groups[j][4 * part..][..4 * PART]);
                let (low, high) = (widened(both & 0x0F), widened(both >> 4));
                for (i, sums) in sums.iter_mut().enumerate() {
                    let groups = &rows[i * width + b].groups;
                    let numbers = [repeated(token, groups[j]), repeated(token, groups[j + 4])];
                    for half in 0..2 {
                        sums[half] += low[half] * numbers[0] + high[half] * numbers[1];
                    }
                }
            }
            let scales = f32x4::from_slice(token, &block.scales[part..][..PART]);
            for (i, [first, second]) in sums.into_iter().enumerate() {
                let numbers = &rows[i * width + b];
                let (first, second) = (first.unzip_low(second) + first.unzip_high(second)).widen();
                let sum = first.unzip_low(second) + first.unzip_high(second) + numbers.correction;
                total[i] += f32x4::float_from(sum) * (scales * numbers.scale);
            }
        }
        for (i, total) in total.into_iter().enumerate() {
            total.store_slice(&mut results[i * stride + part..][..PART]);
        }
    }
}

/// Bytes as numbers of 16 bits.
#[inline(always)]
fn widened<S: Simd>(bytes: u8x16<S>) -> [i16x8<S>; 2] {
    let (first, second) = bytes.widen();
    [first.bitcast(), second.bitcast()]
}

/// The four numbers of a group, twice.
#[inline(always)]
fn repeated<S: Simd>(token: S, group: i32) -> i16x8<S> {
    i32x4::splat(token, group).bitcast::<i8x16<S>>().widen().0
}
