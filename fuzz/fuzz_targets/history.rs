//! See `kolibri_core::fuzzing`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kolibri_core::fuzzing::run("history", data));
