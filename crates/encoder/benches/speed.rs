//! How long texts take, with each instruction set of this machine: `cargo bench -p kolibri-encoder`. Needs the model file
//! (`make model`), which is embedded as the node embeds it. The figures are of one core.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "random numbers, cut to size")]

use std::time::{Duration, Instant};

use kolibri_encoder::{Encoder, levels};

static MODEL: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/model/multilingual-e5-small.bin"));

/// Tokens that the prefix and the marks take, besides the words.
const FRAME: usize = 4;
const ROUNDS: usize = 40;

fn main() {
    println!("resident before the model is read: {} MB", resident());
    let start = Instant::now();
    let encoder = Encoder::new(MODEL).unwrap();
    println!("reading the model file of {:.1} MB: {:?}", MODEL.len() as f64 / 1e6, start.elapsed());
    let _ = encoder.encode(&[&words(32)]);
    println!("resident after one text: {} MB\n", resident());

    println!("ms for one text of so many tokens, and texts/s among 256 of 16 tokens");
    println!("{:10}{:>8}{:>8}{:>8}{:>8}{:>8}", "", 8, 16, 32, 64, "texts/s");
    for (name, level) in levels() {
        let encoder = Encoder::at_level(MODEL, level).unwrap();
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
    println!("\nresident at the end: {} MB", resident());
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
fn resident() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or_else(|| "?".to_owned(), |kilobytes| format!("{:.0}", kilobytes / 1024.0))
}
