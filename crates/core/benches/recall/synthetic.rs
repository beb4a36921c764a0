//! Synthetic pairs: short questions in Russian and English from a seeded generator, with word frequencies as uneven
//! as people's.

use std::collections::HashSet;

/// Subject words of each language.
const VOCABULARY: usize = 20_000;

/// Generates the same texts on every run.
pub(crate) struct Generator {
    state: u64,
    languages: [Language; 2],
}

struct Language {
    frames: &'static [&'static str],
    words: Vec<String>,
    courtesy: &'static str,
}

impl Generator {
    pub(crate) fn new() -> Self {
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

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// A rank among `VOCABULARY` words: each twice as rare as the one of half its rank.
    fn rank(&mut self) -> usize {
        let uniform = self.next() as f64 / u64::MAX as f64;
        ((VOCABULARY as f64).powf(uniform) as usize - 1).min(VOCABULARY - 1)
    }

    pub(crate) fn distinct(&mut self, size: usize) -> Vec<String> {
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
    pub(crate) fn rephrased(&mut self, stimulus: &str) -> String {
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
