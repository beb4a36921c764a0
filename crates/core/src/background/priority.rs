//! Background work lets people's commands go first.

/// Lowers the priority of this thread by `niceness` (1 to 19), and of every thread that it starts from now
/// on: Linux keeps a priority for each thread, and a new thread inherits it
/// (<https://man7.org/linux/man-pages/man2/setpriority.2.html>, "C library/kernel differences").
pub fn lower_priority(niceness: i32) {
    if let Err(error) = rustix::process::nice(niceness) {
        tracing::warn!(%error, "background work runs at the same priority as commands");
    }
}

#[cfg(test)]
mod tests {
    use procfs::process::Process;

    use super::*;

    fn niceness() -> i64 {
        let id = rustix::thread::gettid().as_raw_nonzero().get();
        Process::myself().unwrap().task_from_tid(id).unwrap().stat().unwrap().nice
    }

    #[test]
    fn the_priority_of_its_own_thread_and_of_those_it_starts_is_lowered() {
        let before = niceness();
        let lowered = std::thread::spawn(|| {
            lower_priority(10);
            (niceness(), std::thread::spawn(niceness).join().unwrap())
        });
        let expected = (before + 10).min(19);
        assert_eq!(lowered.join().unwrap(), (expected, expected));
        assert_eq!(niceness(), before);
    }
}
