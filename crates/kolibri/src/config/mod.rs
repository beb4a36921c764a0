//! The node's configuration: read whole, checked whole. Every fault is reported at once, by the variable it is in.

pub(crate) mod opentelemetry;
pub(crate) mod settings;

use std::fmt::{self, Display};
use std::net::{SocketAddr, ToSocketAddrs};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use kolibri_core::NodeConfig;
use kolibri_core::recall::{ApiKey, Judge, Model, Precision, RecallConfig, Remote};
use kolibri_core::store::{BlockRef, DataDirectory, ParseBlockRefError};
use kolibri_core::telemetry::{OtlpAuthority, OtlpConfig, OtlpHeaders, OtlpProtocol, OtlpSignals, Signal};
use kolibri_core::trace::TraceConfig;

use kolibri_encoder::Encoder;
use settings::{Setting, Settings};

use crate::logging::{LogConfig, LogFormat};

/// The shortest token that is taken.
const MIN_TOKEN: usize = 16;
/// How long a file with a secret may take to be read.
const FILE_PATIENCE: Duration = Duration::from_secs(5);

/// Everything `kolibri serve` has to know.
#[derive(Debug)]
pub(crate) struct Config {
    /// The node's store, queue and traces.
    pub(crate) node: NodeConfig,
    /// The API.
    pub(crate) http: HttpConfig,
    /// Metrics; `None` turns them off.
    pub(crate) telemetry: Option<MetricsConfig>,
    /// What is logged, and how.
    pub(crate) log: LogConfig,
    /// What all of it was read from.
    pub(crate) settings: Settings,
}

/// Where the API listens, and whom it serves.
#[derive(Debug)]
pub(crate) struct HttpConfig {
    pub(crate) address: SocketAddr,
    pub(crate) token: Option<Token>,
    /// Names a request's Host may carry, besides addresses and localhost; lower case.
    pub(crate) hosts: Vec<String>,
    /// A Prometheus to ask for alerts.
    pub(crate) prometheus: Option<reqwest::Url>,
}

/// Where metrics go.
#[derive(Debug)]
pub(crate) struct MetricsConfig {
    pub(crate) scrape: SocketAddr,
    pub(crate) otlp: Option<OtlpConfig>,
}

impl MetricsConfig {
    /// Whether the lines of the log are pushed.
    pub(crate) fn pushes_logs(&self) -> bool {
        self.otlp.as_ref().is_some_and(|otlp| otlp.signals.contain(Signal::Logs))
    }
}

/// What a process reports about itself.
#[derive(Debug)]
pub(crate) struct ObservabilityConfig {
    /// Metrics; `None` turns them off.
    pub(crate) telemetry: Option<MetricsConfig>,
    /// What is logged, and how.
    pub(crate) log: LogConfig,
}

/// The API's bearer token. It shows in no output.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Token(String);

impl Token {
    /// The secret itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(set)")
    }
}

/// One thing that is wrong with the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The variable.
    pub(crate) variable: &'static str,
    /// What is wrong, what was expected, what to do.
    pub(crate) problem: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.variable, self.problem)
    }
}

impl Config {
    /// Reads and checks everything.
    ///
    /// # Errors
    /// Every fault there is.
    pub(crate) fn parse(settings: &Settings) -> Result<Self, Vec<Fault>> {
        let mut parser = Parser { settings, faults: Vec::new() };
        let config = Self {
            node: parser.node(),
            http: parser.http(),
            telemetry: parser.telemetry(),
            log: parser.log(),
            settings: settings.clone(),
        };
        parser.one_door_each(&config);
        if parser.faults.is_empty() { Ok(config) } else { Err(parser.faults) }
    }
}

/// The model that this program carries; an error says why it has none.
fn built_in() -> Result<Arc<dyn Model>, String> {
    let data =
        crate::model::MODEL.ok_or("this program was built without a model; `make run` builds it with one")?;
    let encoder =
        Encoder::new(data).map_err(|error| format!("the built-in model cannot be read: {error}"))?;
    Ok(Arc::new(encoder))
}

/// The data directory alone, for commands that need nothing else.
pub(crate) fn data_directory(settings: &Settings) -> DataDirectory {
    DataDirectory::new(settings.get(&settings::DATA_DIR).unwrap_or(settings::DATA_DIR.default))
}

/// The token alone, for commands that talk to a node.
///
/// # Errors
/// When there are two, or its file cannot be read, or it is too short.
pub(crate) fn token(settings: &Settings) -> Result<Option<Token>, Vec<Fault>> {
    parse_part(settings, |parser| parser.token())
}

/// Metrics and logs alone, for commands that do their own work.
///
/// # Errors
/// Every fault in these settings.
pub(crate) fn observability(settings: &Settings) -> Result<ObservabilityConfig, Vec<Fault>> {
    parse_part(settings, |parser| ObservabilityConfig { telemetry: parser.telemetry(), log: parser.log() })
}

fn parse_part<T>(settings: &Settings, parse: impl FnOnce(&mut Parser<'_>) -> T) -> Result<T, Vec<Fault>> {
    let mut parser = Parser { settings, faults: Vec::new() };
    let part = parse(&mut parser);
    if parser.faults.is_empty() { Ok(part) } else { Err(parser.faults) }
}

struct Parser<'a> {
    settings: &'a Settings,
    faults: Vec<Fault>,
}

impl Parser<'_> {
    fn fault(&mut self, setting: &Setting, problem: impl Into<String>) {
        self.faults.push(Fault { variable: setting.variable, problem: problem.into() });
    }

    /// The setting's value or default, read by `read`; a fault is noted, and `T`'s default is used.
    fn read<T: Default>(&mut self, setting: &Setting, read: impl FnOnce(&str) -> Result<T, String>) -> T {
        let value = self.settings.get(setting).unwrap_or(setting.default);
        read(value).unwrap_or_else(|problem| {
            self.fault(setting, problem);
            T::default()
        })
    }

    fn switch(&mut self, setting: &Setting) -> bool {
        self.read(setting, |value| match value.to_lowercase().as_str() {
            "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(format!("`{value}` is neither on (1, true, yes) nor off (0, false, no)")),
        })
    }

    fn number<N>(&mut self, setting: &Setting, least: N, most: N) -> N
    where
        N: Copy + Default + Display + FromStr + PartialOrd,
    {
        self.read(setting, |value| match value.parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(number),
            _ => Err(format!("`{value}` is not a whole number from {least} to {most}")),
        })
    }

    /// An address from a host setting and a port setting.
    fn address(&mut self, host: &Setting, port: &Setting) -> SocketAddr {
        let port = self.number(port, 0, u16::MAX);
        let resolved = self.read(host, |name| {
            let found = (name, port).to_socket_addrs().ok().and_then(|mut found| found.next());
            found.map(Some).ok_or_else(|| {
                format!(
                    "`{name}` is not an address of this machine; use an IP address such as 127.0.0.1 or 0.0.0.0"
                )
            })
        });
        resolved.unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], port)))
    }

    fn node(&mut self) -> NodeConfig {
        let directory = data_directory(self.settings);
        let queue_capacity = self.number(&settings::QUEUE_CAPACITY, 1, 1 << 20);
        let trace = self.trace(&directory);
        let verify_every = self.read(&settings::VERIFY_EVERY, verify_every);
        let accepted_head = self.accepted_head();
        NodeConfig { directory, queue_capacity, trace, recall: self.recall(), verify_every, accepted_head }
    }

    fn accepted_head(&mut self) -> Option<BlockRef> {
        let text = self.settings.get(&settings::ACCEPT_HEAD)?;
        let parsed = text.parse().map_err(|error: ParseBlockRefError| format!("`{text}`: {error}"));
        parsed.map_err(|problem| self.fault(&settings::ACCEPT_HEAD, problem)).ok()
    }

    fn recall(&mut self) -> RecallConfig {
        let precision = self.read(&settings::RECALL_PRECISION, |value| {
            let number: Option<f64> = value.parse().ok();
            let known = Precision::ALL.into_iter().find(|precision| Some(precision.value()) == number);
            known.ok_or_else(|| format!("`{value}` is none of 0.85, 0.90 and 0.95"))
        });
        let remote = self.remote_model();
        let model = match (self.switch(&settings::RECALL_MODEL), remote) {
            (false, _) => Err("KOLIBRI_RECALL_MODEL is off".to_owned()),
            (true, Some(remote)) => Ok(remote),
            (true, None) => built_in(),
        };
        RecallConfig { judge: Judge::Calibrated(precision), model }
    }

    /// The model that runs elsewhere, if one is configured.
    fn remote_model(&mut self) -> Option<Arc<dyn Model>> {
        let key = self.embeddings_key();
        let name = self.settings.get(&settings::EMBEDDINGS_MODEL);
        let Some(url) = self.settings.get(&settings::EMBEDDINGS_URL) else {
            self.useless_without_url();
            return None;
        };
        if name.is_none() {
            let problem = "KOLIBRI_EMBEDDINGS_URL is set, so the model on that server has to be named";
            self.fault(&settings::EMBEDDINGS_MODEL, problem);
        }
        let url = check_url(url, "put the key into KOLIBRI_EMBEDDINGS_API_KEY_FILE");
        let url = url.map_err(|problem| self.fault(&settings::EMBEDDINGS_URL, problem)).ok();
        let remote = Remote::new(&url?, name?.to_owned(), key);
        let remote = remote.map_err(|error| self.fault(&settings::EMBEDDINGS_URL, error.to_string())).ok()?;
        Some(Arc::new(remote))
    }

    fn embeddings_key(&mut self) -> Option<ApiKey> {
        let (plain, file) = (&settings::EMBEDDINGS_API_KEY, &settings::EMBEDDINGS_API_KEY_FILE);
        let (key, setting) = self.secret(plain, file)?;
        let key = ApiKey::new(&key);
        if key.is_none() {
            self.fault(setting, "a key must be printable ASCII characters without spaces");
        }
        key
    }

    /// Who names a model or its key means it to be used.
    fn useless_without_url(&mut self) {
        use settings::{EMBEDDINGS_API_KEY, EMBEDDINGS_API_KEY_FILE, EMBEDDINGS_MODEL};
        for setting in [&EMBEDDINGS_MODEL, &EMBEDDINGS_API_KEY, &EMBEDDINGS_API_KEY_FILE] {
            if self.settings.get(setting).is_some() {
                self.fault(setting, "it does nothing without KOLIBRI_EMBEDDINGS_URL; set both or neither");
            }
        }
    }

    fn trace(&mut self, directory: &DataDirectory) -> Option<TraceConfig> {
        let path = self.settings.get(&settings::TRACE_PATH).map_or_else(|| directory.trace(), PathBuf::from);
        let max_bytes = self.number(&settings::TRACE_MAX_BYTES, 4096, u64::MAX);
        let content = self.switch(&settings::TRACE_CONTENT);
        self.switch(&settings::TRACE).then_some(TraceConfig { path: Some(path), max_bytes, content })
    }

    fn http(&mut self) -> HttpConfig {
        let address = self.address(&settings::HTTP_HOST, &settings::HTTP_PORT);
        let token_faults = self.faults.len();
        let token = self.token();
        let token_is_fine = self.faults.len() == token_faults;
        if token.is_none() && token_is_fine && !address.ip().is_loopback() {
            self.fault(
                &settings::HTTP_HOST,
                format!(
                    "{} can be reached from other machines, but no token is set; set KOLIBRI_API_TOKEN or \
                     KOLIBRI_API_TOKEN_FILE, or listen on 127.0.0.1",
                    address.ip()
                ),
            );
        }
        HttpConfig { address, token, hosts: self.hosts(), prometheus: self.prometheus() }
    }

    fn prometheus(&mut self) -> Option<reqwest::Url> {
        let url = self.settings.get(&settings::PROMETHEUS_URL)?;
        let checked = check_url(url, "Prometheus is queried without credentials");
        checked.map_err(|problem| self.fault(&settings::PROMETHEUS_URL, problem)).ok()
    }

    fn hosts(&mut self) -> Vec<String> {
        let hosts = self.settings.get(&settings::HTTP_ALLOWED_HOSTS).unwrap_or_default();
        let hosts = hosts.split(',').map(|host| host.trim().to_lowercase()).filter(|host| !host.is_empty());
        let hosts: Vec<_> = hosts.collect();
        if let Some(odd) = hosts.iter().find(|host| host.contains([':', '/', '*'])) {
            let problem = format!("`{odd}` can never match; write plain host names, such as kolibri.example");
            self.fault(&settings::HTTP_ALLOWED_HOSTS, problem);
        }
        hosts
    }

    fn token(&mut self) -> Option<Token> {
        let (token, setting) = self.secret(&settings::API_TOKEN, &settings::API_TOKEN_FILE)?;
        if token.len() < MIN_TOKEN || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.fault(
                setting,
                format!(
                    "a token must be at least {MIN_TOKEN} printable ASCII characters without spaces; \
                         `openssl rand -hex 32` makes one"
                ),
            );
            return None;
        }
        Some(Token(token))
    }

    /// A secret that stands in a variable or in a file, and which setting it comes from.
    fn secret(
        &mut self,
        plain: &'static Setting,
        file: &'static Setting,
    ) -> Option<(String, &'static Setting)> {
        match (self.settings.get(plain), self.settings.get(file)) {
            (Some(_), Some(_)) => {
                self.fault(plain, format!("{} is set too; keep only one of them", file.variable));
                None
            }
            (Some(secret), None) => Some((secret.to_owned(), plain)),
            (None, Some(path)) => match read_soon(path) {
                Ok(text) => Some((text.trim_end_matches(['\r', '\n']).to_owned(), file)),
                Err(error) => {
                    self.fault(file, format!("{path} cannot be read: {error}"));
                    None
                }
            },
            (None, None) => None,
        }
    }

    fn telemetry(&mut self) -> Option<MetricsConfig> {
        if !self.switch(&settings::TELEMETRY) {
            return None;
        }
        let scrape = self.address(&settings::PROMETHEUS_HOST, &settings::PROMETHEUS_PORT);
        Some(MetricsConfig { scrape, otlp: self.otlp() })
    }

    /// Two listeners cannot share a port; the second one would be told that "another program" has it.
    fn one_door_each(&mut self, config: &Config) {
        let Some(metrics) = &config.telemetry else { return };
        let (api, scrape) = (config.http.address, metrics.scrape);
        let overlap = api.ip() == scrape.ip() || api.ip().is_unspecified() || scrape.ip().is_unspecified();
        if overlap && api.port() == scrape.port() && api.port() != 0 {
            self.fault(
                &settings::PROMETHEUS_PORT,
                format!("the API already uses port {} (KOLIBRI_HTTP_PORT); choose another port", api.port()),
            );
        }
    }

    fn otlp(&mut self) -> Option<OtlpConfig> {
        let protocol = self.read(&settings::OTLP_PROTOCOL, |name| {
            name.parse::<OtlpProtocol>().map_err(|()| format!("`{name}` is neither http/protobuf nor grpc"))
        });
        let interval =
            Duration::from_millis(self.number(&settings::OTLP_EXPORT_INTERVAL_MS, 100, 86_400_000));
        let headers = match self.settings.get(&settings::OTLP_HEADERS).map(str::parse::<OtlpHeaders>) {
            None => OtlpHeaders::default(),
            Some(Ok(headers)) => headers,
            Some(Err(problem)) => {
                self.fault(&settings::OTLP_HEADERS, format!("{problem}; write key=value,key2=value2"));
                OtlpHeaders::default()
            }
        };
        let signals = self.read(&settings::OTLP_SIGNALS, str::parse::<OtlpSignals>);
        let compression = self.read(&settings::OTLP_COMPRESSION, |name| {
            name.parse().map_err(|()| format!("`{name}` is neither none nor gzip"))
        });
        let authority = self.authority();
        let endpoint = self.settings.get(&settings::OTLP_ENDPOINT)?.to_owned();
        if let Err(problem) = check_url(&endpoint, "put credentials into KOLIBRI_OTLP_HEADERS") {
            self.fault(&settings::OTLP_ENDPOINT, problem);
        }
        Some(OtlpConfig { endpoint, protocol, headers, authority, compression, signals, interval })
    }

    fn authority(&mut self) -> Option<OtlpAuthority> {
        let path = self.settings.get(&settings::OTLP_CA_FILE)?;
        let read = OtlpAuthority::read(Path::new(path));
        read.map_err(|problem| self.fault(&settings::OTLP_CA_FILE, problem)).ok()
    }

    fn log(&mut self) -> LogConfig {
        let filter = self.read(&settings::LOG, crate::logging::parse_filter);
        let format = match self.settings.get(&settings::LOG_FORMAT).unwrap_or(settings::LOG_FORMAT.default) {
            "auto" => LogFormat::Auto,
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => {
                self.fault(&settings::LOG_FORMAT, format!("`{other}` is not one of auto, text and json"));
                LogFormat::Auto
            }
        };
        LogConfig { filter, format }
    }
}

/// How often the genome is verified: at least once a year and at most once a minute.
fn verify_every(text: &str) -> Result<Option<Duration>, String> {
    const LEAST: Duration = Duration::from_secs(60);
    const MOST: Duration = Duration::from_secs(366 * 24 * 3600);
    if ["off", "no", "false", "0"].contains(&text.to_lowercase().as_str()) {
        return Ok(None);
    }
    match humantime::parse_duration(text) {
        Ok(every) if (LEAST..=MOST).contains(&every) => Ok(Some(every)),
        Ok(_) => Err(format!("`{text}` is not between 1m (a minute) and 366d")),
        Err(error) => Err(format!("`{text}` is neither off nor a time such as 24h, 90m or 7d: {error}")),
    }
}

/// The URL of a server. It is quoted in messages and logs, so it must not carry credentials; and a path may be added to it.
/// `advice` says what to do with a key.
fn check_url(text: &str, advice: &str) -> Result<reqwest::Url, String> {
    let url = reqwest::Url::parse(text).map_err(|error| format!("this is not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("it must begin with http:// or https://".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(format!("it contains a user name or password; {advice}"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("it has a query or a fragment (`?` or `#`) after its path; {advice}"));
    }
    Ok(url)
}

/// Reads a small file. It may be a pipe, such as a shell's `<(...)`, but the start does not wait for one for ever.
fn read_soon(path: &str) -> std::io::Result<String> {
    let (sender, receiver) = std::sync::mpsc::channel();
    let path = path.to_owned();
    std::thread::spawn(move || sender.send(std::fs::read_to_string(path)));
    let waited = receiver.recv_timeout(FILE_PATIENCE);
    waited.unwrap_or_else(|_| {
        Err(std::io::Error::new(std::io::ErrorKind::TimedOut, "nothing arrived within 5 seconds"))
    })
}

/// For the fuzzers: whatever the settings are, either they are accepted or each fault is named, and no secret is quoted.
///
/// Settings that name a file or a host to be looked up are not among them.
#[cfg(any(test, fuzzing))]
pub(crate) fn fuzz(data: &[u8]) {
    const SECRET: &str = "Vq7Zm3Xk9Jw2";
    let looks_up = |setting: &settings::Setting| {
        setting.variable.ends_with("_FILE")
            || setting.variable.ends_with("_HOST")
            || setting.variable.contains("EMBEDDINGS")
    };
    let known: Vec<_> = settings::ALL.iter().copied().filter(|setting| !looks_up(setting)).collect();
    let mut settings = Settings::default();
    for line in String::from_utf8_lossy(data).lines().filter(|line| !line.contains(SECRET)) {
        let Some((number, value)) = line.split_once('=') else { continue };
        let Some(setting) = number.parse().ok().and_then(|number: usize| known.get(number)) else { continue };
        let value = if setting.secret { format!("{value}{SECRET}") } else { value.to_owned() };
        settings = settings.with(setting, Some(value));
    }
    let settings = settings.with(&settings::RECALL_MODEL, Some("off".into()));
    let said = match Config::parse(&settings) {
        Ok(_) => String::new(),
        Err(faults) => faults.iter().map(|fault| format!("{} {}", fault.variable, fault.problem)).collect(),
    };
    assert!(!said.contains(SECRET) && !format!("{settings:?}").contains(SECRET), "{said}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults<const N: usize>(values: [(&'static str, &str); N]) -> Vec<String> {
        let faults = Config::parse(&Settings::of(values)).map(drop).unwrap_err();
        faults.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn nothing_set_is_a_good_configuration_on_loopback() {
        let config = Config::parse(&Settings::default()).unwrap();
        assert_eq!(config.http.address, "127.0.0.1:8080".parse().unwrap());
        let telemetry = config.telemetry.unwrap();
        assert_eq!(telemetry.scrape, "0.0.0.0:9464".parse().unwrap());
        assert!(telemetry.otlp.is_none());
    }

    #[test]
    fn white_space_around_a_value_does_not_count() {
        let values = [
            ("KOLIBRI_OTLP_ENDPOINT", "http://127.0.0.1:4318 "),
            ("KOLIBRI_OTLP_PROTOCOL", " grpc"),
            ("KOLIBRI_DATA_DIR", "\tdata\r\n"),
            ("KOLIBRI_HTTP_HOST", "127.0.0.1 "),
            ("KOLIBRI_HTTP_PORT", " 8081 "),
            ("KOLIBRI_TRACE", "off "),
            ("KOLIBRI_LOG_FORMAT", "json "),
            ("KOLIBRI_PROMETHEUS_URL", "http://prometheus:9090 "),
            ("KOLIBRI_VERIFY_EVERY", " 7d "),
            ("KOLIBRI_RECALL_PRECISION", "0.95 "),
        ];
        let config = Config::parse(&Settings::of(values)).unwrap();
        assert_eq!(config.telemetry.unwrap().otlp.unwrap().endpoint, "http://127.0.0.1:4318");
        assert_eq!(config.node.directory.path(), std::path::Path::new("data"));
        assert_eq!(config.http.address.port(), 8081);
        assert!(config.node.trace.is_none());
        let blank = Config::parse(&Settings::of([("KOLIBRI_OTLP_ENDPOINT", " ")])).unwrap();
        assert!(blank.telemetry.unwrap().otlp.is_none(), "nothing but white space is nothing");
    }

    #[test]
    fn how_often_the_genome_is_verified_is_a_time_or_off() {
        let every = |text: &str| {
            let config = Config::parse(&Settings::of([("KOLIBRI_VERIFY_EVERY", text)])).map_err(|faults| {
                assert_eq!(faults.len(), 1, "{faults:?}");
                faults[0].to_string()
            });
            config.map(|config| config.node.verify_every)
        };
        assert_eq!(every(""), Ok(Some(Duration::from_secs(86_400))), "daily unless set");
        assert_eq!(every("7d"), Ok(Some(Duration::from_secs(7 * 86_400))));
        assert_eq!(every("1m"), Ok(Some(Duration::from_secs(60))));
        assert_eq!(every("off"), Ok(None));
        for wrong in ["59s", "400d", "24", "daily", "on"] {
            let problem = every(wrong).unwrap_err();
            assert!(problem.starts_with(&format!("KOLIBRI_VERIFY_EVERY: `{wrong}` is n")), "{problem}");
        }
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let settings = Settings::of([("KOLIBRI_HTTP_PORT", ""), ("KOLIBRI_OTLP_ENDPOINT", "")]);
        assert!(Config::parse(&settings).unwrap().telemetry.unwrap().otlp.is_none());
    }

    #[test]
    fn every_fault_is_reported_at_once_with_its_variable() {
        let faults = faults([
            ("KOLIBRI_HTTP_PORT", "eighty"),
            ("KOLIBRI_PROMETHEUS_HOST", "no such host"),
            ("KOLIBRI_PROMETHEUS_URL", "prometheus:9090"),
            ("KOLIBRI_OTLP_ENDPOINT", "collector:4318"),
            ("KOLIBRI_OTLP_PROTOCOL", "carrier-pigeon"),
            ("KOLIBRI_OTLP_EXPORT_INTERVAL_MS", "0"),
            ("KOLIBRI_OTLP_SIGNALS", "metrics,spans"),
            ("KOLIBRI_OTLP_COMPRESSION", "zstd"),
            ("KOLIBRI_OTLP_CA_FILE", "/nowhere/ca.pem"),
            ("KOLIBRI_TRACE", "perhaps"),
            ("KOLIBRI_LOG_FORMAT", "xml"),
        ]);
        assert_eq!(faults.len(), 11, "{faults:#?}");
        assert!(faults[0].starts_with("KOLIBRI_TRACE: `perhaps`"), "{faults:#?}");
    }

    #[test]
    fn listening_beyond_loopback_needs_a_token() {
        let faults = faults([("KOLIBRI_HTTP_HOST", "0.0.0.0")]);
        assert!(faults[0].contains("KOLIBRI_API_TOKEN"), "{faults:?}");
        let token = ("KOLIBRI_API_TOKEN", "0123456789abcdef");
        assert!(Config::parse(&Settings::of([("KOLIBRI_HTTP_HOST", "0.0.0.0"), token])).is_ok());
    }

    #[test]
    fn a_short_token_is_refused_without_being_quoted() {
        let faults = faults([("KOLIBRI_API_TOKEN", "hunter2")]);
        assert!(faults[0].contains("at least 16") && !faults[0].contains("hunter2"), "{faults:?}");
    }

    const URL: (&str, &str) = ("KOLIBRI_EMBEDDINGS_URL", "http://127.0.0.1:11434");
    const MODEL: (&str, &str) = ("KOLIBRI_EMBEDDINGS_MODEL", "bge-m3");

    fn model<const N: usize>(values: [(&'static str, &str); N]) -> Result<Arc<dyn Model>, String> {
        Config::parse(&Settings::of(values)).unwrap().node.recall.model
    }

    #[test]
    fn a_model_of_ones_own_takes_the_place_of_the_built_in_one() {
        let model = model([URL, MODEL]).unwrap();
        assert_eq!((model.identity(), model.sent_to()), ("bge-m3", Some("127.0.0.1:11434")));
    }

    #[test]
    fn without_a_model_nothing_is_sent_whatever_server_is_set() {
        let off = model([URL, MODEL, ("KOLIBRI_RECALL_MODEL", "off")]);
        assert_eq!(off.map(drop), Err("KOLIBRI_RECALL_MODEL is off".to_owned()));
    }

    #[test]
    fn every_fault_in_the_settings_of_a_model_is_reported_by_its_variable() {
        let key = ("KOLIBRI_EMBEDDINGS_API_KEY", "top secret");
        let missing = ("KOLIBRI_EMBEDDINGS_API_KEY_FILE", "/nowhere/key");
        for (faults, expected) in [
            (faults([URL]), vec!["KOLIBRI_EMBEDDINGS_MODEL: "]),
            (faults([MODEL]), vec!["KOLIBRI_EMBEDDINGS_MODEL: "]),
            (faults([("KOLIBRI_EMBEDDINGS_API_KEY", "k")]), vec!["KOLIBRI_EMBEDDINGS_API_KEY: "]),
            (
                faults([URL, MODEL, key, missing]),
                vec!["KOLIBRI_EMBEDDINGS_API_KEY: KOLIBRI_EMBEDDINGS_API_KEY_FILE"],
            ),
            (faults([URL, MODEL, key]), vec!["KOLIBRI_EMBEDDINGS_API_KEY: a key must"]),
            (
                faults([URL, MODEL, missing]),
                vec!["KOLIBRI_EMBEDDINGS_API_KEY_FILE: /nowhere/key cannot be read"],
            ),
            (
                faults([("KOLIBRI_EMBEDDINGS_URL", "ollama:11434"), missing]),
                vec![
                    "KOLIBRI_EMBEDDINGS_API_KEY_FILE: ",
                    "KOLIBRI_EMBEDDINGS_MODEL: ",
                    "KOLIBRI_EMBEDDINGS_URL: it must begin with http",
                ],
            ),
            (
                faults([("KOLIBRI_EMBEDDINGS_URL", "http://top:secret@host"), MODEL]),
                vec!["KOLIBRI_EMBEDDINGS_URL: it contains a user name or password"],
            ),
            (
                faults([("KOLIBRI_EMBEDDINGS_URL", "http://host?key=secret"), MODEL]),
                vec!["KOLIBRI_EMBEDDINGS_URL: it has a query"],
            ),
        ] {
            let told = faults.iter().zip(&expected).all(|(fault, expected)| fault.starts_with(expected));
            assert!(told && faults.len() == expected.len(), "{faults:#?} are not {expected:#?}");
            assert!(faults.iter().all(|fault| !fault.contains("secret")), "{faults:#?}");
        }
    }

    #[test]
    fn the_key_of_a_model_may_stand_in_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("key");
        std::fs::write(&file, "sk-topsecret\n").unwrap();
        let file = ("KOLIBRI_EMBEDDINGS_API_KEY_FILE", file.to_str().unwrap());
        assert!(model([URL, MODEL, file]).is_ok());
    }

    #[test]
    fn telemetry_can_be_turned_off_in_every_documented_way() {
        for off in ["0", "false", "no", "off", "OFF"] {
            assert!(Config::parse(&Settings::of([("KOLIBRI_TELEMETRY", off)])).unwrap().telemetry.is_none());
        }
    }

    #[test]
    fn secrets_do_not_show_in_debug_output() {
        let settings = Settings::of([
            ("KOLIBRI_API_TOKEN", "topsecret-topsecret"),
            ("KOLIBRI_OTLP_ENDPOINT", "http://c"),
            ("KOLIBRI_OTLP_HEADERS", "authorization=topsecret"),
            URL,
            MODEL,
            ("KOLIBRI_EMBEDDINGS_API_KEY", "topsecret"),
        ]);
        assert!(!format!("{:?}", Config::parse(&settings).unwrap()).contains("topsecret"));
    }
}
