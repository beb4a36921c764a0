//! How fast similar questions are answered, pairs taught and read again at a start, and what a node with them holds in
//! memory: `cargo bench -p kolibri-core --bench recall -- speed [SIZE]... [SET.jsonl]... [MODEL.bin]`.
//!
//! With sets, the pairs and the questions are real as far as they go; otherwise they are synthetic. With a model, its
//! vectors are made for the first pairs only, and the others get vectors by chance: a search takes as long among them.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use kolibri_core::Node;
use kolibri_core::recall::{MeaningStatus, Model, ModelError, RecallConfig};
use kolibri_core::trace::TraceId;
use kolibri_encoder::Encoder;
use rustix::time::{ClockId, clock_gettime};

use super::fit::read_model;
use super::labelled::{open, teach};
use super::texts::Texts;

/// Questions that are timed, unless the time runs out first.
const QUESTIONS: usize = 2_000;
const TIME: Duration = Duration::from_secs(20);
/// How many ask at once.
const ASKERS: usize = 8;
/// The most stimuli whose vectors a model makes here.
const EMBEDDED: usize = 5_000;

/// What is measured, as arguments say it.
#[derive(Default)]
pub(crate) struct Speed<'arguments> {
    sizes: Vec<usize>,
    sets: Vec<&'arguments Path>,
    model: Option<&'arguments str>,
}

impl<'arguments> Speed<'arguments> {
    pub(crate) fn of(arguments: &[&'arguments str]) -> Self {
        let mut speed = Self::default();
        for argument in arguments.iter().copied() {
            match argument.parse() {
                Ok(size) => speed.sizes.push(size),
                Err(_) if argument.ends_with(".jsonl") => speed.sets.push(argument.as_ref()),
                Err(_) => speed.model = Some(argument),
            }
        }
        speed
    }

    pub(crate) async fn measure(&self) {
        println!("\nSpeed; load of the machine {}\n", load());
        for size in &self.sizes {
            let texts = match self.sets[..] {
                [] => Texts::synthetic(*size, QUESTIONS),
                _ => Texts::real(&self.sets, *size, QUESTIONS),
            };
            println!("{}", texts.origin);
            let directory = tempfile::tempdir().unwrap();
            self.measure_with(&texts, None, directory.path()).await;
            if let Some(model) = self.model {
                self.measure_with(&texts, Some(model), directory.path()).await;
            }
        }
    }

    async fn measure_with(&self, texts: &Texts, model: Option<&str>, directory: &Path) {
        let name = if model.is_some() { "with the model" } else { "by words" };
        let node = open(directory, recall(model));
        let started = Instant::now();
        if model.is_none() {
            teach(&node, texts.pairs.iter().cloned()).await;
            println!("  {name}: {:.0} pairs taught a second", per_second(texts.pairs.len(), started));
        } else {
            until_embedded(&node, EMBEDDED.min(texts.pairs.len()));
            let made = node.meaning().made;
            println!("  {name}: {:.0} vectors made a second", made as f64 / started.elapsed().as_secs_f64());
            until_embedded(&node, texts.pairs.len());
        }
        let node = Arc::new(node);
        println!("  {name}: {}", Latencies::of(&node, &texts.questions, 1).await);
        println!("  {name}: {}", Latencies::of(&node, &texts.questions, ASKERS).await);
        node.close();
        drop(node);
        let opened = Command::new(std::env::current_exe().unwrap())
            .args(["opened"])
            .arg(directory)
            .args(model)
            .output()
            .unwrap();
        println!("  {name}: {}", String::from_utf8_lossy(&opened.stdout).trim_end());
    }
}

/// Opens a node that was taught, in a process of its own: how long that takes, and what it holds in memory.
pub(crate) fn opened(directory: &Path, model: Option<&str>) {
    let started = Instant::now();
    let node = open(directory, recall(model));
    let head = node.reader().head().unwrap().index;
    let behind = |node: &Node| node.index().reached < Some(head) || node.meaning().missing > 0;
    while behind(&node) || (model.is_some() && !node.meaning().ready) {
        std::thread::sleep(Duration::from_millis(2));
    }
    let (after, memory) = (started.elapsed().as_secs_f64(), || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
        };
        format!("{} MiB resident, {} MiB at most", field("VmRSS:"), field("VmHWM:"))
    });
    println!("opened in {after:.1} s; {}", memory());
    node.close();
}

fn recall(model: Option<&str>) -> RecallConfig {
    let model = model.map(|file| {
        let model: Arc<dyn Model> = Arc::new(Sparing::new(read_model(file.as_ref())));
        model
    });
    RecallConfig { model: model.ok_or_else(String::new), ..RecallConfig::default() }
}

/// A model that makes the vectors of questions and of the first stimuli; other stimuli get one by chance.
struct Sparing {
    encoder: Arc<Encoder>,
    left: AtomicUsize,
}

impl Sparing {
    fn new(encoder: Arc<Encoder>) -> Self {
        Self { encoder, left: AtomicUsize::new(EMBEDDED) }
    }

    /// A vector of length 1 whose direction depends on every byte of the text.
    fn by_chance(&self, text: &str) -> Vec<f32> {
        let mut state =
            text.bytes().fold(1u64, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut next = || {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
            (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
        };
        let vector: Vec<f32> = (0..self.encoder.dimension()).map(|_| next()).collect();
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        vector.into_iter().map(|value| value / length).collect()
    }
}

impl Model for Sparing {
    fn identity(&self) -> &str {
        self.encoder.identity()
    }

    fn encode(&self, texts: &[&str], _: Instant) -> Result<Vec<Vec<f32>>, ModelError> {
        let spend = |left: usize| left.checked_sub(texts.len());
        let is_question = texts.len() == 1;
        if is_question || self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, spend).is_ok() {
            return Ok(self.encoder.encode(texts));
        }
        Ok(texts.iter().map(|text| self.by_chance(text)).collect())
    }
}

/// Waits until so many stimuli have a vector, or all.
fn until_embedded(node: &Node, stimuli: usize) {
    let is_done = |meaning: MeaningStatus| {
        meaning.ready && (meaning.made >= stimuli as u64 || meaning.made > 0 && meaning.missing == 0)
    };
    while !is_done(node.meaning()) {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// How long questions took, in milliseconds, in ascending order.
struct Latencies {
    askers: usize,
    considered: Vec<f64>,
    /// The same, without what other processes took.
    computed: Vec<f64>,
    asked: Vec<f64>,
    /// Questions asked in a second.
    rate: f64,
}

impl Latencies {
    async fn of(node: &Arc<Node>, questions: &[String], askers: usize) -> Self {
        let considered = questions.iter().take(if askers == 1 { QUESTIONS } else { 0 });
        let (considered, computed) = considered.map(|question| timed(|| node.consider(question))).unzip();
        let (started, mut asking) = (Instant::now(), Vec::new());
        for share in questions.chunks(questions.len().div_ceil(askers)) {
            let (node, share) = (Arc::clone(node), share.to_vec());
            asking.push(tokio::spawn(async move {
                let mut took = Vec::with_capacity(share.len());
                for question in share {
                    if started.elapsed() > TIME {
                        break;
                    }
                    let asked = Instant::now();
                    node.ask(TraceId::random(), question).await.unwrap();
                    took.push(millis(asked));
                }
                took
            }));
        }
        let mut asked = Vec::new();
        for share in asking {
            asked.extend(share.await.unwrap());
        }
        let rate = per_second(asked.len(), started);
        Self {
            askers,
            considered: sorted(considered),
            computed: sorted(computed),
            asked: sorted(asked),
            rate,
        }
    }
}

impl std::fmt::Display for Latencies {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let spread = |took: &[f64]| {
            let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
            format!("p50 {:.2}, p99 {:.2}, slowest {:.2} ms", at(0.5), at(0.99), at(1.0))
        };
        if !self.considered.is_empty() {
            let (considered, computed) = (spread(&self.considered), spread(&self.computed));
            write!(out, "recall alone {considered}, of which computing {computed}; ")?;
        }
        let asked = spread(&self.asked);
        write!(out, "{} asking: {asked} ({:.0} questions a second; load {})", self.askers, self.rate, load())
    }
}

fn sorted(mut took: Vec<f64>) -> Vec<f64> {
    took.sort_by(f64::total_cmp);
    took
}

/// How long work takes, and how long of that this thread has a processor.
fn timed<T>(work: impl FnOnce() -> T) -> (f64, f64) {
    let processor = || Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap();
    let (started, before) = (Instant::now(), processor());
    std::hint::black_box(work());
    (millis(started), (processor() - before).as_secs_f64() * 1e3)
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1e3
}

fn per_second(count: usize, since: Instant) -> f64 {
    count as f64 / since.elapsed().as_secs_f64()
}

/// The average number of processes that wanted a processor in the last minute.
fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap();
    load.split(' ').next().unwrap().to_owned()
}
