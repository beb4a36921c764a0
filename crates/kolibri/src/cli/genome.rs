//! Reading and verifying the genome in a data directory.

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use kolibri_core::clock::rfc3339;
use kolibri_core::store::{BlockRef, Reader, Verdict, VerifyProgress, verify};
use kolibri_core::verdict::{self, BrokenBlock, LastVerdict};
use kolibri_genome::Head;
use serde::Serialize;
use serde_json::json;

use super::{Exit, Output, print_json, print_line, say};
use crate::config::data_directory;
use crate::config::settings::{self, Settings};
use crate::wire::BlockResponse;

#[derive(Subcommand)]
pub(super) enum Genome {
    /// Check every block, its content or erasure, and every answer; exit code 1 when something is wrong
    #[command(after_help = "\
A node may be running meanwhile. The verdict is kept in the data directory (verdict.json), and the node reports it in its
metrics, /readyz and on its page. What --expect finds is only printed. That blocks at the end are missing is known from the mark
beside the genome (genome.mark); a copy without it, or a genome that was rewritten completely, looks sound here: compare the printed head with one that you noted elsewhere, or let --expect compare them.

Examples:
  kolibri genome verify
  kolibri genome verify --expect 302:9f86d081...   (all 64 digits, as `kolibri genome head` prints them)")]
    Verify {
        /// A block that you noted earlier, as INDEX:HASH; the genome must still contain it unchanged
        #[arg(long, value_name = "INDEX:HASH")]
        expect: Option<BlockRef>,
        /// Call the genome sound although a block that was found broken was erased since, so that nobody can check it
        #[arg(long)]
        accept_erased: bool,
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        output: Output,
    },
    /// Show one block as JSON
    #[command(after_help = "Example:\n  kolibri genome show 0")]
    Show {
        /// The block's index
        index: u64,
        #[command(flatten)]
        data: Data,
    },
    /// Show the index and hash of the last block, for you to note elsewhere
    #[command(after_help = "Example:\n  kolibri genome head >> a-file-on-another-machine")]
    Head {
        #[command(flatten)]
        data: Data,
        #[command(flatten)]
        output: Output,
    },
}

/// Which data directory.
#[derive(Args)]
pub(super) struct Data {
    /// The data directory [default: ./kolibri-data]
    #[arg(long, env = settings::DATA_DIR.variable, hide_env_values = true)]
    data_dir: Option<String>,
}

impl Data {
    pub(super) fn directory(&self) -> kolibri_core::store::DataDirectory {
        data_directory(&Settings::default().with(&settings::DATA_DIR, self.data_dir.clone()))
    }
}

impl Genome {
    pub(super) fn run(self) -> Result<(), Exit> {
        match self {
            Self::Verify { expect, accept_erased, data, output } => {
                run_verify(expect, accept_erased, data, &output)
            }
            Self::Show { index, data } => show(index, data),
            Self::Head { data, output } => show_head(data, &output),
        }
    }
}

fn run_verify(
    expect: Option<BlockRef>,
    accept_erased: bool,
    data: Data,
    output: &Output,
) -> Result<(), Exit> {
    let directory = data.directory();
    let bar = progress_bar("blocks and answers");
    let verdict = verify(&directory, |step| {
        advance(&bar, step);
        true
    });
    bar.finish_and_clear();
    let verdict = verdict.map_err(|error| error.to_string())?;
    if let Some(BrokenBlock { block, fault }) = keep(&directory, &verdict, accept_erased) {
        let advice = "; --accept-erased calls the genome sound all the same";
        let advice = if matches!(verdict, Verdict::Sound { .. }) { advice } else { "" };
        return broken(block, &format!("{fault}{advice}"), output);
    }
    let (head, erased) = match verdict {
        Verdict::Sound { head, erased } => (head, erased),
        Verdict::Broken { .. } | Verdict::Cancelled => {
            return Err("the verification was cancelled".to_owned().into());
        }
    };
    if let Some(expected) = expect
        && let Some(found) = differs(&directory, expected)?
    {
        return broken(expected.index, &found, output);
    }
    let head = LastBlock::from(head);
    let blocks = head.index + 1;
    if output.json {
        return print_json(&json!({ "sound": true, "blocks": blocks, "erased": erased, "head": head }));
    }
    let LastBlock { index, hash, .. } = head;
    print_line(&format!("sound: {blocks} blocks, {erased} of them erased by a FORGET; head {index}:{hash}"))
}

/// Keeps the verdict for the node of this directory. A directory that cannot be written, such as a backup, is
/// verified all the same. Returns the block that is broken.
fn keep(
    directory: &kolibri_core::store::DataDirectory,
    verdict: &Verdict,
    accept_erased: bool,
) -> Option<BrokenBlock> {
    let found = LastVerdict::now(verdict)?;
    let found = if accept_erased { found } else { found.judged(directory) };
    if let Err(error) = verdict::write(directory, &found) {
        say(&format!("the node will not know of this verdict: {}: {error}", directory.verdict().display()));
    }
    found.broken
}

/// What is at `index` instead of the block that was noted.
fn differs(
    directory: &kolibri_core::store::DataDirectory,
    BlockRef { index, hash }: BlockRef,
) -> Result<Option<String>, Exit> {
    let reader = Reader::open(directory).map_err(|error| error.to_string())?;
    let stored = reader.block(index).map_err(|error| error.to_string())?;
    Ok(match stored {
        Some(stored) if stored.hash == hash => None,
        Some(stored) => Some(format!("its hash is {}, but {hash} was expected", stored.hash)),
        None => Some(
            "the genome ends before this block: it was cut short, or it is a different genome".to_owned(),
        ),
    })
}

fn broken(index: u64, fault: &str, output: &Output) -> Result<(), Exit> {
    if output.json {
        print_json(&json!({ "sound": false, "block": index, "fault": fault }))?;
    } else {
        print_line(&format!("BROKEN at block {index}: {fault}"))?;
    }
    Err(Exit::No)
}

fn show(index: u64, data: Data) -> Result<(), Exit> {
    let reader = Reader::open(&data.directory()).map_err(|error| error.to_string())?;
    match reader.block(index).map_err(|error| error.to_string())? {
        Some(stored) => {
            let replaced_by = reader.replaced_by(index).map_err(|error| error.to_string())?;
            let block = serde_json::to_string_pretty(&BlockResponse::of(stored, replaced_by))
                .map_err(|error| error.to_string())?;
            print_line(&block)
        }
        None => {
            let head = reader.head().map_err(|error| error.to_string())?;
            say(&format!("there is no block {index}; the last one is block {}", head.index));
            Err(Exit::No)
        }
    }
}

fn show_head(data: Data, output: &Output) -> Result<(), Exit> {
    let reader = Reader::open(&data.directory()).map_err(|error| error.to_string())?;
    let head = LastBlock::from(reader.head().map_err(|error| error.to_string())?);
    if output.json {
        return print_json(&head);
    }
    let LastBlock { index, hash, time } = head;
    print_line(&format!("{index}:{hash}  {time}"))
}

/// The last block, in the order of `--json`.
#[derive(Serialize)]
struct LastBlock {
    hash: String,
    index: u64,
    time: String,
}

impl From<Head> for LastBlock {
    fn from(Head { index, hash, time }: Head) -> Self {
        Self { hash: hash.to_string(), index, time: rfc3339(time) }
    }
}

/// A bar on a terminal, with rate and time left; nothing elsewhere.
pub(super) fn progress_bar(unit: &str) -> ProgressBar {
    let template = format!("{{bar:40}} {{human_pos}}/{{human_len}} {unit}, {{per_sec}}, {{eta}} left");
    let style = ProgressStyle::with_template(&template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style)
}

/// Shows how far a verification has come.
pub(super) fn advance(bar: &ProgressBar, VerifyProgress { done, total }: VerifyProgress) {
    bar.set_length(total);
    bar.set_position(done);
}
