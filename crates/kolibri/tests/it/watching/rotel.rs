//! A real OTLP receiver: rotel, which prints everything it receives.
//!
//! What it prints of metrics is turned into Prometheus series by the rules that Prometheus itself applies to OTLP
//! (<https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/#otlp-metric-points-to-prometheus>).

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use super::exposition::{Samples, Series};
use super::{Ended, listening};
use crate::programs::program;
use crate::running::eventually;

/// A running receiver. Killed when dropped.
pub struct Rotel {
    _program: Ended,
    /// `http://HOST:PORT` for http/protobuf.
    pub http: String,
    /// `http://HOST:PORT` for gRPC.
    pub grpc: String,
    printed: Arc<Mutex<Vec<String>>>,
}

impl Rotel {
    pub fn start() -> Self {
        let program = program("rotel-agent")
            // Two loopback addresses tell the two free ports apart.
            .args(["start", "--otlp-http-endpoint", "127.0.0.1:0", "--otlp-grpc-endpoint", "127.0.0.2:0"])
            .args(["--exporter", "blackhole", "--debug-log-verbosity", "detailed"])
            .args(["--debug-log", "metrics", "--debug-log", "traces", "--debug-log", "logs"])
            .env("NO_COLOR", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut program = Ended(program);
        let printed = Arc::new(Mutex::new(Vec::new()));
        let (lines, copy) = (BufReader::new(program.0.stdout.take().unwrap()).lines(), Arc::clone(&printed));
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|line| copy.lock().unwrap().push(line.trim().to_owned()));
        });
        let (http, grpc) = eventually("rotel listens", || {
            assert!(program.0.try_wait().unwrap().is_none(), "rotel ended: {:?}", printed.lock().unwrap());
            let addresses = listening(program.0.id());
            let at = |host: &str| addresses.iter().find(|address| address.ip().to_string() == host);
            Some((format!("http://{}", at("127.0.0.1")?), format!("http://{}", at("127.0.0.2")?)))
        });
        Self { _program: program, http, grpc, printed }
    }

    /// Everything that it has printed.
    pub fn printed(&self) -> Vec<String> {
        self.printed.lock().unwrap().clone()
    }

    /// How many pushes of metrics have arrived.
    pub fn pushes(&self) -> usize {
        self.printed.lock().unwrap().iter().filter(|line| line.starts_with(PUSH)).count()
    }

    /// The series of the last push, as far as they are printed.
    pub fn received(&self) -> Samples {
        let printed = self.printed.lock().unwrap();
        let last = printed.iter().rposition(|line| line.starts_with(PUSH)).unwrap_or(printed.len());
        translate(&printed[last..])
    }
}

/// The block of lines that tells a record, which begins with `kind` and contains `line`.
pub fn record(printed: &[String], kind: &str, lines: &[&str]) -> Vec<String> {
    let starts = |line: &String| ["Span #", "LogRecord #", "Resource"].iter().any(|it| line.starts_with(it));
    let begins = printed.iter().enumerate().filter(|(_, line)| line.starts_with(kind));
    let records = begins.map(|(at, _)| {
        let rest = printed[at + 1..].iter().position(starts).unwrap_or(printed.len() - at - 1);
        printed[at..=at + rest].to_vec()
    });
    let holds =
        |record: &Vec<String>| lines.iter().all(|line| record.iter().any(|held| squeezed(held) == *line));
    records.into_iter().find(holds).unwrap_or_else(|| panic!("no {kind} with {lines:?} in {printed:#?}"))
}

/// Without the receiver's columns.
pub fn squeezed(line: &str) -> String {
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

const PUSH: &str = "ResourceMetrics #";

/// What is known of the metric and the point that are being read.
#[derive(Default)]
struct Reading {
    resource: Vec<(String, String)>,
    in_resource: bool,
    name: String,
    unit: String,
    gauge: bool,
    monotonic: bool,
    labels: Vec<(String, String)>,
    bounds: Vec<String>,
    cumulated: f64,
}

fn translate(lines: &[String]) -> Samples {
    let mut samples = Samples::new();
    let mut reading = Reading::default();
    for line in lines {
        let (key, value) =
            line.split_once(':').map_or((line.as_str(), ""), |(key, value)| (key, value.trim()));
        match key {
            "Resource attributes" => reading.in_resource = true,
            "Descriptor" => {
                reading = Reading { resource: reading.resource, ..Reading::default() };
            }
            "-> Name" => reading.name = value.to_owned(),
            "-> Unit" => reading.unit = value.to_owned(),
            "-> DataType" => reading.gauge = value == "Gauge",
            "-> IsMonotonic" => reading.monotonic = value == "true",
            "-> AggregationTemporality" => assert_eq!(value, "AGGREGATION_TEMPORALITY_CUMULATIVE"),
            "-> Description" | "StartTimestamp" | "Timestamp" => {}
            "Value" => reading.insert(&mut samples, "", &[], value.parse().unwrap()),
            "Count" => reading.insert(&mut samples, "_count", &[], value.parse().unwrap()),
            "Sum" => reading.insert(&mut samples, "_sum", &[], value.parse().unwrap()),
            _ if key.starts_with("NumberDataPoints") || key.starts_with("HistogramDataPoints") => {
                (reading.labels, reading.bounds, reading.cumulated) = Default::default();
            }
            _ if key.starts_with("ExplicitBounds") => reading.bounds.push(value.to_owned()),
            _ if key.starts_with("Buckets") => {
                let at: usize = key["Buckets #".len()..].trim_end_matches(", Count").parse().unwrap();
                reading.cumulated += value.parse::<f64>().unwrap();
                let le = reading.bounds.get(at).cloned().unwrap_or("+Inf".to_owned());
                reading.insert(&mut samples, "_bucket", &[("le", &le)], reading.cumulated);
            }
            _ if key.starts_with("-> ") => {
                let (_, value) = value.split_once('(').unwrap();
                let label = (underscored(&key[3..]), value.trim_end_matches(')').to_owned());
                let labels = if reading.in_resource { &mut reading.resource } else { &mut reading.labels };
                labels.push(label);
            }
            _ if key.starts_with("ScopeMetrics #") => reading.in_resource = false,
            _ => {}
        }
    }
    let labels: Vec<_> =
        reading.resource.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    samples.insert(Series::new("target_info", &labels), 1.0);
    samples
}

impl Reading {
    fn insert(&self, samples: &mut Samples, suffix: &str, more: &[(&str, &str)], value: f64) {
        let labels = self.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let labels: Vec<_> = labels.chain(more.iter().copied()).collect();
        let series = Series::new(&format!("{}{suffix}", self.prometheus_name()), &labels);
        assert!(samples.insert(series.clone(), value).is_none(), "{series:?} was pushed twice");
    }

    fn prometheus_name(&self) -> String {
        let mut name = underscored(&self.name);
        let unit = match self.unit.as_str() {
            "s" => "_seconds",
            "By" => "_bytes",
            "1" if self.gauge => "_ratio",
            annotation if annotation.is_empty() || annotation.starts_with('{') => "",
            other => panic!("no rule for the unit {other}"),
        };
        if !name.ends_with(unit) {
            name += unit;
        }
        if self.monotonic {
            name += "_total";
        }
        name
    }
}

fn underscored(name: &str) -> String {
    name.replace(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_', "_")
}
