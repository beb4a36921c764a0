//! How good similarity recall is, on the labelled questions, and how fast, on many synthetic pairs:
//! `cargo bench -p kolibri-core --bench recall`, or `make bench` for everything. See `docs/recall.md`.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]
#![allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "random numbers, cut to size")]

mod fit;
mod labelled;
mod speed;
mod synthetic;
mod texts;

use kolibri_core::recall::RecallConfig;
use labelled::{Asked, Tally, ask_all};
use speed::Speed;

/// What the program allocates with.
#[global_allocator]
static GLOBAL: mimalloc::MiMalloc = mimalloc::MiMalloc;

const KINDS: [&str; 5] = ["rephrased", "misspelt", "reordered", "near-miss", "unrelated"];
const LANGUAGES: [&str; 2] = ["en", "ru"];
const SIZES: [&str; 2] = ["10000", "100000"];

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["fit", sets] => return fit::run(sets.as_ref(), None).await,
        ["fit", sets, model] => return fit::run(sets.as_ref(), Some(model.as_ref())).await,
        ["speed", ref what @ ..] => return Speed::of(what).measure().await,
        // What `speed` starts.
        ["opened", directory] => return speed::opened(directory.as_ref(), None),
        ["opened", directory, model] => return speed::opened(directory.as_ref(), Some(model)),
        _ => {}
    }
    let directory = tempfile::tempdir().unwrap();
    let asked = ask_all(directory.path(), RecallConfig::default()).await;
    let split = |name: &str| asked.iter().filter(|asked| asked.question.split == name).collect::<Vec<_>>();
    thresholds(&split("tune"));
    for name in ["tune", "held-out"] {
        quality(name, &split(name));
    }
    Speed::of(&SIZES).measure().await;
}

fn thresholds(tune: &[&Asked]) {
    println!("Least probability, on tune\n");
    println!("{:>9}{HEADINGS}", "");
    for step in 0..=10 {
        let threshold = 0.4 + 0.05 * step as f32;
        row(&format!("{threshold:>9.2}"), Tally::at(threshold, tune.iter().copied()));
    }
}

fn quality(name: &str, asked: &[&Asked]) {
    println!("\nQuality, {name}\n\n{:20}{HEADINGS}", "");
    let part = |kind: Option<&str>, language: Option<&str>| {
        Tally::of(asked.iter().copied().filter(|asked| {
            kind.is_none_or(|kind| asked.question.kind == kind)
                && language.is_none_or(|language| asked.question.language() == language)
        }))
    };
    for kind in KINDS {
        for language in LANGUAGES {
            row(&format!("{kind:12}{language:8}"), part(Some(kind), Some(language)));
        }
    }
    for language in LANGUAGES {
        row(&format!("{:12}{language:8}", "all"), part(None, Some(language)));
    }
    row(&format!("{:20}", "all"), part(None, None));
}

const HEADINGS: &str = "   asked  answered  right  wrong  missed  precision  recall     F1";

fn row(label: &str, tally: Tally) {
    let Tally { asked, with_answer, answered, right } = tally;
    let (wrong, missed) = (answered - right, with_answer - right);
    // Questions without an answer have no recall, and any answer to them is wrong.
    let ratio = |ratio: f64| if with_answer == 0 { "-".to_owned() } else { format!("{ratio:.3}") };
    println!(
        "{label}{asked:8}{answered:10}{right:7}{wrong:7}{missed:8}{:>11}{:>8}{:>7}",
        ratio(tally.precision()),
        ratio(tally.recall()),
        ratio(tally.f1())
    );
}
