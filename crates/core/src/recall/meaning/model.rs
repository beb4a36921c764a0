//! Models: what turns a text into a vector.

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

    /// Gives up what is under way, and whatever is asked from now on. Called when the node stops.
    fn close(&self) {}
}

/// Why there are no vectors, in words that continue "the model ..."; without any text of a message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ModelError(pub String);

/// The built-in model. It computes in the calling thread, and cannot fail.
impl Model for Encoder {
    fn identity(&self) -> &str {
        Encoder::identity(self)
    }

    fn encode(&self, texts: &[&str], _: Instant) -> Result<Vec<Vec<f32>>, ModelError> {
        Ok(Encoder::encode(self, texts))
    }
}
