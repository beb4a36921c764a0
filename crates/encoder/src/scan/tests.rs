//! All instruction sets agree to the bit, and rounding costs no more than it must.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::level::levels;

/// A query and some rows of one dimension.
fn vectors() -> impl Strategy<Value = (Vec<f32>, Vec<Vec<f32>>)> {
    (1..=400_usize).prop_flat_map(|dimension| {
        let vector = || vec(-1e3..1e3_f32, dimension);
        (vector(), vec(vector(), 0..5))
    })
}

fn exact_cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// How far the cosine of two rows can be from that of their vectors, when each number is off by half a step.
fn bound(a: &[f32], b: &[f32]) -> f64 {
    let (a_scale, a) = quantised(a);
    let (b_scale, b) = quantised(b);
    let (a_scale, b_scale) = (f64::from(a_scale), f64::from(b_scale));
    let sum = |numbers: &mut dyn Iterator<Item = i8>, scale: f64| {
        numbers.map(|number| (f64::from(number.unsigned_abs()) + 0.5) * scale).sum::<f64>()
    };
    let (a_sum, b_sum) = (sum(&mut { a }, a_scale), sum(&mut { b }, b_scale));
    0.5 * (a_scale * b_sum + b_scale * a_sum)
}

proptest! {
    #[test]
    fn every_instruction_set_computes_the_plain_formula(
        query in vec(-1.0..1.0_f32, 1..400),
        bytes in vec(any::<u8>(), 0..2_000),
        scale in -1.0..1.0_f32,
    ) {
        // Any bytes, as a damaged file would hold them; only the scale has to be a number.
        let mut rows = bytes;
        let stride = row_bytes(query.len());
        rows.chunks_exact_mut(stride).for_each(|row| row[..SCALE_BYTES].copy_from_slice(&scale.to_le_bytes()));

        let (query_scale, numbers) = quantised(&query);
        let numbers: Vec<i8> = numbers.collect();
        let plain = |row: &[u8]| {
            let products = row[SCALE_BYTES..].iter().zip(&numbers).map(|(row, query)| i32::from(row.cast_signed()) * i32::from(*query));
            products.sum::<i32>() as f32 * scale * query_scale
        };
        let right: Vec<f32> = rows.chunks_exact(stride).map(plain).collect();
        for (name, level) in levels() {
            let mut cosines = vec![f32::NAN; 3];
            Query::at_level(&query, level).cosines(&rows, &mut cosines);
            prop_assert_eq!(&cosines, &right, "{}", name);
        }
    }

    #[test]
    fn a_cosine_is_off_by_no_more_than_half_a_step_of_each_number((query, vectors) in vectors()) {
        let rows: Vec<u8> = vectors.iter().flat_map(|vector| quantise(vector)).collect();
        let mut cosines = Vec::new();
        Query::new(&query).cosines(&rows, &mut cosines);
        prop_assert_eq!(cosines.len(), vectors.len());
        for (vector, cosine) in vectors.iter().zip(cosines) {
            let exact = exact_cosine(&query, vector);
            if exact.is_finite() {
                prop_assert!((f64::from(cosine) - exact).abs() <= bound(&query, vector) + 1e-6, "{cosine}, not {exact}");
            }
        }
    }

    #[test]
    fn the_length_of_a_vector_does_not_matter(vector in vec(-1.0..1.0_f32, 1..100), power in -40..40_i32) {
        let longer: Vec<f32> = vector.iter().map(|number| number * 2_f32.powi(power)).collect();
        prop_assert_eq!(quantise(&longer), quantise(&vector));
    }
}

/// The form of stored rows: it never changes.
#[test]
fn a_row_is_a_scale_and_a_byte_for_each_number() {
    // Length 5: 0.6 and -0.8. The greatest, 0.8, becomes 127 steps.
    let mut row = (0.8_f32 / 127.0).to_le_bytes().to_vec();
    row.extend([95, 0_u8.wrapping_sub(127), 0]);
    assert_eq!(quantise(&[3.0, -4.0, 0.0]), row);
    assert_eq!(row.len(), row_bytes(3));
}

#[test]
fn the_greatest_dimension_does_not_overflow() {
    for sign in [1.0, -1.0] {
        let (query, row) = (vec![1.0; MAX_DIMENSION], quantise(&vec![sign; MAX_DIMENSION]));
        for (name, level) in levels() {
            let mut cosines = Vec::new();
            Query::at_level(&query, level).cosines(&row, &mut cosines);
            assert!((cosines[0] - sign).abs() < 1e-5, "{name}: {}", cosines[0]);
        }
    }
}

#[test]
fn what_has_no_direction_is_like_nothing() {
    for nothing in [[0.0; 4], [f32::NAN, 1.0, 0.0, 0.0], [f32::INFINITY, 1.0, 0.0, 0.0]] {
        assert_eq!(quantise(&nothing), [0; row_bytes(4)]);
        let mut cosines = Vec::new();
        Query::new(&nothing).cosines(&quantise(&[1.0, 2.0, 3.0, 4.0]), &mut cosines);
        assert_eq!(cosines, [0.0]);
    }
}
