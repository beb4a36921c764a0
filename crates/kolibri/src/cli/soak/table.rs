//! Reports as people read them.

use std::fmt::{Display, Write};

use kolibri_core::clock::rfc3339;
use kolibri_soak::{Comparison, DrillReport, Pace};

use super::{Exit, Output};
use crate::cli::{print_json, print_line};

/// Prints a report.
pub(super) fn print(output: &Output, report: &DrillReport) -> Result<(), Exit> {
    if output.json { print_json(report) } else { print_line(&show(report)) }
}

fn show(report: &DrillReport) -> String {
    let mut out = format!("{:<10}{} ({})", "drill", report.id, report.state.name());
    let mut line = |name: &str, value: String| {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n{name:<10}{value}");
    };
    line("started", rfc3339(report.started));
    line("plan", asked(report));
    if let Some(reason) = &report.reason {
        line("reason", reason.clone());
    }
    line("events", events(report));
    if let Some(head) = &report.head {
        line("head", format!("{}:{}", head.index, head.hash));
    }
    line("errors", errors(report));
    for (event, latency) in &report.latency {
        let [p50, p90, p99, max] =
            [latency.p50_seconds, latency.p90_seconds, latency.p99_seconds, latency.max_seconds]
                .map(milliseconds);
        let count = grouped(latency.count);
        line(event, format!("{count:>11}   p50 {p50:>9}   p90 {p90:>9}   p99 {p99:>9}   max {max:>9}"));
    }
    if let Some(memory) = &report.memory {
        let settled =
            memory.settled_bytes.map(|bytes| format!(", {} after 100 000 events", mebibytes(bytes as f64)));
        line(
            "memory",
            format!(
                "{} at the start{}, {} at the peak, {} at the end",
                mebibytes(memory.start_bytes as f64),
                settled.unwrap_or_default(),
                mebibytes(memory.peak_bytes as f64),
                mebibytes(memory.end_bytes as f64)
            ),
        );
    }
    if let Some(bytes) = report.bytes_per_block {
        line("disk", format!("{bytes:.0} bytes per block"));
    }
    let beside = if report.machine.standalone { "standalone" } else { "in a serving node" };
    line(
        "where",
        format!(
            "{}, {} cores, {beside}, version {}",
            report.machine.host, report.machine.cores, report.version
        ),
    );
    if let Some(comparison) = &report.comparison {
        line("compared", verdict(comparison));
    }
    out
}

fn asked(report: &DrillReport) -> String {
    let asked = &report.parameters;
    let pace = match asked.pace {
        Pace::Fast => "as fast as possible",
        Pace::Real => "in real time",
    };
    let durable = if asked.durable { "" } else { ", without flushing" };
    format!(
        "{} min x {} events, seed {}, {pace}, {} callers{durable}",
        asked.minutes, asked.events_per_minute, asked.seed, asked.concurrency
    )
}

fn events(report: &DrillReport) -> String {
    let mut text = grouped(report.events);
    if let (Some(took), Some(speed)) = (report.duration_seconds, report.events_per_second) {
        let _ = write!(text, " in {took:.2} s, {} per second", grouped(speed.trunc()));
    }
    match (report.verified, report.verification_seconds) {
        (Some(true), Some(took)) => {
            let _ = write!(text, "; every link and answer is correct (checked in {took:.2} s)");
        }
        (Some(false), _) => text.push_str("; the check found a fault"),
        _ => text.push_str("; not checked"),
    }
    text
}

fn errors(report: &DrillReport) -> String {
    if report.errors.is_empty() {
        return "none".to_owned();
    }
    let kinds: Vec<_> = report.errors.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    kinds.join(", ")
}

/// Whether a drill is slower than those before it.
fn verdict(comparison: &Comparison) -> String {
    let Comparison { comparable, median_seconds, spread_seconds, .. } = comparison;
    let percent = (comparison.difference_ratio * 100.0).abs();
    let how = if comparison.slower { "slower" } else { "faster" };
    if !comparison.is_enough() {
        let drills = if *comparable == 1 { "the only one like it" } else { "the median of those like it" };
        return format!(
            "{percent:.1} % {how} than {drills} ({median_seconds:.3} s); {comparable} of the five that it takes to say \
             what is usual"
        );
    }
    let judged = if comparison.beyond_spread { "outside" } else { "within" };
    format!(
        "{percent:.1} % {how} than the median of the last {comparable} like it ({median_seconds:.3} s, \
         spread {spread_seconds:.3} s): {judged} their usual spread"
    )
}

/// Drills, one a line.
pub(super) fn list(reports: &[DrillReport]) -> String {
    if reports.is_empty() {
        return "there are no drills yet; `kolibri soak run` runs one".to_owned();
    }
    let heading = format!(
        "{:<22}{:<13}{:>14}{:>12}{:>12}{:>12}{:>9}  {}",
        "drill", "state", "events", "seconds", "events/s", "ASK p99", "errors", "compared"
    );
    let row = |report: &DrillReport| {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        let ask = report.latency.get("ASK").map(|latency| milliseconds(latency.p99_seconds));
        let compared = report.comparison.as_ref().map(|comparison| {
            let mark = if comparison.is_enough() && comparison.beyond_spread { " !" } else { "" };
            format!("{}{mark}", change(comparison.difference_ratio))
        });
        format!(
            "{:<22}{:<13}{:>14}{:>12}{:>12}{:>12}{:>9}  {}",
            report.id,
            report.state.name(),
            grouped(report.events),
            or_dash(report.duration_seconds.map(|seconds| format!("{seconds:.2}"))),
            or_dash(report.events_per_second.map(|speed| grouped(speed.trunc()))),
            or_dash(ask),
            report.errors.values().sum::<u64>(),
            or_dash(compared)
        )
    };
    std::iter::once(heading).chain(reports.iter().map(row)).collect::<Vec<_>>().join("\n")
}

/// One figure of two drills; missing when a drill did not come so far.
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) a: Option<f64>,
    pub(super) b: Option<f64>,
}

impl Figure {
    /// How much more the second one has, as a part of the first.
    pub(super) fn change(&self) -> Option<f64> {
        let (a, b) = (self.a?, self.b?);
        (a != 0.0).then(|| (b - a) / a)
    }
}

/// What two drills are compared by.
pub(super) fn figures(a: &DrillReport, b: &DrillReport) -> impl Iterator<Item = Figure> {
    type Read = fn(&DrillReport) -> Option<f64>;
    fn p99(report: &DrillReport, event: &str) -> Option<f64> {
        report.latency.get(event).map(|latency| latency.p99_seconds)
    }
    let all: [(&'static str, Read); 9] = [
        ("events", |report| Some(report.events as f64)),
        ("duration_seconds", |report| report.duration_seconds),
        ("events_per_second", |report| report.events_per_second),
        ("teach_p99_seconds", |report| p99(report, "TEACH")),
        ("ask_p99_seconds", |report| p99(report, "ASK")),
        ("forget_p99_seconds", |report| p99(report, "FORGET")),
        ("errors", |report| Some(report.errors.values().sum::<u64>() as f64)),
        ("memory_end_bytes", |report| report.memory.map(|memory| memory.end_bytes as f64)),
        ("bytes_per_block", |report| report.bytes_per_block),
    ];
    all.map(|(name, read)| Figure { name, a: read(a), b: read(b) }).into_iter()
}

/// Two drills side by side.
pub(super) fn compare(a: &DrillReport, b: &DrillReport) -> String {
    let mut lines = vec![format!("{:<20}{:>24}{:>24}{:>10}", "", a.id, b.id, "change")];
    for figure in figures(a, b) {
        let changed = figure.change().map_or("-".to_owned(), change);
        let [one, other] = [figure.a, figure.b]
            .map(|value| value.map_or("-".to_owned(), |value| number(figure.name, value)));
        lines.push(format!("{:<20}{one:>24}{other:>24}{changed:>10}", figure.name));
    }
    let same = |text: &str| text.to_owned();
    lines.push(match (&a.head, &b.head) {
        (Some(one), Some(other)) if one == other => same("The genomes are identical, down to the last hash."),
        (Some(_), Some(_)) => {
            same("The genomes differ: a different seed, different parameters, or a different version.")
        }
        _ => same("At least one of the drills was not checked, so it has no head."),
    });
    lines.push(match &b.comparison {
        Some(comparison) => format!("{} is {}.", b.id, verdict(comparison)),
        None => format!("There is no earlier drill that {} can be compared with.", b.id),
    });
    lines.join("\n")
}

/// A change with its sign, unless it is too small to have one.
fn change(ratio: f64) -> String {
    match ratio * 100.0 {
        percent if percent.abs() < 0.05 => "0.0 %".to_owned(),
        percent => format!("{percent:+.1} %"),
    }
}

fn number(name: &str, value: f64) -> String {
    match name {
        name if name.ends_with("_p99_seconds") => milliseconds(value),
        "duration_seconds" => format!("{value:.2} s"),
        "memory_end_bytes" => mebibytes(value),
        _ => grouped(value.trunc()),
    }
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.2} ms", seconds * 1e3)
}

fn mebibytes(bytes: f64) -> String {
    format!("{:.1} MiB", bytes / f64::from(1 << 20))
}

/// The digits of a whole number in groups of three (ISO 80000-1, section 7.3.1).
fn grouped(number: impl Display) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(' ');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn comparison(difference_ratio: f64, beyond_spread: bool, comparable: usize) -> Comparison {
        Comparison {
            comparable,
            median_seconds: 10.0,
            spread_seconds: 0.5,
            difference_ratio,
            slower: difference_ratio > 0.0,
            beyond_spread,
        }
    }

    #[test]
    fn a_verdict_says_how_much_and_whether_that_is_much() {
        assert_eq!(
            verdict(&comparison(0.3, true, 8)),
            "30.0 % slower than the median of the last 8 like it (10.000 s, spread 0.500 s): outside their \
             usual spread"
        );
        assert!(verdict(&comparison(-0.01, false, 8)).starts_with("1.0 % faster"));
    }

    #[test]
    fn a_verdict_says_nothing_of_usual_before_five_drills() {
        assert_eq!(
            verdict(&comparison(0.168, false, 1)),
            "16.8 % slower than the only one like it (10.000 s); 1 of the five that it takes to say what is usual"
        );
        for few in 1..5 {
            let said = verdict(&comparison(0.168, false, few));
            assert!(!said.contains("spread") && said.ends_with("to say what is usual"), "{said}");
        }
    }

    #[test]
    fn long_numbers_are_grouped() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1 000"), (1_234_567, "1 234 567")] {
            assert_eq!(grouped(number), text);
        }
    }
}
