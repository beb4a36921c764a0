//! The thread that makes vectors, behind everything else: the latest stimuli first, since people ask for what
//! was just taught.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use kolibri_encoder::scan::quantise;

use super::file::FileError;
use super::model::ModelError;
use super::{MeaningError, Measured, Shared, State, scale};
use crate::background::{Stop, Waiting, lower_priority};
use crate::store::Reader;

/// Behind commands, which should not wait for it.
const NICENESS: i32 = 10;
/// How long a batch may take: nobody waits for it.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// The time between two lines about the progress.
const PROGRESS: Duration = Duration::from_secs(10);

/// What the thread works with.
pub(super) struct Maker {
    pub(super) shared: Arc<Shared>,
    pub(super) reader: Arc<Reader>,
    pub(super) waiting: Waiting,
}

impl Maker {
    pub(super) fn run(self, stop: &Stop) {
        lower_priority(NICENESS);
        let (mut pauses, mut told, mut measured) = (Pauses::default(), Instant::now(), None);
        while !stop.is_set() {
            match self.round(&mut measured) {
                Ok(0) => {
                    self.wait(stop);
                    told = Instant::now();
                }
                Ok(left) if told.elapsed() >= PROGRESS => {
                    told = Instant::now();
                    tracing::info!(made = self.shared.vectors.matrix.len(), left, "making vectors");
                }
                Ok(_) => {}
                Err(_) if stop.is_set() => {}
                Err(error) => self.shared.failed(&error.to_string()),
            }
            if self.shared.problem().is_some() {
                self.waiting.pause(pauses.next(), stop);
                pauses.over();
            }
        }
    }

    /// Measures the model if that is due, and makes some vectors; returns how many are left.
    fn round(&self, last: &mut Option<Measured>) -> Result<u64, MeaningError> {
        let ready = self.shared.ready();
        let measured = ready.map_or_else(|| self.shared.measure(*last), Ok)?;
        *last = Some(measured);
        let blocks = self.shared.vectors.latest_missing(self.shared.batch.size())?;
        if !blocks.is_empty() {
            let started = Instant::now();
            self.make(measured, &blocks)?;
            self.shared.batch.took(started.elapsed());
        }
        if ready.is_none() {
            self.shared.works(measured);
        }
        Ok(*self.shared.vectors.missing().borrow())
    }

    fn make(&self, measured: Measured, blocks: &[u64]) -> Result<(), MeaningError> {
        let stimuli = stimuli(&self.reader, blocks)?;
        let texts = stimuli.iter().map(|(_, stimulus)| stimulus.as_str());
        // A model elsewhere may be exchanged at any time. Vectors of two models must not be mixed.
        let known = self.shared.model.sent_to().map(|_| scale::KNOWN);
        let texts: Vec<&str> = known.into_iter().chain(texts).collect();
        let mut vectors = self.shared.encode(measured, &texts, Instant::now() + PATIENCE)?.into_iter();
        if let Some(known) = known.and_then(|_| vectors.next())
            && !self.shared.vectors.are_of(&known)?
        {
            return Err(ModelError("is not the one that it was".into()).into());
        }
        let rows = vectors.map(|vector| quantise(&vector));
        let made = stimuli.iter().map(|(block, _)| *block).zip(rows).collect();
        self.shared.vectors.store(made)?;
        // What was erased in the genome needs no vector any more.
        let gone = blocks.iter().filter(|block| stimuli.iter().all(|(there, _)| there != *block));
        Ok(self.shared.vectors.remove(gone.copied())?)
    }

    /// Waits until something is missing, or the model has failed.
    fn wait(&self, stop: &Stop) {
        let (mut missing, mut state) = (self.shared.vectors.missing(), self.shared.state.subscribe());
        self.waiting.on(stop.or(async move {
            // An error means that the other end is gone, and the stop is near.
            tokio::select! {
                _ = missing.wait_for(|missing| *missing > 0) => {}
                _ = state.wait_for(|state| matches!(state, State::Failed(_))) => {}
            }
        }));
    }
}

/// How many vectors are made at once: as many as take about a quarter of a second. A server that does one thing
/// after the other lets questions wait behind a batch, and so does a stop.
#[derive(Debug)]
pub(super) struct Batch(AtomicU32);

impl Default for Batch {
    fn default() -> Self {
        Self(AtomicU32::new(8))
    }
}

impl Batch {
    /// With the sentence by which a model is recognised, as many texts as a server takes in one request.
    const MOST: u32 = 31;

    pub(super) fn size(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }

    /// The last one took this long. Only one thread tells it.
    fn took(&self, time: Duration) {
        let next = match time.as_millis() {
            0..200 => Self::MOST.min(self.size() * 2),
            200..400 => self.size(),
            _ => (self.size() / 2).max(1),
        };
        self.0.store(next, Ordering::Relaxed);
    }
}

/// The pauses after failures. Each is twice as long as the one before, up to the longest; they begin anew after a
/// minute without a failure.
struct Pauses {
    next: Duration,
    since: Instant,
}

impl Default for Pauses {
    fn default() -> Self {
        Self { next: Self::FIRST, since: Instant::now() }
    }
}

impl Pauses {
    const FIRST: Duration = Duration::from_millis(500);
    const LONGEST: Duration = Duration::from_secs(30);
    const ANEW: Duration = Duration::from_secs(60);

    fn next(&mut self) -> Duration {
        if self.since.elapsed() > Self::ANEW {
            self.next = Self::FIRST;
        }
        let pause = self.next;
        self.next = Self::LONGEST.min(pause * 2);
        pause
    }

    fn over(&mut self) {
        self.since = Instant::now();
    }
}

/// The stimuli that these blocks seem to teach; those of erased blocks are left out.
pub(super) fn stimuli(reader: &Reader, blocks: &[u64]) -> Result<Vec<(u64, String)>, FileError> {
    let mut stimuli = Vec::with_capacity(blocks.len());
    for block in blocks {
        if let Some(stimulus) = reader.proposed(*block)? {
            stimuli.push((*block, stimulus));
        }
    }
    Ok(stimuli)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_while_they_are_quick_and_shrink_when_they_take_long() {
        let batch = Batch::default();
        let sizes = |millis: u64| -> Vec<u32> {
            let took = |_| {
                batch.took(Duration::from_millis(millis));
                batch.size()
            };
            (0..5).map(took).collect()
        };
        assert_eq!(sizes(10), [16, 31, 31, 31, 31]);
        assert_eq!(sizes(300), [31; 5]);
        assert_eq!(sizes(3000), [15, 7, 3, 1, 1]);
    }

    #[test]
    fn pauses_double_up_to_half_a_minute() {
        let mut pauses = Pauses::default();
        let lengths: Vec<f32> = (0..8).map(|_| pauses.next().as_secs_f32()).collect();
        assert_eq!(lengths, [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0]);
    }
}
