//! `cargo xtask test`: every test, nothing skipped silently.

use crate::{
    bundle::bundle,
    command::{Done, cargo, must, path_with_tools, step, tools_dir},
    setup,
};

/// Sets up what tests need and runs all of them.
pub fn test(args: &[String]) -> Done {
    let wasm_opt = setup::tools()?;
    setup::for_tests()?;
    bundle(wasm_opt)?;
    step("run every test", || {
        let mut tests = cargo();
        // All of them, so that one failure does not hide another.
        tests.args(["test", "--workspace", "--no-fail-fast"]).args(args);
        let tools = tools_dir();
        tests.env("PATH", path_with_tools());
        tests.env("AXE_CORE", tools.join("npm/node_modules/axe-core/axe.min.js"));
        tests.env("OIDC_PROVIDER", tools.join("npm/node_modules/oidc-provider/lib/index.js"));
        tests.env("SCHEMATHESIS", tools.join("python/bin/schemathesis"));
        tests.env("PEERS_PYTHON", tools.join("peers/bin/python3"));
        must(&mut tests, "Read which test failed above; `cargo xtask test NAME` runs those of that name.")
    })
}
