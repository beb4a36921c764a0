//! The commands that people send, and their limits.

use kolibri_genome::EventType;

use crate::error::CommandError;
use crate::text::has_visible;

/// The longest stimulus, in bytes of UTF-8.
pub const MAX_STIMULUS: usize = 4 * 1024;
/// The longest response, in bytes of UTF-8.
pub const MAX_RESPONSE: usize = 64 * 1024;

/// The label under which a request that names no known command is counted.
pub const UNKNOWN_COMMAND: &str = "COMMAND";

/// A command that people send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Teach an association.
    Teach,
    /// Ask a question.
    Ask,
    /// Forget an association.
    Forget,
}

impl Command {
    /// Every command.
    pub const ALL: [Self; 3] = [Self::Teach, Self::Ask, Self::Forget];

    /// The event that the command is recorded as.
    pub const fn event(self) -> EventType {
        match self {
            Self::Teach => EventType::Teach,
            Self::Ask => EventType::Ask,
            Self::Forget => EventType::Forget,
        }
    }

    /// The command's name: the name of its event.
    pub const fn name(self) -> &'static str {
        self.event().name()
    }

    /// The command of this name, in upper case.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|command| command.name() == name)
    }
}

/// Checks that a text has a visible character and is not too long.
///
/// # Errors
/// [`CommandError::Text`] names the field, what is wrong with it and the limit.
pub(crate) fn check(field: &'static str, text: &str, limit: usize) -> Result<(), CommandError> {
    let problem = if text.is_empty() {
        "is empty".to_owned()
    } else if !has_visible(text) {
        "has nothing that can be seen, only white space, marks or invisible characters".to_owned()
    } else if text.len() > limit {
        format!("is {} bytes long, but at most {limit} are allowed", text.len())
    } else {
        return Ok(());
    };
    Err(CommandError::Text { field, problem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_at_the_limit_is_taken_and_beyond_it_refused() {
        assert!(check("stimulus", &"я".repeat(MAX_STIMULUS / 2), MAX_STIMULUS).is_ok());
        let error = check("stimulus", &"a".repeat(MAX_STIMULUS + 1), MAX_STIMULUS).unwrap_err();
        assert_eq!(error.to_string(), "stimulus is 4097 bytes long, but at most 4096 are allowed");
    }

    #[test]
    fn text_without_anything_to_read_is_refused() {
        for text in ["", " ", "\n\t", "\u{0}\u{7}", "\u{200b}\u{feff}", "\u{3164}", "\u{301}"] {
            assert!(check("response", text, MAX_RESPONSE).is_err(), "{text:?}");
        }
    }

    #[test]
    fn commands_are_found_by_their_exact_name() {
        assert_eq!(Command::named("TEACH"), Some(Command::Teach));
        assert_eq!(Command::named("teach"), None);
        assert_eq!(Command::named("GENESIS"), None);
    }
}
