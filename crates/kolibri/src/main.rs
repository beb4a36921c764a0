//! `kolibri`: the one binary. What it does is in the library beside it, where the fuzzers reach it too.

use std::process::ExitCode;

use mimalloc::MiMalloc;

/// Chosen against the arenas of the system's allocator, in which memory grew for hundreds of thousands of events while the index
/// was a library that started a thread for each commit. Not measured since the index is our own.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    kolibri::run()
}
