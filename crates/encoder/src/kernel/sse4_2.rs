//! SSE4.2: the same as [`super::avx2`] in quarters of 4 outputs, without a fused multiply-add.

use std::arch::x86_64::{
    __m128, __m128i, _mm_add_epi16, _mm_add_epi32, _mm_add_ps, _mm_and_si128, _mm_cvtepi32_ps,
    _mm_madd_epi16, _mm_maddubs_epi16, _mm_mul_ps, _mm_set1_epi8, _mm_set1_epi16, _mm_set1_epi32,
    _mm_set1_ps, _mm_setzero_ps, _mm_setzero_si128, _mm_srli_epi16,
};

use fearless_simd::prelude::*;
use fearless_simd::{f32x4, u8x16};

use super::{Numbers, Panel};

macro_rules! tile {
    ($name:ident, $rows:literal) => {
        fearless_simd::kernel!(
            /// One panel times some rows at once, in four quarters of 4 outputs.
            fn $name(token: Sse4_2, panel: &Panel<'_>, rows: &[Numbers], results: &mut [f32], stride: usize) {
                let width = panel.blocks.len();
                let mut row: [&[Numbers]; $rows] = [&[]; $rows];
                for i in 0..$rows {
                    row[i] = &rows[i * width..][..width];
                }
                let (half, ones) = (_mm_set1_epi8(0x0F), _mm_set1_epi16(1));
                for part in 0..4 {
                    let mut total = [_mm_setzero_ps(); $rows];
                    for (b, block) in panel.blocks.iter().enumerate() {
                        let mut numbers: [&Numbers; $rows] = [&rows[0]; $rows];
                        for i in 0..$rows {
                            numbers[i] = &row[i][b];
                        }
                        let mut pairs = [_mm_setzero_si128(); $rows];
                        for j in 0..4 {
                            let both: __m128i =
                                u8x16::from_slice(token, &block.groups[j][16 * part..][..16]).into();
                            let low = _mm_and_si128(both, half);
                            let high = _mm_and_si128(_mm_srli_epi16::<4>(both), half);
                            for i in 0..$rows {
                                let groups = &numbers[i].groups;
                                let low = _mm_maddubs_epi16(low, _mm_set1_epi32(groups[j]));
                                let high = _mm_maddubs_epi16(high, _mm_set1_epi32(groups[j + 4]));
                                pairs[i] = _mm_add_epi16(_mm_add_epi16(pairs[i], low), high);
                            }
                        }
                        let scales: __m128 = f32x4::from_slice(token, &block.scales[4 * part..][..4]).into();
                        for i in 0..$rows {
                            let sum = _mm_madd_epi16(pairs[i], ones);
                            let sum = _mm_add_epi32(sum, _mm_set1_epi32(numbers[i].correction));
                            let scale = _mm_mul_ps(scales, _mm_set1_ps(numbers[i].scale));
                            total[i] = _mm_add_ps(_mm_mul_ps(_mm_cvtepi32_ps(sum), scale), total[i]);
                        }
                    }
                    let bias: __m128 = f32x4::from_slice(token, &panel.bias[4 * part..][..4]).into();
                    for i in 0..$rows {
                        let result: f32x4<_> = _mm_add_ps(total[i], bias).simd_into(token);
                        result.store_slice(&mut results[i * stride + 4 * part..][..4]);
                    }
                }
            }
        );
    };
}

tile!(one, 1);
tile!(four, 4);

/// One panel times all rows.
pub(super) fn multiply(
    token: fearless_simd::x86::Sse4_2,
    panel: &Panel<'_>,
    rows: &[Numbers],
    results: &mut [f32],
    stride: usize,
) {
    super::in_tiles!((token, panel, rows, results, stride), 4 => four, 1 => one);
}
