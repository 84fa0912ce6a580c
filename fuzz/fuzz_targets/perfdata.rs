//! Outputs of Nagios plugins.
#![no_main]

#[path = "../../crates/rules/tests/fuzzing/perfdata.rs"]
mod perfdata;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = perfdata::check(input);
});
