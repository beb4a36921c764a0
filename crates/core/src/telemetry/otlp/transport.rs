//! One request to the collector, over HTTP or gRPC
//! (<https://opentelemetry.io/docs/specs/otlp/>). Nothing here reads OpenTelemetry's variables.

use std::error::Error;
use std::io::{Read, Write};
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::logs::v1::{ExportLogsServiceRequest, ExportLogsServiceResponse};
use opentelemetry_proto::tonic::collector::metrics::v1::{
    ExportMetricsServiceRequest, ExportMetricsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use prost::Message;
use reqwest::header;
use tokio::runtime::Handle;
use tonic::Code;
use tonic::client::Grpc;
use tonic::codec::CompressionEncoding;
use tonic::codegen::http::uri::PathAndQuery;
use tonic::metadata::MetadataMap;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic_prost::ProstCodec;

use super::{OtlpCompression, OtlpConfig, OtlpProtocol, Signal};

/// How much of a collector's answer is read; what it says of a push is far shorter.
const MAX_ANSWER: u64 = 64 * 1024;

/// A message that carries a signal.
pub(super) trait Export: Message + Default + Clone + 'static {
    /// What the collector answers.
    type Answer: Message + Default + 'static;
    /// The signal.
    const SIGNAL: Signal;
    /// The method's path in gRPC.
    const METHOD: &'static str;
    /// What the collector says that it did not take, if anything.
    fn rejected(answer: Self::Answer) -> Option<Rejected>;
}

/// What a collector did not take of a push that it accepted
/// (<https://opentelemetry.io/docs/specs/otlp/#partial-success>).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rejected {
    /// Data points, spans or log records. It may be 0: then the message is a warning.
    pub(super) count: u64,
    /// Why.
    pub(super) message: String,
}

macro_rules! export {
    ($request:ty, $answer:ty, $signal:expr, $method:literal, $rejected:ident) => {
        impl Export for $request {
            type Answer = $answer;
            const SIGNAL: Signal = $signal;
            const METHOD: &'static str = concat!("/opentelemetry.proto.collector.", $method, "/Export");

            fn rejected(answer: Self::Answer) -> Option<Rejected> {
                let partial = answer.partial_success?;
                let count = u64::try_from(partial.$rejected).unwrap_or(0);
                let told = count > 0 || !partial.error_message.is_empty();
                told.then_some(Rejected { count, message: partial.error_message })
            }
        }
    };
}

export!(
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
    Signal::Metrics,
    "metrics.v1.MetricsService",
    rejected_data_points
);
export!(
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
    Signal::Traces,
    "trace.v1.TraceService",
    rejected_spans
);
export!(
    ExportLogsServiceRequest,
    ExportLogsServiceResponse,
    Signal::Logs,
    "logs.v1.LogsService",
    rejected_log_records
);

/// Why a push was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    /// What happened. Nothing that the collector sent, which may quote the headers.
    pub(super) cause: String,
    /// Whether the same push may be accepted later
    /// (<https://opentelemetry.io/docs/specs/otlp/#failures-1>).
    pub(super) later: bool,
}

impl Refused {
    fn unreachable(error: &(dyn Error + 'static)) -> Self {
        Self { cause: root_cause(error), later: true }
    }

    fn timed_out() -> Self {
        Self { cause: "the push timed out".to_owned(), later: true }
    }
}

/// A way to the collector. It connects with the first push.
pub(in crate::telemetry) enum Transport {
    Http { client: reqwest::blocking::Client, endpoint: String, gzip: bool },
    Grpc { client: Box<Grpc<Channel>>, metadata: MetadataMap, runtime: Handle },
}

impl Transport {
    /// For gRPC, call it inside a tokio runtime that outlives the transport.
    pub(in crate::telemetry) fn new(config: &OtlpConfig) -> Result<Self, String> {
        // Fails only if a provider is already installed, which is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        match config.protocol {
            OtlpProtocol::Http => http(config),
            OtlpProtocol::Grpc => grpc(config),
        }
    }

    /// Pushes a message, and waits for the answer, on a thread that runs no async tasks.
    pub(super) fn push<M: Export>(&self, message: M, timeout: Duration) -> Result<Option<Rejected>, Refused> {
        let answer = match self {
            Self::Http { client, endpoint, gzip } => {
                let (body, url) = (message.encode_to_vec(), url(endpoint, M::SIGNAL));
                post(client, &url, body, *gzip, timeout)?
            }
            Self::Grpc { client, metadata, runtime } => {
                let mut request = tonic::Request::new(message);
                *request.metadata_mut() = metadata.clone();
                let called = async { tokio::time::timeout(timeout, call((**client).clone(), request)).await };
                runtime.block_on(called).unwrap_or_else(|_| Err(Refused::timed_out()))?
            }
        };
        Ok(M::rejected(answer))
    }
}

/// Where a signal goes over HTTP: its path is added to an endpoint that does not end with it; one that ends with another
/// signal's has that one replaced.
fn url(endpoint: &str, signal: Signal) -> String {
    let endpoint = endpoint.trim_end_matches('/');
    let base = Signal::ALL.iter().find_map(|other| endpoint.strip_suffix(path(*other)));
    format!("{}{}", base.unwrap_or(endpoint), path(signal))
}

/// (<https://opentelemetry.io/docs/specs/otlp/#otlphttp-request>).
const fn path(signal: Signal) -> &'static str {
    match signal {
        Signal::Metrics => "/v1/metrics",
        Signal::Traces => "/v1/traces",
        Signal::Logs => "/v1/logs",
    }
}

/// A client follows no redirect: that would turn a push into a GET whose success means nothing, and send the headers
/// elsewhere.
fn http(config: &OtlpConfig) -> Result<Transport, String> {
    let headers = config.headers.map()?;
    let pem = config.authority.as_ref().map_or(&[][..], |authority| authority.pem());
    let certificates = reqwest::Certificate::from_pem_bundle(pem).map_err(|error| root_cause(&error))?;
    let build = move || {
        reqwest::blocking::Client::builder()
            .user_agent(concat!("kolibri/", env!("CARGO_PKG_VERSION")))
            .default_headers(headers)
            .tls_certs_merge(certificates)
            .redirect(reqwest::redirect::Policy::none())
            .build()
    };
    // A blocking client cannot be built on a thread that runs async tasks.
    let built = std::thread::spawn(build).join();
    let built = built.map_err(|_| "its HTTP client could not be built".to_owned())?;
    let client = built.map_err(|error| root_cause(&error))?;
    let gzip = config.compression == OtlpCompression::Gzip;
    Ok(Transport::Http { client, endpoint: config.endpoint.clone(), gzip })
}

fn post<A: Message + Default>(
    client: &reqwest::blocking::Client,
    url: &str,
    body: Vec<u8>,
    gzip: bool,
    timeout: Duration,
) -> Result<A, Refused> {
    let request = client.post(url).timeout(timeout).header(header::CONTENT_TYPE, "application/x-protobuf");
    let request = match gzip {
        true => request.header(header::CONTENT_ENCODING, "gzip").body(compressed(&body)),
        false => request.body(body),
    };
    let answer = request.send().map_err(|error| Refused::unreachable(&error))?;
    let status = answer.status();
    if !status.is_success() {
        let later = matches!(status.as_u16(), 429 | 502 | 503 | 504);
        return Err(Refused { cause: format!("the collector answered {status}"), later });
    }
    let mut bytes = Vec::new();
    // The push was accepted; an answer that cannot be read says nothing more.
    let read = answer.take(MAX_ANSWER).read_to_end(&mut bytes);
    Ok(read.ok().and_then(|_| A::decode(bytes.as_slice()).ok()).unwrap_or_default())
}

fn compressed(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // A Vec takes every byte.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

fn grpc(config: &OtlpConfig) -> Result<Transport, String> {
    let runtime = Handle::try_current().map_err(|error| error.to_string())?;
    let endpoint = config.endpoint.trim_end_matches('/').to_owned();
    let mut endpoint = Endpoint::from_shared(endpoint).map_err(|error| error.to_string())?;
    if config.endpoint.starts_with("https:") {
        let tls = ClientTlsConfig::new().with_enabled_roots();
        let certificate = config.authority.as_ref().map(|authority| Certificate::from_pem(authority.pem()));
        let tls = tls.ca_certificates(certificate);
        endpoint = endpoint.tls_config(tls).map_err(|error| root_cause(&error))?;
    }
    let client = Grpc::new(endpoint.connect_lazy());
    let client = match config.compression {
        OtlpCompression::Gzip => client.send_compressed(CompressionEncoding::Gzip),
        OtlpCompression::None => client,
    };
    let metadata = MetadataMap::from_headers(config.headers.map()?);
    Ok(Transport::Grpc { client: Box::new(client), metadata, runtime })
}

async fn call<M: Export>(
    mut client: Grpc<Channel>,
    request: tonic::Request<M>,
) -> Result<M::Answer, Refused> {
    client.ready().await.map_err(|error| Refused::unreachable(&error))?;
    let (codec, method) = (ProstCodec::default(), PathAndQuery::from_static(M::METHOD));
    match client.unary(request, method, codec).await {
        Ok(answer) => Ok(answer.into_inner()),
        // A status that the collector sent has no source; its message may be anything.
        Err(status) => Err(match status.source() {
            Some(source) => Refused::unreachable(source),
            None => answered(status.code()),
        }),
    }
}

fn answered(code: Code) -> Refused {
    use Code::{Aborted, Cancelled, DataLoss, DeadlineExceeded, OutOfRange, ResourceExhausted, Unavailable};
    let later = matches!(
        code,
        Aborted | Cancelled | DataLoss | DeadlineExceeded | OutOfRange | ResourceExhausted | Unavailable
    );
    Refused { cause: format!("the collector answered {code:?}"), later }
}

fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut root = error;
    while let Some(source) = root.source() {
        root = source;
    }
    root.to_string()
}

/// For the fuzzers: who is told that something was rejected is told how much, or why.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    fn look<M: Export>(data: &[u8]) {
        let rejected = M::Answer::decode(data).ok().and_then(M::rejected);
        assert!(rejected.is_none_or(|rejected| rejected.count > 0 || !rejected.message.is_empty()));
    }
    look::<ExportMetricsServiceRequest>(data);
    look::<ExportTraceServiceRequest>(data);
    look::<ExportLogsServiceRequest>(data);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signals_path_is_added_once_and_takes_the_place_of_another_signals() {
        use Signal::{Logs, Metrics, Traces};
        for (endpoint, signal, expected) in [
            ("http://c:4318", Metrics, "http://c:4318/v1/metrics"),
            ("http://c:4318/", Traces, "http://c:4318/v1/traces"),
            ("https://cloud/otlp", Logs, "https://cloud/otlp/v1/logs"),
            ("https://cloud/otlp/v1/metrics", Metrics, "https://cloud/otlp/v1/metrics"),
            ("https://cloud/otlp/v1/metrics", Traces, "https://cloud/otlp/v1/traces"),
        ] {
            assert_eq!(url(endpoint, signal), expected);
        }
    }

    #[test]
    fn what_a_collector_rejects_is_read_from_its_answer() {
        let bytes = b"\x0a\x1c\x08\x05\x12\x18metric names not allowed";
        let answer = ExportMetricsServiceResponse::decode(&bytes[..]).unwrap();
        let rejected = ExportMetricsServiceRequest::rejected(answer).unwrap();
        assert_eq!(rejected, Rejected { count: 5, message: "metric names not allowed".into() });
        assert_eq!(ExportMetricsServiceRequest::rejected(ExportMetricsServiceResponse::default()), None);
    }
}
