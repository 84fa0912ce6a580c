//! Schedules.
#![no_main]

#[path = "../../crates/rules/tests/fuzzing/schedule.rs"]
mod schedule;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = schedule::check(input);
});
