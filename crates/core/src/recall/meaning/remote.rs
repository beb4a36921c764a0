//! A model of one's own: a server that speaks OpenAI's API of embeddings
//! (<https://platform.openai.com/docs/api-reference/embeddings/create>), as Ollama, llama.cpp, TEI, vLLM and LiteLLM do.
//!
//! Texts go to the configured host and nowhere else: no redirect is followed and no proxy is used. What it answers is
//! checked before it is believed.

use std::error::Error;
use std::fmt;
use std::time::Instant;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use serde::{Deserialize, Serialize};
use tokio::runtime::{Builder, Handle, Runtime};

use super::model::{Model, ModelError};
use crate::background::Stop;

/// The path of the API below the address of a server.
const PATH: &str = "/v1/embeddings";
/// Its last part, which is added to an address that has a path of its own.
const LAST: &str = "/embeddings";
/// The most texts in one request: what TEI takes unless it is told otherwise.
const MAX_TEXTS: usize = 32;
/// The most dimensions a vector may have.
const MAX_DIMENSIONS: usize = 8192;
/// The most bytes that one number of an answer takes, in decimals with its comma, and room for spaces.
const NUMBER: usize = 32;
/// The most bytes of an answer besides its numbers.
const FRAME: usize = 1 << 16;

/// The key of a model's server. It shows in no output.
#[derive(Clone, PartialEq, Eq)]
pub struct ApiKey(HeaderValue);

impl ApiKey {
    /// A key of printable ASCII without spaces; `None` if it is not.
    pub fn new(key: &str) -> Option<Self> {
        let printable = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_graphic());
        let mut value = HeaderValue::try_from(format!("Bearer {key}")).ok().filter(|_| printable)?;
        value.set_sensitive(true);
        Some(Self(value))
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(set)")
    }
}

/// Why there is no client for a server.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// No HTTP client could be built.
    #[error("its HTTP client cannot be built: {0}")]
    Client(#[from] reqwest::Error),
    /// The system refused a thread or what the client needs to wait.
    #[error("its thread cannot be started: {0}")]
    System(#[from] std::io::Error),
    /// The URL names no host.
    #[error("its address has no host")]
    NoHost,
}

/// A model on a server.
pub struct Remote {
    http: Client,
    url: Url,
    name: String,
    host: String,
    closed: Stop,
    driver: Driver,
}

impl Remote {
    /// The model `name` on the server at `url`. Nothing is sent before the first text.
    ///
    /// # Errors
    /// When the system has not what the client needs, or the URL has no host.
    pub fn new(url: &Url, name: String, key: Option<ApiKey>) -> Result<Self, RemoteError> {
        // Fails only if a provider is already installed, which is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let headers: HeaderMap = key.map(|ApiKey(value)| (AUTHORIZATION, value)).into_iter().collect();
        let http = Client::builder()
            .default_headers(headers)
            .redirect(Policy::none())
            .no_proxy()
            .user_agent(concat!("kolibri/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let host = url.host_str().ok_or(RemoteError::NoHost)?;
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { http, url: endpoint(url), name, host, closed: Stop::default(), driver: Driver::start()? })
    }

    async fn ask(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        let mut vectors = Vec::with_capacity(texts.len());
        for texts in texts.chunks(MAX_TEXTS) {
            vectors.append(&mut self.request(texts).await?);
        }
        Ok(vectors)
    }

    async fn request(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, ModelError> {
        let question = Question { model: &self.name, input: texts, encoding_format: "float" };
        let sent = self.http.post(self.url.clone()).json(&question).send().await;
        let answer = sent.map_err(|error| unreachable(&error))?;
        if answer.status() != StatusCode::OK {
            return Err(ModelError(format!("answers with HTTP status {}", answer.status())));
        }
        let body = body(answer, FRAME + texts.len() * MAX_DIMENSIONS * NUMBER).await?;
        read(&body, texts.len())
    }
}

impl Model for Remote {
    fn identity(&self) -> &str {
        &self.name
    }

    fn sent_to(&self) -> Option<&str> {
        Some(&self.host)
    }

    /// Waits for the answer: call it off the async runtime.
    fn encode(&self, texts: &[&str], until: Instant) -> Result<Vec<Vec<f32>>, ModelError> {
        let answer = async { tokio::time::timeout_at(until.into(), self.ask(texts)).await };
        match self.driver.handle().block_on(self.closed.or(answer)) {
            Some(Ok(answer)) => answer,
            Some(Err(_)) => Err(ModelError("did not answer in time".into())),
            None => Err(ModelError("is not asked any more, since the node is stopping".into())),
        }
    }

    fn close(&self) {
        self.closed.set();
    }
}

/// The thread that keeps connections open between requests. It ends when this is dropped, on whatever thread.
struct Driver {
    handle: Handle,
    runtime: Option<Runtime>,
}

impl Driver {
    fn start() -> std::io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("kolibri-model")
            .enable_all()
            .build()?;
        Ok(Self { handle: runtime.handle().clone(), runtime: Some(runtime) })
    }

    fn handle(&self) -> &Handle {
        &self.handle
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // An ordinary drop would wait for its tasks, which a thread that runs async tasks must not do.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The whole address: a server's own gets [`PATH`], one with a path gets [`LAST`] unless it ends with it.
fn endpoint(url: &Url) -> Url {
    let mut whole = url.clone();
    let path = url.path().trim_end_matches('/');
    whole.set_path(&match path {
        "" => PATH.to_owned(),
        path if path.ends_with(LAST) => path.to_owned(),
        path => format!("{path}{LAST}"),
    });
    whole
}

#[derive(Serialize)]
struct Question<'a> {
    model: &'a str,
    input: &'a [&'a str],
    encoding_format: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Embedding>,
}

#[derive(Deserialize)]
struct Embedding {
    /// The place of its text among those that were sent.
    index: usize,
    embedding: Vec<f32>,
}

/// Without the address: who reads of the problem need not know it.
fn unreachable(error: &reqwest::Error) -> ModelError {
    let mut cause: &dyn Error = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    ModelError(format!("cannot be reached: {cause}"))
}

async fn body(mut answer: Response, most: usize) -> Result<Vec<u8>, ModelError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| unreachable(&error))? {
        if body.len() + chunk.len() > most {
            return Err(ModelError(format!("answers with more than {most} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The vectors of `count` texts, in their order and of length 1. No error quotes the answer, which may quote a text.
fn read(body: &[u8], count: usize) -> Result<Vec<Vec<f32>>, ModelError> {
    let broken =
        |problem: &str| ModelError(format!("answers with something else than embeddings: {problem}"));
    let Answer { mut data } =
        serde_json::from_slice(body).map_err(|_| broken("this is not the JSON of OpenAI's API"))?;
    data.sort_unstable_by_key(|embedding| embedding.index);
    if !data.iter().map(|embedding| embedding.index).eq(0..count) {
        return Err(broken("there is not one vector for each text"));
    }
    let vectors: Vec<Vec<f32>> = data.into_iter().map(|embedding| normalised(embedding.embedding)).collect();
    let dimensions = vectors.first().map_or(0, Vec::len);
    if !(1..=MAX_DIMENSIONS).contains(&dimensions) || vectors.iter().any(|vector| vector.len() != dimensions)
    {
        return Err(broken(&format!("its vectors have not all the same size from 1 to {MAX_DIMENSIONS}")));
    }
    if vectors.iter().flatten().any(|number| !number.is_finite()) {
        return Err(broken("a number is not finite"));
    }
    // One text may mean nothing to the model.
    if vectors.len() > 1 && vectors.iter().all(|vector| super::is_zero(vector)) {
        return Err(broken("its vectors are all zero"));
    }
    Ok(vectors)
}

/// With length 1. A vector of zeros has no direction and stays as it is: it is near nothing.
#[expect(clippy::cast_possible_truncation, reason = "a vector of length 1 has no number above 1")]
fn normalised(vector: Vec<f32>) -> Vec<f32> {
    let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
    if length == 0.0 {
        return vector;
    }
    vector.into_iter().map(|number| (f64::from(number) / length) as f32).collect()
}

/// For the fuzzers: vectors that are accepted are one for each text, of one size, of length 1 or 0.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    let Some((count, body)) = data.split_first() else { return };
    let count = usize::from(count % 8);
    let Ok(vectors) = read(body, count) else { return };
    assert_eq!(vectors.len(), count);
    for vector in &vectors {
        let length = vector.iter().map(|number| f64::from(*number).powi(2)).sum::<f64>().sqrt();
        assert!(vector.len() == vectors[0].len() && vector.len() <= MAX_DIMENSIONS);
        assert!(length == 0.0 || (length - 1.0).abs() < 1e-3, "{length}");
    }
}

#[cfg(test)]
pub(super) mod server;
#[cfg(test)]
mod tests;
