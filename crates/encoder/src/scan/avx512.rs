//! AVX-512 with VNNI: one instruction multiplies 64 numbers and adds them up.

use std::arch::x86_64::{
    __m512i, _mm512_dpbusd_epi32, _mm512_reduce_add_epi32, _mm512_set1_epi8, _mm512_setzero_si512,
    _mm512_sub_epi32, _mm512_xor_si512,
};

use fearless_simd::prelude::*;
use fearless_simd::{i8x64, u8x64};

use super::{LANES, Query};

fearless_simd::kernel!(
    /// The cosine of the query with each row.
    ///
    /// The instruction wants one side without a sign. Turning the sign bit of a number over adds 128 to it, so the products
    /// are too great by 128 times the query, which is taken off again.
    pub(super) fn cosines(token: Avx512, query: &Query, rows: &[u8], cosines: &mut [f32]) {
        let sign = _mm512_set1_epi8(i8::MIN);
        let mut added = _mm512_setzero_si512();
        for numbers in &query.bytes {
            let numbers: __m512i = i8x64::from_slice(token, numbers).into();
            added = _mm512_dpbusd_epi32(added, sign, numbers);
        }
        let start = _mm512_sub_epi32(_mm512_setzero_si512(), added);
        for ((scale, numbers), cosine) in query.rows(rows).zip(cosines) {
            let (chunks, rest) = numbers.as_chunks::<LANES>();
            let mut sum = start;
            for (chunk, numbers) in chunks.iter().zip(&query.bytes) {
                let chunk: __m512i = u8x64::from_slice(token, chunk).into();
                let numbers: __m512i = i8x64::from_slice(token, numbers).into();
                sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(chunk, sign), numbers);
            }
            if let Some(numbers) = query.bytes.get(chunks.len()) {
                let rest: __m512i = u8x64::from_slice(token, &super::padded(rest)).into();
                let numbers: __m512i = i8x64::from_slice(token, numbers).into();
                sum = _mm512_dpbusd_epi32(sum, _mm512_xor_si512(rest, sign), numbers);
            }
            *cosine = _mm512_reduce_add_epi32(sum) as f32 * scale * query.scale;
        }
    }
);
