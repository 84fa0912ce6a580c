//! A bridge from its catalogue to its level, through a whole house: real servers, real runs, real store.

use tests::child::Binary;

/// The binary that people start.
const BINARY: Binary = Binary::at(env!("CARGO_BIN_EXE_bridgewatch-under-test"));

mod pipeline {
    mod applying;
    mod away;
    mod canaries;
    mod command_line;
    mod environment;
    mod killed;
    #[cfg(unix)]
    mod owned;
    mod pinging;
    mod restarting;
    mod rooted;
    mod sending;
    mod standing;
    mod tampering;
    mod told;
}
