//! `kolibri`: the one binary. What it does is in the library beside it, where the fuzzers reach it too.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// The index starts a thread for each of its commits, and each takes 15 MB. With the system's allocator every one of its
/// arenas comes to hold that much in time, so that memory grows for hundreds of thousands of events.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    kolibri::run()
}
