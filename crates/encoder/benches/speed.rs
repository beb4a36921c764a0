//! How long texts take, with each instruction set of this machine, and how much memory besides the model file:
//! `cargo bench -p kolibri-encoder --bench speed`. Needs the model file (`make model`). The figures are of one core.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a bench")]

use std::time::{Duration, Instant};

use kolibri_encoder::{Encoder, levels};

const MODEL: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/model/multilingual-e5-small.bin");

/// Tokens that the prefix and the marks take, besides the words.
const FRAME: usize = 5;
const ROUNDS: usize = 40;

fn main() {
    let model = std::fs::read(MODEL).expect("the model file is missing; run `make model`").leak();
    let before = resident();
    let start = Instant::now();
    let encoder = Encoder::new(model).unwrap();
    println!("reading the model file of {:.1} MB: {:.0?}", model.len() as f64 / 1e6, start.elapsed());
    let _ = encoder.encode(&[&words(32 - FRAME)]);
    println!("memory after one text of 32 tokens, besides the model file: {:.0} MB\n", resident() - before);

    println!("ms for one text of so many tokens, and texts/s among 256 of 16 tokens");
    println!("{:10}{:>8}{:>8}{:>8}{:>8}{:>8}", "", 8, 16, 32, 64, "texts/s");
    for (name, level) in levels() {
        let encoder = Encoder::at_level(model, level).unwrap();
        print!("{name:10}");
        for tokens in [8, 16, 32, 64] {
            let text = words(tokens - FRAME);
            let least = least(|| drop(encoder.encode(&[&text])));
            print!("{:>8.2}", least.as_secs_f64() * 1e3);
        }
        let text = words(16 - FRAME);
        let texts = vec![&text[..]; 256];
        let start = Instant::now();
        let _ = encoder.encode(&texts);
        println!("{:>8.0}", 256.0 / start.elapsed().as_secs_f64());
    }
}

/// A text of so many tokens: each of these words is one.
fn words(count: usize) -> String {
    ["how", "do", "we", "all", "go", "to", "the", "day"]
        .iter()
        .cycle()
        .take(count)
        .copied()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The shortest time of many.
fn least(mut work: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(time).min().unwrap()
}

/// Megabytes of this process in memory (Linux).
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.unwrap_or(f64::NAN) / 1024.0
}
