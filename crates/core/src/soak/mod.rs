//! Soak drills: a synthetic long run of simulated minutes and events, driven through a node of its own and thereby through
//! the very code that serves people. The same version, seed and parameters give the same genome, to the last hash.
//!
//! | file here | what it is for |
//! |---|---|
//! | `parameters` | what a drill is asked to do, within its limits |
//! | `script` | what happens in it, step by step; pure |
//! | `phrases`, `words` | the texts it teaches and asks |
//! | `run` | the callers: they take the steps against the drill's node |
//! | `check` | its end: every link of the genome, every answer |
//! | `tally` | what is measured meanwhile |
//! | `report` | what is told of a drill |
//! | `history` | the reports that are kept, in a file of their own |
//! | `compare` | whether a drill is slower than those before it |
//! | `drills` | starting, stopping and watching one at a time |
//! | `thread` | the thread a drill runs on, from its start to its report |

mod check;
mod compare;
mod drills;
mod history;
mod parameters;
mod phrases;
mod report;
mod run;
mod script;
mod tally;
mod thread;
mod words;

#[cfg(test)]
mod tests;

pub use compare::Comparison;
pub use drills::{Drills, StartError};
pub use history::{History, HistoryError};
pub use parameters::{MAX_CONCURRENCY, MAX_EVENTS, MAX_MINUTES, MAX_SEED, Mix, Pace, Parameters};
pub use report::{Latency, Machine, Memory, Phase, Progress, Report, ReportHead, State};
