//! What the speed is measured with: pairs to teach, and questions that were not taught word for word.

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;

use super::synthetic::Generator;

/// How many wordings of each answer are taught, on average, where the set does not say.
const WORDINGS: usize = 3;

pub(crate) struct Texts {
    /// Where they come from, in words.
    pub(crate) origin: String,
    /// Stimuli and responses.
    pub(crate) pairs: Vec<(String, String)>,
    pub(crate) questions: Vec<String>,
}

/// A line of a public set, as `fit` reads them.
#[derive(Deserialize)]
struct Line {
    s: String,
    q: String,
}

impl Texts {
    /// Pairs by chance, and rephrasings of them.
    pub(crate) fn synthetic(size: usize, questions: usize) -> Self {
        let mut generator = Generator::new();
        let stimuli = generator.distinct(size);
        let questions = (0..questions)
            .map(|_| {
                let stimulus = &stimuli[generator.below(size)];
                generator.rephrased(stimulus)
            })
            .collect();
        let pairs = stimuli.into_iter().map(|stimulus| (stimulus.clone(), format!("answer to {stimulus}")));
        Self { origin: format!("{size} synthetic pairs"), pairs: pairs.collect(), questions }
    }

    /// Pairs of public sets. Where there are fewer than wanted, two are joined, or a word is exchanged for one of
    /// another. The questions are those that the sets ask.
    pub(crate) fn real(files: &[&Path], size: usize, questions: usize) -> Self {
        let (taught, mut asked): (Vec<Line>, Vec<Line>) =
            files.iter().flat_map(|file| read(file)).partition(|line| line.s == "teach");
        let mut generator = Generator::new();
        let mut seen = HashSet::new();
        let mut stimuli: Vec<String> = taught.into_iter().map(|line| line.q).collect();
        stimuli.retain(|stimulus| seen.insert(stimulus.clone()));
        let whole = stimuli.len();
        while stimuli.len() < size {
            let [one, other] = [(); 2].map(|()| &stimuli[generator.below(whole)]);
            let stimulus = match generator.below(2) {
                0 => format!("{one}, {other}"),
                _ => exchanged(one, other, &mut generator),
            };
            if seen.insert(stimulus.clone()) {
                stimuli.push(stimulus);
            }
        }
        stimuli.truncate(size);
        asked.retain(|line| !seen.contains(&line.q));
        let questions = (0..questions).map(|_| asked[generator.below(asked.len())].q.clone()).collect();
        let real = whole.min(size);
        let origin = format!("{real} real questions, and {} made of two of them", size - real);
        let answer = |at: usize| format!("The answer to this is number {}.", at / WORDINGS);
        let pairs = stimuli.into_iter().enumerate().map(|(at, stimulus)| (stimulus, answer(at)));
        Self { origin, pairs: pairs.collect(), questions }
    }
}

/// `one`, with a word of `other` in the place of one of its own.
fn exchanged(one: &str, other: &str, generator: &mut Generator) -> String {
    let mut words: Vec<&str> = one.split(' ').collect();
    let others: Vec<&str> = other.split(' ').collect();
    let at = generator.below(words.len());
    words[at] = others[generator.below(others.len())];
    words.join(" ")
}

fn read(file: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
