//! See `kolibri::fuzzing`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kolibri::fuzzing::run("alerts", data));
