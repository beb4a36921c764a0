//! `kolibri list` and `kolibri search`: what is taught, without knowing its wording.

use clap::Args;

use super::client::Client;
use super::{Connection, Exit, Output, print_json, print_line, say};
use crate::wire::limits::MAX_ASSOCIATIONS;
use crate::wire::{AssociationsResponse, ListedAssociation};

#[derive(Args)]
pub(super) struct List {
    #[command(flatten)]
    which: Which,
}

#[derive(Args)]
pub(super) struct Search {
    /// Words that the question with its answer must all contain, in any form; the last may be only begun
    #[arg(required = true)]
    words: Vec<String>,
    #[command(flatten)]
    which: Which,
}

#[derive(Args)]
struct Which {
    /// What answered most questions first, and not what was taught last
    #[arg(long)]
    most_asked: bool,
    /// Only what answered no question
    #[arg(long, conflicts_with = "most_asked")]
    never_asked: bool,
    /// Only what was taught at this time or later: RFC 3339, or seconds since the Unix epoch
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// The most to show
    #[arg(long, default_value = "20", value_parser = clap::value_parser!(u64).range(1..))]
    limit: u64,
    #[command(flatten)]
    node: Connection,
    #[command(flatten)]
    output: Output,
}

impl List {
    pub(super) fn run(self) -> Result<(), Exit> {
        self.which.show("")
    }
}

impl Search {
    pub(super) fn run(self) -> Result<(), Exit> {
        self.which.show(&self.words.join(" "))
    }
}

impl Which {
    fn show(&self, words: &str) -> Result<(), Exit> {
        let client = Client::new(&self.node)?;
        let (mut shown, mut cursor) = (0, None);
        let page = loop {
            let page = self.page(&client, words, self.limit - shown, cursor.as_deref())?;
            for listed in &page.associations {
                self.print(listed)?;
            }
            shown += page.associations.len() as u64;
            cursor.clone_from(&page.next);
            if cursor.is_none() || shown >= self.limit {
                break page;
            }
        };
        if page.total > shown {
            say(&format!("{} more; --limit shows more of them", page.total - shown));
        }
        if !page.caught_up {
            say("the node is still reading its genome, so something may be missing; try again in a moment");
        }
        if shown == 0 {
            say(if words.is_empty() { "nothing is taught yet" } else { "nothing has all of these words" });
            return Err(Exit::No);
        }
        Ok(())
    }

    fn page(
        &self,
        client: &Client,
        words: &str,
        limit: u64,
        cursor: Option<&str>,
    ) -> Result<AssociationsResponse, Exit> {
        let limit = limit.min(MAX_ASSOCIATIONS as u64).to_string();
        let order = if self.most_asked { "asked" } else { "newest" };
        let given = [
            ("q", Some(words)),
            ("order", Some(order)),
            ("limit", Some(limit.as_str())),
            ("asked", self.never_asked.then_some("never")),
            ("since", self.since.as_deref()),
            ("cursor", cursor),
        ];
        let query: Vec<(&str, &str)> =
            given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        let response = client.accepted(client.send(client.get("/api/v1/associations").query(&query))?)?;
        response.json().map_err(|error| Exit::Failed(format!("cannot read the node's response: {error}")))
    }

    fn print(&self, listed: &ListedAssociation) -> Result<(), Exit> {
        if self.output.json {
            return print_json(listed);
        }
        let ListedAssociation { stimulus, excerpt, source, taught, versions, asked, last_asked } = listed;
        let day = |time: &str| time.chars().take("2026-11-26".len()).collect::<String>();
        let mut facts = format!("taught on {} in block {}", day(taught), source.index);
        if *versions > 1 {
            facts.push_str(&format!(", {versions} versions"));
        }
        if let Some(last) = last_asked {
            let times = if *asked == 1 { "once".to_owned() } else { format!("{asked} times") };
            facts.push_str(&format!(", asked {times}, last on {}", day(last)));
        }
        print_line(stimulus)?;
        print_line(&format!("    {excerpt}"))?;
        print_line(&format!("    {facts}"))
    }
}
