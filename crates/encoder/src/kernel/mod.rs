//! The product of a matrix of 4-bit weights with rows of 8-bit numbers: where nearly all of the time goes.
//!
//! One file for each instruction set, and [`portable`] for every other machine. All of them compute the same sums of whole
//! numbers; only the order in which the sums of blocks are added may differ.

/// Calls the first function on as many rows at once as it takes, as often as there are as many; then the next function.
macro_rules! in_tiles {
    (($token:ident, $panel:ident, $rows:ident, $results:ident, $stride:ident), $($count:literal => $tile:expr),+) => {
        let width = $panel.blocks.len();
        let mut row = 0;
        $(
            while $rows.len() >= (row + $count) * width {
                $tile($token, $panel, &$rows[row * width..], &mut $results[row * $stride..], $stride);
                row += $count;
            }
        )+
    };
}
use in_tiles;

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;
#[cfg(target_arch = "x86_64")]
mod sse4_2;

use fearless_simd::{Level, dispatch};

use crate::math::{LANES, fold, round};
use crate::weights::{self, BLOCK, OFFSET};

/// Outputs that are computed together.
const PANEL: usize = 16;

/// Weights of one output in a group: four bytes, which one instruction multiplies and adds.
const GROUP: usize = 4;

/// The greatest absolute value of a quantised number.
const GREATEST: f32 = 127.0;

/// A block of 32 weights for each of 16 outputs, in the order in which they are read.
struct PanelBlock {
    /// Byte `4 * output + i` of group `j` holds the weights of the inputs `4 * j + i` (lower half) and `16 + 4 * j + i`
    /// (upper half), each plus [`OFFSET`].
    groups: [[u8; GROUP * PANEL]; 4],
    scales: [f32; PANEL],
}

/// 16 outputs of a matrix.
struct Panel<'a> {
    blocks: &'a [PanelBlock],
    bias: &'a [f32; PANEL],
}

/// A matrix of 4-bit weights, repacked for the kernels, and the bias of each output.
pub(crate) struct Matrix {
    inputs: usize,
    blocks: Vec<PanelBlock>,
    bias: Vec<[f32; PANEL]>,
}

/// 32 numbers, quantised together.
struct Numbers {
    /// Number `4 * j + i` is byte `i` of group `j`.
    groups: [i32; BLOCK / GROUP],
    scale: f32,
    /// What [`OFFSET`] adds to the sum of products, negated.
    correction: i32,
}

/// Rows of numbers that a matrix is applied to, quantised to 8 bits in blocks of 32.
#[derive(Default)]
pub(crate) struct Rows {
    blocks: Vec<Numbers>,
}

impl Matrix {
    /// Puts matrices with the same inputs on top of each other. The `parts` are the weights of each as the model file holds
    /// them, output by output, and its biases. The number of outputs is a multiple of 16.
    pub(crate) fn new(inputs: usize, parts: &[(&[weights::Block], &[f32])]) -> Matrix {
        let width = inputs / BLOCK;
        let rows: Vec<_> = parts.iter().flat_map(|(blocks, _)| blocks.chunks_exact(width)).collect();
        let bias: Vec<f32> = parts.iter().flat_map(|(_, bias)| *bias).copied().collect();
        let panels = rows.as_chunks::<PANEL>().0;
        let blocks =
            panels.iter().flat_map(|rows| (0..width).map(|block| PanelBlock::pack(rows, block))).collect();
        Matrix { inputs, blocks, bias: bias.as_chunks().0.to_vec() }
    }

    fn outputs(&self) -> usize {
        self.bias.len() * PANEL
    }

    /// Applies the matrix to each of the rows, and writes the results one after another.
    pub(crate) fn multiply(&self, level: Level, rows: &Rows, results: &mut [f32]) {
        let (width, outputs) = (self.inputs / BLOCK, self.outputs());
        let panels = self.blocks.chunks_exact(width).zip(&self.bias);
        for (panel, (blocks, bias)) in panels.enumerate() {
            let panel_of = Panel { blocks, bias };
            let results = &mut results[panel * PANEL..];
            multiply_panel(level, &panel_of, &rows.blocks, results, outputs);
        }
    }
}

/// One panel times all rows. The results of a row start `stride` after those of the row before.
fn multiply_panel(level: Level, panel: &Panel<'_>, rows: &[Numbers], results: &mut [f32], stride: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(avx512) = level.as_avx512() {
            return avx512::multiply(avx512, panel, rows, results, stride);
        }
        if let Some(avx2) = level.as_avx2() {
            return avx2::multiply(avx2, panel, rows, results, stride);
        }
        if let Some(sse4_2) = level.as_sse4_2() {
            return sse4_2::multiply(sse4_2, panel, rows, results, stride);
        }
    }
    dispatch!(level, simd => portable::multiply(simd, panel, rows, results, stride));
}

impl PanelBlock {
    /// Block number `block` of each of 16 rows of the model file.
    fn pack(rows: &[&[weights::Block]; PANEL], block: usize) -> PanelBlock {
        let mut packed = PanelBlock { groups: [[0; GROUP * PANEL]; 4], scales: [0.0; PANEL] };
        for (output, row) in rows.iter().enumerate() {
            let (scale, bytes) = weights::split(&row[block]);
            packed.scales[output] = scale;
            for (group, bytes) in packed.groups.iter_mut().zip(bytes.as_chunks::<GROUP>().0) {
                group[GROUP * output..][..GROUP].copy_from_slice(bytes);
            }
        }
        packed
    }
}

impl Rows {
    /// Quantises numbers, 32 at a time: a row after another, each with a multiple of 32 numbers.
    pub(crate) fn quantise(&mut self, level: Level, numbers: &[f32]) {
        self.blocks.clear();
        dispatch!(level, _ => self.extend(numbers));
    }

    #[inline(always)]
    fn extend(&mut self, numbers: &[f32]) {
        self.blocks.extend(numbers.as_chunks::<BLOCK>().0.iter().map(Numbers::quantise));
    }
}

impl Numbers {
    #[inline(always)]
    fn quantise(numbers: &[f32; BLOCK]) -> Numbers {
        const { assert!(BLOCK.is_multiple_of(LANES)) }
        let greatest = fold(numbers, 0.0, |greatest, number| greatest.max(number.abs()));
        let factor = if greatest > 0.0 { GREATEST / greatest } else { 0.0 };
        let whole = numbers.map(|number| round(number * factor));
        let sum: i32 = whole.iter().sum();
        let mut groups = [0; BLOCK / GROUP];
        for (group, [a, b, c, d]) in groups.iter_mut().zip(whole.as_chunks::<GROUP>().0) {
            *group = a & 0xFF | (b & 0xFF) << 8 | (c & 0xFF) << 16 | d << 24;
        }
        Numbers { groups, scale: greatest / GREATEST, correction: -i32::from(OFFSET) * sum }
    }
}

#[cfg(test)]
mod tests;
