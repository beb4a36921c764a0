//! Stores vectors small, and compares one with very many of them: a plain walk over all rows, which up to a million rows
//! is as fast as an index and never misses one.
//!
//! A stored row is one vector, of any dimension. This form is stable, since rows are kept in files:
//!
//! | part | bytes |
//! |---|---|
//! | scale, f32, little endian | 4 |
//! | one signed byte for each number: the number divided by the scale, rounded | dimension |
//!
//! The numbers are those of the vector brought to length 1, and the scale is the greatest of them / 127. A vector of zeros,
//! or one with a number that is not finite, has a row of zeros: it is like nothing.

#[cfg(target_arch = "x86_64")]
mod avx512;
mod portable;

use fearless_simd::{Level, dispatch};

/// Bytes of a row before its numbers.
const SCALE_BYTES: usize = size_of::<f32>();

/// The greatest absolute value of a stored number.
const GREATEST: f32 = 127.0;

/// Numbers that are compared at once: a vector of AVX-512.
#[cfg(target_arch = "x86_64")]
const LANES: usize = 64;

/// The greatest dimension: the sum of so many products, and of what AVX-512 adds to them, fits into 31 bits.
pub const MAX_DIMENSION: usize = 65_536;

/// Bytes of the row of a vector with so many numbers.
#[must_use]
pub const fn row_bytes(dimension: usize) -> usize {
    SCALE_BYTES + dimension
}

/// The row of a vector: [`row_bytes`] bytes in the form that this module describes. The vector need not have length 1.
#[must_use]
pub fn quantise(vector: &[f32]) -> Vec<u8> {
    let (scale, numbers) = quantised(vector);
    scale.to_le_bytes().into_iter().chain(numbers.map(i8::cast_unsigned)).collect()
}

/// The scale and the numbers of a row.
fn quantised(vector: &[f32]) -> (f32, impl Iterator<Item = i8>) {
    // In f64 no number of an f32 is too great or too small to be squared.
    let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    let greatest = vector.iter().fold(0.0, |greatest: f32, number| greatest.max(number.abs()));
    #[expect(clippy::cast_possible_truncation, reason = "the scale is 1/127 at most")]
    let (scale, factor) = if length > 0.0 && length.is_finite() {
        ((f64::from(greatest / GREATEST) / length) as f32, f64::from(GREATEST) / f64::from(greatest))
    } else {
        (0.0, 0.0)
    };
    #[expect(clippy::cast_possible_truncation, reason = "127 at most; what is no number becomes 0")]
    let number = move |number: &f32| (f64::from(*number) * factor).round() as i8;
    (scale, vector.iter().map(number))
}

/// A vector that stored rows are compared with.
pub struct Query {
    level: Level,
    dimension: usize,
    scale: f32,
    numbers: Vec<i16>,
    /// The same, in bytes, padded with zeros.
    #[cfg(target_arch = "x86_64")]
    bytes: Vec<[i8; LANES]>,
}

impl Query {
    /// Quantises a vector as its row would be, so that equal vectors have the cosine 1, or nearly so.
    ///
    /// # Panics
    ///
    /// When the vector has no numbers or more than [`MAX_DIMENSION`].
    #[must_use]
    pub fn new(vector: &[f32]) -> Query {
        Query::at_level(vector, Level::new())
    }

    /// Like [`Query::new`], for an instruction set that is not the best of this machine: for tests and measurements.
    ///
    /// # Panics
    ///
    /// When the vector has no numbers or more than [`MAX_DIMENSION`].
    #[must_use]
    pub fn at_level(vector: &[f32], level: Level) -> Query {
        assert!((1..=MAX_DIMENSION).contains(&vector.len()), "{} numbers", vector.len());
        let (scale, quantised) = quantised(vector);
        let quantised: Vec<i8> = quantised.collect();
        Query {
            level,
            dimension: vector.len(),
            scale,
            numbers: quantised.iter().map(|number| i16::from(*number)).collect(),
            #[cfg(target_arch = "x86_64")]
            bytes: quantised.chunks(LANES).map(padded).collect(),
        }
    }

    /// The cosine of the query with each of the rows, which lie one after another: written to `cosines`, in order, which is
    /// emptied first. Between -1 and 1, give or take the rounding of both; bytes after the last complete row do not count.
    ///
    /// Rows are those of [`quantise`], of the query's dimension. Call it for some thousand rows at a time, so that what it
    /// writes stays in the cache.
    pub fn cosines(&self, rows: &[u8], cosines: &mut Vec<f32>) {
        cosines.clear();
        cosines.resize(rows.len() / row_bytes(self.dimension), 0.0);
        #[cfg(target_arch = "x86_64")]
        if let Some(avx512) = self.level.as_avx512() {
            return avx512::cosines(avx512, self, rows, cosines);
        }
        dispatch!(self.level, _ => portable::cosines(self, rows, cosines));
    }

    /// The scales and the numbers of rows that lie one after another.
    #[inline(always)]
    fn rows<'a>(&self, rows: &'a [u8]) -> impl Iterator<Item = (f32, &'a [u8])> {
        rows.chunks_exact(row_bytes(self.dimension)).filter_map(|row| {
            let (scale, numbers) = row.split_first_chunk()?;
            Some((f32::from_le_bytes(*scale), numbers))
        })
    }
}

#[cfg(target_arch = "x86_64")]
fn padded<T: Default + Copy>(numbers: &[T]) -> [T; LANES] {
    let mut padded = [T::default(); LANES];
    padded[..numbers.len()].copy_from_slice(numbers);
    padded
}

#[cfg(test)]
mod tests;
