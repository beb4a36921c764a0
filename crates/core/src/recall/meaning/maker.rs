//! The thread that makes vectors, behind everything else: the latest stimuli first, since people ask for what
//! was just taught.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kolibri_encoder::scan::quantise;

use super::file::FileError;
use super::{MeaningError, Shared};
use crate::background::{Stop, Waiting, lower_priority};
use crate::store::Reader;

/// How many vectors are made at once: the time until a stop is noticed.
const BATCH: u32 = 32;
/// Behind commands, which should not wait for it.
const NICENESS: i32 = 10;
/// How long to wait after a failure before trying again. Doubled each time, up to the longest.
const RETRY: Duration = Duration::from_millis(500);
const LONGEST_RETRY: Duration = Duration::from_secs(30);
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
        let (mut patience, mut told) = (RETRY, Instant::now());
        while !stop.is_set() {
            match self.round() {
                Ok(left) => {
                    patience = RETRY;
                    self.shared.recovered();
                    if left == 0 {
                        self.wait(stop);
                        told = Instant::now();
                    } else if told.elapsed() >= PROGRESS {
                        told = Instant::now();
                        tracing::info!(made = self.shared.vectors.matrix.len(), left, "making vectors");
                    }
                }
                Err(error) => {
                    self.shared.failed(&error.to_string());
                    self.waiting.pause(patience, stop);
                    patience = LONGEST_RETRY.min(patience * 2);
                }
            }
        }
    }

    /// Makes some vectors; returns how many are left.
    fn round(&self) -> Result<u64, MeaningError> {
        self.shared.measure()?;
        let blocks = self.shared.vectors.latest_missing(BATCH)?;
        if blocks.is_empty() {
            return Ok(0);
        }
        self.make(&blocks)?;
        Ok(*self.shared.vectors.missing().borrow())
    }

    fn make(&self, blocks: &[u64]) -> Result<(), MeaningError> {
        let stimuli = stimuli(&self.reader, blocks)?;
        let texts: Vec<&str> = stimuli.iter().map(|(_, stimulus)| stimulus.as_str()).collect();
        let vectors = self.shared.model.encode(&texts)?;
        let made = stimuli.iter().map(|(block, _)| *block);
        let made = made.zip(vectors.iter().map(|vector| quantise(vector))).collect();
        self.shared.vectors.store(made)?;
        // What was erased in the genome needs no vector any more.
        let gone = blocks.iter().filter(|block| stimuli.iter().all(|(there, _)| there != *block));
        Ok(self.shared.vectors.remove(gone.copied())?)
    }

    /// Waits until something is missing.
    fn wait(&self, stop: &Stop) {
        let mut missing = self.shared.vectors.missing();
        self.waiting.on(stop.or(async move {
            // An error means that the vectors are gone, and the stop is near.
            let _ = missing.wait_for(|missing| *missing > 0).await;
        }));
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
