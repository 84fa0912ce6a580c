//! Maintenance windows.
#![no_main]

#[path = "../../crates/rules/tests/fuzzing/window.rs"]
mod window;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = window::check(input);
});
