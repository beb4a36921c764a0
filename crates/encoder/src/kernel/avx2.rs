//! AVX2 and FMA: pairs of products are added in 16 bits, which cannot overflow (8 * 2 * 15 * 127 = 30,480).

use std::arch::x86_64::{
    __m256, __m256i, _mm256_add_epi16, _mm256_add_epi32, _mm256_add_ps, _mm256_and_si256, _mm256_cvtepi32_ps,
    _mm256_fmadd_ps, _mm256_madd_epi16, _mm256_maddubs_epi16, _mm256_mul_ps, _mm256_set1_epi8,
    _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_ps, _mm256_setzero_ps, _mm256_setzero_si256,
    _mm256_srli_epi16,
};

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, u8x32};

use super::{Numbers, Panel};

macro_rules! tile {
    ($name:ident, $rows:literal) => {
        fearless_simd::kernel!(
            /// One panel times some rows at once, in two halves of 8 outputs.
            fn $name(token: Avx2, panel: &Panel<'_>, rows: &[Numbers], results: &mut [f32], stride: usize) {
                let width = panel.blocks.len();
                let mut row: [&[Numbers]; $rows] = [&[]; $rows];
                for i in 0..$rows {
                    row[i] = &rows[i * width..][..width];
                }
                let (half, ones) = (_mm256_set1_epi8(0x0F), _mm256_set1_epi16(1));
                for part in 0..2 {
                    let mut total = [_mm256_setzero_ps(); $rows];
                    for (b, block) in panel.blocks.iter().enumerate() {
                        let mut numbers: [&Numbers; $rows] = [&rows[0]; $rows];
                        for i in 0..$rows {
                            numbers[i] = &row[i][b];
                        }
                        let mut pairs = [_mm256_setzero_si256(); $rows];
                        for j in 0..4 {
                            let both: __m256i =
                                u8x32::from_slice(token, &block.groups[j][32 * part..][..32]).into();
                            let low = _mm256_and_si256(both, half);
                            let high = _mm256_and_si256(_mm256_srli_epi16::<4>(both), half);
                            for i in 0..$rows {
                                let groups = &numbers[i].groups;
                                let low = _mm256_maddubs_epi16(low, _mm256_set1_epi32(groups[j]));
                                let high = _mm256_maddubs_epi16(high, _mm256_set1_epi32(groups[j + 4]));
                                pairs[i] = _mm256_add_epi16(_mm256_add_epi16(pairs[i], low), high);
                            }
                        }
                        let scales: __m256 = f32x8::from_slice(token, &block.scales[8 * part..][..8]).into();
                        for i in 0..$rows {
                            let sum = _mm256_madd_epi16(pairs[i], ones);
                            let sum = _mm256_add_epi32(sum, _mm256_set1_epi32(numbers[i].correction));
                            let scale = _mm256_mul_ps(scales, _mm256_set1_ps(numbers[i].scale));
                            total[i] = _mm256_fmadd_ps(_mm256_cvtepi32_ps(sum), scale, total[i]);
                        }
                    }
                    let bias: __m256 = f32x8::from_slice(token, &panel.bias[8 * part..][..8]).into();
                    for i in 0..$rows {
                        let result: f32x8<_> = _mm256_add_ps(total[i], bias).simd_into(token);
                        result.store_slice(&mut results[i * stride + 8 * part..][..8]);
                    }
                }
            }
        );
    };
}

tile!(one, 1);
tile!(two, 2);
tile!(four, 4);

/// One panel times all rows.
pub(super) fn multiply(
    token: fearless_simd::x86::Avx2,
    panel: &Panel<'_>,
    rows: &[Numbers],
    results: &mut [f32],
    stride: usize,
) {
    super::in_tiles!((token, panel, rows, results, stride), 4 => four, 2 => two, 1 => one);
}
