//! Fits the judge on public questions, and shows how good it is with them:
//! `cargo bench -p kolibri-core --bench recall -- fit DIRECTORY [MODEL]`.
//!
//! The directory holds one file of JSON lines per data set: `{"s": "teach" | "tune" | "test", "q": text, "a": answer}`,
//! where the answer is a name, several names, or null if nothing that is taught answers it. A line of `teach` has the
//! rank `k` of its wording within its answer. Coefficients and thresholds come from the tune lines; every data set
//! counts the same, however many lines it has.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use kolibri_core::recall::{Considered, Evidence, FEATURES, Model, RecallConfig};
use kolibri_encoder::Encoder;
use serde::Deserialize;
use serde_json::Value;

use super::labelled;

/// How many wordings of each answer are taught, in turn, if a set has that many.
const WORDINGS: [u64; 3] = [1, 3, 10];
/// The most answers of a question that are looked at.
const ANSWERS: usize = 3;
const COUNT: usize = FEATURES.len();

#[derive(Deserialize)]
struct Line {
    s: String,
    q: String,
    a: Value,
    #[serde(default)]
    k: u64,
}

/// A question of a set, and the answers that were considered, the most probable first.
struct Asked {
    tune: bool,
    answerable: bool,
    answers: Vec<(Evidence, bool)>,
}

/// A data set with a number of wordings taught.
struct Round {
    russian: bool,
    weight: f64,
    asked: Vec<Asked>,
}

pub(crate) async fn run(directory: &Path, model: Option<&Path>) {
    let model = model.map(|file| read_model(file) as Arc<dyn Model>);
    let mut rounds = Vec::new();
    let mut files: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<Line> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let most = lines.iter().map(|line| line.k).max().unwrap_or(0);
        let taught = match most {
            10 => WORDINGS.to_vec(),
            _ => vec![most],
        };
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        for wordings in &taught {
            let asked = ask(&lines, *wordings, model.clone()).await;
            let weight = 1.0 / taught.len() as f64;
            let russian = name.starts_with("ru-");
            rounds.push(Round { russian, weight, asked });
            eprintln!("asked {name} with {wordings} wordings");
        }
    }
    let sets = |russian: bool| {
        rounds.iter().filter(|round| round.russian == russian).map(|round| round.weight).sum::<f64>()
    };
    let (english, russian) = (sets(false), sets(true));
    rounds.iter_mut().for_each(|round| round.weight /= if round.russian { russian } else { english });
    report(&rounds);
}

/// The encoder in a file. It lives as long as the program.
pub(crate) fn read_model(file: &Path) -> Arc<Encoder> {
    Arc::new(Encoder::new(Box::leak(std::fs::read(file).unwrap().into_boxed_slice())).unwrap())
}

async fn ask(lines: &[Line], wordings: u64, model: Option<Arc<dyn Model>>) -> Vec<Asked> {
    let directory = tempfile::tempdir().unwrap();
    let node = labelled::open(
        directory.path(),
        RecallConfig { model: model.ok_or_else(String::new), ..RecallConfig::default() },
    );
    let taught = lines.iter().filter(|line| line.s == "teach" && line.k <= wordings);
    labelled::teach(&node, taught.map(|line| (line.q.clone(), line.a.as_str().unwrap().to_owned()))).await;
    let answers = answers(&node);
    let asked = lines.iter().filter(|line| line.s != "teach").map(|line| {
        let right = |block: u64| answers.get(&block).is_some_and(|answer| is_right(&line.a, answer));
        let considered = node.consider(&line.q).into_iter().take(ANSWERS);
        let answers = considered.map(|Considered { block, evidence, .. }| (evidence, right(block))).collect();
        Asked { tune: line.s == "tune", answerable: !line.a.is_null(), answers }
    });
    let asked = asked.collect();
    node.close();
    asked
}

/// The answer that each block teaches.
fn answers(node: &kolibri_core::Node) -> HashMap<u64, String> {
    let (mut answers, mut from) = (HashMap::new(), Some(0));
    while let Some(page) = from {
        let (associations, next) = node.reader().associations(page, 1000).unwrap();
        answers.extend(associations.into_iter().map(|found| (found.source.index, found.teach.response)));
        from = next;
    }
    answers
}

fn is_right(expected: &Value, answer: &str) -> bool {
    match expected {
        Value::String(expected) => expected == answer,
        Value::Array(several) => several.iter().any(|expected| expected == answer),
        _ => false,
    }
}

fn features(evidence: &Evidence) -> [f64; COUNT] {
    evidence.features().map(f64::from)
}

fn report(rounds: &[Round]) {
    let mut samples = Vec::new();
    for round in rounds {
        let tune: Vec<_> =
            round.asked.iter().filter(|asked| asked.tune).flat_map(|asked| &asked.answers).collect();
        let weight = round.weight / tune.len() as f64;
        samples.extend(
            tune.into_iter()
                .filter(|(evidence, _)| !evidence.conflicting)
                .map(|(evidence, right)| (features(evidence), f64::from(u8::from(*right)), weight)),
        );
    }
    let coefficients = regress(&samples);
    for (name, coefficient) in FEATURES.iter().zip(coefficients) {
        println!("{coefficient:9.3}  {name}");
    }
    let probability = |evidence: &Evidence| match evidence.conflicting {
        true => 0.0,
        false => logistic(&coefficients, &features(evidence)),
    };
    println!("\nBy the least probability of an answer; precision counts questions without an answer\n");
    println!("         English: right  wrong  out of scope  among 3  precision (tune) | Russian: the same");
    for hundredths in (54..=96).step_by(2) {
        let least = f64::from(hundredths) / 100.0;
        let language = |russian: bool| {
            let of = |tune: bool, pick: fn(Figures) -> f64| {
                let chosen = rounds.iter().filter(|round| round.russian == russian);
                let all = chosen.map(|round| pick(Figures::of(round, tune, least, probability)));
                let all: Vec<f64> = all.filter(|value| !value.is_nan()).collect();
                all.iter().sum::<f64>() / all.len() as f64
            };
            format!(
                "{:.3}  {:.3}  {:12.3}  {:7.3}  {:9.3} ({:.3})",
                of(false, |figures| figures.right),
                of(false, |figures| figures.wrong),
                of(false, |figures| figures.out_of_scope),
                of(false, |figures| figures.among),
                of(false, |figures| figures.precision),
                of(true, |figures| figures.precision),
            )
        };
        println!("{least:7.2}  {:8} {} | {}", "", language(false), language(true));
    }
}

#[derive(Clone, Copy)]
struct Figures {
    right: f64,
    wrong: f64,
    out_of_scope: f64,
    among: f64,
    precision: f64,
}

impl Figures {
    fn of(round: &Round, tune: bool, least: f64, probability: impl Fn(&Evidence) -> f64) -> Self {
        let (mut asked, mut out, mut right, mut wrong, mut out_answered, mut among) =
            (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for question in round.asked.iter().filter(|question| question.tune == tune) {
            let best = question
                .answers
                .iter()
                .map(|(evidence, right)| (probability(evidence), *right))
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let given = best.filter(|(probability, _)| *probability >= least);
            match (question.answerable, given) {
                (true, Some((_, true))) => right += 1.0,
                (true, Some((_, false))) => wrong += 1.0,
                (false, Some(_)) => out_answered += 1.0,
                (_, None) => {}
            }
            *(if question.answerable { &mut asked } else { &mut out }) += 1.0;
            among += f64::from(u8::from(
                given.map_or_else(|| question.answers.iter().any(|(_, right)| *right), |(_, right)| right),
            ));
        }
        let precision = right / (right + wrong + out_answered);
        Self {
            right: right / asked,
            wrong: wrong / asked,
            out_of_scope: out_answered / out,
            among: among / asked,
            precision,
        }
    }
}

fn logistic(coefficients: &[f64; COUNT], features: &[f64; COUNT]) -> f64 {
    1.0 / (1.0 + (-dot(coefficients, features)).exp())
}

fn dot(a: &[f64; COUNT], b: &[f64; COUNT]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A logistic regression by Newton's method, with a ridge that keeps what does not vary at 0.
fn regress(samples: &[([f64; COUNT], f64, f64)]) -> [f64; COUNT] {
    const RIDGE: f64 = 1e-5;
    let mut coefficients = [0.0; COUNT];
    for _ in 0..50 {
        let (mut gradient, mut hessian) = ([0.0; COUNT], [[0.0; COUNT]; COUNT]);
        for (features, right, weight) in samples {
            let p = logistic(&coefficients, features);
            for i in 0..COUNT {
                gradient[i] += weight * (right - p) * features[i];
                for j in 0..COUNT {
                    hessian[i][j] += weight * p * (1.0 - p) * features[i] * features[j];
                }
            }
        }
        for i in 0..COUNT {
            gradient[i] -= RIDGE * coefficients[i];
            hessian[i][i] += RIDGE;
        }
        let step = solve(hessian, gradient);
        coefficients.iter_mut().zip(step).for_each(|(coefficient, step)| *coefficient += step);
    }
    coefficients
}

/// Solves `matrix * x = vector` by elimination; the matrix is positive definite.
fn solve(mut matrix: [[f64; COUNT]; COUNT], mut vector: [f64; COUNT]) -> [f64; COUNT] {
    for i in 0..COUNT {
        for below in i + 1..COUNT {
            let factor = matrix[below][i] / matrix[i][i];
            let above = matrix[i];
            matrix[below].iter_mut().zip(above).skip(i).for_each(|(value, above)| *value -= factor * above);
            vector[below] -= factor * vector[i];
        }
    }
    for i in (0..COUNT).rev() {
        let rest: f64 = (i + 1..COUNT).map(|j| matrix[i][j] * vector[j]).sum();
        vector[i] = (vector[i] - rest) / matrix[i][i];
    }
    vector
}
