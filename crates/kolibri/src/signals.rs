//! The signals that stop a program: the first one in order, the second at once.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// Signals so soon after the first are its echo: `timeout` and some shells signal the process, and then its whole group.
const ECHO: Duration = Duration::from_millis(100);

/// SIGTERM and SIGINT.
pub(crate) struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Listens from now on; call it inside a tokio runtime.
    ///
    /// # Errors
    /// A message for people.
    pub(crate) fn listen() -> Result<Self, String> {
        let listen = |kind| signal(kind).map_err(|error| format!("cannot listen for signals: {error}"));
        Ok(Self { terminate: listen(SignalKind::terminate())?, interrupt: listen(SignalKind::interrupt())? })
    }

    /// Waits for the next one, and returns its name.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }

    /// A second signal: its sender does not want to wait. The genome is safe at any moment.
    pub(crate) async fn exit_at_once(mut self) {
        let echoes = async {
            loop {
                self.next().await;
            }
        };
        // Always ends by the timeout.
        let _ = tokio::time::timeout(ECHO, echoes).await;
        let signal = self.next().await;
        tracing::warn!(signal, "second signal: exiting at once");
        std::process::exit(130);
    }
}

/// Calls `stop` at the first signal and exits at the second, for programs that block.
///
/// # Errors
/// A message for people.
pub(crate) fn on_stop(stop: impl FnOnce() + Send + 'static) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("cannot listen for signals: {error}"))?;
    let mut signals = runtime.block_on(async { StopSignals::listen() })?;
    std::thread::spawn(move || {
        runtime.block_on(signals.next());
        stop();
        runtime.block_on(signals.exit_at_once());
    });
    Ok(())
}
