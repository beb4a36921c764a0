//! A mail server that takes every message (RFC 5321, as far as Alertmanager speaks it).

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex};

use super::collectors::Listening;

/// A running mail server.
pub struct Mailbox {
    pub address: SocketAddr,
    received: Arc<Mutex<Vec<String>>>,
    _listener: Listening,
}

impl Mailbox {
    pub fn start() -> Self {
        let received = Arc::new(Mutex::new(Vec::new()));
        let box_ = Arc::clone(&received);
        let listener = Listening::start("127.0.0.1:0", move |stream| {
            // A caller that goes away in the middle has sent nothing.
            let _ = serve(&stream, &box_);
        });
        Self { address: listener.address, received, _listener: listener }
    }

    /// Every message so far, with its transfer encoding undone.
    pub fn received(&self) -> Vec<String> {
        self.received.lock().unwrap().clone()
    }
}

fn serve(mut stream: &TcpStream, received: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    stream.write_all(b"220 test\r\n")?;
    while let Some(line) = lines.next().transpose()? {
        if line == "DATA" {
            stream.write_all(b"354 go on\r\n")?;
            let message = lines.by_ref().map_while(Result::ok).take_while(|line| line != ".");
            let message: Vec<_> = message.collect();
            received.lock().unwrap().push(decoded(&message.join("\n")));
        }
        let answer: &[u8] = if line == "QUIT" { b"221 bye\r\n" } else { b"250 fine\r\n" };
        stream.write_all(answer)?;
    }
    Ok(())
}

/// Undoes quoted-printable (RFC 2045), as far as texts in ASCII need it.
fn decoded(message: &str) -> String {
    let mut parts = message.split('=');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => text += &format!("{}{}", byte as char, &part[2..]),
            None => text += part.strip_prefix('\n').unwrap_or(part),
        }
    }
    text
}
