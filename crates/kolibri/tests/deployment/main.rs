//! What is shipped to run a node: each file is checked by the tools that know its format, deliberately broken copies are
//! caught, and what the files say of the binary (settings, paths, command lines) holds.
// In a test a panic is the report, and nobody reads a test's items from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unreachable_pub)]

#[path = "../running/mod.rs"]
mod running;
#[path = "../shipped/mod.rs"]
mod shipped;

mod compose;
mod export;
mod kubernetes;
mod systemd;
