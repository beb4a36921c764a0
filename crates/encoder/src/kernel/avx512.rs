//! AVX-512 with VNNI: one instruction multiplies 64 weights of 16 outputs and adds them up.

use std::arch::x86_64::{
    __m512, __m512i, _mm512_add_ps, _mm512_and_si512, _mm512_cvtepi32_ps, _mm512_dpbusd_epi32,
    _mm512_fmadd_ps, _mm512_mul_ps, _mm512_set1_epi8, _mm512_set1_epi32, _mm512_set1_ps, _mm512_setzero_ps,
    _mm512_srli_epi16,
};

use fearless_simd::prelude::*;
use fearless_simd::{f32x16, u8x64};

use super::{Numbers, PANEL, Panel};

macro_rules! tile {
    ($name:ident, $rows:literal) => {
        fearless_simd::kernel!(
            /// One panel times some rows at once, so that each weight is read and unpacked once for all of them.
            fn $name(token: Avx512, panel: &Panel<'_>, rows: &[Numbers], results: &mut [f32], stride: usize) {
                let width = panel.blocks.len();
                let mut row: [&[Numbers]; $rows] = [&[]; $rows];
                for i in 0..$rows {
                    row[i] = &rows[i * width..][..width];
                }
                let half = _mm512_set1_epi8(0x0F);
                let mut total = [_mm512_setzero_ps(); $rows];
                for (b, block) in panel.blocks.iter().enumerate() {
                    let mut numbers: [&Numbers; $rows] = [&rows[0]; $rows];
                    let mut sum = [_mm512_set1_epi32(0); $rows];
                    for i in 0..$rows {
                        numbers[i] = &row[i][b];
                        sum[i] = _mm512_set1_epi32(numbers[i].correction);
                    }
                    for j in 0..4 {
                        let both: __m512i = u8x64::from_slice(token, &block.groups[j]).into();
                        let low = _mm512_and_si512(both, half);
                        let high = _mm512_and_si512(_mm512_srli_epi16::<4>(both), half);
                        for i in 0..$rows {
                            let groups = &numbers[i].groups;
                            sum[i] = _mm512_dpbusd_epi32(sum[i], low, _mm512_set1_epi32(groups[j]));
                            sum[i] = _mm512_dpbusd_epi32(sum[i], high, _mm512_set1_epi32(groups[j + 4]));
                        }
                    }
                    let scales: __m512 = f32x16::from_slice(token, &block.scales).into();
                    for i in 0..$rows {
                        let scale = _mm512_mul_ps(scales, _mm512_set1_ps(numbers[i].scale));
                        total[i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[i]), scale, total[i]);
                    }
                }
                let bias: __m512 = f32x16::from_slice(token, panel.bias).into();
                for i in 0..$rows {
                    let result: f32x16<_> = _mm512_add_ps(total[i], bias).simd_into(token);
                    result.store_slice(&mut results[i * stride..][..PANEL]);
                }
            }
        );
    };
}

tile!(one, 1);
tile!(two, 2);
tile!(four, 4);
tile!(eight, 8);

/// One panel times all rows.
pub(super) fn multiply(
    token: fearless_simd::x86::Avx512,
    panel: &Panel<'_>,
    rows: &[Numbers],
    results: &mut [f32],
    stride: usize,
) {
    super::in_tiles!((token, panel, rows, results, stride), 8 => eight, 4 => four, 2 => two, 1 => one);
}
