//! Answers of a Prometheus-compatible API.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = probe::fuzzing::prometheus(input);
});
