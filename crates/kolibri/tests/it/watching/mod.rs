//! What watches a node in these tests: the text format read back, a real Prometheus, a real OTLP receiver, and the
//! collectors that receive, refuse, hang or go away when they are told to.

pub mod collectors;
pub mod exposition;
pub mod grpc;
pub mod mail;
pub mod on_call;
pub mod pack;
pub mod prometheus;
pub mod rotel;
pub mod tls;
pub mod victoria;

use std::net::SocketAddr;
use std::process::Child;

use procfs::net::{TcpNetEntry, TcpState};
use procfs::process::{FDTarget, Process};

/// The addresses a process listens on, so that programs can be started on port 0 and nothing has to guess a free one.
pub fn listening(pid: u32) -> Vec<SocketAddr> {
    let open = Process::new(pid as i32).and_then(|process| process.fd());
    // A process that has just ended listens nowhere.
    let open: Vec<_> = open.into_iter().flatten().flatten().map(|file| file.target).collect();
    let entries: Vec<TcpNetEntry> =
        [procfs::net::tcp(), procfs::net::tcp6()].into_iter().flatten().flatten().collect();
    let ours = |entry: &TcpNetEntry| {
        open.iter().any(|file| matches!(file, FDTarget::Socket(inode) if *inode == entry.inode))
    };
    entries
        .into_iter()
        .filter(|entry| entry.state == TcpState::Listen && ours(entry))
        .map(|entry| entry.local_address)
        .collect()
}

/// A program that ends with its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
