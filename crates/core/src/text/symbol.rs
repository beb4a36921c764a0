//! Symbols that are words: what tells `C++` from `C#`, `$` from `€`, `+x` from `-x`, and one emoji from
//! another. Punctuation is not among them.

/// What a symbol is about. One symbol is replaced only by another of its class: thanks in emoji say nothing
/// about a percentage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// What an amount is counted in: currencies, per cent, degrees.
    Unit,
    /// Operators, and signs that belong to names: `==`, `<`, `C#`.
    Operator,
    /// Brackets, and faces that are drawn with them: `[]`, `:)`.
    Mark,
    /// Emoji.
    Emoji,
}

/// A symbol in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Symbol<'a> {
    pub(super) text: &'a str,
    pub(super) class: Class,
    /// It is often decoration.
    pub(super) light: bool,
}

/// What is directly before or after a run of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// White space, a quotation mark, or the text's edge.
    Nothing,
    /// A letter that belongs to a word of at most two: `A-`, `c++`.
    ShortWord,
    /// Another letter.
    Word,
    /// A digit.
    Number,
}

/// Where a run of characters stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) before: Beside,
    pub(super) after: Beside,
    /// Nothing follows it in the text.
    pub(super) last: bool,
    /// The tokens before and after it are numbers.
    pub(super) between_numbers: bool,
}

/// The symbol in a run of characters that are neither letters, digits, white space nor quotation marks; `None`
/// if it is punctuation.
pub(super) fn symbol(run: &str, place: Place) -> Option<Symbol<'_>> {
    let core = run.trim_start_matches(OPENING).trim_end_matches(CLOSING);
    if core.is_empty() {
        // `!important`
        let negates = run == "!" && place.before == Beside::Nothing && place.after == Beside::Word;
        let negation = Symbol { text: run, class: Class::Operator, light: false };
        return if negates { Some(negation) } else { mark(run, place) };
    }
    // What was trimmed stands between the core and the word.
    let before = if run.starts_with(OPENING) { Beside::Nothing } else { place.before };
    let after = if run.ends_with(CLOSING) { Beside::Nothing } else { place.after };
    // `$x` is no amount.
    let sigil = before == Beside::Nothing && after == Beside::Word;
    let (class, light) = match core {
        _ if core.chars().all(is_unit) && !sigil => (Class::Unit, false),
        _ if core.contains(BRACKETS) => (Class::Mark, true),
        _ => (Class::Operator, is_light_operator(core, Place { before, after, ..place })?),
    };
    Some(Symbol { text: core, class, light })
}

/// Whether an operator is often decoration; `None` if it is punctuation here.
fn is_light_operator(operator: &str, place: Place) -> Option<bool> {
    let Place { before, after, .. } = place;
    let alone = before == Beside::Nothing && after == Beside::Nothing;
    let signs = operator.chars().count();
    match operator {
        // `issue #5` is issue 5.
        "#" if after == Beside::Number => None,
        // `5 - 3`, `A-`, `-x`
        "-" if alone => place.between_numbers.then_some(true),
        "-" if before == Beside::ShortWord && after == Beside::Nothing => Some(false),
        "-" => (before == Beside::Nothing).then_some(true),
        // `.NET`
        "." => (before == Beside::Nothing && after == Beside::Word).then_some(true),
        // `Google+` is Google to most.
        "+" | "++" if before == Beside::Word => Some(true),
        _ if operator.chars().all(is_dash) => (signs == 2).then_some(true),
        _ if operator.chars().all(is_connector) => alone.then_some(signs == 1),
        _ => Some(!(operator.contains(is_strong) || alone && signs > 1)),
    }
}

/// Brackets and punctuation by themselves, as in `what does [] mean`; not at the end of a sentence.
fn mark(run: &str, place: Place) -> Option<Symbol<'_>> {
    let alone = place.before == Beside::Nothing && place.after == Beside::Nothing;
    let asked_about = if place.last {
        run.contains(BRACKETS) || run == ".."
    } else {
        run == ".." || !run.chars().all(|sign| matches!(sign, '.' | '…'))
    };
    (alone && asked_about).then(|| {
        // A sentence may end after it.
        let text = if place.last && run != ".." { run.trim_end_matches(['.', ',', '?', '!']) } else { run };
        let class = if text.contains(BRACKETS) { Class::Mark } else { Class::Operator };
        let shouted = text.chars().all(|sign| matches!(sign, '.' | ',' | '?' | '!'));
        let light = class == Class::Mark || shouted || text.chars().count() == 1;
        Symbol { text, class, light }
    })
}

const OPENING: [char; 5] = ['(', '[', '{', '¿', '¡'];
const BRACKETS: [char; 6] = ['(', ')', '[', ']', '{', '}'];
const CLOSING: [char; 18] =
    [')', ']', '}', '.', ',', ';', ':', '!', '?', '…', '。', '、', '，', '؟', '،', '؛', '।', '။'];

fn is_dash(sign: char) -> bool {
    matches!(sign, '-' | '‐' | '–' | '—' | '―')
}

/// What joins words, or separates them.
fn is_connector(sign: char) -> bool {
    matches!(sign, '/' | '\\' | '_' | ':' | ',' | ';' | '?' | '.' | '…' | '·' | '•')
}

fn is_unit(sign: char) -> bool {
    matches!(sign, '$' | '%' | '٪' | '¢'..='¥' | '°' | '‰' | '؋' | '฿' | '\u{20a0}'..='\u{20cf}')
}

fn is_strong(sign: char) -> bool {
    is_unit(sign)
        || matches!(sign, '+' | '#' | '=' | '<' | '>' | '!' | '×' | '÷' | '±' | '¬' | '\u{2200}'..='\u{22ff}')
}

/// Whether a character is an emoji, or a part of one.
pub(super) fn is_emoji(sign: char) -> bool {
    matches!(sign, '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{231a}'..='\u{231b}' | '\u{23e9}'..='\u{23fa}')
}

/// Half of a flag: two letters make one.
pub(super) fn is_flag_letter(sign: char) -> bool {
    matches!(sign, '\u{1f1e6}'..='\u{1f1ff}')
}

/// What only changes how the emoji before it looks: skin tones, presentation, joiners.
pub(super) fn is_emoji_style(sign: char) -> bool {
    matches!(sign, '\u{1f3fb}'..='\u{1f3ff}' | '\u{fe0e}' | '\u{fe0f}' | '\u{200d}' | '\u{20e3}')
}

/// Signs that stand for others.
pub(super) fn canonical(symbol: &str) -> &str {
    match symbol {
        "٪" => "%",
        "≠" | "<>" => "!=",
        "≤" | "⩽" | "=<" => "<=",
        "≥" | "⩾" => ">=",
        "→" | "⇒" => "->",
        "←" => "<-",
        _ => symbol,
    }
}
