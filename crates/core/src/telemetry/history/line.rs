//! One point as a line of the file: JSON with the names that are scraped, so that another version reads what it knows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::telemetry::histogram::Histogram;
use crate::telemetry::labels::{Each, Label};
use crate::telemetry::point::Point;

/// The longest line that is read, in bytes; none that is written is longer.
pub(super) const MAX_LINE: usize = 16 << 10;

/// What is zero is left out.
#[derive(Serialize, Deserialize)]
struct Line {
    #[serde(with = "clock::as_rfc3339")]
    time: u64,
    milliseconds: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    first: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    events: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    failed: BTreeMap<String, u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    latency: BTreeMap<String, Histogram>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    blocks: Option<u64>,
    #[serde(default, skip_serializing_if = "is_zero")]
    queue_depth: u64,
    #[serde(default, skip_serializing_if = "is_zero")]
    queue_refused: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// The point that a line tells of, if it is one.
pub(super) fn parse(line: &[u8]) -> Option<Point> {
    if line.len() > MAX_LINE {
        return None;
    }
    let line: Line = serde_json::from_slice(line).ok()?;
    Some(Point {
        time: line.time,
        milliseconds: line.milliseconds,
        first: line.first,
        events: values(&line.events),
        failed: values(&line.failed),
        latency: values(&line.latency),
        blocks: line.blocks,
        queue_depth: line.queue_depth,
        queue_refused: line.queue_refused,
    })
}

/// The line, with its end.
pub(super) fn write(point: &Point) -> String {
    let line = Line {
        time: point.time,
        milliseconds: point.milliseconds,
        first: point.first,
        events: names(&point.events),
        failed: names(&point.failed),
        latency: names(&point.latency),
        blocks: point.blocks,
        queue_depth: point.queue_depth,
        queue_refused: point.queue_refused,
    };
    // Maps with names and numbers can always be written.
    let mut text = serde_json::to_string(&line).unwrap_or_default();
    text.push('\n');
    text
}

fn names<L: Label, T: Clone + Default + PartialEq>(values: &Each<L, T>) -> BTreeMap<String, T> {
    let some = values.iter().filter(|(_, value)| **value != T::default());
    some.map(|(label, value)| (name(label), value.clone())).collect()
}

fn values<L: Label, T: Clone + Default>(names: &BTreeMap<String, T>) -> Each<L, T> {
    Each::new(|label| names.get(&name(label)).cloned().unwrap_or_default())
}

/// `TEACH`, or `TEACH node` where failures are told apart by their fault.
fn name(label: impl Label) -> String {
    match label.fault() {
        Some(fault) => format!("{} {fault}", label.event_type()),
        None => label.event_type().to_owned(),
    }
}

/// What is read is written as a line that is read as the same.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    if let Some(point) = parse(data) {
        let line = write(&point);
        assert!(line.len() < MAX_LINE, "{line}");
        assert_eq!(parse(line.trim_end().as_bytes()), Some(point));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::command::Command;
    use crate::telemetry::history::days::tests::point;

    fn histograms() -> impl Strategy<Value = Histogram> {
        prop::collection::vec((1u64..1000, 1u64..u64::MAX / 1000), 0..20).prop_map(|steps| {
            let (mut histogram, mut bound) = (Histogram::default(), 0);
            for (width, count) in steps {
                histogram.push(bound, Some(bound + width), count);
                bound += width;
            }
            histogram.push(bound, None, 3);
            histogram
        })
    }

    proptest! {
        #[test]
        fn a_point_is_read_as_it_was_written(
            time: u64, milliseconds: u64, first: bool, events: [u64; 3], failed: u64, latency in histograms(),
            blocks: Option<u64>, queue_depth: u64, queue_refused: u64,
        ) {
            let mut counts = events.into_iter();
            let point = Point {
                time,
                milliseconds,
                first,
                events: Each::new(|_| counts.next().unwrap_or_default()),
                failed: Each::new(|_| failed),
                latency: Each::new(|_| latency.clone()),
                blocks,
                queue_depth,
                queue_refused,
            };
            let line = write(&point);
            prop_assert!(line.len() < MAX_LINE);
            prop_assert_eq!(parse(line.trim_end().as_bytes()), Some(point));
        }

        #[test]
        fn whatever_is_in_a_line_reading_it_does_not_fail(data: Vec<u8>) {
            fuzz(&data);
        }
    }

    #[test]
    fn a_line_says_what_it_means_and_leaves_out_zeros() {
        let line = write(&point(1_700_000_000, 2));
        assert_eq!(
            line,
            "{\"time\":\"2023-11-14T22:13:20Z\",\"milliseconds\":10000,\"events\":{\"ASK\":2},\
             \"latency\":{\"ASK\":[[500,1000,2]]},\"blocks\":1700000000,\"queue_depth\":2,\"queue_refused\":1}\n"
        );
        let newer =
            line.replace("\"ASK\":2", "\"ASK\":2,\"MERGE\":9").replace("\"blocks\"", "\"new\":1,\"blocks\"");
        assert_eq!(parse(newer.trim_end().as_bytes()).unwrap().events[Command::Ask], 2, "of another version");
        assert_eq!(parse(&line.as_bytes()[..line.len() / 2]), None);
    }
}
