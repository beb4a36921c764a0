//! The closed set of events, and how each is written in a block.

use std::fmt;
use std::str::FromStr;

/// What the node did. The set is closed: a new event is a new variant here, with a code that says which
/// format version introduced it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventType {
    /// The genome began. Block 0, and only block 0.
    Genesis,
    /// An association was taught.
    Teach,
    /// A question was answered, or found no answer.
    Ask,
    /// An association was forgotten and its content erased.
    Forget,
}

impl EventType {
    /// Every event type, in the order of their codes.
    pub const ALL: [Self; 4] = [Self::Genesis, Self::Teach, Self::Ask, Self::Forget];

    /// The two bytes in a block: the format version that introduced the type, then its number within that
    /// version.
    pub const fn code(self) -> [u8; 2] {
        match self {
            Self::Genesis => [1, 0],
            Self::Teach => [1, 1],
            Self::Ask => [1, 2],
            Self::Forget => [1, 3],
        }
    }

    /// The type's name: upper case, as in metrics, traces and the API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Genesis => "GENESIS",
            Self::Teach => "TEACH",
            Self::Ask => "ASK",
            Self::Forget => "FORGET",
        }
    }

    /// The type a code stands for.
    ///
    /// ```
    /// use kolibri_genome::EventType;
    ///
    /// assert_eq!(EventType::from_code([1, 1]), Ok(EventType::Teach));
    /// let unknown = EventType::from_code([2, 0]).unwrap_err().to_string();
    /// assert!(unknown.contains("needs genome format version 2"));
    /// ```
    ///
    /// # Errors
    /// [`UnknownEvent`] names the format version that is needed to read the code.
    pub fn from_code(code: [u8; 2]) -> Result<Self, UnknownEvent> {
        Self::ALL.into_iter().find(|event| event.code() == code).ok_or(UnknownEvent { code })
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EventType {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|event| event.name() == name).ok_or(())
    }
}

/// A code that this version does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown event type {:02x}{:02x}: {}", code[0], code[1], self.why())]
pub struct UnknownEvent {
    /// The code in the block.
    pub code: [u8; 2],
}

impl UnknownEvent {
    fn why(&self) -> String {
        let read = crate::FORMAT_VERSION;
        match self.code[0] {
            needed if needed > read => {
                format!(
                    "it needs genome format version {needed}, but this program reads only up to version {read}"
                )
            }
            _ => format!("no genome format version up to {read} has it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_is_found_by_its_code_and_by_its_name() {
        for event in EventType::ALL {
            assert_eq!(EventType::from_code(event.code()), Ok(event));
            assert_eq!(event.name().parse(), Ok(event));
        }
    }

    #[test]
    fn an_unknown_code_names_the_version_it_needs() {
        let error = EventType::from_code([3, 7]).unwrap_err();
        assert!(error.to_string().contains("needs genome format version 3"), "{error}");
    }

    #[test]
    fn a_code_that_no_version_has_asks_for_no_version() {
        for code in [[0, 1], [1, 4]] {
            let error = EventType::from_code(code).unwrap_err();
            assert!(error.to_string().ends_with("no genome format version up to 1 has it"), "{error}");
        }
    }
}
