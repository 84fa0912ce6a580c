//! Catalogues in CSV.
#![no_main]

#[path = "../../crates/rules/tests/fuzzing/kinds.rs"]
mod kinds;
#[path = "../../crates/rules/tests/fuzzing/sheet.rs"]
mod sheet;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = sheet::check(input);
});
