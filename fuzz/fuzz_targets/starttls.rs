//! Answers to who asks for TLS in clear.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = probe::fuzzing::starttls(input);
});
