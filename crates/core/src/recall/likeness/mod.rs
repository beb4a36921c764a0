//! How similar a question and a taught stimulus are, from 0 (nothing in common) to 1 (the same words).
//!
//! Both are sets of words. The rarer a word is among the stimuli, the more it weighs; common words weigh
//! little, numbers and symbols double. A word is matched if the other side has it in any form, or has one that
//! may be the same word (`alike`).
//!
//! `likeness = shared / (matched + REPLACED * replaced + ADDED * added)`
//!
//! `matched` is the weight of the matched words, and `shared` the part of it that is really the same. What
//! remains on both sides was *replaced*: one subject by another, which makes it a different question. What
//! remains on one side only was *added* (or left out), which usually does not. So `replaced` is the lighter
//! of the two remainders, and `added` is how much heavier the other one is. Common words are never replaced,
//! only added, unless there is nothing else, or they are question words that ask for different things. The
//! same holds for symbols that are often decoration, unless one takes the place of another.
//!
//! Neither word order nor which side is the question matters. Unlike a raw BM25 score this has a fixed range,
//! so one threshold works for every genome.

mod alike;
mod difference;

use std::collections::HashMap;

use crate::text::{Asks, Class, Kind, Term};
pub(super) use alike::is_compound;
use alike::{Matched, matches};
use difference::Differences;
pub(super) use difference::Exchanged;

/// The weight of a common word, relative to another word that is equally rare.
const COMMON_WEIGHT: f32 = 0.1;
/// The weight of a word with a digit, or of a symbol, relative to another word: numbers, versions, error codes
/// and operators name one thing only.
const NAME_WEIGHT: f32 = 2.0;
/// How much a replaced word counts: a different subject makes a different question, however long the rest is.
const REPLACED: f32 = 2.0;
/// How much an added word counts: people explain themselves, and leave out what is clear to them.
const ADDED: f32 = 0.25;
/// The most words of a text that are compared. Both texts may be long, and every word is compared with every
/// other.
pub(super) const COMPARED_TERMS: usize = 100;

/// The weights of terms among the stimuli of one genome.
pub(super) struct Weights<'text, F> {
    documents_with: F,
    documents: u64,
    known: HashMap<&'text str, u64>,
    is_word: &'text dyn Fn(&str) -> bool,
}

impl<'text, F: Fn(&str) -> u64> Weights<'text, F> {
    /// Weights for `documents` stimuli; `documents_with` counts those that contain a stem.
    pub(super) fn new(documents_with: F, documents: u64) -> Self {
        Self { documents_with, documents, known: HashMap::new(), is_word: &|_| false }
    }

    /// With something that tells words from misspelt ones: two of them are never taken for each other.
    pub(super) fn with_words(self, is_word: &'text dyn Fn(&str) -> bool) -> Self {
        Self { is_word, ..self }
    }

    fn holding(&mut self, term: &'text Term) -> u64 {
        *self.known.entry(&term.stem).or_insert_with(|| (self.documents_with)(&term.stem))
    }

    fn rarity(&mut self, term: &'text Term) -> f32 {
        let holding = self.holding(term);
        let rarity = 1.0 + (1.0 + self.documents as f32 / (1 + holding) as f32).ln();
        match term.kind {
            Kind::Number | Kind::Symbol(_) => rarity * NAME_WEIGHT,
            Kind::Word | Kind::Gram => rarity,
        }
    }

    /// What part of a text's weight each of its words has.
    pub(super) fn shares(&mut self, text: &[&'text Term]) -> Vec<Share> {
        let text = &text[..text.len().min(COMPARED_TERMS)];
        let no_subject = text.iter().all(|term| term.common);
        let weight = |weights: &mut Self, term: &'text Term| {
            weights.rarity(term) * if term.common && !no_subject { COMMON_WEIGHT } else { 1.0 }
        };
        let all: Vec<f32> = text.iter().map(|term| weight(self, term)).collect();
        let whole = all.iter().sum::<f32>().max(f32::MIN_POSITIVE);
        let share = |(term, weight): (&&'text Term, f32)| Share {
            weight: weight / whole,
            known: self.holding(term) > 0,
        };
        text.iter().zip(all).map(share).collect()
    }
}

/// A word's part of a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Share {
    /// 0 to 1; those of all words add up to 1.
    pub(super) weight: f32,
    /// Whether any stimulus contains the word.
    pub(super) known: bool,
}

/// A question, compared with a stimulus.
#[derive(Debug)]
pub(super) struct Comparison {
    /// 0 to 1.
    pub(super) likeness: f32,
    /// Whether both ask for something, and for different things, such as who and how much.
    pub(super) other_wanted: bool,
    /// How well the stimulus matches each term of the question; of a long question, the first terms.
    pub(super) in_stimulus: Vec<Matched>,
    /// The word that stands in the place of another, if nothing else tells the two apart.
    pub(super) exchanged: Option<Exchanged>,
}

/// Compares a question and a stimulus.
pub(super) fn compare<'text, F: Fn(&str) -> u64>(
    question: &[&'text Term],
    stimulus: &[&'text Term],
    weights: &mut Weights<'text, F>,
) -> Comparison {
    let question = &question[..question.len().min(COMPARED_TERMS)];
    let stimulus = &stimulus[..stimulus.len().min(COMPARED_TERMS)];
    let (in_stimulus, in_question) = matches(question, stimulus, weights);
    let other_wanted = want_different_things(question, stimulus);
    let replaced = replaced_classes((question, &in_stimulus), (stimulus, &in_question));
    let sides = [(question, &in_stimulus), (stimulus, &in_question)];
    let is_common = |(term, matched): (&&Term, &Matched)| term.common || matched.common;
    let no_subject = sides.iter().all(|(side, matches)| side.iter().zip(matches.iter()).all(is_common));
    // Double precision, so that the weights do not affect the score if all words are equally similar.
    let (mut shared, mut matched, mut light, mut left) = (0.0f64, 0.0, 0.0, [0.0f64, 0.0]);
    let mut differences = Differences::default();
    for (which, ((side, matches), left)) in sides.iter().zip(&mut left).enumerate() {
        for (at, (term, found)) in side.iter().zip(matches.iter()).enumerate() {
            let tells_apart = match term.kind {
                Kind::Symbol(class) => replaced.contains(&class),
                _ => other_wanted && term.asks.is_some(),
            };
            let is_light = is_common((term, found)) && !no_subject && !tells_apart;
            let weight = f64::from(weights.rarity(term) * if is_light { COMMON_WEIGHT } else { 1.0 });
            let alike = f64::from(found.alike);
            differences.see(which, at, is_light, found.alike > 0.0);
            match (alike > 0.0, is_light) {
                // Half, because the other side's match counts too.
                (true, _) => (shared, matched) = (shared + alike * weight / 2.0, matched + weight / 2.0),
                (false, true) => light += weight,
                (false, false) => *left += weight,
            }
        }
    }
    let [one, other] = left;
    let (replaced, added) = (one.min(other), (one - other).abs() + light);
    let whole = matched + f64::from(REPLACED) * replaced + f64::from(ADDED) * added;
    #[expect(clippy::cast_possible_truncation, reason = "a likeness is 0 to 1; f32 is finer than it means")]
    let likeness = if whole > 0.0 { (shared / whole) as f32 } else { 0.0 };
    let exchanged = differences.exchanged(question, stimulus);
    Comparison { likeness, other_wanted, in_stimulus, exchanged }
}

/// Whether both ask for something, and for different things: instructions do not answer `who restarts it`.
fn want_different_things(one: &[&Term], other: &[&Term]) -> bool {
    let asked = |terms: &[&Term]| terms.iter().filter_map(|term| term.asks).collect::<Vec<Asks>>();
    let (one, other) = (asked(one), asked(other));
    !one.is_empty() && !other.is_empty() && !one.iter().any(|wanted| other.contains(wanted))
}

/// The classes of which both sides have symbols that the other lacks.
fn replaced_classes(one: (&[&Term], &[Matched]), other: (&[&Term], &[Matched])) -> Vec<Class> {
    let unmatched = |(terms, matches): (&[&Term], &[Matched])| -> Vec<Class> {
        let lacking = terms.iter().zip(matches).filter(|(_, matched)| matched.alike == 0.0);
        lacking
            .filter_map(|(term, _)| if let Kind::Symbol(class) = term.kind { Some(class) } else { None })
            .collect()
    };
    let other = unmatched(other);
    unmatched(one).into_iter().filter(|class| other.contains(class)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::terms;
    use proptest::prelude::*;

    /// What is enough for a drill.
    const THRESHOLD: f32 = 0.75;

    fn likeness(one: &[Term], other: &[Term], holding: impl Fn(&str) -> u64, documents: u64) -> f32 {
        let (one, other): (Vec<&Term>, Vec<&Term>) = (one.iter().collect(), other.iter().collect());
        compare(&one, &other, &mut Weights::new(holding, documents)).likeness
    }

    /// The likeness in a genome of ten stimuli whose words are those of `stimulus`.
    fn like(question: &str, stimulus: &str) -> f32 {
        let taught = terms(stimulus);
        let holding = |stem: &str| u64::from(taught.iter().any(|term| term.stem == stem));
        likeness(&terms(question), &taught, holding, 10)
    }

    #[track_caller]
    fn assert_answers(question: &str, stimulus: &str) {
        let score = like(question, stimulus);
        assert!((THRESHOLD..=1.0).contains(&score), "{question} / {stimulus}: {score}");
    }

    #[track_caller]
    fn assert_does_not_answer(question: &str, stimulus: &str) {
        let score = like(question, stimulus);
        assert!((0.0..THRESHOLD).contains(&score), "{question} / {stimulus}: {score}");
    }

    #[test]
    fn word_order_and_inflection_do_not_matter() {
        assert_eq!(like("restart the payment service", "the payment services: restarting"), 1.0);
        assert_eq!(like("перезапустить сервис оплаты", "сервисы оплаты перезапустить"), 1.0);
    }

    #[test]
    fn misspelt_words_are_nearly_the_words() {
        assert!(like("how to restrat the databse", "how to restart the database") < 1.0);
        assert_answers("how to restrat the databse", "how to restart the database");
        assert_answers("как перезапустить сервис автаризации", "как перезапустить сервис авторизации");
    }

    #[test]
    fn a_slip_in_the_ending_does_not_hide_the_word() {
        assert_answers("how do I turn off notificatons", "turn off notification");
    }

    #[test]
    fn words_that_begin_differently_are_not_misspellings() {
        assert_does_not_answer("import the invoices", "export the invoices");
        assert_does_not_answer("uninstall the agent", "install the agent");
    }

    #[test]
    fn words_that_are_both_known_are_two_words() {
        let (question, stimulus) = (terms("where is the contact form"), terms("where is the contract form"));
        let like = |known: &[&str]| {
            let holding = |stem: &str| u64::from(known.contains(&stem));
            likeness(&question, &stimulus, holding, 10)
        };
        assert!(like(&["contract", "form"]) > THRESHOLD);
        assert!(like(&["contract", "contact", "form"]) < THRESHOLD);
    }

    #[test]
    fn clipped_and_derived_words_are_nearly_the_words() {
        assert_answers("roll back a prod deploy", "roll back a production deploy");
        assert_answers("оформление отпуска", "как оформить отпуск");
    }

    #[test]
    fn loanwords_may_be_written_in_cyrillic() {
        assert_answers("как откатить деплой", "как откатить deploy");
    }

    #[test]
    fn compounds_may_be_written_apart() {
        assert_answers("health check failed", "healthcheck failed");
        assert_answers("error E1207", "error E-1207");
    }

    #[test]
    fn another_number_is_another_thing() {
        assert_does_not_answer("error 5031 in the payment logs", "error 5032 in the payment logs");
        assert_does_not_answer("changes in 4.0.2", "changes in 4.2.0");
    }

    #[test]
    fn a_replaced_subject_is_another_question() {
        assert_does_not_answer("how do i cook the pasta", "how do i restart the server");
        assert_does_not_answer("how do i restart the search service", "how do i restart the payment service");
        assert_does_not_answer("потерял ноутбук", "потерял пропуск");
    }

    #[test]
    fn added_words_leave_it_the_same_question() {
        assert_answers(
            "hi, the search service is stuck, how can I restart it?",
            "how do I restart the search service",
        );
        assert_answers("подскажите, где найти график дежурств", "график дежурств");
    }

    #[test]
    fn another_question_word_asks_for_another_thing() {
        assert_does_not_answer("who restarts the server", "how do I restart the server");
        assert_does_not_answer("когда деплоить", "кто деплоит");
        assert_answers("where is the report", "how do I find the report");
    }

    /// The likeness of a question to two taught stimuli.
    fn likes(question: &str, one: &str, other: &str) -> (f32, f32) {
        let (taught_one, taught_other) = (terms(one), terms(other));
        let holding = |stem: &str| {
            [&taught_one, &taught_other]
                .into_iter()
                .filter(|taught| taught.iter().any(|term| term.stem == stem))
                .count() as u64
        };
        let question = terms(question);
        (likeness(&question, &taught_one, holding, 10), likeness(&question, &taught_other, holding, 10))
    }

    #[test]
    fn the_exact_twin_is_nearer() {
        let cases = [
            ("what is c++", "What is C++?", "What is C#?"),
            ("does a == b hold", "Does a == b hold?", "Does a === b hold?"),
            ("price in €", "Price in €?", "Price in $?"),
            ("chmod +x", "chmod +x", "chmod -x"),
            ("blood type A", "Blood type A", "Blood type A-"),
            ("what does 👍 mean", "What does 👍 mean?", "What does 👎 mean?"),
            ("room 2/12", "Room 2/12", "Room 212"),
            ("exit code -1", "Exit code -1", "Exit code 1"),
            ("what is +1", "What is +1?", "What is 1?"),
            ("what is 1", "What is 1?", "What is +1?"),
            ("UTC-3", "UTC-3", "UTC+3"),
            ("a 5 GB plan", "a 5 GB plan", "a 5 MB plan"),
            ("was heißt schon", "Was heißt schon?", "Was heißt schön?"),
            ("was heißt schön", "Was heißt schön?", "Was heißt schon?"),
            ("qu'est-ce que péché", "Qu'est-ce que péché ?", "Qu'est-ce que pêche ?"),
            ("sữa là gì", "Sữa là gì?", "Sửa là gì?"),
            ("где осёл", "Где осёл?", "Где осел?"),
            ("怎么打开通知", "如何打开通知", "如何关闭通知"),
        ];
        for (question, twin, other) in cases {
            let (near, far) = likes(question, twin, other);
            assert!(near > far && near > 0.98, "{question}: {twin} {near}, {other} {far}");
        }
    }

    #[test]
    fn a_question_that_does_not_say_which_is_as_near_to_both_twins() {
        let cases = [
            ("what is c", "What is C++?", "What is C##?"),
            ("the price", "The price in €?", "The price in $?"),
            (
                "what does it mean in a review",
                "What does 👍 mean in a review?",
                "What does 👎 mean in a review?",
            ),
            ("what is peche", "What is péché?", "What is pêche?"),
            ("the code", "The code E-42", "The code E-43"),
            ("что за чаек", "Что за чаёк?", "Что за чаёк"),
        ];
        for (question, one, other) in cases {
            let (near, far) = likes(question, one, other);
            assert!((near - far).abs() < 1e-6, "{question}: {one} {near}, {other} {far}");
        }
    }

    #[test]
    fn marks_that_are_left_out_cost_next_to_nothing() {
        for (question, stimulus) in [
            ("cat costa cazarea in camin", "cât costă cazarea în cămin"),
            ("doi mat khau", "đổi mật khẩu"),
            ("ou est le cafe", "où est le café"),
            ("fuer die Tuer", "für die Tür"),
            ("strasse", "Straße"),
            ("اعيد تعيين", "أُعيد تعيين"),
            ("еще счет", "ещё счёт"),
            ("замок", "за\u{301}мок"),
        ] {
            let score = like(question, stimulus);
            assert!((0.98..1.0).contains(&score), "{question} / {stimulus}: {score}");
        }
    }

    #[test]
    fn a_word_may_be_typed_in_another_alphabet_that_looks_the_same() {
        assert_answers("тариф MTC", "тариф МТС");
        assert_answers("что такое С++", "что такое C++");
        assert_answers("cервер", "сервер");
    }

    #[test]
    fn other_marks_are_another_word() {
        assert_does_not_answer("péché", "pêche");
        assert_does_not_answer("sửa", "sữa");
    }

    #[test]
    fn common_words_are_corrected() {
        assert_answers("Help mee", "Help me");
        assert_answers("hlep me", "Help me");
        assert_answers("hwo are yuo", "How are you");
        assert_answers("thnak you", "Thank you");
        assert_answers("hwo do I restart teh server", "how do I restart the server");
        assert_answers("пожалуста, помогите", "Пожалуйста, помогите");
        assert_answers("скжите, гдее это", "Скажите, где это");
    }

    #[test]
    fn a_word_that_differs_from_a_common_one_in_a_letter_is_another() {
        assert_does_not_answer("the cat", "the can");
        assert_does_not_answer("buy a hat", "buy what");
        assert_does_not_answer("кот", "кто");
    }

    #[test]
    fn numbers_are_no_compounds() {
        assert_does_not_answer("room 115", "room 1 15");
        assert_does_not_answer("room 212", "room 2 12");
        assert_answers("a 5m rope", "a 5 m rope");
    }

    #[test]
    fn a_unit_has_many_names() {
        assert_eq!(like("за 1000 рублей", "за 1 000 ₽"), 1.0);
        assert_eq!(like("5 gigabytes", "5 ГБ"), 1.0);
        assert_eq!(like("10 percent", "10%"), 1.0);
        assert_does_not_answer("5 MB", "5 ГБ");
    }

    #[test]
    fn decoration_costs_little() {
        for question in [
            "restart it 🙏",
            "restart it :)",
            "restart it -- please",
            "restart it!!!",
            "• restart it",
            "*restart* it",
        ] {
            let score = like(question, "restart it");
            assert!(score > 0.9, "{question}: {score}");
        }
    }

    #[test]
    fn nothing_is_like_a_text_without_words() {
        assert_eq!(like("?!", "?!"), 0.0);
        assert_eq!(like("restart", "…"), 0.0);
    }

    proptest! {
        #[test]
        fn likeness_is_symmetric_and_within_its_range(one in ".{0,40}", other in ".{0,40}") {
            let like = |one: &str, other: &str| likeness(&terms(one), &terms(other), |_| 1, 10);
            let (there, back) = (like(&one, &other), like(&other, &one));
            prop_assert!((0.0..=1.0).contains(&there));
            prop_assert!((there - back).abs() < 1e-5);
        }

        /// Drills rely on this (ADR 0007): single-precision sums were sometimes off by a millionth.
        #[test]
        fn the_weights_of_words_do_not_show_when_all_are_equally_similar(
            holding in prop::collection::vec(1..1_000_000u64, 9), documents in 0..1_000_000u64
        ) {
            let stimulus = "analysis coverage accounts anywhere articles attitude absolute academic struggle";
            let taught = terms(stimulus);
            let held = |stem: &str| {
                taught.iter().zip(&holding).find(|(term, _)| term.stem == stem).map_or(0, |(_, held)| *held)
            };
            let slipped: Vec<String> =
                stimulus.split(' ').map(|word| format!("{}{}{}{}", &word[..3], &word[4..5], &word[3..4], &word[5..])).collect();
            prop_assert_eq!(likeness(&terms(&slipped.join(" ")), &taught, held, documents), 0.875);
        }

        #[test]
        fn the_same_words_are_wholly_alike(words in prop::collection::vec("[a-zа-я0-9]{1,9}", 1..12)) {
            let score = like(&words.join(" "), &words.join(" "));
            prop_assert!((score - 1.0).abs() < 1e-5);
        }
    }
}
