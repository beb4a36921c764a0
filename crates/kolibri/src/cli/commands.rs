//! Commands to a running node, one call each.

use clap::{Args, Subcommand};
use reqwest::StatusCode;
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

use super::client::Client;
use super::{Connection, Exit, Output, print_json, print_line};

#[derive(Args)]
pub(super) struct Teach {
    /// The question, as people will ask it
    stimulus: String,
    /// The answer to give
    response: String,
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
        #[arg(long, value_parser = ["failed", "ok"])]
        outcome: Option<String>,
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
pub(super) struct Healthcheck {
    #[command(flatten)]
    node: Connection,
}

impl Teach {
    pub(super) fn run(self) -> Result<(), Exit> {
        let body = json!({ "stimulus": self.stimulus, "response": self.response });
        let taught = call(&self.node, |client| client.post("/api/v1/teach").json(&body))?;
        print(&self.output, &taught, |taught| format!("taught in {}", block(&taught["block"])))
    }
}

impl Ask {
    pub(super) fn run(self) -> Result<(), Exit> {
        let body = json!({ "stimulus": self.stimulus });
        let answer = call(&self.node, |client| client.post("/api/v1/ask").json(&body))?;
        print(&self.output, &answer, answer_for_people)?;
        if answer["answer"].is_null() { Err(Exit::No) } else { Ok(()) }
    }
}

impl Forget {
    pub(super) fn run(self) -> Result<(), Exit> {
        let body = json!({ "stimulus": self.stimulus });
        let forgotten = call(&self.node, |client| client.post("/api/v1/forget").json(&body))?;
        print(&self.output, &forgotten, |forgotten| {
            let erased = forgotten["erased"].as_array().into_iter().flatten();
            let erased: Vec<_> = erased.map(ToString::to_string).collect();
            format!(
                "forgotten in {}; erased the content of block {}",
                block(&forgotten["block"]),
                erased.join(", ")
            )
        })
    }
}

impl TraceCommand {
    pub(super) fn run(self) -> Result<(), Exit> {
        let (path, node, output) = match self {
            Self::Latest { outcome: Some(outcome), node, output } => {
                (format!("/api/v1/traces/latest?outcome={outcome}"), node, output)
            }
            Self::Latest { outcome: None, node, output } => {
                ("/api/v1/traces/latest".to_owned(), node, output)
            }
            // Checked here, since the id becomes part of a path.
            Self::Show { trace_id, .. } if kolibri_core::trace::TraceId::parse(&trace_id).is_none() => {
                return Err(Exit::Failed("a trace id is 32 lower-case hex digits, not all zero".into()));
            }
            Self::Show { trace_id, node, output } => (format!("/api/v1/traces/{trace_id}"), node, output),
        };
        let trace = call(&node, |client| client.get(&path))?;
        print(&output, &trace, trace_for_people)
    }
}

impl Healthcheck {
    pub(super) fn run(self) -> Result<(), Exit> {
        let client = Client::new(&self.node)?;
        match client.json(client.get("/readyz"))? {
            Ok(_) => print_line(&format!("ready: {}", client.url())),
            Err((_, problem)) => {
                eprintln!("kolibri: {problem}");
                Err(Exit::No)
            }
        }
    }
}

/// Calls the node. What it does not find is a no; any other problem is a failure.
pub(super) fn call(
    node: &Connection,
    request: impl FnOnce(&Client) -> RequestBuilder,
) -> Result<Value, Exit> {
    let client = Client::new(node)?;
    client.json(request(&client))?.map_err(|(status, problem)| {
        if status == StatusCode::NOT_FOUND {
            eprintln!("kolibri: {problem}");
            Exit::No
        } else {
            Exit::Failed(problem.to_string())
        }
    })
}

fn print(output: &Output, value: &Value, for_people: impl FnOnce(&Value) -> String) -> Result<(), Exit> {
    if output.json { print_json(value) } else { print_line(&for_people(value)) }
}

fn block(block: &Value) -> String {
    format!("block {} ({})", block["index"], text(&block["hash"]))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn answer_for_people(answer: &Value) -> String {
    if answer["answer"].is_null() {
        let near = answer["suggestions"].as_array().into_iter().flatten();
        let near: Vec<_> = near
            .map(|near| format!("\n  {:.2}  {}", number(&near["score"]), text(&near["stimulus"])))
            .collect();
        let hint = if near.is_empty() { "" } else { "; the closest stimuli are:" };
        return format!("no answer is similar enough{hint}{}", near.concat());
    }
    let (found, score) = (text(&answer["match"]), number(&answer["score"]));
    format!(
        "{}\n  ({found} match, similarity {score:.2}, from {})",
        text(&answer["answer"]),
        block(&answer["source"])
    )
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_default()
}

fn trace_for_people(trace: &Value) -> String {
    let took = &trace["duration_us"];
    let mut lines = vec![
        format!("trace    {}", text(&trace["trace_id"])),
        format!("time     {}", text(&trace["time"])),
        format!("event    {}", text(&trace["event"])),
        format!("outcome  {}", text(&trace["outcome"])),
    ];
    lines.extend(trace["error"].as_str().map(|error| format!("error    {error}")));
    lines.extend(trace["block"].as_u64().map(|block| format!("block    {block}")));
    lines.push(format!(
        "took     {} us (recall {}, queue {}, commit {})",
        took["total"], took["recall"], took["queue"], took["commit"]
    ));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_shows_where_it_comes_from() {
        let answer = json!({
            "match": "similar", "score": 0.8312, "answer": "Paris",
            "source": { "index": 7, "hash": "ab" }, "suggestions": [],
        });
        assert_eq!(
            answer_for_people(&answer),
            "Paris\n  (similar match, similarity 0.83, from block 7 (ab))"
        );
    }

    #[test]
    fn no_answer_shows_what_is_near() {
        let answer =
            json!({ "answer": null, "suggestions": [{ "stimulus": "capital of France", "score": 0.5 }] });
        let expected = "no answer is similar enough; the closest stimuli are:\n  0.50  capital of France";
        assert_eq!(answer_for_people(&answer), expected);
    }
}
