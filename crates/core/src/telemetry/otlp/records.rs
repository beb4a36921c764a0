//! The queue of spans and log records, and the thread that pushes them. Handing one over never waits: what finds the
//! queue full is dropped and counted.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope;
use opentelemetry_proto::tonic::logs::v1::{ResourceLogs, ScopeLogs};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans};
use parking_lot::Mutex;

use super::collector::{Collector, Tally};
use super::log::LogRecord;
use super::span::CommandSpan;
use super::transport::{Export, Transport};
use super::{OtlpConfig, Signal, TIMEOUT};
use crate::background::{Crew, Worker};

/// The most records that may wait, in the queue and again for each signal.
const WAITING: usize = 8192;
/// How long records are collected before they are pushed.
const GATHER: Duration = Duration::from_secs(1);
/// How often the queue is emptied meanwhile: seldom enough that its senders rarely wake a thread.
const LOOK: Duration = Duration::from_millis(100);
/// Commands or log records in one push: well below the 4 MiB that gRPC servers take.
const BATCH: usize = 1024;
/// How long the last pushes may take together, and one that is under way before them.
const LAST: Duration = Duration::from_secs(5);

/// What waits in the queue.
#[derive(Debug)]
enum Record {
    Span(CommandSpan),
    Log(LogRecord),
    /// Nothing but a reason to wake: the queue is closed.
    Closed,
}

/// The queue to the collector. It takes records before the thread behind it starts, so that no line of the log is missing.
#[derive(Debug, Clone)]
pub struct RecordQueue(Arc<Queue>);

#[derive(Debug)]
struct Queue {
    sender: SyncSender<Record>,
    /// Taken by the thread.
    receiver: Mutex<Option<Receiver<Record>>>,
    /// When the thread was asked to push what is there, and to end.
    closed: OnceLock<Instant>,
    tally: Tally,
}

impl Default for RecordQueue {
    fn default() -> Self {
        let (sender, receiver) = sync_channel(WAITING);
        let receiver = Mutex::new(Some(receiver));
        Self(Arc::new(Queue { sender, receiver, closed: OnceLock::new(), tally: Tally::default() }))
    }
}

impl RecordQueue {
    /// Hands over a line of the log.
    pub fn log(&self, record: LogRecord) {
        self.hand_over(Record::Log(record), Signal::Logs);
    }

    /// Hands over a command.
    pub(crate) fn span(&self, span: CommandSpan) {
        self.hand_over(Record::Span(span), Signal::Traces);
    }

    fn hand_over(&self, record: Record, signal: Signal) {
        if self.0.sender.try_send(record).is_err() {
            self.0.tally.lose(signal, 1);
        }
    }

    pub(in crate::telemetry) fn tally(&self) -> &Tally {
        &self.0.tally
    }
}

/// The thread that pushes spans and log records.
pub(in crate::telemetry) struct Pusher {
    queue: RecordQueue,
    worker: Worker,
}

impl Pusher {
    /// Starts it; `None` if the queue has one already.
    pub(in crate::telemetry) fn start(
        config: &OtlpConfig,
        transport: &Arc<Transport>,
        resource: &opentelemetry_sdk::Resource,
        queue: &RecordQueue,
    ) -> std::io::Result<Option<Self>> {
        let Some(receiver) = queue.0.receiver.lock().take() else { return Ok(None) };
        let collector = |signal| Collector::new(config, Arc::clone(transport), signal, queue.0.tally.clone());
        let work = Work {
            queue: queue.clone(),
            origin: Origin::new(resource),
            spans: Waiting::new(collector(Signal::Traces)),
            logs: Waiting::new(collector(Signal::Logs)),
        };
        let worker = Crew::default().spawn("kolibri-otlp", move |_| work.run(&receiver))?;
        Ok(Some(Self { queue: queue.clone(), worker }))
    }

    /// Pushes what is waiting, for a few seconds at most, and ends the thread.
    pub(in crate::telemetry) fn close(&self) {
        let _first = self.queue.0.closed.set(Instant::now());
        // A thread that finds the queue full does not sleep.
        let _ = self.queue.0.sender.try_send(Record::Closed);
        self.worker.close();
    }
}

/// A start that fails closes nothing, and the thread waits for records that never come.
impl Drop for Pusher {
    fn drop(&mut self) {
        self.close();
    }
}

/// What every push says about where it comes from.
struct Origin {
    resource: Resource,
    scope: InstrumentationScope,
}

impl Origin {
    fn new(resource: &opentelemetry_sdk::Resource) -> Self {
        let scope = InstrumentationScope {
            name: crate::telemetry::METER.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ..Default::default()
        };
        let attributes =
            resource.iter().map(|(key, value)| super::log::attribute(key.as_str(), value.to_string()));
        Self { resource: Resource { attributes: attributes.collect(), ..Default::default() }, scope }
    }

    fn traces(&self, spans: &[CommandSpan]) -> ExportTraceServiceRequest {
        let spans = spans.iter().flat_map(CommandSpan::encode).collect();
        let scope_spans = vec![ScopeSpans { scope: Some(self.scope.clone()), spans, ..Default::default() }];
        let resource = Some(self.resource.clone());
        let resource_spans = vec![ResourceSpans { resource, scope_spans, ..Default::default() }];
        ExportTraceServiceRequest { resource_spans }
    }

    fn logs(&self, records: &[LogRecord]) -> ExportLogsServiceRequest {
        let log_records = records.iter().map(LogRecord::encode).collect();
        let scope_logs =
            vec![ScopeLogs { scope: Some(self.scope.clone()), log_records, ..Default::default() }];
        let resource = Some(self.resource.clone());
        let resource_logs = vec![ResourceLogs { resource, scope_logs, ..Default::default() }];
        ExportLogsServiceRequest { resource_logs }
    }
}

/// What waits for the next push of one signal.
struct Waiting<T> {
    records: Vec<T>,
    collector: Collector,
}

impl<T> Waiting<T> {
    fn new(collector: Collector) -> Self {
        Self { records: Vec::new(), collector }
    }

    fn add(&mut self, record: T) {
        if self.records.len() < WAITING {
            self.records.push(record);
        } else {
            self.collector.lose(1);
        }
    }

    /// Pushes batch after batch. What the collector may accept later stays; what it will never accept is lost.
    fn push<M: Export>(&mut self, message: impl Fn(&[T]) -> M, until: Instant) {
        while !self.records.is_empty() {
            let timeout = TIMEOUT.min(until.saturating_duration_since(Instant::now()));
            if timeout.is_zero() {
                return;
            }
            let batch = self.records.len().min(BATCH);
            match self.collector.push(message(&self.records[..batch]), timeout) {
                Ok(()) => drop(self.records.drain(..batch)),
                Err(refused) if refused.later => return,
                Err(_) => {
                    self.records.drain(..batch);
                    self.collector.lose(batch as u64);
                }
            }
        }
    }

    /// Counts what is left as lost, and how much it is.
    fn give_up(&mut self) -> usize {
        self.collector.lose(self.records.len() as u64);
        std::mem::take(&mut self.records).len()
    }
}

struct Work {
    queue: RecordQueue,
    origin: Origin,
    spans: Waiting<CommandSpan>,
    logs: Waiting<LogRecord>,
}

impl Work {
    fn run(mut self, receiver: &Receiver<Record>) {
        let mut pushed = Instant::now();
        while self.queue.0.closed.get().is_none() {
            self.gather(receiver);
            if pushed.elapsed() >= GATHER {
                self.push();
                pushed = Instant::now();
            }
        }
        receiver.try_iter().for_each(|record| self.take(record));
        self.push_last();
        let left = self.spans.give_up() + self.logs.give_up();
        if left > 0 {
            tracing::warn!(
                records = left,
                "the last spans and lines of the log did not reach the OTLP collector"
            );
        }
    }

    /// Takes what is in the queue; sleeps while there is nothing to be pushed.
    fn gather(&mut self, receiver: &Receiver<Record>) {
        let first = match self.spans.records.is_empty() && self.logs.records.is_empty() {
            true => receiver.recv().ok(),
            false => receiver.recv_timeout(LOOK).ok(),
        };
        first.into_iter().chain(receiver.try_iter().take(WAITING)).for_each(|record| self.take(record));
        if self.queue.0.closed.get().is_none() {
            std::thread::sleep(LOOK);
        }
    }

    fn take(&mut self, record: Record) {
        match record {
            Record::Span(span) => self.spans.add(span),
            Record::Log(record) => self.logs.add(record),
            Record::Closed => {}
        }
    }

    /// Each signal has its own time: one that is not answered holds the other up, and does not starve it.
    fn push(&mut self) {
        let origin = &self.origin;
        self.spans.push(|spans| origin.traces(spans), Instant::now() + TIMEOUT);
        if self.queue.0.closed.get().is_none() {
            self.logs.push(|records| origin.logs(records), Instant::now() + TIMEOUT);
        }
    }

    fn push_last(&mut self) {
        let (origin, now) = (&self.origin, Instant::now());
        let asked = self.queue.0.closed.get().copied().unwrap_or(now);
        let left = (asked + LAST).saturating_duration_since(now);
        self.spans.push(|spans| origin.traces(spans), now + left / 2);
        self.logs.push(|records| origin.logs(records), now + left);
    }
}

#[cfg(test)]
mod tests {
    use super::super::log::Severity;
    use super::*;

    fn line() -> LogRecord {
        let (message, target) = ("told".to_owned(), "kolibri_core".to_owned());
        LogRecord { time: 1, severity: Severity::Info, message, target, trace_id: None, fields: Vec::new() }
    }

    #[test]
    fn what_finds_the_queue_full_is_dropped_and_counted_and_nobody_waits() {
        let queue = RecordQueue::default();
        (0..WAITING + 3).for_each(|_| queue.log(line()));
        assert_eq!((queue.tally().lost(Signal::Logs), queue.tally().lost(Signal::Traces)), (3, 0));
    }
}
