//! Ranges of performance data.
#![no_main]

#[path = "../../crates/rules/tests/fuzzing/range.rs"]
mod range;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = range::check(input);
});
