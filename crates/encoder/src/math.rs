//! Functions of numbers that the compiler can turn into vector instructions: no branches, no calls.
//!
//! Everything here is `inline(always)`: it has to become part of a function that was compiled for the instruction set of
//! the machine (see `fearless_simd`, manual inlining).

use std::f32::consts::{FRAC_1_SQRT_2, LOG2_E};

/// How many sums or maxima are kept side by side: a vector of AVX-512, or a few of any other.
pub(crate) const LANES: usize = 16;

/// 1.5 * 2^23. A small number plus this is rounded to a whole one, which then stands in the lowest bits.
const ROUND: f32 = 12_582_912.0;

/// A number between -2^21 and 2^21, rounded to the nearest whole one.
#[inline(always)]
pub(crate) fn round(number: f32) -> i32 {
    (number + ROUND).to_bits().wrapping_sub(ROUND.to_bits()).cast_signed()
}

/// e to the power of `x`, within 3e-7 of it. Coefficients of `expf` in Cephes.
#[inline(always)]
pub(crate) fn exp(x: f32) -> f32 {
    // The logarithm of 2, as the sum of a short number and a small one.
    const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * LOG2_E + ROUND;
    let power = shifted - ROUND;
    let r = x - power * LN_2.0 - power * LN_2.1;
    let series = 1.987_569_1e-4;
    let series = series * r + 1.398_199_9e-3;
    let series = series * r + 8.333_452e-3;
    let series = series * r + 4.166_579_6e-2;
    let series = series * r + 1.666_666_5e-1;
    let series = series * r + 0.5;
    let value = series * r * r + r + 1.0;
    // The exponent of a float starts at its bit 23.
    let exponent = shifted.to_bits().wrapping_sub(ROUND.to_bits()) << 23;
    f32::from_bits(value.to_bits().wrapping_add(exponent))
}

/// The error function, within 1.5e-7 of it: Abramowitz and Stegun, 7.1.26.
#[inline(always)]
fn erf(x: f32) -> f32 {
    let z = x.abs();
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let series = 1.061_405_4;
    let series = series * t - 1.453_152;
    let series = series * t + 1.421_413_7;
    let series = series * t - 0.284_496_74;
    let series = series * t + 0.254_829_6;
    (1.0 - series * t * exp(-z * z)).copysign(x)
}

/// The Gaussian error linear unit of each number.
#[inline(always)]
pub(crate) fn gelu(numbers: &mut [f32]) {
    for number in numbers {
        *number *= 0.5 + 0.5 * erf(*number * FRAC_1_SQRT_2);
    }
}

/// Folds a row, [`LANES`] numbers at a time. The length is a multiple of [`LANES`].
#[inline(always)]
pub(crate) fn fold(row: &[f32], start: f32, join: impl Fn(f32, f32) -> f32 + Copy) -> f32 {
    let mut lanes = [start; LANES];
    for chunk in row.as_chunks::<LANES>().0 {
        for (lane, number) in lanes.iter_mut().zip(chunk) {
            *lane = join(*lane, *number);
        }
    }
    let mut width = LANES / 2;
    while width > 0 {
        for lane in 0..width {
            lanes[lane] = join(lanes[lane], lanes[lane + width]);
        }
        width /= 2;
    }
    lanes[0]
}

/// The sum of a row whose length is a multiple of [`LANES`].
#[inline(always)]
pub(crate) fn sum(row: &[f32]) -> f32 {
    fold(row, 0.0, |sum, number| sum + number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_the_exponential_function() {
        for step in -8_700..=8_800_i16 {
            let x = f32::from(step) / 100.0;
            let (got, right) = (f64::from(exp(x)), f64::from(x).exp());
            assert!((got / right - 1.0).abs() < 3e-7, "exp({x}) = {got}, not {right}");
        }
        // What attention masks out must vanish.
        assert!(exp(f32::NEG_INFINITY) < 1e-37);
    }

    #[test]
    fn erf_is_the_error_function() {
        let known =
            [(0.0, 0.0), (0.1, 0.112_462_92), (0.5, 0.520_499_9), (1.0, 0.842_700_8), (2.0, 0.995_322_3)];
        for (x, right) in known {
            assert!((erf(x) - right).abs() < 4e-7, "erf({x}) = {}, not {right}", erf(x));
            assert!((erf(-x) + right).abs() < 4e-7);
        }
        assert_eq!(erf(9.0), 1.0);
    }

    #[test]
    fn rounding_goes_to_the_nearest() {
        for (number, whole) in
            [(0.0, 0), (0.4, 0), (0.6, 1), (-0.6, -1), (126.9, 127), (-127.0, -127), (2.5, 2)]
        {
            assert_eq!(round(number), whole, "{number}");
        }
    }

    #[test]
    fn a_sum_takes_every_number() {
        let row: Vec<f32> = (0..64_u8).map(f32::from).collect();
        assert_eq!(sum(&row), 2016.0);
        assert_eq!(fold(&row, 0.0, f32::max), 63.0);
    }
}
