//! Answers of a proxy to CONNECT.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = probe::fuzzing::proxy(input);
});
