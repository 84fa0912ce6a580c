//! What a person sees, in a real Chromium.

use tests::child::Binary;

/// The binary that people start.
const BINARY: Binary = Binary::at(env!("CARGO_BIN_EXE_bridgewatch-under-test"));

mod browser {
    mod barriers;
    mod entering;
    mod handling;
    mod living;
    mod making;
    mod picture;
    mod single_sign_on;
}
