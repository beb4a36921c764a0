//! The lines of the log as records that are pushed by OTLP: those of this program, not those of libraries, some of which
//! would speak of every push.

use std::fmt::Debug;
use std::time::{SystemTime, UNIX_EPOCH};

use kolibri_core::telemetry::{LogRecord, LogValue, RecordQueue, Severity};
use kolibri_core::trace::TraceId;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// Hands each line over.
pub(super) struct Records(pub(super) RecordQueue);

impl<S: Subscriber> Layer<S> for Records {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let target = event.metadata().target();
        let ours = target.split("::").next().is_some_and(|part| super::OURS.contains(&part));
        if !ours {
            return;
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        self.0.log(LogRecord {
            time: u64::try_from(since_epoch.as_nanos()).unwrap_or(u64::MAX),
            severity: severity(*event.metadata().level()),
            message: fields.message,
            target: target.to_owned(),
            trace_id: fields.trace_id,
            fields: fields.others,
        });
    }
}

fn severity(level: Level) -> Severity {
    match level {
        Level::ERROR => Severity::Error,
        Level::WARN => Severity::Warn,
        Level::INFO => Severity::Info,
        Level::DEBUG => Severity::Debug,
        Level::TRACE => Severity::Trace,
    }
}

/// What a line says.
#[derive(Default)]
struct Fields {
    message: String,
    trace_id: Option<TraceId>,
    others: Vec<(&'static str, LogValue)>,
}

impl Fields {
    fn add(&mut self, field: &Field, value: LogValue) {
        self.others.push((field.name(), value));
    }

    fn text(&mut self, field: &Field, text: String) {
        match field.name() {
            "message" => self.message = text,
            "trace_id" => self.trace_id = TraceId::parse(&text),
            _ => self.add(field, LogValue::Text(text)),
        }
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.text(field, format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, value.to_owned());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, LogValue::Whole(value));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, LogValue::Whole(i64::try_from(value).unwrap_or(i64::MAX)));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.add(field, LogValue::Real(value));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, LogValue::Switch(value));
    }
}
