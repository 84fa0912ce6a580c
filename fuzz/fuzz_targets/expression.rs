//! Expressions in CEL, and the body that they look at.
#![no_main]

#[path = "../../crates/rules/tests/fuzzing/expression.rs"]
mod expression;
#[path = "../../crates/rules/tests/fuzzing/kinds.rs"]
mod kinds;

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: let_rules_catch(), |input: &[u8]| {
    let _read = expression::check(input);
});

/// The interpreter is not ours: where it panics, the rules make an error of that. Only what gets past them ends the process, as a
/// panic does that nobody catches.
fn let_rules_catch() {
    std::panic::set_hook(Box::new(|panic| {
        if panic.location().is_some_and(|place| place.file().contains("rules")) {
            eprintln!("{panic}");
        }
    }));
}
