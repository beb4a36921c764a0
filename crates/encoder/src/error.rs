//! Why a file cannot be used as a model.

/// Why [`Encoder::new`](crate::Encoder::new) refuses a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file does not start as a model file does.
    #[error("not a model file: it does not start with E5S1")]
    Magic,
    /// The file ends before this part of it does.
    #[error("the model file ends within {0}")]
    Truncated(&'static str),
    /// The network has other dimensions than the ones that this crate computes with.
    #[error("the model file has another {0} than multilingual-e5-small")]
    Shape(&'static str),
    /// Something in the vocabulary points to a place where nothing is.
    #[error("the vocabulary of the model file is damaged: {0}")]
    Vocabulary(&'static str),
    /// A table of numbers is missing, or has another length than its place in the network asks for.
    #[error("the model file has no table {0} of the right length")]
    Tensor(String),
}
