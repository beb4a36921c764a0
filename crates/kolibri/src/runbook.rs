//! The runbook that the binary carries, in two languages, by its sections: for the page at `/runbook` and for
//! `kolibri runbook`.

use crate::pack;

/// A language of the runbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    #[value(name = "en")]
    English,
    #[value(name = "ru")]
    Russian,
}

impl Language {
    /// The language that a tag such as `ru-RU`, or a locale such as `ru_RU.UTF-8`, asks for, if there is one.
    pub(crate) fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_', '.']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "ru" => Some(Self::Russian),
            "en" => Some(Self::English),
            _ => None,
        }
    }

    /// The code of the language (BCP 47).
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Russian => "ru",
        }
    }

    /// The name of the runbook in the ops pack and in `docs/`.
    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::English => "operations.md",
            Self::Russian => "operations.ru.md",
        }
    }

    /// The runbook, as Markdown.
    pub(crate) fn text(self) -> &'static str {
        let found = pack::FILES.iter().find(|file| file.path == self.file());
        found.map(|file| file.text).unwrap_or_default()
    }
}

/// The anchor of a heading, as GitHub makes it: small letters, digits, `-` and `_`, with `-` for each space.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

/// A part of the runbook, from its heading to the next one of the same or a higher level.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Section {
    /// `#` is 1.
    pub(crate) level: usize,
    pub(crate) title: &'static str,
    /// With the heading, and with the sections below it.
    pub(crate) text: &'static str,
    /// What is between its heading and the next one of any level.
    pub(crate) own: &'static str,
}

/// Every section, in order.
pub(crate) fn sections(text: &'static str) -> Vec<Section> {
    let headings = headings(text);
    let until = |position: usize, level: usize| {
        let next = headings[position + 1..].iter().find(|(_, other, _)| *other <= level);
        next.map_or(text.len(), |(start, ..)| *start)
    };
    let section = |(position, &(start, level, title)): (usize, &(usize, usize, &'static str))| {
        let next = headings.get(position + 1).map_or(text.len(), |(start, ..)| *start);
        let own = text[start..next].split_once('\n').map_or("", |(_, own)| own);
        Section { level, title, text: &text[start..until(position, level)], own }
    };
    headings.iter().enumerate().map(section).collect()
}

/// Where each heading starts, its level and its title. A `#` inside a fence begins a comment of a script.
fn headings(text: &'static str) -> Vec<(usize, usize, &'static str)> {
    let mut found = Vec::new();
    let (mut start, mut fenced) = (0, false);
    for line in text.split_inclusive('\n') {
        fenced ^= line.starts_with("```");
        let title = line.trim_start_matches('#');
        let level = line.len() - title.len();
        if !fenced && level > 0 && title.starts_with(' ') {
            found.push((start, level, title.trim()));
        }
        start += line.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Language; 2] = [Language::English, Language::Russian];

    #[test]
    fn tags_and_locales_tell_the_language() {
        for (tag, language) in [
            ("ru", Some(Language::Russian)),
            ("ru_RU.UTF-8", Some(Language::Russian)),
            ("RU-by", Some(Language::Russian)),
            ("en-GB", Some(Language::English)),
            ("C.UTF-8", None),
            ("rue", None),
            ("", None),
        ] {
            assert_eq!(Language::of_tag(tag), language, "{tag}");
        }
    }

    #[test]
    fn a_section_ends_before_the_next_of_its_level_and_comments_of_scripts_are_no_headings() {
        let text =
            "# Title\nfirst\n## A b\nin a\n```sh\n# no heading\n```\n### Below\ndeep\n## Second: c\nend\n";
        let sections = sections(text);
        let told: Vec<_> = sections.iter().map(|section| (section.level, section.title)).collect();
        assert_eq!(told, [(1, "Title"), (2, "A b"), (3, "Below"), (2, "Second: c")]);
        assert_eq!(sections[1].text, "## A b\nin a\n```sh\n# no heading\n```\n### Below\ndeep\n");
        assert_eq!(sections[0].text, text);
        let own: Vec<_> = sections.iter().map(|section| section.own).collect();
        assert_eq!(own, ["first\n", "in a\n```sh\n# no heading\n```\n", "deep\n", "end\n"]);
        assert_eq!(anchor("Second: c"), "second-c");
        assert_eq!(anchor("Проверить `геном`"), "проверить-геном");
    }

    #[test]
    fn both_runbooks_have_the_same_sections_for_the_alerts() {
        let alerts = |language: Language| -> Vec<&'static str> {
            let all = sections(language.text()).into_iter().map(|section| section.title);
            all.filter(|title| title.starts_with("Kolibri") && !title.contains(' ')).collect()
        };
        let [english, russian] = BOTH.map(alerts);
        assert!(english.len() > 10, "{english:?}");
        assert_eq!(english, russian);
    }
}
