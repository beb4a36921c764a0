//! The one thing that callers hold: texts in, vectors out.

use std::sync::{Mutex, MutexGuard, PoisonError};

use fearless_simd::Level;

use crate::ModelError;
use crate::file::{Reader, Tensors, read_shape, split_digest};
use crate::network::{Batch, HIDDEN, MAX_TOKENS, Network, Scratch};
use crate::tokenizer::Tokenizer;

/// The model, as the identity of an encoder states it. To be changed together with anything that changes vectors without
/// changing the model file: [`PREFIX`], [`MAX_TOKENS`], how a text is prepared.
const MODEL: &str = "multilingual-e5-small-ru-en";

/// What the model was trained to find before a question. Stimuli are questions too, so all texts get it: the model's card
/// asks for `query: ` on both sides where likeness is symmetric.
const PREFIX: &str = "query: ";

/// Tokens that go through the network together. The weights are read once for all of them; more than this makes a text no
/// cheaper, and the memory of a batch grows with it (17 KiB a token).
const BATCH_TOKENS: usize = 256;

/// How many memories of finished askers are kept, of up to 4 MB each. When more ask at once, the others get new memory.
const IDLE: usize = 2;

/// Turns texts into vectors. Takes `&self` everywhere, so one encoder serves many threads at once; none waits for another.
pub struct Encoder {
    tokenizer: Tokenizer<'static>,
    network: Network,
    identity: String,
    /// Memory of askers that have finished. Locked only to take from it and to give back.
    idle: Mutex<Vec<Scratch>>,
}

impl Encoder {
    /// Reads a model file. It is borrowed for good, because the table of words, nearly two thirds of it, stays in it. The 12
    /// layers are repacked into some 13 MB of memory.
    ///
    /// # Errors
    ///
    /// When `data` is not a complete model file of the network that this crate computes.
    pub fn new(data: &'static [u8]) -> Result<Encoder, ModelError> {
        Encoder::at_level(data, Level::new())
    }

    /// Like [`Encoder::new`], for an instruction set that is not the best of this machine: for tests and measurements.
    ///
    /// # Errors
    ///
    /// Those of [`Encoder::new`].
    pub fn at_level(data: &'static [u8], level: Level) -> Result<Encoder, ModelError> {
        let (content, digest) = split_digest(data)?;
        let mut reader = Reader::new(content);
        let epsilon = read_shape(&mut reader)?;
        let tokenizer = Tokenizer::read(&mut reader)?;
        let tensors = Tensors::read(&mut reader, content)?;
        let network = Network::read(&tensors, tokenizer.pieces(), epsilon, level)?;
        let digest: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Encoder { tokenizer, network, identity: format!("{MODEL}/{digest}"), idle: Mutex::default() })
    }

    /// How many numbers a vector has.
    #[must_use]
    pub fn dimension(&self) -> usize {
        HIDDEN
    }

    /// Which vectors these are: the model and the start of its file's digest, such as
    /// `multilingual-e5-small-ru-en/0123456789abcdef`. Vectors of encoders with different identities cannot be compared.
    #[must_use]
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Whether the model has one piece for a word, as for most words that are written often. Misspelt words come in several.
    #[must_use]
    pub fn has_word(&self, word: &str) -> bool {
        let mut letters = word.chars();
        let Some(first) = letters.next() else { return false };
        let capitalised: String = first.to_uppercase().chain(letters).collect();
        [word, &capitalised].into_iter().any(|word| self.tokenizer.tokens(word, 5).len() == 3)
    }

    /// The vector of each text, in order: [`Encoder::dimension`] numbers, of length 1. Their dot product is the cosine.
    ///
    /// A text is brought into NFC, and [`MAX_TOKENS`] of its tokens are read. Every text has a vector, also an empty one.
    #[must_use]
    pub fn encode(&self, texts: &[&str]) -> Vec<Vec<f32>> {
        let mut scratch = self.idle().pop().unwrap_or_default();
        let mut vectors = Vec::with_capacity(texts.len());
        let mut batch = Batch::default();
        for text in texts {
            let tokens = self.tokenizer.tokens(&format!("{PREFIX}{}", text.trim()), MAX_TOKENS);
            if batch.tokens() + tokens.len() > BATCH_TOKENS {
                vectors.append(&mut self.network.vectors(&batch, &mut scratch));
                batch.clear();
            }
            batch.push(&tokens);
        }
        vectors.append(&mut self.network.vectors(&batch, &mut scratch));
        let mut idle = self.idle();
        if idle.len() < IDLE {
            idle.push(scratch);
        }
        vectors
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Scratch>> {
        // A panic while it is locked cannot leave it half changed.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
