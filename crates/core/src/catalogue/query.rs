//! What is searched for in the catalogue, and in which order it comes.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use super::entries::{Entries, Entry};

/// What is wanted of the catalogue. The default is everything, the latest first.
#[derive(Debug, Clone, Default)]
pub struct Query {
    /// Words that a question with its answer must all contain, in any form; the last may be only begun. Without words,
    /// everything.
    pub text: String,
    /// The order.
    pub order: Order,
    /// Only what was taught at this time or later, in nanoseconds since 1970.
    pub since: Option<u64>,
    /// Only what answered no question.
    pub never_asked: bool,
    /// Where to go on.
    pub after: Option<Cursor>,
}

/// An order of the catalogue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Order {
    /// What was taught last comes first.
    #[default]
    Newest,
    /// What answered most questions comes first; of equals, what was taught last.
    Asked,
}

/// The last association that was listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    asked: u64,
    block: u64,
}

/// A text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not a cursor; use `next` of the page before")]
pub struct ParseCursorError;

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}-{}", self.asked, self.block)
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, ParseCursorError> {
        let (asked, block) = text.split_once('-').ok_or(ParseCursorError)?;
        let cursor = Self {
            asked: asked.parse().map_err(|_| ParseCursorError)?,
            block: block.parse().map_err(|_| ParseCursorError)?,
        };
        if cursor.to_string() == text { Ok(cursor) } else { Err(ParseCursorError) }
    }
}

/// What was found.
pub(super) struct Search {
    pub(super) found: Vec<Entry>,
    pub(super) total: u64,
    pub(super) next: Option<Cursor>,
}

impl Query {
    pub(super) fn search(&self, entries: &Entries, limit: usize) -> Search {
        let containing = entries.words.containing(&self.text, entries.places());
        let is_wanted = |place: usize, entry: &Entry| {
            containing.as_ref().is_none_or(|places| places.has(place))
                && self.since.is_none_or(|since| entry.taught >= since)
                && !(self.never_asked && entry.asked > 0)
        };
        let mut total = 0;
        let mut rest = Vec::new();
        for (place, entry) in entries.latest_first() {
            if !is_wanted(place, entry) {
                continue;
            }
            total += 1;
            let is_enough = self.order == Order::Newest && rest.len() > limit;
            if !is_enough && self.after.is_none_or(|after| self.rank(entry.into()) < self.rank(after)) {
                rest.push(*entry);
            }
        }
        let next = rest.len() > limit;
        rest.sort_by_key(|entry| Reverse(self.rank(entry.into())));
        rest.truncate(limit);
        let next = rest.last().filter(|_| next).map(Cursor::from);
        Search { found: rest, total, next }
    }

    /// Higher ones come first.
    fn rank(&self, at: Cursor) -> Cursor {
        match self.order {
            Order::Newest => Cursor { asked: 0, ..at },
            Order::Asked => at,
        }
    }
}

impl From<&Entry> for Cursor {
    fn from(entry: &Entry) -> Self {
        Self { asked: entry.asked.into(), block: entry.block }
    }
}

#[cfg(test)]
mod tests {
    use kolibri_genome::Match;

    use super::*;
    use crate::catalogue::words::contained;

    /// Blocks 1 to so many; block N was taught at N, and answered N modulo 3 questions.
    fn entries(texts: &[&str]) -> Entries {
        let mut entries = Entries::default();
        for (block, text) in (1..).zip(texts) {
            let (question, answer) = text.split_once('=').unwrap_or((text, ""));
            entries.teach(block, block, None, contained([question, answer]));
            (0..block % 3).for_each(|_| entries.ask(100, Match::Exact { block }));
        }
        entries
    }

    fn found(entries: &Entries, query: &Query, limit: usize) -> Vec<u64> {
        query.search(entries, limit).found.iter().map(|entry| entry.block).collect()
    }

    #[track_caller]
    fn finds(texts: &[&str], text: &str, blocks: &[u64]) {
        let query = Query { text: text.to_owned(), ..Query::default() };
        assert_eq!(found(&entries(texts), &query, 100), blocks, "{text}");
    }

    #[test]
    fn every_word_must_occur_in_the_question_or_its_answer_in_any_form() {
        let texts = [
            "How do I restart the payment service?=systemctl restart payments",
            "Where are invoices?=In the archive of payments",
            "Как перезапустить сервис платежей?=systemctl",
        ];
        finds(&texts, "payments", &[2, 1]);
        finds(&texts, "payment restarting", &[1]);
        finds(&texts, "how do I restart payments?", &[1]);
        finds(&texts, "SYSTEMCTL", &[3, 1]);
        finds(&texts, "сервисы", &[3]);
        finds(&texts, "invoice restart", &[]);
        finds(&texts, "", &[3, 2, 1]);
        finds(&texts, " ?! ", &[3, 2, 1]);
    }

    #[test]
    fn the_last_word_may_be_only_begun_at_any_letter() {
        let texts = ["Restarting services", "Printer"];
        for end in 1..="restarting".len() {
            finds(&texts, &"restarting"[..end], &[1]);
        }
        finds(&texts, "restart ser", &[1]);
        finds(&texts, "ser restart", &[]);
        finds(&texts, "r ", &[]);
    }

    #[test]
    fn no_letter_of_a_word_that_is_typed_loses_what_the_letter_before_has_found() {
        // Each is typed towards another form of the word that is taught.
        for (taught, typed) in [
            ("hundred", "hundred"),
            ("hundreds", "hundred"),
            ("hundred", "hundreds"),
            ("like", "liking"),
            ("likes", "liked"),
            ("reply", "replying"),
            ("replies", "reply"),
            ("try", "tries"),
            ("try", "tried"),
            ("restart", "restarting"),
            ("happy", "happily"),
            ("катка", "каток"),
            ("каток", "катка"),
            ("календарь", "календаря"),
            ("список", "списка"),
            ("списка", "список"),
        ] {
            for (end, letter) in typed.char_indices() {
                finds(&[taught, "other"], &typed[..end + letter.len_utf8()], &[1]);
            }
        }
    }

    #[test]
    fn a_begun_word_does_not_find_what_it_does_not_begin() {
        finds(&["cars", "carts", "care"], "carts", &[2]);
        finds(&["try", "trie", "trips"], "trip", &[3]);
    }

    #[test]
    fn words_that_say_little_count_only_if_there_are_no_others() {
        let texts = ["the printer", "a scanner", "this and that"];
        finds(&texts, "the scanner ", &[2]);
        finds(&texts, "the ", &[1]);
    }

    #[test]
    fn pages_follow_each_other_without_gaps_in_every_order() {
        let texts = ["x"; 50];
        let entries = entries(&texts);
        for (order, first) in [(Order::Newest, 50), (Order::Asked, 50)] {
            let mut query = Query { order, ..Query::default() };
            let whole = found(&entries, &query, 100);
            assert_eq!((whole.len(), whole[0]), (50, first));
            let mut pages = Vec::new();
            loop {
                let Search { found, total, next } = query.search(&entries, 7);
                assert_eq!(total, 50);
                pages.extend(found.iter().map(|entry| entry.block));
                let Some(next) = next else { break };
                query.after = Some(next.to_string().parse().unwrap());
            }
            assert_eq!(pages, whole);
        }
    }

    #[test]
    fn what_answered_most_questions_comes_first_and_what_answered_none_can_be_asked_for() {
        let entries = entries(&["x"; 6]);
        let asked = Query { order: Order::Asked, ..Query::default() };
        assert_eq!(found(&entries, &asked, 10), [5, 2, 4, 1, 6, 3]);
        let never = Query { never_asked: true, ..Query::default() };
        assert_eq!(found(&entries, &never, 10), [6, 3]);
        let late = Query { since: Some(5), ..Query::default() };
        assert_eq!(found(&entries, &late, 10), [6, 5]);
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for text in ["", "-", "1", "1-", "-1", "01-2", "+1-2", "1-2-3", "18446744073709551616-1"] {
            assert_eq!(text.parse::<Cursor>(), Err(ParseCursorError), "{text}");
        }
    }
}
