//! Packed bodies of HTTP.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = probe::fuzzing::unpack(input);
});
