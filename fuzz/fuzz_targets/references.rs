//! References to secrets.
#![no_main]

#[path = "../../crates/rules/tests/fuzzing/references.rs"]
mod references;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = references::check(input);
});
