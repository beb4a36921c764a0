//! Accepting connections: no more than a bound of them, and none that keeps its place without asking for anything or without
//! taking what it asked for. Beyond the bound a few more are taken: health checks are answered there, and others wait for a
//! place. The oldest connection makes it that has been answered and asks for nothing; if there is none, one that keeps the node
//! waiting. Those without a place that ask for nothing make room for whoever comes next.

use std::io::ErrorKind;
use std::net::IpAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};

use super::health::PROBES;
use super::lobby::{Guest, Lobby};
use super::pace::{Awaited, Endless, Pace};
use super::stall::Stalling;
use crate::wire::{Problem, ProblemKind};

/// What one listener takes.
#[derive(Clone, Copy)]
struct Limits {
    /// Connections with a place. Half of the descriptors a process usually has.
    places: u32,
    /// Connections beyond them. Who comes later waits in the kernel's queue, or takes the turn of one that is silent.
    extra: u32,
    /// Connections of those that may wait for a place.
    waiting: u32,
    /// How long a request waits for a place.
    patience: Duration,
    /// How long a connection may take to send the head of its next request: longer than the 60 seconds for which load
    /// balancers usually keep a connection.
    head: Duration,
    /// How long the other end may take nothing of what it is sent.
    stall: Duration,
    /// The same, and how long it may send nothing of what it has begun, when others wait.
    haste: Duration,
}

/// Bytes of an answer that wait for its reader, and the longest head of a request.
const BUFFER: usize = 128 << 10;

const LIMITS: Limits = Limits {
    places: 512,
    extra: 64,
    waiting: 48,
    patience: Duration::from_secs(5),
    head: Duration::from_secs(75),
    stall: Duration::from_secs(30),
    haste: Duration::from_secs(2),
};
/// How long to wait when the system has no connection to give.
const PAUSE: Duration = Duration::from_secs(1);
/// How long to wait until a connection that was asked to go has gone.
const FAREWELL: Duration = Duration::from_millis(50);
/// How long to wait until another connection is asked to go.
const ASK_AGAIN: Duration = Duration::from_millis(100);
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
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_buf_size(BUFFER)
        .auto_date_header(true);
    let room = Arc::new(Room::new(limits));
    let mut acceptor = Acceptor { room: Arc::clone(&room), full_logged: None };
    loop {
        let (entered, (stream, peer)) = tokio::select! {
            accepted = acceptor.accept(&listener) => accepted,
            () = stopped(&mut stopping) => break,
        };
        let connection = Connection {
            http: http.clone(),
            router: router.clone(),
            stopping: stopping.clone(),
            place: Arc::new(Place::none(&room)),
        };
        tokio::spawn(async move {
            connection.serve(stream, peer).await;
            drop(entered);
        });
    }
    drop(listener);
    // Everything is free when every connection has ended.
    let _ = room.entered.acquire_many(limits.places + limits.extra).await;
}

/// Lets each piece of an answer go when it is written. Otherwise the second piece waits until the other end has acknowledged the
/// first, for which it may take 40 ms (RFC 896, RFC 1122 4.2.3.2).
fn send_at_once(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "answers in pieces may be slow on this connection");
    }
}

/// Returns when the node stops, or is gone altogether.
async fn stopped(stopping: &mut watch::Receiver<bool>) {
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// What the connections of a listener share.
struct Room {
    limits: Limits,
    /// All connections.
    entered: Arc<Semaphore>,
    /// Connections without a place that ask for nothing now.
    lobby: Arc<Lobby>,
    /// Connections with a place that ask for nothing now. An answer may still be under way.
    resting: Arc<Lobby>,
    /// Connections with a place.
    places: Arc<Semaphore>,
    /// Requests that may wait for a place.
    waiting: Semaphore,
    crowd: Crowd,
}

impl Room {
    fn new(limits: Limits) -> Self {
        let semaphore = |permits: u32| Arc::new(Semaphore::new(permits as usize));
        Self {
            limits,
            entered: semaphore(limits.places + limits.extra),
            lobby: Arc::default(),
            resting: Arc::default(),
            places: semaphore(limits.places),
            waiting: Semaphore::new(limits.waiting as usize),
            crowd: Crowd::default(),
        }
    }

    /// Waits for a place, and asks those who have one to make room.
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        let _waiting = self.waiting.try_acquire().ok()?;
        let _seeker = self.crowd.join();
        let place = Arc::clone(&self.places).acquire_owned();
        let ask = async {
            loop {
                self.resting.show_out_oldest();
                // It may have begun to ask, or its answer is still under way: then it does not go yet.
                tokio::time::sleep(ASK_AGAIN).await;
            }
        };
        let found = async {
            tokio::select! { place = place => place.ok(), () = ask => None }
        };
        tokio::time::timeout(self.limits.patience, found).await.ok().flatten()
    }
}

/// Requests that wait for a place.
struct Crowd {
    seekers: watch::Sender<usize>,
    /// How many connections should end for them.
    wanted: Semaphore,
}

/// One of them.
struct Seeker<'a>(&'a Crowd);

impl Default for Crowd {
    fn default() -> Self {
        Self { seekers: watch::Sender::new(0), wanted: Semaphore::new(0) }
    }
}

impl Crowd {
    fn join(&self) -> Seeker<'_> {
        self.wanted.add_permits(1);
        self.seekers.send_modify(|seekers| *seekers += 1);
        Seeker(self)
    }
}

impl Drop for Seeker<'_> {
    fn drop(&mut self) {
        self.0.seekers.send_modify(|seekers| *seekers -= 1);
        // Unless one has ended for it.
        if let Ok(wanted) = self.0.wanted.try_acquire() {
            wanted.forget();
        }
    }
}

/// A connection's place, taken with its first request that needs one.
struct Place {
    room: Arc<Room>,
    /// Notified when the connection is asked to go.
    asked: Arc<Notify>,
    /// While it has no place.
    standing: Guest,
    seat: OnceLock<Seat>,
}

struct Seat {
    resting: Guest,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    fn none(room: &Arc<Room>) -> Self {
        let asked = Arc::new(Notify::new());
        let standing = room.lobby.enter(Arc::clone(&asked));
        Self { room: Arc::clone(room), asked, standing, seat: OnceLock::new() }
    }

    /// Serves a request if it may be served.
    async fn serve<E>(
        &self,
        path: &str,
        served: impl Future<Output = Result<Response, E>>,
    ) -> Result<Response, E> {
        match self.seat.get() {
            // If it was asked to go, this is its last request.
            Some(seat) => drop(seat.resting.leave()),
            None if !self.standing.leave() => return Ok(no_place()),
            None => {}
        }
        let answer = if self.is_there(path).await { served.await } else { Ok(no_place()) };
        self.seat.get().map_or(&self.standing, |seat| &seat.resting).come_back();
        answer
    }

    /// Whether a request may be served: the connection has a place, gets one in time, or needs none.
    async fn is_there(&self, path: &str) -> bool {
        if PROBES.contains(&path) || self.seat.get().is_some() {
            return true;
        }
        let free = Arc::clone(&self.room.places).try_acquire_owned().ok();
        let place = match free {
            Some(place) => Some(place),
            None => self.room.place().await,
        };
        place.map(|permit| self.take(permit)).is_some()
    }

    /// A connection has one request at a time, so nobody has taken one meanwhile.
    fn take(&self, permit: OwnedSemaphorePermit) {
        let resting = self.room.resting.enter(Arc::clone(&self.asked));
        resting.leave();
        let _ = self.seat.set(Seat { resting, _permit: permit });
    }

    /// Returns when a connection without a place is asked to go.
    async fn is_shown_out(&self) {
        loop {
            self.asked.notified().await;
            if self.seat.get().is_none() {
                return;
            }
        }
    }

    /// Returns when others wait for a place and this one, which its connection keeps the node waiting for, is needed.
    async fn is_cut_off(&self, pace: &Pace) {
        let Crowd { seekers, wanted } = &self.room.crowd;
        let mut seekers = seekers.subscribe();
        loop {
            // The sender is ours.
            let _ = seekers.wait_for(|seekers| *seekers > 0).await;
            if pace.is_too_slow(self.room.limits.haste).await
                && self.seat.get().is_some()
                && let Ok(wanted) = wanted.try_acquire()
            {
                return wanted.forget();
            }
        }
    }
}

struct Connection {
    http: http1::Builder,
    router: Router,
    stopping: watch::Receiver<bool>,
    place: Arc<Place>,
}

impl Connection {
    /// Serves one connection. When the node stops, or when others wait and this connection is asked to go, the request under way is
    /// the last. One that keeps the node waiting is cut off when others wait.
    async fn serve(self, stream: TcpStream, peer: Peer) {
        let Self { http, router, mut stopping, place } = self;
        let router = TowerToHyperService::new(router);
        let (room, its_place, pace) =
            (Arc::clone(&place.room), Arc::clone(&place), Arc::new(Pace::default()));
        let stream = Stalling::new(stream, room.limits.stall, Arc::clone(&pace));
        let its_pace = Arc::clone(&pace);
        let service = service_fn(move |request: Request<Incoming>| {
            let mut request = request.map(|body| Awaited::new(body, Arc::clone(&its_pace)));
            request.extensions_mut().insert(peer);
            let (place, router, pace) = (Arc::clone(&its_place), router.clone(), Arc::clone(&its_pace));
            let path = request.uri().path().to_owned();
            async move {
                pace.endless(false);
                let answer = place.serve(&path, router.call(request)).await;
                pace.endless(
                    answer.as_ref().is_ok_and(|answer| answer.extensions().get::<Endless>().is_some()),
                );
                answer
            }
        });
        let served = http.serve_connection(TokioIo::new(stream), service);
        let mut served = std::pin::pin!(served);
        let mut cut_off = std::pin::pin!(place.is_cut_off(&pace));
        // That it broke off is the caller's doing, and in no way unusual.
        tokio::select! {
            _ = served.as_mut() => return,
            () = cut_off.as_mut() => return,
            () = place.asked.notified() => if place.seat.get().is_none() { return },
            () = stopped(&mut stopping) => {}
        }
        served.as_mut().graceful_shutdown();
        tokio::select! {
            _ = served => {}
            () = cut_off => {}
            () = place.is_shown_out() => {}
        }
    }
}

/// The answer to a request for which there is no place.
fn no_place() -> Response {
    let detail = "all places for connections are taken; try again in a moment";
    let problem = Problem::new(ProblemKind::Busy, detail);
    let mut response = problem.into_response();
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

struct Acceptor {
    room: Arc<Room>,
    full_logged: Option<Instant>,
}

impl Acceptor {
    async fn accept(&mut self, listener: &TcpListener) -> (OwnedSemaphorePermit, (TcpStream, Peer)) {
        let entered = self.enter().await;
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => {
                    send_at_once(&stream);
                    return (entered, (stream, Peer(peer.ip())));
                }
                Err(error) if is_of_the_caller(error.kind()) => {}
                Err(error) => {
                    tracing::error!(%error, "cannot accept a connection; has the limit of open files been reached?");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }

    async fn enter(&mut self) -> OwnedSemaphorePermit {
        let entered = Arc::clone(&self.room.entered);
        if let Ok(permit) = Arc::clone(&entered).try_acquire_owned() {
            return permit;
        }
        if self.full_logged.is_none_or(|logged| logged.elapsed() >= FULL_LOGGED_EVERY) {
            self.full_logged = Some(Instant::now());
            tracing::warn!(
                "a listener has reached its connection limit; those that ask for nothing make room, and others wait until one ends"
            );
        }
        loop {
            self.room.lobby.show_out_oldest();
            if let Ok(Ok(permit)) = tokio::time::timeout(FAREWELL, Arc::clone(&entered).acquire_owned()).await
            {
                return permit;
            }
        }
    }
}

/// Whether it is about a connection that was given up while it waited.
fn is_of_the_caller(error: ErrorKind) -> bool {
    matches!(error, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

#[cfg(test)]
mod tests {
    use axum::Extension;
    use axum::body::Body;
    use axum::routing::{get, post};
    use futures_util::stream;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::task::JoinHandle;

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    /// Far longer than anything here takes.
    const LONG: Duration = Duration::from_secs(60);

    /// A body that goes on and on, with a word each 20 ms.
    fn endless() -> Body {
        Body::from_stream(stream::unfold((), async |()| {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Some((Ok::<_, std::io::Error>("word "), ()))
        }))
    }

    struct Served {
        address: std::net::SocketAddr,
        stop: watch::Sender<bool>,
        serving: JoinHandle<()>,
    }

    /// A listener with so many places, and two connections beyond them, of which one may wait.
    async fn served(places: u32, head: Duration) -> Served {
        served_in_haste(places, head, LONG).await
    }

    async fn served_in_haste(places: u32, head: Duration, haste: Duration) -> Served {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, (stop, stopping)) = (listener.local_addr().unwrap(), watch::channel(false));
        let router = Router::new()
            .route("/", get(async || "served"))
            .route("/livez", get(async || "lives"))
            .route("/said", post(async |said: String| said))
            .route("/endless", get(async || (Extension(Endless), endless())))
            .route("/long", get(async || "x".repeat(64 << 20)));
        let patience = if haste == LONG { Duration::from_millis(300) } else { LONG };
        let stall = Duration::from_millis(500);
        let limits = Limits { places, extra: 2, waiting: 1, patience, head, stall, haste };
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
    async fn pieces_of_an_answer_do_not_wait_for_acknowledgements() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let limits =
            Limits { places: 1, extra: 0, waiting: 0, patience: LONG, head: LONG, stall: LONG, haste: LONG };
        let mut acceptor = Acceptor { room: Arc::new(Room::new(limits)), full_logged: None };
        let _caller = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (_entered, (accepted, _)) = acceptor.accept(&listener).await;
        assert!(accepted.nodelay().unwrap());
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

    /// A connection that has a place and keeps it: it has been answered, and asks for nothing more.
    async fn seated(served: &Served) -> TcpStream {
        let mut stream = served.connect().await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        stream
    }

    /// A connection that has a place and does not read its answer.
    async fn stuck(served: &Served) -> TcpStream {
        let mut stream = served.connect().await;
        stream.write_all(b"GET /long HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        stream
    }

    async fn asked(served: &Served, path: &str) -> String {
        let mut stream = served.connect().await;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        rest(&mut stream).await
    }

    #[tokio::test]
    async fn when_all_places_are_taken_the_oldest_idle_connection_makes_room() {
        let served = served(2, LONG).await;
        let (mut first, mut second) = (seated(&served).await, seated(&served).await);
        assert!(asked(&served, "/").await.ends_with("served"));
        assert!(rest(&mut first).await.ends_with("served"), "it was ended after its answer");
        second.write_all(REQUEST).await.unwrap();
        assert!(rest(&mut second).await.ends_with("served"), "this one was left alone");
    }

    #[tokio::test]
    async fn health_is_told_though_every_place_is_held_and_others_are_told_to_come_back() {
        let served = served(1, LONG).await;
        let _stuck = stuck(&served).await;
        assert!(asked(&served, "/livez").await.ends_with("lives"));
        let refused = asked(&served, "/").await;
        assert!(refused.starts_with("HTTP/1.1 503"), "{refused}");
        assert!(refused.contains("connection: close") && refused.contains("retry-after: 1"), "{refused}");
    }

    #[tokio::test]
    async fn when_all_places_are_taken_who_has_sent_half_of_something_makes_room() {
        let served = served_in_haste(1, LONG, Duration::from_millis(50)).await;
        let mut half = served.connect().await;
        half.write_all(b"POST /said HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf")
            .await
            .unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(asked(&served, "/").await.ends_with("served"));
        assert_eq!(rest(&mut half).await, "");
    }

    #[tokio::test]
    async fn who_sends_a_byte_now_and_then_makes_room_too() {
        let served = served_in_haste(1, LONG, Duration::from_millis(200)).await;
        let mut slow = served.connect().await;
        slow.write_all(b"POST /said HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n")
            .await
            .unwrap();
        let dripping = tokio::spawn(async move {
            while slow.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        });
        tokio::time::sleep(Duration::from_millis(50)).await;
        for _ in 0..3 {
            assert!(asked(&served, "/").await.ends_with("served"));
        }
        dripping.await.unwrap();
    }

    #[tokio::test]
    async fn who_rests_goes_before_who_reads_something_endless_and_then_that_one() {
        let served = served_in_haste(2, LONG, Duration::from_millis(300)).await;
        let mut endless = served.connect().await;
        endless.write_all(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = [0; 12];
        endless.read_exact(&mut answer).await.unwrap();
        let mut resting = seated(&served).await;
        let next = seated(&served).await;
        assert!(rest(&mut resting).await.ends_with("served"), "it was ended after its answer");
        drop(next);

        let _second = {
            let mut second = served.connect().await;
            second.write_all(b"GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
            second.read_exact(&mut answer).await.unwrap();
            second
        };
        assert!(asked(&served, "/").await.ends_with("served"));
        // One of the two was cut off, after what it had read by then.
        assert!(asked(&served, "/").await.ends_with("served"));
    }

    #[tokio::test]
    async fn who_has_sent_half_of_something_keeps_its_place_while_nobody_waits() {
        let served = served(1, LONG).await;
        let mut half = served.connect().await;
        half.write_all(
            b"POST /said HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 9\r\n\r\nhalf",
        )
        .await
        .unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        half.write_all(b" more").await.unwrap();
        assert!(rest(&mut half).await.ends_with("half more"));
    }

    #[tokio::test]
    async fn who_does_not_read_its_answer_is_cut_off_and_makes_room() {
        let served = served(1, LONG).await;
        let mut stuck = stuck(&served).await;
        tokio::time::sleep(Duration::from_millis(600)).await;
        assert!(asked(&served, "/").await.ends_with("served"));
        let read = rest(&mut stuck).await.len();
        assert!(read < 64 << 20, "the rest was never sent: {read}");
    }

    #[tokio::test]
    async fn beyond_every_bound_the_oldest_that_asks_for_nothing_makes_room() {
        let served = served(1, LONG).await;
        let (silent, mut half) = (served.connect().await, served.connect().await);
        half.write_all(b"GET /livez HTTP/1.1\r\nHost: loc").await.unwrap();
        let mut connections = vec![silent, half];
        for _ in 0..6 {
            let mut probe = served.connect().await;
            probe.write_all(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
            let mut answer = [0; 12];
            probe.read_exact(&mut answer).await.unwrap();
            assert_eq!(&answer, b"HTTP/1.1 200");
            connections.push(probe);
        }
        // Three may stay.
        for ended in &mut connections[..5] {
            rest(ended).await;
        }
        assert!(asked(&served, "/").await.ends_with("served"));
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
