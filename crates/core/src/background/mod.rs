//! Background threads: one way to own them, and one shape for jobs that people start and watch.
//!
//! | file here | what it is for |
//! |---|---|
//! | `stop` | the request to stop, shared by everything that does one piece of work |
//! | `worker` | a named thread with one owner; a panic in it is logged and makes the node not ready |
//! | `job` | work that can be started, watched and cancelled, one run at a time |
//! | `priority` | letting commands go first |

mod job;
mod priority;
mod stop;
mod worker;

pub use job::{Control, Job, NotStarted, Status};
pub use priority::lower_priority;
pub use stop::Stop;
pub(crate) use worker::Waiting;
pub use worker::{Crew, Worker};
