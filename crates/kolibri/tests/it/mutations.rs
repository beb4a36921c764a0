//! Small changes of a PromQL expression that change what it means. A test of an expression is good if it notices each of
//! them.

use std::ops::Range;

/// A change: what stands there, and what is put in its place.
#[derive(Debug, Clone)]
pub struct Mutation {
    pub place: Range<usize>,
    pub replacement: String,
}

impl Mutation {
    /// The text with this change.
    pub fn apply(&self, text: &str) -> String {
        [&text[..self.place.start], &self.replacement, &text[self.place.end..]].concat()
    }

    /// In words, with what stands before it.
    pub fn describe(&self, text: &str) -> String {
        let before: String = text[..self.place.start].chars().rev().take(40).collect();
        let before: String = before.chars().rev().collect();
        format!("{} -> {}, after {before:?}", &text[self.place.clone()], self.replacement)
    }
}

/// What is exchanged for what. An aggregation by the greatest is as wrong as one by the least, and a sum as a count.
const WORDS: [(&str, &[&str]); 15] = [
    ("and", &["or", "unless"]),
    ("or", &["and"]),
    ("unless", &["and"]),
    ("sum", &["count", "max"]),
    ("max", &["min", "sum", "avg"]),
    ("min", &["max", "sum"]),
    ("rate", &["increase"]),
    ("increase", &["rate"]),
    ("==", &["!="]),
    ("=", &["!="]),
    ("!=", &["="]),
    ("+", &["-"]),
    ("-", &["+"]),
    ("*", &["/"]),
    ("/", &["*"]),
];

/// Every mutation of the numbers, windows, comparisons, matchers, label lists and operators of an expression.
pub fn mutations(text: &str, expression: Range<usize>) -> Vec<Mutation> {
    let mut found = Vec::new();
    let mut at = expression.start;
    while at < expression.end {
        let place = at..at + token(&text[at..]);
        let token = &text[place.clone()];
        let replacements = match token {
            // Who is told apart, and not which one is meant.
            "instance" if !text[place.end..].starts_with('=') => vec!["job".to_owned()],
            // A quantile does not depend on the scale of what it is of.
            "rate" | "increase" if text[expression.clone()].contains("histogram_quantile") => Vec::new(),
            token => replacements(token),
        };
        let replacements = replacements.into_iter();
        found.extend(replacements.map(|replacement| Mutation { place: place.clone(), replacement }));
        match token {
            "{" => found.extend(without_each(text, place.end, '}')),
            "by" | "on" => found.extend(label_lists(text, place.end)),
            _ => {}
        }
        at = place.end;
    }
    found
}

/// The list of labels after `by` or `on`: without each of them, and with the instance.
fn label_lists(text: &str, after: usize) -> Vec<Mutation> {
    let begin = after + text[after..].find('(').unwrap() + 1;
    let end = begin + text[begin..].find(')').unwrap();
    let labels = text[begin..end].trim();
    let mut found = without_each(text, begin, ')');
    if !labels.is_empty() && !labels.split(',').any(|label| label.trim() == "instance") {
        found.push(Mutation { place: begin..end, replacement: format!("{labels}, instance") });
    }
    found
}

/// A list that begins here, without each of its parts, except those that tell nothing: a selection of everything, the job beside
/// the instance, which no other job has, and the jobs that are ours, which both sides of an operator have to be.
fn without_each(text: &str, begin: usize, close: char) -> Vec<Mutation> {
    let end = begin + text[begin..].find(close).unwrap();
    let parts: Vec<&str> =
        text[begin..end].split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let tells = |part: &str| {
        let is_everything = part.ends_with(r#"=~".+""#) || part.starts_with("job=~");
        !is_everything && (part != "job" || !parts.contains(&"instance"))
    };
    let without = (0..parts.len()).filter(|at| tells(parts[*at])).map(|left_out| {
        let kept = parts.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, part)| *part);
        Mutation { place: begin..end, replacement: kept.collect::<Vec<_>>().join(",") }
    });
    without.collect()
}

/// How long the token is that a text begins with.
fn token(text: &str) -> usize {
    let first = text.chars().next().unwrap();
    let span = |taken: fn(char) -> bool| text.find(|letter| !taken(letter)).unwrap_or(text.len());
    match first {
        '"' => 2 + text[1..].find('"').unwrap(),
        '[' => 1 + text.find(']').unwrap(),
        '<' | '>' | '=' | '!' => span(|letter| "<>=!~".contains(letter)),
        '0'..='9' => span(|letter| letter.is_ascii_alphanumeric() || letter == '.'),
        '_' | ':' | 'a'..='z' | 'A'..='Z' => {
            span(|letter| letter.is_ascii_alphanumeric() || "_:".contains(letter))
        }
        _ => first.len_utf8(),
    }
}

fn replacements(token: &str) -> Vec<String> {
    let word = WORDS.iter().find(|(word, _)| *word == token);
    if let Some((_, others)) = word {
        return others.iter().map(|other| (*other).to_owned()).collect();
    }
    match token.as_bytes()[0] {
        // One of two jobs.
        b'"' if token.contains('|') => {
            token.trim_matches('"').split('|').map(|part| format!("{part:?}")).collect()
        }
        b'[' => windows(&token[1..token.len() - 1]),
        b'<' | b'>' => comparisons(token),
        b'0'..=b'9' if token.ends_with(|last: char| last.is_ascii_digit()) => greater_and_less(token),
        b'0'..=b'9' => longer_and_shorter(token),
        _ => Vec::new(),
    }
}

/// The other way round, and with or without what is equal.
fn comparisons(token: &str) -> Vec<String> {
    let (strict, other) = if token.starts_with('<') { ("<", ">") } else { (">", "<") };
    let equal = if token == strict { format!("{strict}=") } else { strict.to_owned() };
    vec![other.to_owned(), equal]
}

/// The parts of a window, the second of which is how often one looks, each a little longer and shorter.
fn windows(window: &str) -> Vec<String> {
    let parts: Vec<&str> = window.split(':').collect();
    let with = |at: usize, other: String| {
        let changed =
            parts.iter().enumerate().map(|(place, part)| if place == at { other.as_str() } else { part });
        format!("[{}]", changed.collect::<Vec<_>>().join(":"))
    };
    let changes = parts
        .iter()
        .enumerate()
        .flat_map(|(at, part)| longer_and_shorter(part).into_iter().map(move |other| (at, other)));
    changes.map(|(at, other)| with(at, other)).collect()
}

/// A minute more, a minute less; of seconds, a second.
pub fn longer_and_shorter(duration: &str) -> Vec<String> {
    let (count, unit) = duration.split_at(duration.len() - 1);
    let count = count.parse::<u32>().unwrap();
    let (count, unit) = match unit {
        "d" => (count * 24 * 60, "m"),
        "h" => (count * 60, "m"),
        unit => (count, unit),
    };
    let others = [count + 1, count - 1].into_iter().filter(|count| *count > 0);
    others.map(|count| format!("{count}{unit}")).collect()
}

/// A whole number changes by one, any other by two in a hundred. Nothing that is measured is below zero.
fn greater_and_less(number: &str) -> Vec<String> {
    let value: f64 = number.parse().unwrap();
    let step = if value.fract() == 0.0 { 1.0 } else { value * 0.02 };
    let others = [value + step, value - step].into_iter().filter(|value| *value >= 0.0);
    others.map(|value| value.to_string()).collect()
}

#[test]
fn what_an_expression_means_is_changed_in_every_way() {
    let expression =
        r#"sum by (job) (increase(a{kind=~"x|y",b!="c"}[10m:15s] offset 1h)) > 120 and 0.5 <= d"#;
    let mutants: Vec<_> = mutations(expression, 0..expression.len())
        .iter()
        .map(|mutation| mutation.apply(expression))
        .collect();
    for expected in [
        "count by",
        "max by",
        "by ()",
        "by (job, instance)",
        "(rate(",
        r#"a{b!="c"}"#,
        r#"a{kind=~"x|y"}"#,
        r#"kind=~"x","#,
        r#"kind=~"y","#,
        r#"b="c""#,
        "[11m:15s]",
        "[9m:15s]",
        "[10m:16s]",
        "[10m:14s]",
        "offset 61m",
        "offset 59m",
        ">= 120",
        "< 120",
        "> 121",
        "> 119",
        "120 or",
        "120 unless",
        "0.51",
        "0.49",
        "> d",
    ] {
        assert!(mutants.iter().any(|mutant| mutant.contains(expected)), "{expected}: {mutants:#?}");
    }
    assert!(mutants.iter().all(|mutant| mutant != expression));
}
