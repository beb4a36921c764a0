//! How the model file holds weights: in blocks of 32, each with one scale and 4 bits a weight (`Q4_0` of ggml).

/// Weights in a block.
pub(crate) const BLOCK: usize = 32;

/// Bytes of a block: the scale as a half-precision float, then 16 bytes; byte `j` holds weight `j` in its lower half
/// and weight `16 + j` in its upper half, each plus [`OFFSET`].
pub(crate) const BLOCK_BYTES: usize = 2 + BLOCK / 2;

/// A weight of zero is stored as this.
pub(crate) const OFFSET: u8 = 8;

/// A block as the file holds it.
pub(crate) type Block = [u8; BLOCK_BYTES];

/// The scale of a block, and its packed weights.
pub(crate) fn split(block: &Block) -> (f32, &[u8]) {
    (half(u16::from_le_bytes([block[0], block[1]])), &block[2..])
}

/// Writes a row of blocks out as numbers.
pub(crate) fn unpack(blocks: &[Block], row: &mut [f32]) {
    let number = |weight: u8| f32::from(weight) - f32::from(OFFSET);
    for (block, numbers) in blocks.iter().zip(row.chunks_exact_mut(BLOCK)) {
        let (scale, packed) = split(block);
        let (low, high) = numbers.split_at_mut(BLOCK / 2);
        for ((byte, low), high) in packed.iter().zip(low).zip(high) {
            *low = number(byte & 0x0F) * scale;
            *high = number(byte >> 4) * scale;
        }
    }
}

/// A half-precision float (IEEE 754 binary16) as a single one.
fn half(bits: u16) -> f32 {
    let sign = if bits >> 15 == 0 { 1.0 } else { -1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1F), f32::from(bits & 0x3FF));
    match exponent {
        0 => sign * fraction * 2_f32.powi(-24),
        0x1F if fraction == 0.0 => sign * f32::INFINITY,
        0x1F => f32::NAN,
        _ => sign * (1024.0 + fraction) * 2_f32.powi(exponent - 25),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_means_what_ieee_754_says() {
        // Zero, one, minus two, the greatest, the smallest normal, the smallest of all, a third.
        let known = [
            (0x0000, 0.0),
            (0x3C00, 1.0),
            (0xC000, -2.0),
            (0x7BFF, 65_504.0),
            (0x0400, 2_f32.powi(-14)),
            (0x0001, 2_f32.powi(-24)),
            (0x3555, 0.333_251_95),
        ];
        for (bits, value) in known {
            assert_eq!(half(bits), value, "{bits:#06x}");
        }
        assert_eq!(half(0xFC00), f32::NEG_INFINITY);
        assert!(half(0x7E00).is_nan());
    }

    #[test]
    fn a_block_holds_its_first_half_in_the_lower_bits() {
        let mut block: Block = [0x88; BLOCK_BYTES];
        [block[0], block[1]] = 0x3800_u16.to_le_bytes(); // one half
        block[2] = 0x1F; // weight 0 is 15 - 8, weight 16 is 1 - 8
        let mut row = [1.0; BLOCK];
        unpack(&[block], &mut row);

        let mut expected = [0.0; BLOCK];
        (expected[0], expected[16]) = (3.5, -3.5);
        assert_eq!(row, expected);
    }
}
