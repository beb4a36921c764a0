//! See `kolibri_encoder::fuzzing`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| kolibri_encoder::fuzzing::run("model_file", data));
