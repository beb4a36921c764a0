//! What a name says about a column or a field: that it is the question, the answer, or something about one of them.

use crate::cells::Cells;
use crate::error::Part;
use crate::fields::Object;
use crate::tree::Value;

/// The names of a question: what means nothing else, then what may mean it. A longer name counts if one of its words is among
/// them.
const QUESTIONS: [&[&str]; 2] = [
    &[
        "question",
        "questions",
        "q",
        "stimulus",
        "prompt",
        "вопрос",
        "вопросы",
        "frage",
        "pregunta",
        "pytanie",
    ],
    &[
        "title",
        "name",
        "query",
        "term",
        "heading",
        "instruction",
        "input",
        "ask",
        "patterns",
        "utterances",
        "issue",
        "problem",
        "symptom",
        "subject",
        "front",
        "ques",
        "заголовок",
        "тема",
        "название",
        "запрос",
        "термин",
        "проблема",
        "неисправность",
    ],
];
/// The names of an answer.
const ANSWERS: [&[&str]; 2] = [
    &[
        "answer",
        "answers",
        "a",
        "response",
        "responses",
        "acceptedanswer",
        "ответ",
        "ответы",
        "antwort",
        "réponse",
        "respuesta",
        "odpowiedź",
    ],
    &[
        "reply",
        "completion",
        "solution",
        "resolution",
        "fix",
        "workaround",
        "text",
        "body",
        "content",
        "description",
        "output",
        "definition",
        "back",
        "ans",
        "rendered",
        "текст",
        "решение",
        "описание",
        "содержание",
        "определение",
        "значение",
    ],
];
/// Words of what is told about a question or an answer: its number, its author, its date. A name with one of them is neither,
/// unless it stands above as a whole.
const ABOUT: &str = "# № id ids uid uuid guid no nr num number index idx key code hash slug count counts total amount length size start end \
    offset position order rank date datetime day time timestamp at created updated modified deleted published version author by \
    user username owner creator editor email phone source sources src origin url uri link links href type kind category group \
    topic tag tags level priority status state score rating votes views likes points lang language locale has is are was option \
    options choice choices file image ид номер код ключ индекс кол количество число длина размер порядок дата день время создан \
    создано изменен изменено обновлено версия автор кто кем пользователь почта телефон источник источники ссылка ссылки адрес \
    тип вид категория группа тема раздел метка метки тег теги уровень приоритет статус состояние оценка рейтинг балл баллы язык \
    есть вариант варианты файл datum nummer anzahl autor quelle typ kategorie fecha número fuente tipo categoría auteur \
    catégorie numéro";
/// Words of a name that has the text itself: of several columns about a question, this one is it.
const ITSELF: &[&str] = &["text", "body", "title", "full", "текст", "полный", "формулировка", "содержание"];
/// The names of what is told about a whole file.
const OF_A_FILE: &[&str] = &[
    "meta",
    "metadata",
    "info",
    "config",
    "settings",
    "options",
    "paging",
    "pagination",
    "links",
    "schema",
    "header",
    "headers",
    "context",
    "license",
    "мета",
    "метаданные",
];
/// The endings that `вопрос` and `ответ` have in a name such as `Текст вопроса`; `Ответил` is somebody.
const ENDINGS: &[&str] = &["", "а", "ы", "ов", "у", "ом", "е", "ам"];
/// A longer text is a sentence and no name.
const MOST_WORDS: usize = 5;

/// A name as it is compared: lower case, without marks around it.
pub(crate) fn simple(name: &str) -> String {
    name.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().replace('ё', "е")
}

/// The words of a name, also of `answerCount` and `answer_count`.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        let is_sign = matches!(c, '#' | '№');
        let begins = is_sign || (c.is_uppercase() && before.is_lowercase());
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if c.is_alphanumeric() || is_sign {
            words.iter_mut().next_back().into_iter().for_each(|word| word.extend(c.to_lowercase()));
        }
        before = c;
    }
    words.retain(|word| !word.is_empty());
    words.into_iter().map(|word| word.replace('ё', "е")).collect()
}

fn has(words: &[String], known: &[&str]) -> bool {
    words.iter().any(|word| known.contains(&word.as_str()))
}

fn is_about_word(word: &str) -> bool {
    ABOUT.split(' ').any(|about| about == word)
}

/// Whether some of a name's words surely name a part. A letter alone is no word.
fn mentions(words: &[String], part: Part) -> bool {
    let ([sure, _], stem) = match part {
        Part::Question => (QUESTIONS, "вопрос"),
        Part::Answer => (ANSWERS, "ответ"),
    };
    let is_stem = |word: &String| word.strip_prefix(stem).is_some_and(|ending| ENDINGS.contains(&ending));
    words.iter().any(|word| (word.chars().count() > 1 && sure.contains(&word.as_str())) || is_stem(word))
}

/// Whether a name is that of something about a question or an answer: `Answer count`, `ID`, `Дата`.
pub(crate) fn is_about(name: &str) -> bool {
    let words = words(name);
    let all = !words.is_empty() && words.iter().all(|word| is_about_word(word));
    let mentions = Part::BOTH.into_iter().any(|part| mentions(&words, part));
    all || (mentions && words.iter().any(|word| is_about_word(word)))
}

/// Whether a name is that of what is told about a whole file.
pub(crate) fn is_of_a_file(name: &str) -> bool {
    OF_A_FILE.contains(&simple(name).as_str())
}

/// Whether schema.org's `@type` says that an object is something else than a question or a term: a page has a name and a description,
/// too.
pub(crate) fn is_typed_otherwise(fields: &Object) -> bool {
    const PAIRS: [&str; 2] = ["Question", "DefinedTerm"];
    let is_pair = |value: &Value| match value {
        Value::Text(kind) => PAIRS.contains(&kind.rsplit(['/', ':']).next().unwrap_or_default()),
        _ => false,
    };
    fields.iter().any(|(name, tree)| {
        name == "@type"
            && match &tree.value {
                Value::List(kinds) => !kinds.iter().any(|kind| is_pair(&kind.value)),
                kind => !is_pair(kind),
            }
    })
}

/// Whether a name says that there are several questions or answers.
pub(crate) fn is_plural(name: &str) -> bool {
    ["questions", "answers", "вопросы", "ответы"].contains(&simple(name).as_str())
}

/// How a name names a part; what is less is surer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Naming {
    /// Exactly, by the place in the list of its names.
    Exact(usize),
    /// By a word among others.
    Text,
    Word,
    /// The same with names that may mean something else.
    MaybeExact(usize),
    MaybeText,
    MaybeWord,
}

fn naming(name: &str, part: Part) -> Option<Naming> {
    let [sure, maybe] = match part {
        Part::Question => QUESTIONS,
        Part::Answer => ANSWERS,
    };
    let whole = simple(name);
    let words = words(name);
    let at =
        |known: &[&str]| known.iter().position(|known| *known == whole).filter(|_| !has(&words, &["#", "№"]));
    if let Some(at) = at(sure) {
        return Some(Naming::Exact(at));
    }
    if let Some(at) = at(maybe) {
        return Some(Naming::MaybeExact(at));
    }
    let [asks, says] = Part::BOTH.map(|part| mentions(&words, part));
    let is_sure = if part == Part::Question { asks } else { says };
    if words.len() > MOST_WORDS || !(is_sure || has(&words, maybe)) {
        return None;
    }
    // The answer to a question is the answer; questions and answers are both.
    let is_other = if part == Part::Question { says } else { asks && !says };
    let are_both = asks && says && has(&words, &["and", "or", "и", "или", "und"]);
    if is_other || are_both || words.iter().any(|word| is_about_word(word)) {
        return None;
    }
    Some(match (is_sure, has(&words, ITSELF)) {
        (true, true) => Naming::Text,
        (true, false) => Naming::Word,
        (false, true) => Naming::MaybeText,
        (false, false) => Naming::MaybeWord,
    })
}

/// The columns that may be a part by their names, the surest first. Those without words are passed over if another one has some;
/// one of yes and no has to be named exactly.
fn candidates<'a>(columns: impl Iterator<Item = (&'a str, Cells)>, part: Part) -> Vec<(Naming, usize)> {
    let named: Vec<_> = columns
        .enumerate()
        .filter_map(|(at, (name, cells))| Some((naming(name, part)?, at, cells)))
        .collect();
    let fits = |(naming, _, cells): &&(Naming, usize, Cells)| match cells {
        Cells::Words => true,
        Cells::YesOrNo => matches!(naming, Naming::Exact(_) | Naming::MaybeExact(_)),
        Cells::Bare => false,
    };
    let those = |(naming, at, _): &(Naming, usize, Cells)| (*naming, *at);
    let mut candidates: Vec<_> = named.iter().filter(fits).map(those).collect();
    if candidates.is_empty() {
        candidates = named.iter().map(those).collect();
    }
    candidates.sort_unstable();
    candidates
}

/// Where the one stands that is a part by its name.
pub(crate) fn pick<'a>(columns: impl Iterator<Item = (&'a str, Cells)>, part: Part) -> Option<usize> {
    candidates(columns, part).first().map(|(_, at)| *at)
}

/// Whether two columns are named alike as a part, so that nobody can tell which of them it is: `question_en`, `question_ru`.
pub(crate) fn are_alike<'a>(columns: impl Iterator<Item = (&'a str, Cells)>, part: Part) -> bool {
    matches!(candidates(columns, part).as_slice(), [(first, _), (second, _), ..] if first == second)
}

/// The same where only the names are known.
pub(crate) fn usual<'a>(names: impl Iterator<Item = &'a str>, part: Part) -> Option<usize> {
    pick(names.map(|name| (name, Cells::Words)), part)
}

/// Whether a name is the one that an export gives a part.
pub(crate) fn is_our_own(name: &str, part: Part) -> bool {
    simple(name) == if part == Part::Question { "stimulus" } else { "response" }
}

/// Whether a word is known from names, whatever it says of them. A letter is none: `Answer A`.
pub(crate) fn is_known_word(word: &str) -> bool {
    let is_part = [QUESTIONS, ANSWERS].iter().flatten().any(|known| known.contains(&word));
    let is_known = is_part || ITSELF.contains(&word) || is_about_word(word) || word.parse::<u64>().is_ok();
    (word.chars().count() > 1 || matches!(word, "#" | "№")) && is_known || mentions_any(&[word.to_owned()])
}

/// Whether some of a name's words surely name a question or an answer.
pub(crate) fn mentions_any(words: &[String]) -> bool {
    Part::BOTH.into_iter().any(|part| mentions(words, part))
}

/// Whether a name is, as a whole, one of those that are known for a part, surely or not.
pub(crate) fn is_listed(name: &str, part: Part) -> bool {
    matches!(naming(name, part), Some(Naming::Exact(_) | Naming::MaybeExact(_)))
}

/// Whether a text can be the name of a part.
pub(crate) fn is_name(name: &str, part: Part) -> bool {
    naming(name, part).is_some()
}

/// Whether a name is a word for a part by itself, as `Question?` is.
pub(crate) fn is_exact(name: &str, part: Part) -> bool {
    matches!(naming(name, part), Some(Naming::Exact(_)))
}

/// Whether a name means a part and nothing else.
pub(crate) fn is_sure(name: &str, part: Part) -> bool {
    matches!(naming(name, part), Some(Naming::Exact(_) | Naming::Text | Naming::Word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(names: &[&str]) -> (Option<usize>, Option<usize>) {
        let usual = |part| usual(names.iter().copied(), part);
        (usual(Part::Question), usual(Part::Answer))
    }

    #[test]
    fn what_is_about_a_question_or_an_answer_is_neither() {
        for (names, expected) in [
            (&["question_id", "question_text", "answer_id", "answer_text"][..], (Some(1), Some(3))),
            (&["question_id", "title", "answer_count", "accepted_answer"], (Some(1), Some(3))),
            (&["questionId", "answerCount", "questionTitle", "acceptedAnswer"], (Some(2), Some(3))),
            (&["Номер вопроса", "Текст вопроса", "Автор ответа", "Текст ответа"], (Some(1), Some(3))),
            (&["Вопрос", "Дата ответа", "Решение"], (Some(0), Some(2))),
            (&["Question", "Answer source", "Solution"], (Some(0), Some(2))),
            (&["Has answer", "Is answered", "Body"], (None, Some(2))),
            (&["Question #", "Question", "Answer"], (Some(1), Some(2))),
            (&["№ вопроса", "Кол-во ответов", "Вопрос", "Ответ"], (Some(2), Some(3))),
            (&["Тип вопроса", "Вопрос (полный)", "Кто дал ответ", "Ответ юриста"], (Some(1), Some(3))),
            (&["Question type", "Ответил", "Ответственный"], (None, None)),
            (&["Ответ на вопрос", "Текст вопроса"], (Some(1), Some(0))),
            (&["question_answer", "question_title"], (Some(1), Some(0))),
            (&["Answer option 1", "Answer option 2", "Correct answer", "Question"], (Some(3), Some(2))),
            (&["ID", "Resolution", "Issue"], (Some(2), Some(1))),
            (&["text", "answer_start"], (None, Some(0))),
            (&["Вопросы и ответы", "Front", "Back"], (Some(1), Some(2))),
        ] {
            assert_eq!(parts(names), expected, "{names:?}");
        }
    }

    #[test]
    fn of_several_columns_about_a_part_the_one_with_its_text_is_it() {
        assert_eq!(
            parts(&["Question area", "Question text", "Answer note", "Answer body"]),
            (Some(1), Some(3))
        );
    }

    #[test]
    fn numbers_and_marks_are_passed_over_where_another_column_has_words() {
        let pick = |columns: &[(&str, Cells)], part| pick(columns.iter().copied(), part);
        let columns = [
            ("Question", Cells::Bare),
            ("Title", Cells::Words),
            ("Right answer", Cells::YesOrNo),
            ("Body", Cells::Words),
        ];
        assert_eq!((pick(&columns, Part::Question), pick(&columns, Part::Answer)), (Some(1), Some(3)));
        let columns = [("Question", Cells::Words), ("Answer", Cells::YesOrNo), ("Description", Cells::Words)];
        assert_eq!(pick(&columns, Part::Answer), Some(1), "questions may have such answers");
        let columns = [("Question", Cells::Words), ("Answer", Cells::Bare)];
        assert_eq!(pick(&columns, Part::Answer), Some(1), "there is no other");
    }

    #[test]
    fn of_two_names_that_mean_the_same_none_is_surer() {
        let are_alike =
            |names: &[&str], part| super::are_alike(names.iter().map(|name| (*name, Cells::Words)), part);
        for names in [
            &["question_en", "question_ru"][..],
            &["Question", "Question"],
            &["Question 1", "id", "Question 2"],
        ] {
            assert!(are_alike(names, Part::Question), "{names:?}");
        }
        for names in [
            &["Question", "Question 2"][..],
            &["Question area", "Question text"],
            &["title", "name"],
            &["id"],
        ] {
            assert!(!are_alike(names, Part::Question), "{names:?}");
        }
        let half = [("Answer 1", Cells::Words), ("Answer 2", Cells::Bare)];
        assert!(!super::are_alike(half.into_iter(), Part::Answer), "only one of them has texts");
    }

    #[test]
    fn names_of_what_is_about_a_part_are_known() {
        for name in ["Answer count", "ID", "Дата", "question_id", "№", "Номер вопроса"] {
            assert!(is_about(name), "{name}");
        }
        for name in ["Answer", "Title", "Comment by us", "Kommentar", ""] {
            assert!(!is_about(name), "{name}");
        }
    }
}
