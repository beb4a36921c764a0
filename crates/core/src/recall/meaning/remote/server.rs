//! A server of embeddings that fails in every way a test asks for.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::{Value, json};

use super::Url;

/// What it does with the texts it is sent.
pub(in super::super) type Manner = fn(&[String]) -> Reply;

/// What it answers.
pub(in super::super) enum Reply {
    /// This status, with this body.
    Http(u16, String),
    /// This status, and another place to ask.
    Elsewhere(String),
    /// Nothing, ever.
    Silence,
    /// The beginning of an answer, then nothing.
    HalfAnAnswer,
    /// A body without an end.
    Endless,
    /// The end of the connection.
    HangUp,
}

/// A request, as it came.
#[derive(Debug, Clone)]
pub(in super::super) struct Request {
    pub(super) line: String,
    /// By their lower-case names.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Value,
}

impl Request {
    /// The texts whose vectors are wanted.
    pub(in super::super) fn texts(&self) -> Vec<String> {
        serde_json::from_value(self.body["input"].clone()).unwrap_or_default()
    }
}

/// A running server. Its threads end with the test.
pub(in super::super) struct Server {
    pub(super) address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    manner: Manner,
    connections: usize,
    requests: Vec<Request>,
}

impl Server {
    pub(in super::super) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { manner, connections: 0, requests: Vec::new() }));
        let serving = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let state = Arc::clone(&serving);
                state.lock().connections += 1;
                // A client that goes away ends its connection, and that is all.
                std::thread::spawn(move || serve(&state, &stream.unwrap()).unwrap_or_default());
            }
        });
        Self { address, state }
    }

    pub(in super::super) fn url(&self) -> Url {
        Url::parse(&format!("http://{}", self.address)).unwrap()
    }

    /// From now on, it answers like this.
    pub(in super::super) fn turn(&self, manner: Manner) {
        self.state.lock().manner = manner;
    }

    /// Everything it was asked.
    pub(in super::super) fn requests(&self) -> Vec<Request> {
        self.state.lock().requests.clone()
    }

    /// How often it was asked for the vector of a text.
    pub(in super::super) fn asked(&self, text: &str) -> usize {
        self.requests().iter().flat_map(Request::texts).filter(|asked| asked == text).count()
    }

    pub(super) fn connections(&self) -> usize {
        self.state.lock().connections
    }
}

fn serve(state: &Mutex<State>, stream: &TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(request) = read(&mut reader)? {
        let texts = request.texts();
        let manner = {
            let mut state = state.lock();
            state.requests.push(request);
            state.manner
        };
        answer(manner(&texts), stream)?;
    }
    Ok(())
}

/// The next request; `None` at the end of the connection.
fn read(reader: &mut impl BufRead) -> std::io::Result<Option<Request>> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        match line.trim_end() {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let headers: BTreeMap<String, String> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    reader.read_exact(&mut body)?;
    let body = serde_json::from_slice(&body).unwrap();
    Ok(Some(Request { line: lines.swap_remove(0), headers, body }))
}

fn answer(reply: Reply, mut stream: &TcpStream) -> std::io::Result<()> {
    match reply {
        Reply::Http(status, body) => {
            let answer = format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            stream.write_all(answer.as_bytes())
        }
        Reply::Elsewhere(place) => {
            write!(stream, "HTTP/1.1 307 X\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n")
        }
        Reply::Silence => wait_for_the_end(stream),
        Reply::HalfAnAnswer => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{{\"data\": [")?;
            wait_for_the_end(stream)
        }
        Reply::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(&[b' '; 1 << 16])?;
            }
        }
        Reply::HangUp => stream.shutdown(std::net::Shutdown::Both),
    }
}

fn wait_for_the_end(mut stream: &TcpStream) -> std::io::Result<()> {
    stream.read_to_end(&mut Vec::new()).map(drop)
}

/// A model that tells texts apart by their letters.
pub(in super::super) fn works(texts: &[String]) -> Reply {
    embeddings(texts, 64, 0)
}

/// Another model of the same size.
pub(in super::super) fn works_differently(texts: &[String]) -> Reply {
    embeddings(texts, 64, 1)
}

/// A model with more dimensions.
pub(in super::super) fn works_with_more_dimensions(texts: &[String]) -> Reply {
    embeddings(texts, 96, 0)
}

/// A model that is broken: no text has a direction.
pub(in super::super) fn knows_nothing(texts: &[String]) -> Reply {
    vectors(texts, |_| vec![0.0; 64])
}

/// A model that knows no word of a question that shouts.
pub(in super::super) fn knows_no_shouting(texts: &[String]) -> Reply {
    vectors(texts, |text| match text.to_uppercase() == text {
        true => vec![0.0; 64],
        false => vector(text, 64, 0),
    })
}

fn embeddings(texts: &[String], dimensions: usize, seed: u32) -> Reply {
    vectors(texts, |text| vector(text, dimensions, seed))
}

fn vectors(texts: &[String], of: impl Fn(&str) -> Vec<f32>) -> Reply {
    let data: Vec<Value> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| json!({ "index": index, "embedding": of(text) }))
        .collect();
    Reply::Http(200, json!({ "object": "list", "model": "letters", "data": data }).to_string())
}

/// How often each group of three letters is in a text, in places that depend on the seed.
fn vector(text: &str, dimensions: usize, seed: u32) -> Vec<f32> {
    let letters: Vec<u32> = text.to_lowercase().chars().map(u32::from).collect();
    let mut vector = vec![0.0; dimensions];
    for group in letters.windows(3) {
        let hash = group.iter().fold(seed.wrapping_add(7), |hash, letter| {
            (hash ^ letter).wrapping_mul(0x0100_0193).rotate_left(5)
        });
        vector[hash as usize % dimensions] += if hash & 0x1_0000 == 0 { 1.0 } else { -1.0 };
    }
    vector
}
