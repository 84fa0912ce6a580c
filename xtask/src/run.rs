//! `cargo xtask run`: from a fresh clone to a living dashboard.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::{
    bundle::bundle,
    command::{Done, cargo, must, root, step, target},
    setup,
};

/// Sets up, bundles, builds, and becomes the server.
pub fn run(args: &[String]) -> Done {
    let wasm_opt = setup::tools()?;
    bundle(wasm_opt)?;
    step("build bridgewatch (about 8 minutes on two cores the first time, then seconds)", || {
        must(cargo().args(["build", "--package", "server"]), "Read what cargo says above.")
    })?;
    let mut serve = Command::new(target().join("debug/bridgewatch"));
    serve.current_dir(root()).arg("serve");
    if args.is_empty() {
        println!("==> start Bridgewatch with its demo at http://127.0.0.1:7077 (Ctrl-C ends it)");
        serve.arg("--demo");
    } else {
        println!("==> start bridgewatch serve {}", args.join(" "));
        serve.args(args);
    }
    // We become the server, so that Ctrl-C and signals reach it and nobody else.
    Err(format!("bridgewatch could not be started: {}", serve.exec()))
}
