//! Commands to a running node, one call each.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use kolibri_core::clock::rfc3339;
use kolibri_core::trace::{FailureGroup, Outcome, Trace, TraceId};
use reqwest::StatusCode;
use reqwest::blocking::RequestBuilder;
use serde::de::DeserializeOwned;

use super::client::{Answer, Client};
use super::{Connection, Exit, Output, print_json, print_line, say};
use crate::wire::{
    AnsweredBy, AskResponse, BlockAddress, ConditionLevel, Erasure, FailuresResponse, ForgetRequest,
    ForgetResponse, Health, LatestQuery, MatchKind, OperationsResponse, StimulusRequest, SuggestedAnswer,
    TeachRequest, TeachResponse,
};

#[derive(Args)]
pub(super) struct Teach {
    /// The question, as people will ask it
    stimulus: String,
    /// The answer to give
    response: String,
    /// Teach it only if this block answers the question until then
    #[arg(long, value_name = "BLOCK")]
    replaces: Option<u64>,
    /// Teach it only if this block, whose answer it is, still answers its own question
    #[arg(long, value_name = "BLOCK")]
    answer_of: Option<u64>,
    #[command(flatten)]
    node: Connection,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(super) struct Ask {
    /// The question
    stimulus: String,
    #[command(flatten)]
    node: Connection,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(super) struct Forget {
    /// The stimulus, as it was taught
    stimulus: String,
    /// Forget it only if this block answers it until then, and nothing that was taught later
    #[arg(long, value_name = "BLOCK")]
    block: Option<u64>,
    #[command(flatten)]
    node: Connection,
    #[command(flatten)]
    output: Output,
}

#[derive(Subcommand)]
pub(super) enum TraceCommand {
    /// Show the latest trace
    #[command(after_help = "Example:\n  kolibri trace latest --outcome failed")]
    Latest {
        /// Only commands with this outcome: failed or ok
        #[arg(long, value_parser = outcome_parser())]
        outcome: Option<Outcome>,
        #[command(flatten)]
        node: Connection,
        #[command(flatten)]
        output: Output,
    },
    /// Show what failed in some time, by kind, and the command behind each
    #[command(after_help = "\
A time is RFC 3339, or seconds since the Unix epoch.

Examples:
  kolibri trace failed --since 2026-11-26T16:30:00Z
  kolibri trace failed --since 1795710600 --until 1795714200")]
    Failed {
        /// Only commands that reached the node at this time or later
        #[arg(long, value_name = "TIME")]
        since: Option<String>,
        /// Only commands that reached the node before this time
        #[arg(long, value_name = "TIME")]
        until: Option<String>,
        #[command(flatten)]
        node: Connection,
        #[command(flatten)]
        output: Output,
    },
    /// Show the trace of one command
    #[command(after_help = "Example:\n  kolibri trace show 0af7651916cd43dd8448eb211c80319c")]
    Show {
        /// 32 hex digits, from the X-Trace-Id header of the command's response
        trace_id: String,
        #[command(flatten)]
        node: Connection,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Args)]
pub(super) struct Status {
    #[command(flatten)]
    node: Connection,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub(super) struct Healthcheck {
    #[command(flatten)]
    node: Connection,
}

impl Teach {
    pub(super) fn run(self) -> Result<(), Exit> {
        let Self { stimulus, response, answer_of, .. } = self;
        let body = TeachRequest { stimulus, response, replaces: self.replaces.map(Some), answer_of };
        let taught = call(&self.node, |client| client.post("/api/v1/teach").json(&body))?;
        print(&self.output, &taught, |taught: &TeachResponse| format!("taught in {}", block(&taught.block)))
    }
}

impl Ask {
    pub(super) fn run(self) -> Result<(), Exit> {
        let body = StimulusRequest { stimulus: self.stimulus };
        let answer = call(&self.node, |client| client.post("/api/v1/ask").json(&body))?;
        print(&self.output, &answer, answer_for_people)?;
        if answer.value.genome_broken {
            say("the last verification found this node's genome broken; the answer may be wrong");
        }
        if answer.value.answer.is_some() { Ok(()) } else { Err(Exit::No) }
    }
}

impl Forget {
    pub(super) fn run(self) -> Result<(), Exit> {
        let body = ForgetRequest { stimulus: self.stimulus, block: self.block };
        let forgotten = call(&self.node, |client| client.post("/api/v1/forget").json(&body))?;
        print(&self.output, &forgotten, |ForgetResponse { block: own, erased, texts }| {
            let erased: Vec<_> = erased.iter().map(ToString::to_string).collect();
            let later = match texts {
                Erasure::Gone => "",
                Erasure::Erasing => "; it is still in the log until another program stops reading the genome",
            };
            format!("forgotten in {}; erased the content of block {}{later}", block(own), erased.join(", "))
        })
    }
}

impl Status {
    pub(super) fn run(self) -> Result<(), Exit> {
        let answer: Answer<OperationsResponse> = call(&self.node, |client| client.get("/api/v1/operations"))?;
        let OperationsResponse { condition, .. } = &answer.value;
        if self.output.json {
            print_json(&answer.sent["condition"])?;
        } else {
            print_line(&condition.sentence)?;
        }
        if condition.level == ConditionLevel::Healthy { Ok(()) } else { Err(Exit::No) }
    }
}

impl TraceCommand {
    pub(super) fn run(self) -> Result<(), Exit> {
        match self {
            Self::Latest { outcome, node, output } => {
                let query = LatestQuery { outcome };
                let trace = call(&node, |client| client.get("/api/v1/traces/latest").query(&query))?;
                print(&output, &trace, trace_for_people)
            }
            Self::Failed { since, until, node, output } => {
                let query = [("since", since), ("until", until)];
                let query: Vec<_> = query.iter().filter(|(_, given)| given.is_some()).collect();
                let failures = call(&node, |client| client.get("/api/v1/traces/failed").query(&query))?;
                print(&output, &failures, failures_for_people)?;
                if failures.value.groups.is_empty() { Err(Exit::No) } else { Ok(()) }
            }
            Self::Show { trace_id, node, output } => {
                // Checked here, since the id becomes part of a path.
                if TraceId::parse(&trace_id).is_none() {
                    return Err(Exit::Failed("a trace id is 32 lower-case hex digits, not all zero".into()));
                }
                let trace = call(&node, |client| client.get(&format!("/api/v1/traces/{trace_id}")))?;
                print(&output, &trace, trace_for_people)
            }
        }
    }
}

impl Healthcheck {
    pub(super) fn run(self) -> Result<(), Exit> {
        let client = Client::new(&self.node)?;
        match client.answer::<Health>(client.get("/readyz"))? {
            Ok(answer) => {
                answer.value.notes.iter().for_each(|note| say(note));
                print_line(&format!("ready: {}", client.url()))
            }
            Err(problem) => {
                say(&problem.to_string());
                Err(Exit::No)
            }
        }
    }
}

/// Calls the node. What it does not find is a no; any other problem is a failure.
pub(super) fn call<T: DeserializeOwned>(
    node: &Connection,
    request: impl FnOnce(&Client) -> RequestBuilder,
) -> Result<Answer<T>, Exit> {
    let client = Client::new(node)?;
    client.answer(request(&client))?.map_err(|problem| {
        if problem.status == StatusCode::NOT_FOUND {
            say(&problem.to_string());
            Exit::No
        } else {
            Exit::Failed(problem.to_string())
        }
    })
}

fn print<T>(output: &Output, answer: &Answer<T>, for_people: impl FnOnce(&T) -> String) -> Result<(), Exit> {
    if output.json { print_json(&answer.sent) } else { print_line(&for_people(&answer.value)) }
}

fn block(BlockAddress { index, hash }: &BlockAddress) -> String {
    format!("block {index} ({hash})")
}

fn answer_for_people(asked: &AskResponse) -> String {
    let (Some(answer), Some(source)) = (&asked.answer, &asked.source) else {
        let near = asked.suggestions.iter();
        let first = |answer: &str| answer.lines().next().unwrap_or_default().to_owned();
        let line = |near: &SuggestedAnswer| {
            format!("\n  {:.2}  {}\n        {}", near.score, near.stimulus, first(&near.answer))
        };
        let near: Vec<_> = near.map(line).collect();
        let hint = if near.is_empty() { "" } else { "; the most probable ones:" };
        return format!("no answer is probable enough{hint}{}", near.concat());
    };
    let taught = asked.taught.as_deref().and_then(|time| time.get(..10)).unwrap_or_default();
    let stimulus = asked.stimulus.as_deref().unwrap_or_default();
    let how = match (asked.found, asked.how) {
        (MatchKind::Exact | MatchKind::None, _) => "word for word".to_owned(),
        (MatchKind::Similar, Some(AnsweredBy::Meaning)) => format!("by meaning, {:.2}", asked.score),
        (MatchKind::Similar, Some(AnsweredBy::Words)) => format!("by words, {:.2}", asked.score),
        // A node of an earlier version does not tell.
        (MatchKind::Similar, _) => format!("in other words, {:.2}", asked.score),
    };
    format!("{answer}\n  ({how}: \"{stimulus}\", taught {taught} in {})", block(source))
}

fn trace_for_people(trace: &Trace) -> String {
    let took = trace.duration_us;
    let mut lines = vec![
        format!("trace    {}", trace.trace_id),
        format!("time     {}", rfc3339(trace.time)),
        format!("event    {}", trace.event),
        format!("outcome  {}", name(trace.outcome)),
    ];
    lines.extend(trace.error.map(|error| format!("error    {}", error.name())));
    lines.extend(trace.fault.map(|fault| format!("fault    {}", fault.name())));
    lines.extend(trace.cause.map(|cause| format!("cause    {cause}, which broke the store")));
    lines.extend(trace.caller.as_ref().map(|caller| {
        let token = caller.token.iter().map(|token| format!(", with the token \"{token}\""));
        format!("caller   {}{}", caller.address.name(), token.collect::<String>())
    }));
    lines.extend(trace.block.map(|block| format!("block    {block}")));
    lines.push(format!(
        "took     {} us (recall {}, queue {}, commit {})",
        took.total, took.recall, took.queue, took.commit
    ));
    lines.join("\n")
}

fn failures_for_people(found: &FailuresResponse) -> String {
    let whole = found.missing_before.is_none();
    let mut lines: Vec<String> = found.groups.iter().map(|group| group_for_people(group, whole)).collect();
    if lines.is_empty() {
        lines.push("the node remembers no failed command of that time".to_owned());
    }
    lines.extend(found.missing_before.as_ref().map(|time| {
        format!(
            "failures before {time} may be missing: the node remembers {}. Older ones are in the trace file \
             (KOLIBRI_TRACE_PATH)",
            found.remembered
        )
    }));
    lines.join("\n")
}

/// What is not whole counts only what is remembered.
fn group_for_people(group: &FailureGroup, whole: bool) -> String {
    let at_least = if whole { "" } else { "at least " };
    let FailureGroup { fault, error, event, count, noticed, first, last, example } = group;
    let noticed = match noticed {
        0 => String::new(),
        noticed => format!(", {noticed} of them because of an earlier command"),
    };
    format!(
        "{event} {} (fault: {}): {at_least}{count} failed{noticed}, from {} to {}\n  kolibri trace show {}",
        error.name(),
        fault.name(),
        rfc3339(*first),
        rfc3339(*last),
        example.trace_id
    )
}

const fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Ok => "ok",
        Outcome::Failed => "failed",
    }
}

/// Takes an outcome by its name.
fn outcome_parser() -> impl TypedValueParser<Value = Outcome> {
    let outcomes = [Outcome::Failed, Outcome::Ok];
    PossibleValuesParser::new(outcomes.map(name))
        .map(move |given| if given == name(Outcome::Ok) { Outcome::Ok } else { Outcome::Failed })
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn an_answer_shows_how_it_was_found_and_where_it_comes_from() {
        for (found, how, shown) in [
            ("exact", json!("exact"), "word for word"),
            ("similar", json!("words"), "by words, 0.83"),
            ("similar", json!("meaning"), "by meaning, 0.83"),
            ("similar", json!(null), "in other words, 0.83"),
        ] {
            let answer = json!({
                "match": found, "how": how, "score": 0.8312, "answer": "Paris", "stimulus": "the capital of France",
                "source": { "index": 7, "hash": "ab" }, "taught": "2026-11-24T09:30:00Z", "suggestions": [],
            });
            let source = "\"the capital of France\", taught 2026-11-24 in block 7 (ab)";
            assert_eq!(
                answer_for_people(&from_value(answer).unwrap()),
                format!("Paris\n  ({shown}: {source})")
            );
        }
    }

    #[test]
    fn no_answer_shows_what_is_near() {
        let answer = json!({
            "match": "none", "score": 0.5, "answer": null, "source": null,
            "suggestions": [{
                "stimulus": "capital of France", "score": 0.5, "answer": "Paris",
                "source": { "index": 7, "hash": "ab" }, "taught": "2026-11-24T09:30:00Z",
            }],
        });
        let expected =
            "no answer is probable enough; the most probable ones:\n  0.50  capital of France\n        Paris";
        assert_eq!(answer_for_people(&from_value(answer).unwrap()), expected);
    }
}
