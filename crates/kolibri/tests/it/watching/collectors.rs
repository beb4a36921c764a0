//! A collector for http/protobuf that records what it is sent and answers as it is told.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::running::PATIENCE;

/// How a collector meets its callers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// It answers with this HTTP status; one that refuses quotes the request, as bad proxies do.
    Answers(u16),
    /// It accepts a push, and says with these bytes what of it.
    Partly(&'static [u8]),
    /// It accepts connections and says nothing.
    Silent,
    /// It ends every connection at once.
    Rude,
}

/// One request, byte by byte.
#[derive(Debug, Clone)]
pub struct Push {
    /// The request line and the headers.
    pub head: String,
    pub body: Vec<u8>,
}

impl Push {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.into_iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// A collector for http/protobuf. Its port is closed when it is dropped.
pub struct Collector {
    pub address: SocketAddr,
    state: Arc<State>,
    _listener: Listening,
}

struct State {
    seen: Mutex<Seen>,
    changed: Condvar,
}

struct Seen {
    manner: Manner,
    connections: usize,
    pushes: Vec<Push>,
}

impl Collector {
    pub fn start(manner: Manner) -> Self {
        Self::at("127.0.0.1:0", manner)
    }

    /// A collector at this address.
    pub fn at(address: &str, manner: Manner) -> Self {
        let seen = Mutex::new(Seen { manner, connections: 0, pushes: Vec::new() });
        let state = Arc::new(State { seen, changed: Condvar::new() });
        let serving = Arc::clone(&state);
        let listener = Listening::start(address, move |stream| serving.serve(stream));
        Self { address: listener.address, state, _listener: listener }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, it meets callers like this.
    pub fn turn(&self, manner: Manner) {
        self.state.seen().manner = manner;
    }

    /// Everything it was sent.
    pub fn pushes(&self) -> Vec<Push> {
        self.state.seen().pushes.clone()
    }

    /// How often it was connected to.
    pub fn connections(&self) -> usize {
        self.state.seen().connections
    }

    /// Waits for so many more pushes.
    pub fn await_pushes(&self, more: usize) -> Vec<Push> {
        let wanted = self.pushes().len() + more;
        self.state.wait(|seen| seen.pushes.len() >= wanted);
        self.pushes()
    }

    /// Waits for so many more connections.
    pub fn await_connections(&self, more: usize) {
        let wanted = self.connections() + more;
        self.state.wait(|seen| seen.connections >= wanted);
    }
}

impl State {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap()
    }

    fn note<T>(&self, note: impl FnOnce(&mut Seen) -> T) -> T {
        let noted = note(&mut self.seen());
        self.changed.notify_all();
        noted
    }

    fn wait(&self, holds: impl Fn(&Seen) -> bool) {
        let waited = self.changed.wait_timeout_while(self.seen(), PATIENCE, |seen| !holds(seen)).unwrap();
        assert!(!waited.1.timed_out(), "no more pushes came");
    }

    fn serve(&self, stream: TcpStream) {
        let manner = self.note(|seen| {
            seen.connections += 1;
            seen.manner
        });
        match manner {
            Manner::Answers(_) | Manner::Partly(_) => {}
            // Held open until the caller gives up.
            Manner::Silent => return drop(std::io::copy(&mut &stream, &mut std::io::sink())),
            Manner::Rude => return,
        }
        let mut reader = BufReader::new(&stream);
        while let Some(push) = read(&mut reader) {
            let manner = self.note(|seen| {
                seen.pushes.push(push.clone());
                seen.manner
            });
            let (status, body) = match manner {
                Manner::Answers(200) => (200, &[][..]),
                Manner::Answers(status) => (status, push.head.as_bytes()),
                Manner::Partly(answer) => (200, answer),
                Manner::Silent | Manner::Rude => return,
            };
            let length = body.len();
            let head = format!("HTTP/1.1 {status} Told\r\nLocation: /\r\nContent-Length: {length}\r\n\r\n");
            if (&stream).write_all(&[head.as_bytes(), body].concat()).is_err() {
                return;
            }
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Push> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let mut push = Push { head, body: Vec::new() };
    let length = push.header("content-length").map_or(0, |length| length.parse().unwrap());
    push.body.resize(length, 0);
    reader.read_exact(&mut push.body).ok()?;
    Some(push)
}

/// A listener with a thread for each connection. Its port is closed when it is dropped.
pub(super) struct Listening {
    pub(super) address: SocketAddr,
    ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    pub(super) fn start(address: &str, serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let ended = Arc::new(AtomicBool::new(false));
        let (watched, serve) = (Arc::clone(&ended), Arc::new(serve));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if watched.load(Ordering::Relaxed) {
                    return;
                }
                let serve = Arc::clone(&serve);
                std::thread::spawn(move || serve(stream));
            }
        });
        Self { address, ended, thread: Some(thread) }
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        // Wakes the thread up, so that it sees that it has ended.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}
