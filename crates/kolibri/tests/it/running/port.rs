//! Ports that nobody listens on, for tests that name a port before anybody does.
//!
//! A port that the system gave and took back is given to the next who asks, which may be another test. These are below
//! the range that the system gives from.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

const FIRST: u16 = 10_000;

/// An address on loopback where nobody listens, and where nobody will who was not told to.
pub fn unused() -> SocketAddr {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap();
    let given: u16 = range.split_whitespace().next().unwrap().parse().unwrap();
    let ports = given.checked_sub(FIRST).expect("the system leaves some ports for programs that name theirs");
    // Another run of the tests, in another process, begins elsewhere.
    let begin = (std::process::id().wrapping_mul(997) % u32::from(ports)) as u16;
    let mut candidates = (0..ports).map(|_| {
        let turn = begin.wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % ports;
        SocketAddr::from((Ipv4Addr::LOCALHOST, FIRST + turn))
    });
    candidates.find(|address| TcpListener::bind(address).is_ok()).expect("some port is free")
}
