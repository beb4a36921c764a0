//! How long it takes to compare one vector with very many stored ones: `cargo bench -p kolibri-encoder --bench scan`. The
//! largest case needs 400 MB of memory. The figures are of one core.
#![allow(missing_docs, reason = "a bench")]

use std::time::Instant;

use kolibri_encoder::levels;
use kolibri_encoder::scan::{Query, quantise, row_bytes};

const DIMENSION: usize = 384;
const SIZES: [usize; 3] = [10_000, 100_000, 1_000_000];
/// Rows that are handed over at a time.
const CHUNK: usize = 4096;
const ROUNDS: usize = 30;

fn main() {
    let mut random = 1;
    let mut rows = Vec::with_capacity(SIZES[2] * row_bytes(DIMENSION));
    for _ in 0..SIZES[2] {
        rows.extend(quantise(&vector(&mut random)));
    }
    let query = vector(&mut random);

    println!("ms to compare one vector of {DIMENSION} numbers with so many rows");
    println!("{:10}{:>10}{:>10}{:>10}", "", SIZES[0], SIZES[1], SIZES[2]);
    for (name, level) in levels() {
        print!("{name:10}");
        let query = Query::at_level(&query, level);
        for size in SIZES {
            print!("{:>10.2}", least(&query, &rows[..size * row_bytes(DIMENSION)]));
        }
        println!();
    }
}

/// The shortest time of many, in milliseconds. Finding the greatest cosine is part of it.
fn least(query: &Query, rows: &[u8]) -> f64 {
    let mut cosines = Vec::new();
    let mut least = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut greatest = f32::MIN;
        for chunk in rows.chunks(CHUNK * row_bytes(DIMENSION)) {
            query.cosines(chunk, &mut cosines);
            greatest = cosines.iter().fold(greatest, |greatest, cosine| greatest.max(*cosine));
        }
        std::hint::black_box(greatest);
        least = least.min(start.elapsed().as_secs_f64() * 1e3);
    }
    least
}

/// Numbers between -1 and 1 (xorshift).
fn vector(random: &mut u32) -> Vec<f32> {
    let number = |_| {
        *random ^= *random << 13;
        *random ^= *random >> 17;
        *random ^= *random << 5;
        *random as f32 / u32::MAX as f32 * 2.0 - 1.0
    };
    (0..DIMENSION).map(number).collect()
}
