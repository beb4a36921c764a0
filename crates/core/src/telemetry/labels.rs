//! Closed sets of labels, and values that are kept for each label of a set.

use std::marker::PhantomData;
use std::ops::Index;

use kolibri_genome::EventType;

use crate::command::{Command, UNKNOWN_COMMAND};
use crate::error::Fault;
use crate::observer::Failed;

/// A closed set of label values. No caller can add one.
pub trait Label: Copy + PartialEq + 'static {
    /// Every value.
    const ALL: &'static [Self];

    /// The label `event_type`, as it is scraped.
    fn event_type(self) -> &'static str;

    /// The label `fault`, as it is scraped; `None` if the set has no such label.
    fn fault(self) -> Option<&'static str> {
        None
    }
}

impl Label for EventType {
    const ALL: &'static [Self] = &Self::ALL;

    fn event_type(self) -> &'static str {
        self.name()
    }
}

impl Label for Command {
    const ALL: &'static [Self] = &Self::ALL;

    fn event_type(self) -> &'static str {
        self.name()
    }
}

/// Any event may fail in the node; a caller can be wrong only in commands.
const FAILED: [Failed; EventType::ALL.len() + Command::ALL.len() + 2] = {
    let mut all = [Failed::Command; EventType::ALL.len() + Command::ALL.len() + 2];
    let mut at = 0;
    while at < EventType::ALL.len() {
        all[at] = Failed::Event(EventType::ALL[at], Fault::Node);
        at += 1;
    }
    while at < EventType::ALL.len() + Command::ALL.len() {
        all[at] = Failed::Event(Command::ALL[at - EventType::ALL.len()].event(), Fault::Caller);
        at += 1;
    }
    all[at] = Failed::Trace;
    all
};

impl Label for Failed {
    const ALL: &'static [Self] = &FAILED;

    fn event_type(self) -> &'static str {
        match self {
            Self::Event(event, _) => event.name(),
            Self::Command => UNKNOWN_COMMAND,
            Self::Trace => "TRACE",
        }
    }

    fn fault(self) -> Option<&'static str> {
        Some(match self {
            Self::Event(_, fault) => fault.name(),
            Self::Command => Fault::Caller.name(),
            Self::Trace => "trace",
        })
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

impl<L: Label> Each<L, u64> {
    /// Both added up, label by label.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self::new(|label| self[label].saturating_add(other[label]))
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
        let names = |label: L| (label.event_type(), label.fault());
        let each = Each::<L, _>::new(names);
        for label in L::ALL.iter().chain(some) {
            assert_eq!(each[*label], names(*label), "{label:?} has its own place");
        }
        assert!(each.iter().all(|(label, found)| names(label) == *found));
    }

    #[test]
    fn every_label_has_its_own_place() {
        assert_closed(&[EventType::Genesis, EventType::Teach, EventType::Ask, EventType::Forget]);
        assert_closed(&[Command::Teach, Command::Ask, Command::Forget]);
        assert_closed(&[Failed::Command, Failed::Trace, Failed::Event(EventType::Genesis, Fault::Node)]);
        for command in Command::ALL {
            assert_closed(&[Fault::Caller, Fault::Node].map(|fault| Failed::Event(command.event(), fault)));
        }
    }
}
