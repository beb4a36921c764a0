//! A real node, started as its user would start it: the binary, a data directory, environment variables, free ports.

pub mod cli;
pub mod port;
pub mod raw;
pub mod store;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};
use serde_json::{Value, json};

/// How long a test waits for something that should happen at once; the machine may be busy.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The binary with a clean environment: nothing of the caller's configuration gets in.
pub fn kolibri() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kolibri"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// An HTTP client that waits no longer than a test does.
pub fn client() -> reqwest::blocking::Client {
    // Fails only when a provider is installed already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::blocking::Client::builder().timeout(PATIENCE).build().unwrap()
}

/// Sends a signal to a program.
pub fn send(program: &Child, signal: Signal) {
    rustix::process::kill_process(Pid::from_child(program), signal).unwrap();
}

/// A running node. Killed when dropped.
pub struct Running {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub api: String,
    /// `http://127.0.0.1:PORT/metrics`, unless telemetry is off.
    pub metrics: Option<String>,
    log: Arc<Mutex<Vec<String>>>,
    log_reader: Option<std::thread::JoinHandle<()>>,
    pub http: reqwest::blocking::Client,
}

/// `kolibri serve` in `directory`, on free loopback ports.
fn serving(directory: &Path, variables: &[(&str, &str)]) -> Command {
    let mut command = kolibri();
    command
        .arg("serve")
        .env("KOLIBRI_DATA_DIR", directory)
        .env("KOLIBRI_HTTP_PORT", "0")
        .env("KOLIBRI_PROMETHEUS_HOST", "127.0.0.1")
        .env("KOLIBRI_PROMETHEUS_PORT", "0")
        .envs(variables.iter().copied());
    command
}

impl Running {
    /// Starts a node in `directory` on free loopback ports, and returns when it listens.
    pub fn start(directory: &Path) -> Self {
        Self::start_with(directory, &[])
    }

    /// The same, with further variables.
    pub fn start_with(directory: &Path, variables: &[(&str, &str)]) -> Self {
        Self::spawn(serving(directory, variables))
    }

    /// The same; if the node does not start, what it said.
    pub fn try_start(directory: &Path, variables: &[(&str, &str)]) -> Result<Self, String> {
        Self::try_spawn(serving(directory, variables)).map_err(|log| log.join("\n"))
    }

    /// Starts a prepared command, and returns when the node listens.
    pub fn spawn(command: Command) -> Self {
        Self::try_spawn(command).unwrap_or_else(|log| panic!("the node did not start; its log: {log:#?}"))
    }

    /// The same; if the node does not start, what it said.
    pub fn try_spawn(mut command: Command) -> Result<Self, Vec<String>> {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (sender, receiver) = std::sync::mpsc::channel();
        let (lines, copy) = (BufReader::new(child.stderr.take().unwrap()).lines(), Arc::clone(&log));
        let log_reader = std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Ok(event) = serde_json::from_str::<Value>(&line)
                    && event["message"] == "listening"
                {
                    let _ = sender.send(event);
                }
                copy.lock().unwrap().push(line);
            }
        });
        let Ok(listening) = receiver.recv_timeout(PATIENCE) else {
            let _ = child.kill();
            let _ = child.wait();
            let _ = log_reader.join();
            return Err(log.lock().unwrap().clone());
        };
        let text = |name: &str| listening[name].as_str().map(str::to_owned);
        let (api, metrics) = (text("api").unwrap(), text("metrics"));
        Ok(Self { child, api, metrics, log, log_reader: Some(log_reader), http: client() })
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// What the node has logged so far, a JSON object a line.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.api)
    }

    /// POSTs JSON; returns status and JSON body.
    pub fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let response = self.http.post(self.url(path)).json(body).send().unwrap();
        (response.status().as_u16(), response.json().unwrap())
    }

    /// GETs; returns status and JSON body.
    pub fn get(&self, path: &str) -> (u16, Value) {
        let response = self.http.get(self.url(path)).send().unwrap();
        (response.status().as_u16(), response.json().unwrap())
    }

    /// Teaches, and returns the block's index.
    pub fn teach(&self, stimulus: &str, response: &str) -> u64 {
        let (status, body) =
            self.post("/api/v1/teach", &json!({ "stimulus": stimulus, "response": response }));
        assert_eq!(status, 201, "{body}");
        body["block"]["index"].as_u64().unwrap()
    }

    /// Asks, and returns the answer's JSON.
    pub fn ask(&self, stimulus: &str) -> Value {
        let (status, body) = self.post("/api/v1/ask", &json!({ "stimulus": stimulus }));
        assert_eq!(status, 200, "{body}");
        body
    }

    /// The text at the scrape endpoint.
    pub fn scrape(&self) -> String {
        let url = self.metrics.as_ref().expect("telemetry is on");
        self.http.get(url).send().unwrap().text().unwrap()
    }

    /// The value of one series, as a scraper reads it.
    pub fn series(&self, name_and_labels: &str) -> Option<f64> {
        let scraped = self.scrape();
        scraped.lines().find_map(|line| line.strip_prefix(name_and_labels)?.strip_prefix(' ')?.parse().ok())
    }

    /// How many commands of a type were refused or failed, whosever fault it was.
    pub fn failed(&self, event: &str) -> f64 {
        let start = format!("kolibri_backend_events_failed_total{{event_type=\"{event}\",");
        let scraped = self.scrape();
        let ours = scraped.lines().filter(|line| line.starts_with(&start));
        let values: Vec<f64> = ours.map(|line| line.rsplit(' ').next().unwrap().parse().unwrap()).collect();
        assert!(!values.is_empty(), "there is no series of {event}: {scraped}");
        values.iter().sum()
    }

    /// Kills the node as a power loss would: nothing is flushed.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    /// Whether the process has ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the process to end by itself; its log is whole then.
    pub fn wait(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let _ = self.log_reader.take().map(std::thread::JoinHandle::join);
                return status;
            }
            assert!(Instant::now() < deadline, "the node did not end; its log: {:#?}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Stops the node in order, and checks that it ended well.
    pub fn stop(mut self) -> Vec<String> {
        self.signal(Signal::TERM);
        let status = self.wait();
        assert!(status.success(), "{status}; its log: {:#?}", self.log());
        self.log()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `check` holds, looking again and again: for what gives no event.
pub fn eventually<T>(what: &str, mut check: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(value) = check() {
            return value;
        }
        assert!(Instant::now() < deadline, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
