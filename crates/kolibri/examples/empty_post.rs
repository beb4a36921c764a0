//! The peer of `bench/run` that does nothing: reads the body of a POST and answers 201, with the same HTTP library and runtime as
//! the node. What is faster than this, HTTP cannot be.
//!
//! Prints its address when it listens, and ends when its standard input does.

use std::io::Read;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    println!("{}", listener.local_addr()?);
    std::thread::spawn(|| {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    axum::serve(listener, Router::new().route("/", post(async |_: Bytes| StatusCode::CREATED))).await
}
