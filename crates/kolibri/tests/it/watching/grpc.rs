//! A collector for gRPC that records what it is sent and answers as it is told.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Request, Response};
use h2::RecvStream;
use h2::server::SendResponse;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

use super::collectors::Push;
use crate::running::eventually;

/// Instead of a status: it never answers.
pub const SILENT: &str = "";

/// A collector for gRPC. It goes away when it is dropped.
pub struct GrpcCollector {
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
    _runtime: Runtime,
}

struct State {
    status: &'static str,
    pushes: Vec<Push>,
}

impl GrpcCollector {
    /// A collector that answers with a gRPC status (<https://grpc.io/docs/guides/status-codes/>); `0` is good.
    pub fn start(status: &'static str) -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_io().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(Mutex::new(State { status, pushes: Vec::new() }));
        let serving = Arc::clone(&state);
        runtime.spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&serving)));
            }
        });
        Self { address, state, _runtime: runtime }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// From now on, it answers with this gRPC status.
    pub fn turn(&self, status: &'static str) {
        self.state.lock().unwrap().status = status;
    }

    /// Everything it was sent.
    pub fn pushes(&self) -> Vec<Push> {
        self.state.lock().unwrap().pushes.clone()
    }

    /// Waits for so many more pushes.
    pub fn await_pushes(&self, more: usize) -> Vec<Push> {
        let wanted = self.pushes().len() + more;
        eventually("more pushes came", || Some(self.pushes()).filter(|pushes| pushes.len() >= wanted))
    }
}

/// Any error ends the connection, and the caller sees that.
async fn serve(stream: TcpStream, state: Arc<Mutex<State>>) -> Result<(), h2::Error> {
    let mut connection = h2::server::handshake(stream).await?;
    while let Some(request) = connection.accept().await {
        let (request, answer) = request?;
        tokio::spawn(receive(request, answer, Arc::clone(&state)));
    }
    Ok(())
}

async fn receive(
    request: Request<RecvStream>,
    mut answer: SendResponse<Bytes>,
    state: Arc<Mutex<State>>,
) -> Result<(), h2::Error> {
    let (parts, mut stream) = request.into_parts();
    let mut body = Vec::new();
    while let Some(chunk) = stream.data().await {
        let chunk = chunk?;
        stream.flow_control().release_capacity(chunk.len())?;
        body.extend_from_slice(&chunk);
    }
    let mut head = format!("{} {}\r\n", parts.method, parts.uri.path());
    for (name, value) in &parts.headers {
        head += &format!("{name}: {}\r\n", value.to_str().unwrap());
    }
    let status = {
        let mut state = state.lock().unwrap();
        state.pushes.push(Push { head, body });
        state.status
    };

    if status == SILENT {
        return std::future::pending().await;
    }
    let response = Response::builder().header("content-type", "application/grpc").body(()).unwrap();
    let mut stream = answer.send_response(response, false)?;
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static(status));
    if status == "0" {
        // An empty message: everything was taken.
        stream.send_data(Bytes::from_static(&[0; 5]), false)?;
    } else if let Some(authorization) = parts.headers.get("authorization") {
        // As a collector does that wants to be helpful.
        trailers.insert("grpc-message", authorization.clone());
    }
    stream.send_trailers(trailers)
}
