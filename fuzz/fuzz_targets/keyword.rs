//! Keywords in a ping's body.
#![no_main]

#[path = "../../crates/rules/tests/fuzzing/keyword.rs"]
mod keyword;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let _read = keyword::check(input);
});
