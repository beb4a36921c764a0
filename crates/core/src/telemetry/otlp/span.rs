//! The spans of a command, made from its trace when they are pushed: one for the whole, and a child for each phase. Every
//! attribute is of a closed set or a number; no text that a caller sent is among them, whatever is traced.

use std::sync::Arc;

use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, SpanFlags, Status};

use super::log::{attribute, number};
use crate::trace::{Outcome, Parent, Trace};

/// The flag of a span that is sampled (<https://www.w3.org/TR/trace-context/#sampled-flag>).
const SAMPLED: u32 = 1;

/// A command that was executed or has failed.
#[derive(Debug)]
pub(crate) struct CommandSpan {
    pub(crate) trace: Arc<Trace>,
    /// The caller's span.
    pub(crate) parent: Option<Parent>,
    /// Whether it is one of many that came with one request.
    pub(crate) internal: bool,
}

impl CommandSpan {
    /// Its spans, as OTLP writes them.
    pub(super) fn encode(&self) -> Vec<Span> {
        let trace = &self.trace;
        let kind = if self.internal { SpanKind::Internal } else { SpanKind::Server };
        let remote = SpanFlags::ContextHasIsRemoteMask as u32
            | if self.parent.is_some() { SpanFlags::ContextIsRemoteMask as u32 } else { 0 };
        let whole = Span {
            parent_span_id: self.parent.map_or_else(Vec::new, |parent| parent.span_id.to_vec()),
            flags: SAMPLED | remote,
            attributes: self.attributes(),
            status: (trace.outcome == Outcome::Failed).then(|| Status {
                code: StatusCode::Error.into(),
                message: trace.error.map_or("", |error| error.name()).to_owned(),
            }),
            ..span(trace, &trace.event, kind, 0, trace.duration_us.total)
        };
        let phases = phases(trace).map(|(name, start, length)| Span {
            parent_span_id: whole.span_id.clone(),
            flags: SAMPLED | SpanFlags::ContextHasIsRemoteMask as u32,
            ..span(trace, name, SpanKind::Internal, start, length)
        });
        let phases: Vec<_> = phases.collect();
        std::iter::once(whole).chain(phases).collect()
    }

    fn attributes(&self) -> Vec<opentelemetry_proto::tonic::common::v1::KeyValue> {
        let trace = &self.trace;
        let caller = trace.caller.as_ref();
        let texts = [
            ("kolibri.event.type", Some(trace.event.as_ref())),
            ("error.type", trace.error.map(|error| error.name())),
            ("kolibri.fault", trace.fault.map(|fault| fault.name())),
            ("kolibri.caller.address", caller.map(|caller| caller.address.name())),
            ("kolibri.caller.token", caller.and_then(|caller| caller.token.as_deref())),
        ];
        let cause = trace.cause.map(|cause| attribute("kolibri.cause.trace_id", cause.to_string()));
        let texts = texts.into_iter().filter_map(|(key, value)| Some(attribute(key, value?)));
        texts.chain(cause).chain(trace.block.map(|block| number("kolibri.block", block))).collect()
    }
}

/// The phases that a command went through, one after the other: name, start and length in microseconds.
fn phases(trace: &Trace) -> impl Iterator<Item = (&'static str, u64, u64)> {
    let times = trace.duration_us;
    let phases = [("recall", times.recall), ("queue", times.queue), ("commit", times.commit)];
    let starts = phases.into_iter().scan(0, |start, (name, length)| {
        let phase = (name, *start, length);
        *start += length;
        Some(phase)
    });
    starts.filter(|(_, _, length)| *length > 0)
}

/// A span that begins `start` microseconds after its command.
fn span(trace: &Trace, name: &str, kind: SpanKind, start: u64, length: u64) -> Span {
    let nanos = |micros: u64| trace.time.saturating_add(micros.saturating_mul(1000));
    Span {
        trace_id: trace.trace_id.bytes().to_vec(),
        span_id: new_id().to_vec(),
        name: name.to_owned(),
        kind: kind.into(),
        start_time_unix_nano: nanos(start),
        end_time_unix_nano: nanos(start.saturating_add(length)),
        ..Default::default()
    }
}

/// A random id, never all zero.
fn new_id() -> [u8; 8] {
    let mut bytes = [0; 8];
    // If the system's random source fails, the time makes it unique.
    if getrandom::fill(&mut bytes).is_err() {
        bytes = crate::clock::now().to_be_bytes();
    }
    bytes[7] |= u8::from(bytes == [0; 8]);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_span_of_what_only_noticed_names_the_trace_of_the_cause() {
        let line = r#"{"trace_id":"0000000000000000000000000000000a","time":"2026-11-26T16:00:00Z","event":"ASK",
            "outcome":"failed","error":"store_failed","fault":"node","cause":"0000000000000000000000000000000b",
            "duration_us":{"total":1,"recall":0,"queue":0,"commit":0}}"#;
        let trace = Arc::new(serde_json::from_str(line).unwrap());
        let spans = CommandSpan { trace, parent: None, internal: false }.encode();
        let cause = attribute("kolibri.cause.trace_id", "0000000000000000000000000000000b");
        assert!(spans[0].attributes.contains(&cause), "{spans:?}");
    }
}
