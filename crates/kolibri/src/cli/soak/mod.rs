//! Soak drills: run one in the running node or in this process, look at those before, compare two.
//!
//! | file here | what it is for |
//! |---|---|
//! | `run` | a drill in the running node, watched until its end |
//! | `standalone` | a drill in this process, with its own metrics |
//! | `thresholds` | what makes the exit code |
//! | `past` | drills that have been: list, show, compare |
//! | `table` | reports as people read them |

mod past;
mod run;
mod standalone;
mod table;
mod thresholds;

use clap::{Args, Subcommand};
use kolibri_soak::{Mix, Pace, Parameters};

use super::{Connection, Exit, Output};
use thresholds::Thresholds;

#[derive(Subcommand)]
pub(super) enum Soak {
    /// Run a drill (`zapustit_soak`) and show its progress; exit code 1 when it fails or exceeds a threshold
    #[command(
        visible_alias = "zapustit_soak",
        after_help = "\
The drill uses its own genome and leaves what people taught alone. The same version, seed and parameters give the
same head hash on every machine. Ctrl-C stops it.

Examples:
  kolibri soak run --minutes 60 --events-per-minute 2000
  kolibri soak run --max-duration 120s --max-error-ratio 0.05 --max-p99 20ms
  kolibri soak run --standalone --directory /var/lib/kolibri-soak --json"
    )]
    Run(Box<Run>),
    /// List the drills, newest first
    #[command(after_help = "Example:\n  kolibri soak list")]
    List(past::List),
    /// Show the report of a drill
    #[command(after_help = "Example:\n  kolibri soak show 20261124-031500-9f3a")]
    Show(past::Show),
    /// Compare two drills, and say whether the difference is larger than the usual spread
    #[command(after_help = "Example:\n  kolibri soak compare 20261123-031500-77c1 20261124-031500-9f3a")]
    Compare(past::Compare),
    /// Stop the running drill
    #[command(after_help = "Example:\n  kolibri soak stop 20261124-031500-9f3a")]
    Stop(past::StopDrill),
}

/// What a drill is asked to do.
#[derive(Args)]
struct Asked {
    /// Simulated minutes
    #[arg(long, default_value_t = 10)]
    minutes: u32,
    /// Events in each simulated minute
    #[arg(long, default_value_t = 1000)]
    events_per_minute: u32,
    /// Seed for texts, times and salts
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// fast: as fast as possible; real: a simulated minute takes a minute
    #[arg(long, default_value = "fast", value_parser = parse_pace)]
    pace: Pace,
    /// Shares of the kinds of events [default: teach=20,ask_hit=60,ask_similar=14,ask_miss=5,forget=1]
    #[arg(long, value_parser = parse_mix)]
    mix: Option<Mix>,
    /// Concurrent callers; the head hash does not depend on their number
    #[arg(long, default_value_t = 16)]
    concurrency: u32,
    /// Keep the drill's genome after it ends, in soaks/ID of the data directory
    #[arg(long)]
    keep: bool,
    /// Do not flush commits to disk, to measure the engine alone
    #[arg(long)]
    no_fsync: bool,
}

#[derive(Args)]
pub(in crate::cli) struct Run {
    #[command(flatten)]
    asked: Asked,
    #[command(flatten)]
    thresholds: Thresholds,
    /// Run the drill in this process, not in the running node
    #[arg(long)]
    standalone: bool,
    /// Directory where --standalone works and keeps its history [default: a temporary directory]
    #[arg(long, requires = "standalone")]
    directory: Option<std::path::PathBuf>,
    #[command(flatten)]
    node: Connection,
    #[command(flatten)]
    output: Output,
}

impl Soak {
    pub(super) fn run(self) -> Result<(), Exit> {
        match self {
            Self::Run(run) => run.run(),
            Self::List(list) => list.run(),
            Self::Show(show) => show.run(),
            Self::Compare(compare) => compare.run(),
            Self::Stop(stop) => stop.run(),
        }
    }
}

impl Run {
    pub(in crate::cli) fn run(self) -> Result<(), Exit> {
        let parameters = self.asked.parameters();
        let report = if self.standalone {
            standalone::run(parameters, self.directory)?
        } else {
            run::run(&parameters, &self.node)?
        };
        table::print(&self.output, &report)?;
        self.thresholds.judge(&report)
    }
}

impl Asked {
    fn parameters(&self) -> Parameters {
        Parameters {
            minutes: self.minutes,
            events_per_minute: self.events_per_minute,
            seed: self.seed,
            pace: self.pace,
            mix: self.mix.unwrap_or_default(),
            concurrency: self.concurrency,
            keep: self.keep,
            durable: !self.no_fsync,
        }
    }
}

fn parse_pace(name: &str) -> Result<Pace, String> {
    match name {
        "fast" => Ok(Pace::Fast),
        "real" => Ok(Pace::Real),
        other => Err(format!("`{other}` is neither fast nor real")),
    }
}

/// Shares that are not named are 0.
fn parse_mix(text: &str) -> Result<Mix, String> {
    let mut mix = Mix { teach: 0, ask_hit: 0, ask_similar: 0, ask_miss: 0, forget: 0 };
    for part in text.split(',') {
        let (name, share) = part.split_once('=').ok_or_else(|| format!("`{part}` is not NAME=SHARE"))?;
        let share = share.parse().map_err(|_| format!("`{share}` is not a whole number"))?;
        *match name {
            "teach" => &mut mix.teach,
            "ask_hit" => &mut mix.ask_hit,
            "ask_similar" => &mut mix.ask_similar,
            "ask_miss" => &mut mix.ask_miss,
            "forget" => &mut mix.forget,
            other => {
                return Err(format!(
                    "`{other}` is not one of teach, ask_hit, ask_similar, ask_miss and forget"
                ));
            }
        } = share;
    }
    Ok(mix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mix_names_its_shares() {
        let mix = parse_mix("teach=3,ask_hit=7").unwrap();
        assert_eq!((mix.teach, mix.ask_hit, mix.forget), (3, 7, 0));
        assert_eq!(parse_mix("teach").unwrap_err(), "`teach` is not NAME=SHARE");
        assert!(parse_mix("learn=1").unwrap_err().contains("`learn` is not one of teach"));
        assert_eq!(parse_mix("teach=x").unwrap_err(), "`x` is not a whole number");
    }
}
