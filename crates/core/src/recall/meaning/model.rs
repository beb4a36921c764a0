//! Models: what turns a text into a vector.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::thread;
use std::time::Instant;

use kolibri_encoder::Encoder;

/// Turns texts into vectors, so that texts of a similar meaning have similar vectors.
pub trait Model: Send + Sync + 'static {
    /// Which vectors these are. Vectors of models with different identities cannot be compared.
    fn identity(&self) -> &str;

    /// The host that texts are sent to; `None` if they stay in this process.
    fn sent_to(&self) -> Option<&str> {
        None
    }

    /// The vector of each text, in order; all have the same number of dimensions. After `until` nobody waits for
    /// them any more.
    ///
    /// # Errors
    /// When the model cannot be reached, is too slow, or answers something else.
    fn encode(&self, texts: &[&str], until: Instant) -> Result<Vec<Vec<f32>>, ModelError>;

    /// Whether this is surely a word, and not a misspelt one. `false` if the model cannot tell.
    fn has_word(&self, _word: &str) -> bool {
        false
    }

    /// Gives up what is under way, and whatever is asked from now on. Called when the node stops.
    fn close(&self) {}
}

/// Why there are no vectors, in words that continue "the model ..."; without any text of a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ModelError(pub String);

/// The built-in model. It computes in the calling thread; many texts are shared out among the cores. It cannot fail.
impl Model for Encoder {
    fn identity(&self) -> &str {
        Encoder::identity(self)
    }

    fn has_word(&self, word: &str) -> bool {
        Encoder::has_word(self, word)
    }

    fn encode(&self, texts: &[&str], _: Instant) -> Result<Vec<Vec<f32>>, ModelError> {
        let threads = (texts.len() / TEXTS_EACH).clamp(1, cores());
        let mut parts = texts.chunks(texts.len().div_ceil(threads).max(1));
        let own = parts.next().unwrap_or_default();
        Ok(thread::scope(|scope| {
            let share = |part| {
                let thread = thread::Builder::new().name("kolibri-encode".into());
                thread.spawn_scoped(scope, move || Encoder::encode(self, part)).map_err(|_| part)
            };
            let others: Vec<_> = parts.map(share).collect();
            let mut vectors = Encoder::encode(self, own);
            for other in others {
                vectors.append(&mut match other {
                    Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                    // The system has no thread to give.
                    Err(part) => Encoder::encode(self, part),
                });
            }
            vectors
        }))
    }
}

/// The least texts that are worth a thread of their own.
const TEXTS_EACH: usize = 4;

fn cores() -> usize {
    static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get));
    *CORES
}
