//! Accepting connections: no more than a bound of them, and none that keeps its place without asking for anything.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// What one listener takes.
#[derive(Clone, Copy)]
struct Limits {
    /// Connections at once; who comes later waits in the kernel's queue. Half of the descriptors a process usually has.
    connections: u32,
    /// How long a connection may take to send the head of its next request.
    head: Duration,
}

const LIMITS: Limits = Limits { connections: 512, head: Duration::from_secs(30) };
/// How long to wait when the system has no connection to give.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the log mentions that all places are taken.
const FULL_LOGGED_EVERY: Duration = Duration::from_secs(10);

/// Where a request comes from: an extension of each request that a listener takes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(pub(super) IpAddr);

/// Serves until `stopping` turns true and the connections under way have ended.
pub(crate) async fn serve(listener: TcpListener, router: Router, stopping: watch::Receiver<bool>) {
    serve_within(LIMITS, listener, router, stopping).await;
}

async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head);
    let mut acceptor =
        Acceptor { places: Arc::new(Semaphore::new(limits.connections as usize)), full_logged: None };
    loop {
        let (place, (stream, peer)) = tokio::select! {
            accepted = acceptor.accept(&listener) => accepted,
            () = stopped(&mut stopping) => break,
        };
        let connection = connection(http.clone(), (stream, peer), router.clone(), stopping.clone());
        tokio::spawn(async move {
            connection.await;
            drop(place);
        });
    }
    drop(listener);
    // Every place is free when every connection has ended.
    let _ = acceptor.places.acquire_many(limits.connections).await;
}

/// Returns when the node stops, or is gone altogether.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// Serves one connection; when the node stops, the request under way is the last.
async fn connection(
    http: http1::Builder,
    (stream, peer): (TcpStream, Peer),
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        router.call(request)
    });
    let served = http.serve_connection(TokioIo::new(stream), service);
    let mut served = std::pin::pin!(served);
    // That it broke off is the caller's doing, and in no way unusual.
    tokio::select! {
        _ = served.as_mut() => return,
        () = stopped(&mut stopping) => served.as_mut().graceful_shutdown(),
    }
    let _ = served.await;
}

struct Acceptor {
    places: Arc<Semaphore>,
    full_logged: Option<Instant>,
}

impl Acceptor {
    async fn accept(&mut self, listener: &TcpListener) -> (OwnedSemaphorePermit, (TcpStream, Peer)) {
        let place = self.place().await;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => return (place, (stream, Peer(peer.ip()))),
                Err(error) if is_of_the_caller(error.kind()) => {}
                Err(error) => {
                    tracing::error!(%error, "cannot accept a connection; has the limit of open files been reached?");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn place(&mut self) -> OwnedSemaphorePermit {
        let places = Arc::clone(&self.places);
        if let Ok(place) = Arc::clone(&places).try_acquire_owned() {
            return place;
        }
        if self.full_logged.is_none_or(|logged| logged.elapsed() >= FULL_LOGGED_EVERY) {
            self.full_logged = Some(Instant::now());
            tracing::warn!(
                "a listener has reached its connection limit; new connections wait until one ends"
            );
        }
        #[expect(clippy::expect_used, reason = "nobody closes this semaphore")]
        places.acquire_owned().await.expect("the semaphore is open")
    }
}

/// Whether it is about a connection that was given up while it waited.
fn is_of_the_caller(error: ErrorKind) -> bool {
    matches!(error, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::task::JoinHandle;

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    /// Far longer than anything here takes.
    const LONG: Duration = Duration::from_secs(60);

    struct Served {
        address: std::net::SocketAddr,
        stop: watch::Sender<bool>,
        serving: JoinHandle<()>,
    }

    async fn served(connections: u32, head: Duration) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, (stop, stopping)) = (listener.local_addr().unwrap(), watch::channel(false));
        let router = Router::new().route("/", get(async || "served"));
        let limits = Limits { connections, head };
        Served { address, stop, serving: tokio::spawn(serve_within(limits, listener, router, stopping)) }
    }

    impl Served {
        async fn connect(&self) -> TcpStream {
            TcpStream::connect(self.address).await.unwrap()
        }
    }

    /// Everything until the other end closes the connection.
    async fn rest(stream: &mut TcpStream) -> String {
        let mut text = String::new();
        // A reset is an end too.
        let _ = stream.read_to_string(&mut text).await;
        text
    }

    #[tokio::test]
    async fn who_never_finishes_asking_is_cut_off_and_makes_room() {
        let served = served(1, Duration::from_millis(200)).await;
        let mut slow = served.connect().await;
        slow.write_all(b"GET / HTTP/1.1\r\nHost: loc").await.unwrap();
        let mut next = served.connect().await;
        next.write_all(REQUEST).await.unwrap();
        assert!(rest(&mut next).await.ends_with("served"));
        assert!(!rest(&mut slow).await.contains("served"));
    }

    #[tokio::test]
    async fn beyond_the_bound_others_wait_until_a_connection_ends() {
        let served = served(2, LONG).await;
        let (first, _second) = (served.connect().await, served.connect().await);
        let mut third = served.connect().await;
        third.write_all(REQUEST).await.unwrap();
        let mut third = tokio::spawn(async move { rest(&mut third).await });
        assert!(tokio::time::timeout(Duration::from_millis(100), &mut third).await.is_err(), "it waits");
        drop(first);
        assert!(third.await.unwrap().ends_with("served"));
    }

    #[tokio::test]
    async fn stopping_ends_idle_connections_and_finishes_the_others() {
        let served = served(8, LONG).await;
        let mut idle = served.connect().await;
        let mut asking = served.connect().await;
        asking.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut first = [0; 8];
        asking.read_exact(&mut first).await.unwrap();
        served.stop.send_replace(true);
        served.serving.await.unwrap();
        assert_eq!(rest(&mut idle).await, "");
        assert!(rest(&mut asking).await.ends_with("served"));
    }
}
