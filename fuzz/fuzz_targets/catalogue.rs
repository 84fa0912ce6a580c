//! Catalogues in YAML.
#![no_main]

#[path = "../../crates/rules/tests/fuzzing/catalogue.rs"]
mod catalogue;
#[path = "../../crates/rules/tests/fuzzing/kinds.rs"]
mod kinds;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = catalogue::check(input);
});
