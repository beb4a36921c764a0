//! What is counted and logged of a collector's answers: in the metrics each push that it does not accept, in the log once
//! when that begins, with its cause, and once when it is over.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::transport::{Export, Refused, Rejected, Transport};
use super::{OtlpConfig, OtlpHeaders, Signal};

/// Between two lines of the log about what a collector rejects.
const PAUSE: Duration = Duration::from_secs(600);
/// How much of a collector's words is logged, in characters.
const MAX_WORDS: usize = 200;

/// What has been lost so far.
#[derive(Debug, Clone, Default)]
pub(in crate::telemetry) struct Tally(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    failed: AtomicU64,
    lost: [AtomicU64; Signal::ALL.len()],
}

impl Tally {
    /// Pushes that were not accepted, or not whole.
    pub(in crate::telemetry) fn failed(&self) -> u64 {
        self.0.failed.load(Ordering::Relaxed)
    }

    /// Data points, spans or log records that did not arrive and will not.
    pub(in crate::telemetry) fn lost(&self, signal: Signal) -> u64 {
        self.0.lost[signal as usize].load(Ordering::Relaxed)
    }

    pub(super) fn lose(&self, signal: Signal, count: u64) {
        self.0.lost[signal as usize].fetch_add(count, Ordering::Relaxed);
    }

    fn fail(&self) {
        self.0.failed.fetch_add(1, Ordering::Relaxed);
    }
}

/// The collector, as one signal sees it.
pub(super) struct Collector {
    transport: Arc<Transport>,
    endpoint: String,
    headers: OtlpHeaders,
    signal: Signal,
    tally: Tally,
    failing: bool,
    told_rejected: Option<Instant>,
    told_warned: Option<Instant>,
}

impl Collector {
    pub(super) fn new(config: &OtlpConfig, transport: Arc<Transport>, signal: Signal, tally: Tally) -> Self {
        let (endpoint, headers) = (config.endpoint.clone(), config.headers.clone());
        Self {
            transport,
            endpoint,
            headers,
            signal,
            tally,
            failing: false,
            told_rejected: None,
            told_warned: None,
        }
    }

    /// So many records will never arrive.
    pub(super) fn lose(&self, count: u64) {
        self.tally.lose(self.signal, count);
    }

    /// Pushes a message.
    pub(super) fn push<M: Export>(&mut self, message: M, timeout: Duration) -> Result<(), Refused> {
        let result = self.transport.push(message, timeout);
        match &result {
            Ok(rejected) => {
                self.accepted();
                rejected.iter().for_each(|rejected| self.rejected(rejected));
            }
            Err(refused) => self.refused(refused),
        }
        result.map(drop)
    }

    fn refused(&mut self, refused: &Refused) {
        self.tally.fail();
        if !std::mem::replace(&mut self.failing, true) {
            tracing::warn!(
                endpoint = %self.endpoint, cause = refused.cause,
                "the OTLP collector does not accept {}; the node keeps running and trying. Check KOLIBRI_OTLP_ENDPOINT, \
                 KOLIBRI_OTLP_PROTOCOL, KOLIBRI_OTLP_HEADERS and the collector", self.signal
            );
        }
    }

    fn accepted(&mut self) {
        if std::mem::take(&mut self.failing) {
            tracing::info!(endpoint = %self.endpoint, "the OTLP collector accepts {} again", self.signal);
        }
    }

    fn rejected(&mut self, rejected: &Rejected) {
        if rejected.count > 0 {
            self.tally.fail();
            self.lose(rejected.count);
        }
        let told = if rejected.count > 0 { &mut self.told_rejected } else { &mut self.told_warned };
        if told.is_none_or(|told| told.elapsed() >= PAUSE) {
            *told = Some(Instant::now());
            let words = self.headers.redact(&rejected.message);
            let words: String = words.chars().filter(|letter| !letter.is_control()).take(MAX_WORDS).collect();
            match rejected.count {
                0 => tracing::warn!(
                    endpoint = %self.endpoint, words,
                    "the OTLP collector accepts {}, and warns; this is logged at most every ten minutes", self.signal
                ),
                count => tracing::warn!(
                    endpoint = %self.endpoint, rejected = count, reason = words,
                    "the OTLP collector accepts {} only in part; this is logged at most every ten minutes", self.signal
                ),
            }
        }
    }
}
