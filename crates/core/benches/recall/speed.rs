//! How fast similar questions are answered and stimuli indexed, among many pairs. The pairs are synthetic:
//! short questions in Russian and English from a seeded generator, with word frequencies as uneven as
//! people's.

use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, Instant};

use kolibri_core::trace::TraceId;

use super::labelled::{open, teach, until_indexed};

/// Questions that are timed at each size, unless the time runs out first.
const QUESTIONS: usize = 2_000;
const TIME: Duration = Duration::from_secs(20);
/// Subject words of each language.
const VOCABULARY: usize = 20_000;

pub(crate) async fn measure(sizes: &[usize]) {
    println!("\nSpeed, one question at a time\n");
    println!("   pairs  teaching/s  indexing/s  questions  right  p50 ms  p99 ms  slowest ms");
    for size in sizes {
        let directory = tempfile::tempdir().unwrap();
        measure_at(*size, directory.path()).await;
    }
}

async fn measure_at(size: usize, directory: &Path) {
    eprintln!("  teaching {size} pairs ...");
    let stimuli = Generator::new().distinct(size);
    let node = open(directory);
    let started = Instant::now();
    teach(&node, stimuli.iter().map(|stimulus| (stimulus.clone(), format!("answer to {stimulus}")))).await;
    let teaching = size as f64 / started.elapsed().as_secs_f64();
    node.close();
    drop(node);

    eprintln!("  rebuilding the index ...");
    let started = Instant::now();
    let node = open(directory);
    until_indexed(&node);
    let indexing = size as f64 / started.elapsed().as_secs_f64();

    eprintln!("  asking ...");
    let mut generator = Generator::new();
    let (mut took, mut right, started) = (Vec::new(), 0, Instant::now());
    while took.len() < QUESTIONS && started.elapsed() < TIME {
        let stimulus = &stimuli[generator.below(stimuli.len())];
        let question = generator.rephrased(stimulus);
        let asked = Instant::now();
        let found = node.ask(TraceId::random(), question).await.unwrap();
        took.push(asked.elapsed().as_secs_f64() * 1e3);
        right += usize::from(found.answer.is_some_and(|answer| answer.teach.stimulus == *stimulus));
    }
    node.close();

    took.sort_by(f64::total_cmp);
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    println!(
        "{size:8}{teaching:12.0}{indexing:12.0}{:11}{:6.0}%{:8.2}{:8.2}{:12.2}",
        took.len(),
        100.0 * right as f64 / took.len() as f64,
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

/// Generates the same texts on every run.
struct Generator {
    state: u64,
    languages: [Language; 2],
}

struct Language {
    frames: &'static [&'static str],
    words: Vec<String>,
    courtesy: &'static str,
}

impl Generator {
    fn new() -> Self {
        let languages = [
            Language {
                frames: &[
                    "How do I * the * *?",
                    "Where is the * * of the *?",
                    "* * fails with *",
                    "Who can * a * for the *?",
                ],
                words: words(
                    ["b", "c", "d", "f", "l", "m", "n", "p", "r", "s", "st", "t", "tr"],
                    ["a", "e", "i", "o", "u"],
                    1,
                ),
                courtesy: "hi, could you please tell me:",
            },
            Language {
                frames: &[
                    "Как * * для *?",
                    "Где лежит * * из *?",
                    "не работает * * после *",
                    "Кто может * * и *?",
                ],
                words: words(
                    ["б", "в", "г", "д", "к", "л", "м", "н", "п", "р", "с", "ст", "т"],
                    ["а", "е", "и", "о", "у"],
                    2,
                ),
                courtesy: "подскажите, пожалуйста,",
            },
        ];
        Self { state: 1, languages }
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed(self.state)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// A rank among `VOCABULARY` words: each twice as rare as the one of half its rank.
    fn rank(&mut self) -> usize {
        let uniform = self.next() as f64 / u64::MAX as f64;
        ((VOCABULARY as f64).powf(uniform) as usize - 1).min(VOCABULARY - 1)
    }

    fn distinct(&mut self, size: usize) -> Vec<String> {
        let mut seen = HashSet::with_capacity(size);
        let mut stimuli = Vec::with_capacity(size);
        while stimuli.len() < size {
            let stimulus = self.stimulus();
            if seen.insert(stimulus.clone()) {
                stimuli.push(stimulus);
            }
        }
        stimuli
    }

    fn stimulus(&mut self) -> String {
        let language = self.below(2);
        let frames = self.languages[language].frames;
        let frame = frames[self.below(frames.len())];
        let mut parts = frame.split('*');
        let mut stimulus = parts.next().unwrap().to_owned();
        for part in parts {
            let rank = self.rank();
            stimulus += &self.languages[language].words[rank];
            stimulus += part;
        }
        // One in eight names a number: an error, a port, a version.
        if self.below(8) == 0 {
            stimulus += &format!(" {}", 100 + self.below(9_000));
        }
        stimulus
    }

    /// A stimulus in other words: with a polite beginning, in another order, or with a typing error in its
    /// longest word.
    fn rephrased(&mut self, stimulus: &str) -> String {
        let courtesy = self.languages
            [usize::from(!stimulus.contains(|letter: char| letter.is_ascii_lowercase()))]
        .courtesy;
        let mut words: Vec<String> = stimulus.split(' ').map(str::to_owned).collect();
        match self.below(3) {
            0 => words.insert(0, courtesy.to_owned()),
            1 => words.rotate_left(2),
            _ => {
                let longest = words.iter_mut().max_by_key(|word| word.chars().count()).unwrap();
                let mut letters: Vec<char> = longest.chars().collect();
                let at = 1 + self.state as usize % (letters.len() - 2);
                letters.swap(at, at + 1);
                *longest = letters.into_iter().collect();
            }
        }
        words.join(" ")
    }
}

/// Words of two to four syllables, in no alphabetical order.
fn words<const C: usize, const V: usize>(consonants: [&str; C], vowels: [&str; V], seed: u64) -> Vec<String> {
    let (mut seen, mut number) = (HashSet::new(), seed << 32);
    let mut words = Vec::with_capacity(VOCABULARY);
    while words.len() < VOCABULARY {
        number += 1;
        let mut random = mixed(number);
        let mut take = |limit: usize| {
            let taken = random as usize % limit;
            random /= limit as u64;
            taken
        };
        let mut word = String::new();
        for _ in 0..2 + take(3) {
            word += consonants[take(C)];
            word += vowels[take(V)];
        }
        word += consonants[take(C)];
        if seen.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

fn mixed(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
