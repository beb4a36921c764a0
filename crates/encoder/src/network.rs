//! The network: multilingual-e5-small, an encoder of the form of BERT (12 layers, 118 million parameters, most of them the
//! table of words). From the ids of tokens to one vector for each text.

use fearless_simd::{Level, dispatch};

use crate::ModelError;
use crate::attention::{self, Projection, attend};
use crate::file::Tensors;
use crate::kernel::{Matrix, Rows};
use crate::math::{gelu, sum};
use crate::weights::{BLOCK, Block, unpack};

/// Numbers that stand for a token, and for a text.
pub(crate) const HIDDEN: usize = 384;
/// Numbers in the wider middle of a layer.
pub(crate) const FEED_FORWARD: usize = 1536;
/// Parts of a token's numbers that look at the other tokens independently.
pub(crate) const HEADS: usize = 12;
/// Layers of the network.
pub(crate) const LAYERS: usize = 12;

/// Places in a text that the model knows.
pub(crate) const POSITIONS: usize = 512;
/// Kinds of tokens that the model knows: BERT reads two sentences at once, this model one.
pub(crate) const KINDS: usize = 2;

/// Tokens of a text that are read, with the prefix and the marks; what comes later is left out.
///
/// 128 tokens are some 90 English or 70 Russian words, more than a question has, and bound
/// what one question can cost: time and memory grow faster than the number of tokens.
pub const MAX_TOKENS: usize = 128;

type Row = [f32; HIDDEN];

/// Blocks of 4-bit weights in a row of the table of words.
const WORD: usize = HIDDEN / BLOCK;

/// The weights. The table of words stays in the model file.
pub(crate) struct Network {
    level: Level,
    epsilon: f32,
    words: &'static [Block],
    positions: Vec<Row>,
    norm: Norm,
    layers: Vec<Layer>,
}

struct Layer {
    /// Query, key and value at once.
    projection: Matrix,
    attended: Matrix,
    attention_norm: Norm,
    widen: Matrix,
    narrow: Matrix,
    output_norm: Norm,
}

/// What a layer norm multiplies and adds, number by number.
struct Norm {
    weight: Row,
    bias: Row,
}

/// The tokens of several texts, one text after another.
#[derive(Default)]
pub(crate) struct Batch {
    ids: Vec<u32>,
    lengths: Vec<usize>,
}

/// Memory that is used again for each batch.
#[derive(Default)]
pub(crate) struct Scratch {
    rows: Rows,
    hidden: Vec<Row>,
    projected: Vec<Projection>,
    attended: Vec<Row>,
    wide: Vec<[f32; FEED_FORWARD]>,
    narrow: Vec<Row>,
    attention: attention::Scratch,
}

impl Batch {
    pub(crate) fn push(&mut self, tokens: &[u32]) {
        self.ids.extend_from_slice(tokens);
        self.lengths.push(tokens.len());
    }

    pub(crate) fn clear(&mut self) {
        self.ids.clear();
        self.lengths.clear();
    }

    /// Tokens of all texts.
    pub(crate) fn tokens(&self) -> usize {
        self.ids.len()
    }
}

impl Network {
    /// Takes the weights from the tensors of a model file. The table of words has `words` rows.
    pub(crate) fn read(
        tensors: &Tensors<'static>,
        words: usize,
        epsilon: f32,
        level: Level,
    ) -> Result<Network, ModelError> {
        let kinds = rows(tensors, "emb.type", KINDS)?;
        let mut positions = rows(tensors, "emb.pos", POSITIONS)?;
        positions.truncate(MAX_TOKENS);
        // All tokens are of the first kind.
        positions.iter_mut().for_each(|position| add(position, &kinds[0]));
        Ok(Network {
            level,
            epsilon,
            words: tensors.elements("emb.word", words * WORD)?,
            positions,
            norm: Norm::read(tensors, "emb.ln")?,
            layers: (0..LAYERS).map(|layer| Layer::read(tensors, layer)).collect::<Result<_, _>>()?,
        })
    }

    /// The vector of each text of a batch, of length 1.
    pub(crate) fn vectors(&self, batch: &Batch, scratch: &mut Scratch) -> Vec<Vec<f32>> {
        if batch.tokens() == 0 {
            return Vec::new();
        }
        scratch.resize(batch.tokens());
        self.look_up(batch, &mut scratch.hidden);
        self.normalise(&mut scratch.hidden, None, &self.norm);
        for layer in &self.layers {
            self.attend(layer, batch, scratch);
            self.feed_forward(layer, scratch);
        }
        texts(batch, &scratch.hidden).map(mean).collect()
    }

    /// The word and the position of each token.
    fn look_up(&self, batch: &Batch, hidden: &mut [Row]) {
        let places = texts(batch, &batch.ids).flat_map(|ids| ids.iter().zip(&self.positions));
        for ((id, position), row) in places.zip(hidden) {
            unpack(self.word(*id), row);
            add(row, position);
        }
    }

    /// The row of a word, whose id the vocabulary of the same file has given.
    fn word(&self, id: u32) -> &[Block] {
        usize::try_from(id).map_or(&[], |id| &self.words[id * WORD..][..WORD])
    }

    fn attend(&self, layer: &Layer, batch: &Batch, scratch: &mut Scratch) {
        let Scratch { rows, hidden, projected, attended, narrow, attention, .. } = scratch;
        rows.quantise(self.level, hidden.as_flattened());
        layer.projection.multiply(self.level, rows, projected.as_flattened_mut());
        let mut rest = &mut attended[..];
        for tokens in texts(batch, projected) {
            let (results, after) = rest.split_at_mut(tokens.len());
            rest = after;
            dispatch!(self.level, _ => attend(tokens, results, attention));
        }
        rows.quantise(self.level, attended.as_flattened());
        layer.attended.multiply(self.level, rows, narrow.as_flattened_mut());
        self.normalise(hidden, Some(narrow), &layer.attention_norm);
    }

    fn feed_forward(&self, layer: &Layer, scratch: &mut Scratch) {
        let Scratch { rows, hidden, wide, narrow, .. } = scratch;
        rows.quantise(self.level, hidden.as_flattened());
        layer.widen.multiply(self.level, rows, wide.as_flattened_mut());
        dispatch!(self.level, _ => gelu(wide.as_flattened_mut()));
        rows.quantise(self.level, wide.as_flattened());
        layer.narrow.multiply(self.level, rows, narrow.as_flattened_mut());
        self.normalise(hidden, Some(narrow), &layer.output_norm);
    }

    /// The layer norm of each row, after `added` has been added to it.
    fn normalise(&self, rows: &mut [Row], added: Option<&[Row]>, norm: &Norm) {
        dispatch!(self.level, _ => {
            if let Some(added) = added {
                rows.iter_mut().zip(added).for_each(|(row, added)| add(row, added));
            }
            rows.iter_mut().for_each(|row| norm.apply(row, self.epsilon));
        });
    }
}

impl Layer {
    fn read(tensors: &Tensors<'static>, layer: usize) -> Result<Layer, ModelError> {
        let matrix = |names: &[&str], inputs, outputs| matrix(tensors, layer, names, inputs, outputs);
        Ok(Layer {
            projection: matrix(&["q", "k", "v"], HIDDEN, HIDDEN)?,
            attended: matrix(&["ao"], HIDDEN, HIDDEN)?,
            attention_norm: Norm::read(tensors, &format!("l{layer}.aln"))?,
            widen: matrix(&["fi"], HIDDEN, FEED_FORWARD)?,
            narrow: matrix(&["fo"], FEED_FORWARD, HIDDEN)?,
            output_norm: Norm::read(tensors, &format!("l{layer}.oln"))?,
        })
    }
}

impl Norm {
    fn read(tensors: &Tensors<'static>, name: &str) -> Result<Norm, ModelError> {
        let row = |name: &str| rows(tensors, name, 1).map(|rows| rows[0]);
        Ok(Norm { weight: row(&format!("{name}.w"))?, bias: row(&format!("{name}.b"))? })
    }

    #[inline(always)]
    fn apply(&self, row: &mut Row, epsilon: f32) {
        let mean = sum(row) / HIDDEN as f32;
        row.iter_mut().for_each(|number| *number -= mean);
        let mut squares = *row;
        squares.iter_mut().for_each(|number| *number *= *number);
        let factor = 1.0 / (sum(&squares) / HIDDEN as f32 + epsilon).sqrt();
        for ((number, weight), bias) in row.iter_mut().zip(&self.weight).zip(&self.bias) {
            *number = *number * factor * weight + bias;
        }
    }
}

impl Scratch {
    fn resize(&mut self, tokens: usize) {
        self.hidden.resize(tokens, [0.0; HIDDEN]);
        self.projected.resize(tokens, [0.0; 3 * HIDDEN]);
        self.attended.resize(tokens, [0.0; HIDDEN]);
        self.wide.resize(tokens, [0.0; FEED_FORWARD]);
        self.narrow.resize(tokens, [0.0; HIDDEN]);
    }
}

/// The matrices `names` of a layer, which have the same inputs, on top of each other.
fn matrix(
    tensors: &Tensors<'static>,
    layer: usize,
    names: &[&str],
    inputs: usize,
    outputs: usize,
) -> Result<Matrix, ModelError> {
    let mut parts = Vec::new();
    for name in names {
        let weights = tensors.elements(&format!("l{layer}.{name}.w"), outputs * inputs / BLOCK)?;
        parts.push((weights, tensors.floats(&format!("l{layer}.{name}.b"), outputs)?));
    }
    let parts: Vec<_> = parts.iter().map(|(weights, bias)| (*weights, &bias[..])).collect();
    Ok(Matrix::new(inputs, &parts))
}

fn rows(tensors: &Tensors<'static>, name: &str, count: usize) -> Result<Vec<Row>, ModelError> {
    Ok(tensors.floats(name, count * HIDDEN)?.as_chunks().0.to_vec())
}

/// The tokens of each text of a batch.
fn texts<'a, T>(batch: &'a Batch, mut tokens: &'a [T]) -> impl Iterator<Item = &'a [T]> {
    batch.lengths.iter().map(move |length| {
        let (text, rest) = tokens.split_at(*length);
        tokens = rest;
        text
    })
}

#[inline(always)]
fn add(row: &mut [f32], added: &[f32]) {
    row.iter_mut().zip(added).for_each(|(number, added)| *number += added);
}

/// The direction of the mean of all tokens, which is that of their sum.
fn mean(tokens: &[Row]) -> Vec<f32> {
    let mut vector = vec![0.0; HIDDEN];
    tokens.iter().for_each(|token| add(&mut vector, token));
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
    vector.iter_mut().for_each(|number| *number /= length);
    vector
}
