//! Each kernel computes what the plain formula says.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::level::levels;

/// Two panels, of two blocks: enough for every loop to go round.
const OUTPUTS: usize = 2 * PANEL;
const INPUTS: usize = 2 * BLOCK;
const BLOCKS: usize = OUTPUTS * INPUTS / BLOCK;

prop_compose! {
    /// A block with any weights and a scale between 2^-14 and 2.
    fn block()(scale in 0x0400..0x4000_u16, weights in vec(any::<u8>(), BLOCK / 2)) -> weights::Block {
        let [low, high] = scale.to_le_bytes();
        let mut block = [0; weights::BLOCK_BYTES];
        (block[0], block[1]) = (low, high);
        block[2..].copy_from_slice(&weights);
        block
    }
}

/// Rows of numbers; with more than 8 of them, every tile of every kernel has its turn.
fn numbers() -> impl Strategy<Value = Vec<f32>> {
    (1..=16_usize).prop_flat_map(|rows| vec(-8.0..8.0_f32, rows * INPUTS))
}

proptest! {
    #[test]
    fn every_kernel_computes_the_product(
        blocks in vec(block(), BLOCKS),
        bias in vec(-1.0..1.0_f32, OUTPUTS),
        numbers in numbers(),
    ) {
        // In two parts, as query, key and value are.
        let (first, second) = blocks.split_at(BLOCKS / 2);
        let parts = [(first, &bias[..OUTPUTS / 2]), (second, &bias[OUTPUTS / 2..])];
        let matrix = Matrix::new(INPUTS, &parts);
        for (name, level) in levels() {
            let mut rows = Rows::default();
            rows.quantise(level, &numbers);
            let mut results = vec![f32::NAN; numbers.len() / INPUTS * OUTPUTS];
            matrix.multiply(level, &rows, &mut results);
            for (row, results) in rows.blocks.chunks(INPUTS / BLOCK).zip(results.chunks(OUTPUTS)) {
                for (output, result) in results.iter().enumerate() {
                    let (right, size) = product(&blocks, &bias, row, output);
                    prop_assert!((f64::from(*result) - right).abs() <= 1e-6 * size, "{name}: {result}, not {right}");
                }
            }
        }
    }

    #[test]
    fn quantised_numbers_are_within_half_a_step(numbers in vec(-8.0..8.0_f32, BLOCK)) {
        for (_, level) in levels() {
            let mut rows = Rows::default();
            rows.quantise(level, &numbers);
            let block = &rows.blocks[0];
            let whole: Vec<i8> = bytes(block).collect();
            for (number, whole) in numbers.iter().zip(&whole) {
                let error = number - f32::from(*whole) * block.scale;
                prop_assert!(error.abs() <= 0.501 * block.scale, "{number} became {whole} * {}", block.scale);
            }
            prop_assert_eq!(block.correction, -8 * whole.iter().map(|whole| i32::from(*whole)).sum::<i32>());
        }
    }
}

#[test]
fn zeros_stay_zeros() {
    for (_, level) in levels() {
        let mut rows = Rows::default();
        rows.quantise(level, &[0.0; BLOCK]);
        assert_eq!((rows.blocks[0].scale, rows.blocks[0].groups), (0.0, [0; 8]));
    }
}

/// One result as the formula says, in twice the precision; and the sum of the sizes of everything that was added.
fn product(blocks: &[weights::Block], bias: &[f32], row: &[Numbers], output: usize) -> (f64, f64) {
    let width = INPUTS / BLOCK;
    let (mut sum, mut size) = (f64::from(bias[output]), f64::from(bias[output].abs()));
    for (block, numbers) in blocks[output * width..].iter().zip(row) {
        let mut weights = [0.0; BLOCK];
        weights::unpack(std::slice::from_ref(block), &mut weights);
        for (weight, whole) in weights.iter().zip(bytes(numbers)) {
            let product = f64::from(*weight) * f64::from(whole) * f64::from(numbers.scale);
            sum += product;
            size += product.abs();
        }
    }
    (sum, size)
}

fn bytes(numbers: &Numbers) -> impl Iterator<Item = i8> {
    numbers.groups.iter().flat_map(|group| group.to_le_bytes().map(u8::cast_signed))
}
