//! What an event changes: a pure decision, made before anything is written. It knows no database.

use kolibri_genome::{Ask, Broken, Chain, Content, EventType, Forget, SALT_LEN, Sealed, Teach};

use super::BlockRef;
use crate::text::Key;

/// An event on its way into the genome.
#[derive(Debug)]
pub(crate) enum Event {
    /// Teach an association under its key; with `if_changed` only if the key does not teach just this already.
    Teach { key: Key, teach: Teach, if_changed: bool, premise: Premise },
    /// Record how a question was answered.
    Ask(Ask),
    /// Forget what is taught under a key.
    Forget { key: Key, expected: Expected },
}

/// What whoever changes an answer believes to answer now. The writer compares, so nothing can come between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Expected {
    /// Whatever it is.
    #[default]
    Anything,
    /// Nothing.
    Nothing,
    /// This block.
    Block(u64),
}

impl Expected {
    /// Whether `current` is what was expected.
    fn is_met(self, current: Option<u64>) -> bool {
        match self {
            Self::Anything => true,
            Self::Nothing => current.is_none(),
            Self::Block(index) => current == Some(index),
        }
    }
}

/// What a TEACH takes for true. The writer compares, so nothing can come between.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Premise {
    /// What answers the stimulus until then.
    pub replaces: Expected,
    /// The block whose answer is taught to another question: it still answers its own, so that what was forgotten or replaced
    /// meanwhile does not come back.
    pub answer_of: Option<u64>,
}

impl From<Expected> for Premise {
    fn from(replaces: Expected) -> Self {
        Self { replaces, answer_of: None }
    }
}

/// What has to be known about the genome to decide about an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing.
    Nothing,
    /// The block that answers this key now.
    Current(Key),
    /// That block, and what it teaches.
    Content(Key),
    /// Every TEACH that led to the current answer of this key.
    Versions(Key),
}

/// What is known about the genome when an event is decided about.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The blocks that [`Event::needs`] asks for, newest first.
    pub(super) blocks: Vec<u64>,
    /// The block that answers the key now, and what it teaches, if that is asked for and can be read.
    pub(super) current: Option<(BlockRef, Teach)>,
    /// The block that answers now what [`Premise::answer_of`] answered; `None` if nothing does, as after a FORGET.
    pub(super) source: Option<u64>,
}

/// What becomes of an event.
#[derive(Debug)]
pub(super) enum Decision {
    /// It is a block, and changes this.
    Record(Box<Changes>),
    /// A FORGET of what is not taught.
    NotTaught,
    /// A TEACH of what this block teaches already, word for word.
    Unchanged(BlockRef),
    /// Not what was expected answers now, but this block, or nothing.
    Unexpected(Option<u64>),
}

/// What a TEACH does to what is taught under its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing was taught there.
    New,
    /// It replaces what was taught there.
    Replaced,
    /// It is what was taught there, word for word, and was not recorded again.
    Unchanged,
}

/// What an event changes, to be applied as a whole.
#[derive(Debug)]
pub(super) struct Changes {
    /// The block to append.
    pub(super) sealed: Sealed,
    /// Its salt.
    pub(super) salt: [u8; SALT_LEN],
    /// The TEACH that it replaces.
    pub(super) replaces: Option<u64>,
    /// The answer that it sets or removes.
    pub(super) answer: Option<AnswerChange>,
    /// Blocks whose content it erases.
    pub(super) erased: Vec<u64>,
}

/// How the current answer of a key changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AnswerChange {
    /// The appended block answers it.
    Set(Key),
    /// Nothing answers it.
    Remove(Key),
}

impl Event {
    /// What the event is recorded as.
    pub(super) fn event_type(&self) -> EventType {
        match self {
            Self::Teach { .. } => EventType::Teach,
            Self::Ask(_) => EventType::Ask,
            Self::Forget { .. } => EventType::Forget,
        }
    }

    /// Bytes of text the event carries.
    pub(super) fn text_len(&self) -> usize {
        match self {
            Self::Teach { teach, .. } => teach.stimulus.len() + teach.response.len(),
            Self::Ask(_) | Self::Forget { .. } => 0,
        }
    }

    /// The block whose answer it teaches to another question.
    pub(super) fn answer_of(&self) -> Option<u64> {
        match self {
            Self::Teach { premise, .. } => premise.answer_of,
            Self::Ask(_) | Self::Forget { .. } => None,
        }
    }

    /// What has to be known to decide about it.
    pub(super) fn needs(&self) -> Needs {
        match self {
            Self::Teach { key, if_changed: true, .. } => Needs::Content(*key),
            Self::Teach { key, .. } => Needs::Current(*key),
            Self::Ask(_) => Needs::Nothing,
            Self::Forget { key, .. } => Needs::Versions(*key),
        }
    }
}

/// Decides what `event` changes, as the next block of `chain`. `known` holds what [`Event::needs`] asks for. If the event is
/// no block, the chain is unchanged.
///
/// # Errors
/// When the block would break the genome: the links in the file are wrong.
pub(super) fn decide(
    chain: &mut Chain,
    time: u64,
    salt: [u8; SALT_LEN],
    event: Event,
    known: Known,
) -> Result<Decision, Broken> {
    let blocks = known.blocks;
    let now = blocks.first().copied();
    let (content, replaces, answer, erased) = match event {
        Event::Teach { key, teach, if_changed, premise } => {
            if !premise.replaces.is_met(now) {
                return Ok(Decision::Unexpected(now));
            }
            if premise.answer_of.is_some() && premise.answer_of != known.source {
                return Ok(Decision::Unexpected(known.source));
            }
            if let Some((block, current)) = known.current
                && if_changed
                && current == teach
            {
                return Ok(Decision::Unchanged(block));
            }
            (Content::Teach(teach), now, Some(AnswerChange::Set(key)), Vec::new())
        }
        Event::Ask(ask) => (Content::Ask(ask), None, None, Vec::new()),
        Event::Forget { key, expected } => {
            let Some(forget) = Forget::new(blocks) else { return Ok(Decision::NotTaught) };
            if !expected.is_met(now) {
                return Ok(Decision::Unexpected(now));
            }
            let erased = forget.erased().to_vec();
            (Content::Forget(forget), None, Some(AnswerChange::Remove(key)), erased)
        }
    };
    let sealed = chain.seal(time, &salt, &content)?;
    Ok(Decision::Record(Box::new(Changes { sealed, salt, replaces, answer, erased })))
}

/// Begins a genome: decides about block 0.
pub(super) fn begin(time: u64, salt: [u8; SALT_LEN], id: [u8; 16]) -> (Chain, Changes) {
    let (chain, sealed) = Chain::begin(time, &salt, id);
    (chain, Changes { sealed, salt, replaces: None, answer: None, erased: Vec::new() })
}

#[cfg(test)]
mod tests {
    use kolibri_genome::Match;

    use super::*;

    const SALT: [u8; SALT_LEN] = [9; SALT_LEN];

    fn chain(length: u64) -> Chain {
        let (mut chain, _) = begin(1, SALT, [0; 16]);
        for _ in 1..length {
            changes(&mut chain, teach("x"), &[]);
        }
        chain
    }

    fn teach(stimulus: &str) -> Event {
        teach_over(stimulus, Expected::Anything)
    }

    fn teach_over(stimulus: &str, expected: Expected) -> Event {
        let (key, teach) = (Key::of(stimulus), Teach::new(stimulus, "y"));
        Event::Teach { key, teach, if_changed: false, premise: expected.into() }
    }

    fn decided(chain: &mut Chain, event: Event, blocks: &[u64]) -> Decision {
        decide(chain, 2, SALT, event, Known { blocks: blocks.to_vec(), ..Known::default() }).unwrap()
    }

    fn changes(chain: &mut Chain, event: Event, blocks: &[u64]) -> Changes {
        match decided(chain, event, blocks) {
            Decision::Record(changes) => *changes,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_teach_becomes_the_answer_and_names_the_one_it_replaces() {
        let key = Key::of("a");
        assert_eq!(teach("a").needs(), Needs::Current(key));
        for (known, replaces) in [(&[][..], None), (&[3, 1], Some(3))] {
            let changes = changes(&mut chain(5), teach("a"), known);
            assert_eq!((changes.sealed.block.index, changes.replaces), (5, replaces));
            assert_eq!((changes.answer, changes.erased), (Some(AnswerChange::Set(key)), Vec::new()));
        }
    }

    #[test]
    fn a_teach_that_changes_nothing_is_no_block_if_that_is_wanted() {
        let mut chain = chain(5);
        let block = BlockRef::from(chain.head());
        let before = chain.head();
        let known = |response: &str| Known {
            blocks: vec![block.index],
            current: Some((block, Teach::new("a", response))),
            source: None,
        };
        let if_changed = || {
            let (key, teach) = (Key::of("a"), Teach::new("a", "y"));
            Event::Teach { key, teach, if_changed: true, premise: Premise::default() }
        };
        assert_eq!(if_changed().needs(), Needs::Content(Key::of("a")));
        let unchanged = decide(&mut chain, 2, SALT, if_changed(), known("y")).unwrap();
        assert!(matches!(unchanged, Decision::Unchanged(same) if same == block));
        assert_eq!(chain.head(), before);
        for (event, response) in [(if_changed(), "Y"), (teach("a"), "y")] {
            let decision = decide(&mut chain, 2, SALT, event, known(response)).unwrap();
            assert!(matches!(decision, Decision::Record(changes) if changes.replaces == Some(block.index)));
        }
    }

    #[test]
    fn an_ask_changes_nothing_but_the_genome() {
        let ask = Event::Ask(Ask::new(Match::Exact { block: 1 }, 0));
        assert_eq!(ask.needs(), Needs::Nothing);
        let changes = changes(&mut chain(5), ask, &[]);
        assert_eq!((changes.replaces, changes.answer, changes.erased), (None, None, Vec::new()));
    }

    #[test]
    fn a_forget_erases_every_version_and_is_no_block_if_nothing_is_taught() {
        let (key, mut chain) = (Key::of("a"), chain(5));
        let forget = || Event::Forget { key, expected: Expected::Anything };
        assert_eq!(forget().needs(), Needs::Versions(key));
        let before = chain.head();
        assert!(matches!(decided(&mut chain, forget(), &[]), Decision::NotTaught));
        assert_eq!(chain.head(), before);
        let changes = changes(&mut chain, forget(), &[4, 1]);
        assert_eq!((changes.answer, changes.erased), (Some(AnswerChange::Remove(key)), vec![1, 4]));
    }

    #[test]
    fn nothing_is_replaced_or_erased_but_what_was_expected_to_answer() {
        let (key, mut chain) = (Key::of("a"), chain(6));
        let before = chain.head();
        let forget = |expected| Event::Forget { key, expected };
        for (event, known) in [
            (teach_over("a", Expected::Nothing), &[3][..]),
            (teach_over("a", Expected::Block(3)), &[]),
            (teach_over("a", Expected::Block(3)), &[5, 3]),
            (forget(Expected::Nothing), &[3]),
            (forget(Expected::Block(3)), &[5, 3]),
        ] {
            let decision = decided(&mut chain, event, known);
            assert!(
                matches!(decision, Decision::Unexpected(now) if now == known.first().copied()),
                "{decision:?}"
            );
        }
        assert!(matches!(decided(&mut chain, forget(Expected::Block(3)), &[]), Decision::NotTaught));
        assert_eq!(chain.head(), before);
        assert_eq!(changes(&mut chain, teach_over("a", Expected::Nothing), &[]).replaces, None);
        assert_eq!(changes(&mut chain, teach_over("a", Expected::Block(5)), &[5]).replaces, Some(5));
        assert_eq!(changes(&mut chain, forget(Expected::Block(5)), &[5, 3]).erased, vec![3, 5]);
    }

    #[test]
    fn the_answer_of_a_block_is_taught_to_another_question_only_while_the_block_answers() {
        let mut chain = chain(6);
        let before = chain.head();
        let mut decided = |replaces, source| {
            let premise = Premise { replaces, answer_of: Some(3) };
            let (key, teach) = (Key::of("b"), Teach::new("b", "y"));
            let event = Event::Teach { key, teach, if_changed: false, premise };
            assert_eq!(event.answer_of(), Some(3));
            decide(&mut chain, 2, SALT, event, Known { source, ..Known::default() }).unwrap()
        };
        for source in [None, Some(5)] {
            let decision = decided(Expected::Nothing, source);
            assert!(matches!(decision, Decision::Unexpected(now) if now == source), "{decision:?}");
        }
        assert!(matches!(decided(Expected::Block(1), Some(3)), Decision::Unexpected(None)));
        let Decision::Record(changes) = decided(Expected::Nothing, Some(3)) else { panic!() };
        assert_eq!(changes.sealed.block.index, before.index + 1, "what was refused is no block");
    }

    #[test]
    fn a_block_that_would_break_the_genome_is_refused() {
        let mut chain = chain(5);
        let before = chain.head();
        let ask = Event::Ask(Ask::new(Match::Exact { block: 5 }, 0));
        assert_eq!(decide(&mut chain, 2, SALT, ask, Known::default()).unwrap_err(), Broken::Reference(5));
        assert_eq!(chain.head(), before);
    }
}
