//! The runbook in a terminal, for whoever cannot open a link: the node may be what is down.

use clap::Args;

use super::{Exit, print_line};
use crate::runbook::{Language, anchor, sections};

#[derive(Args)]
pub(super) struct Runbook {
    /// A section, such as the name of an alert; all of it if omitted
    section: Option<String>,
    /// In which language; by default the locale's if it is one of them, else English
    #[arg(long, value_enum)]
    language: Option<Language>,
}

impl Runbook {
    pub(super) fn run(self) -> Result<(), Exit> {
        let text = self.language.or_else(of_locale).unwrap_or(Language::English).text();
        let Some(name) = self.section else { return print_line(text.trim_end()) };
        let sections = sections(text);
        let wanted = anchor(name.trim().trim_start_matches('#'));
        match sections.iter().find(|section| anchor(section.title) == wanted) {
            Some(section) => print_line(section.text.trim_end()),
            None => {
                let titles: Vec<&str> = sections.iter().map(|section| section.title).collect();
                Err(Exit::Failed(format!(
                    "the runbook has no section {name:?}; its sections are:\n  {}",
                    titles.join("\n  ")
                )))
            }
        }
    }
}

/// The language of the terminal (POSIX: `LC_ALL` overrides `LC_MESSAGES`, which overrides `LANG`).
fn of_locale() -> Option<Language> {
    let set = |name| std::env::var(name).ok().filter(|value: &String| !value.is_empty());
    ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set).and_then(|locale| Language::of_tag(&locale))
}
