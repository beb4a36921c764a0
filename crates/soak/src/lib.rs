//! Soak drills: synthetic long runs of simulated minutes and events. Each drill has its own node, and so runs
//! the same code that serves people. The same version, seed and parameters give the same genome, to the last
//! hash.
//!
//! A drill uses the node's public interface. What differs from a node that serves people is passed in: times,
//! salts, durability, and the observer of events.
//!
//! | file here | what it is for |
//! |---|---|
//! | `parameters`, `limits` | what a drill is asked to do, within its limits |
//! | `script` | what happens in a drill, step by step; pure |
//! | `phrases`, `words` | the texts it teaches and asks |
//! | `seeded` | values that are random in other nodes, derived from the seed |
//! | `drills` | starting, stopping and watching one at a time |
//! | `drill` | one drill, from its start to its report |
//! | `run` | the callers, which execute the steps on the drill's node |
//! | `check` | the check at the end: every link of the genome, every answer |
//! | `tally`, `pace` | what is measured during a drill |
//! | `instruments` | metrics of drills, and how their events are counted |
//! | `outcomes` | how drills ended, and when the last of each kind was |
//! | `report` | what is reported about a drill |
//! | `compare` | whether a drill is slower than earlier ones |
//! | `history` | the reports that are kept, in their own file |
//! | `directory` | the directories of drills |

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that fails may panic"))]

mod check;
mod compare;
mod directory;
mod drill;
mod drills;
mod history;
mod instruments;
mod limits;
mod outcomes;
mod pace;
mod parameters;
mod phrases;
mod report;
mod run;
mod script;
mod seeded;
mod tally;
mod words;

#[cfg(test)]
mod tests;

pub use directory::history_file;
pub use drills::{Drills, OpenDrillsError, StartError};
pub use history::{History, HistoryError};
pub use limits::{MAX_CONCURRENCY, MAX_EVENTS, MAX_MINUTES, MAX_SEED};
pub use parameters::{Mix, Pace, Parameters};
pub use report::{
    Comparison, DrillProgress, DrillReport, DrillState, Latency, Machine, Memory, Phase, ReportHead,
};
