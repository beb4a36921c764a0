//! Twins: two stimuli that differ only in a sign, a number, a letter or a unit. A question that has none of what tells
//! them apart leaves open which one it means.

use crate::text::{Kind, Term};

/// Whether a question leaves open which of two stimuli it means.
pub(super) fn leaves_open(question: &[Term], one: &[&Term], other: &[&Term]) -> bool {
    let (here, there) = (only_in(one, other), only_in(other, one));
    let are_twins = !here.is_empty() && !there.is_empty() && here.len() < one.len();
    let mut differences = here.into_iter().chain(there);
    are_twins
        && differences.all(|term| tells_apart(term) && !question.iter().any(|asked| is_same(asked, term)))
}

fn only_in<'terms>(one: &[&'terms Term], other: &[&Term]) -> Vec<&'terms Term> {
    one.iter().filter(|term| !other.iter().any(|same| same.stem == term.stem)).copied().collect()
}

/// Whether a word is one that tells twins apart, and nothing else.
fn tells_apart(term: &Term) -> bool {
    let letter = term.word.chars().count() == 1;
    matches!(term.kind, Kind::Number | Kind::Symbol(_))
        || term.unit.is_some()
        || term.spoken.is_some()
        || letter
}

fn is_same(one: &Term, other: &Term) -> bool {
    let unit = one.unit.is_some() && one.unit == other.unit;
    let number = one.spoken.zip(other.spoken).is_some_and(|(one, other)| one.value == other.value);
    one.stem == other.stem || unit || number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::terms;

    fn is_open(question: &str, one: &str, other: &str) -> bool {
        let (one, other) = (terms(one), terms(other));
        let (one, other): (Vec<&Term>, Vec<&Term>) = (one.iter().collect(), other.iter().collect());
        let open = leaves_open(&terms(question), &one, &other);
        assert_eq!(open, leaves_open(&terms(question), &other, &one), "{question}");
        open
    }

    #[test]
    fn a_question_without_what_tells_twins_apart_leaves_it_open() {
        for (question, one, other) in [
            ("what does chmod do", "What does chmod +x do?", "What does chmod -x do?"),
            ("what is the fee", "Fee in £", "Fee in ¥"),
            ("what does .ssh mean", "What does ~/.ssh mean?", "What does $/.ssh mean?"),
            ("pay five", "Pay 5 dollars", "Pay 5 euros"),
            ("restart the node", "Restart node 12", "Restart node 13"),
            ("the meaning of the mark", "What does ✅ mean?", "What does ❌ mean?"),
        ] {
            assert!(is_open(question, one, other), "{question}");
        }
    }

    #[test]
    fn a_question_that_says_which_does_not() {
        for (question, one, other) in [
            ("chmod +x", "What does chmod +x do?", "What does chmod -x do?"),
            ("the fee in pounds sterling", "Fee in £", "Fee in ¥"),
            ("restart node twelve", "Restart node 12", "Restart node 13"),
            ("how does C work", "How does C work?", "How does C++ work?"),
            ("restart the node", "Restart the node", "Restart the server"),
        ] {
            assert!(!is_open(question, one, other), "{question}");
        }
    }
}
