//! What each token takes from the others of its text.

use crate::math::{LANES, exp, fold, sum};
use crate::network::{HEADS, HIDDEN};

/// Numbers that one head looks at.
const HEAD: usize = HIDDEN / HEADS;

/// Makes the greatest weights of a token moderate: 1 / sqrt([`HEAD`]).
const SCALE: f32 = 0.176_776_7;

/// Query, key and value of a token, one after another.
pub(crate) type Projection = [f32; 3 * HIDDEN];

/// Memory that is used again for each head.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Keys of all tokens, turned: all first numbers, all second ones, and so on.
    keys: Vec<[f32; LANES]>,
    /// How much the token takes from each token.
    shares: Vec<[f32; LANES]>,
}

/// Attention among the tokens of one text, head by head.
#[inline(always)]
pub(crate) fn attend(tokens: &[Projection], results: &mut [[f32; HIDDEN]], scratch: &mut Scratch) {
    let width = tokens.len().div_ceil(LANES);
    scratch.keys.resize(HEAD * width, [0.0; LANES]);
    scratch.shares.resize(width, [0.0; LANES]);
    for head in (0..HIDDEN).step_by(HEAD) {
        turn_keys(tokens, head, &mut scratch.keys);
        for (token, result) in tokens.iter().zip(results.iter_mut()) {
            let (query, result) = (&token[head..], &mut result[head..]);
            weigh(query, &scratch.keys, tokens.len(), &mut scratch.shares);
            mix(tokens, 2 * HIDDEN + head, scratch.shares.as_flattened(), result);
        }
    }
}

#[inline(always)]
fn turn_keys(tokens: &[Projection], head: usize, keys: &mut [[f32; LANES]]) {
    let width = keys.len() / HEAD * LANES;
    let keys = keys.as_flattened_mut();
    for (place, token) in tokens.iter().enumerate() {
        for (number, key) in token[HIDDEN + head..][..HEAD].iter().enumerate() {
            keys[number * width + place] = *key;
        }
    }
}

/// How much a token takes from each token: the softmax of the products of its query with all keys.
#[inline(always)]
fn weigh(query: &[f32], keys: &[[f32; LANES]], tokens: usize, shares: &mut [[f32; LANES]]) {
    let width = shares.len();
    for (place, share) in shares.iter_mut().enumerate() {
        *share = [0.0; LANES];
        for number in 0..HEAD {
            let keys = &keys[number * width + place];
            for lane in 0..LANES {
                share[lane] += query[number] * SCALE * keys[lane];
            }
        }
    }
    let shares = shares.as_flattened_mut();
    shares[tokens..].fill(f32::MIN);
    let greatest = fold(shares, f32::MIN, f32::max);
    for share in shares.iter_mut() {
        *share = exp(*share - greatest);
    }
    let whole = 1.0 / sum(shares);
    for share in shares.iter_mut() {
        *share *= whole;
    }
}

/// The sum of all values, each in its share.
#[inline(always)]
fn mix(tokens: &[Projection], value: usize, shares: &[f32], result: &mut [f32]) {
    let mut mixed = [0.0; HEAD];
    for (token, share) in tokens.iter().zip(shares) {
        for (mixed, value) in mixed.iter_mut().zip(&token[value..][..HEAD]) {
            *mixed += share * value;
        }
    }
    result[..HEAD].copy_from_slice(&mixed);
}
