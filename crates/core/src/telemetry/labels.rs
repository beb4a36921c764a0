//! Closed sets of labels, and values that are kept for each label of a set.

use std::marker::PhantomData;
use std::ops::Index;

use kolibri_genome::EventType;

use crate::command::{Command, UNKNOWN_COMMAND};
use crate::observer::Failed;

/// A closed set of label values. No caller can add one.
pub trait Label: Copy + PartialEq + 'static {
    /// Every value.
    const ALL: &'static [Self];

    /// As it is scraped.
    fn value(self) -> &'static str;
}

impl Label for EventType {
    const ALL: &'static [Self] = &Self::ALL;

    fn value(self) -> &'static str {
        self.name()
    }
}

impl Label for Command {
    const ALL: &'static [Self] = &Self::ALL;

    fn value(self) -> &'static str {
        self.name()
    }
}

const FAILED: [Failed; EventType::ALL.len() + 2] = {
    let mut all = [Failed::Command; EventType::ALL.len() + 2];
    let mut at = 0;
    while at < EventType::ALL.len() {
        all[at] = Failed::Event(EventType::ALL[at]);
        at += 1;
    }
    all[at + 1] = Failed::Trace;
    all
};

impl Label for Failed {
    const ALL: &'static [Self] = &FAILED;

    fn value(self) -> &'static str {
        match self {
            Self::Event(event) => event.name(),
            Self::Command => UNKNOWN_COMMAND,
            Self::Trace => "TRACE",
        }
    }
}

/// A value for each label of a closed set.
#[derive(Debug, Clone, PartialEq)]
pub struct Each<L, T> {
    /// In the order of [`Label::ALL`].
    values: Vec<T>,
    labels: PhantomData<L>,
}

impl<L: Label, T> Each<L, T> {
    /// Makes a value for each label.
    pub fn new(value: impl FnMut(L) -> T) -> Self {
        Self { values: L::ALL.iter().copied().map(value).collect(), labels: PhantomData }
    }

    /// Every label with its value.
    pub fn iter(&self) -> impl Iterator<Item = (L, &T)> {
        L::ALL.iter().copied().zip(&self.values)
    }
}

impl<L: Label, T: Default> Default for Each<L, T> {
    fn default() -> Self {
        Self::new(|_| T::default())
    }
}

impl<L: Label, T> Index<L> for Each<L, T> {
    type Output = T;

    fn index(&self, label: L) -> &T {
        // Sets are small, and a label that is not in its own set is a defect that the test below finds.
        let at = L::ALL.iter().position(|other| *other == label).unwrap_or_default();
        &self.values[at]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_closed<L: Label + std::fmt::Debug>(some: &[L]) {
        let each = Each::<L, &str>::new(Label::value);
        for label in L::ALL.iter().chain(some) {
            assert_eq!(each[*label], label.value(), "{label:?} has its own place");
        }
        assert!(each.iter().all(|(label, value)| label.value() == *value));
    }

    #[test]
    fn every_label_has_its_own_place() {
        assert_closed(&[EventType::Genesis, EventType::Teach, EventType::Ask, EventType::Forget]);
        assert_closed(&[Command::Teach, Command::Ask, Command::Forget]);
        assert_closed(&[Failed::Command, Failed::Trace, Failed::Event(EventType::Forget)]);
    }
}
