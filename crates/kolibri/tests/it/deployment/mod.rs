//! What is shipped to run a node: each file is checked by the tools that know its format, deliberately broken copies are
//! caught, and what the files say of the binary (settings, paths, command lines) holds.

mod compose;
mod export;
mod kubernetes;
mod systemd;
