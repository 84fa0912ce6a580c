//! `cargo xtask bench`: what checks, runs and pages cost, as ratios to a bare loop in the same run.

use crate::{
    bundle::bundle,
    command::{Done, cargo, must},
    setup,
};

/// Builds for release and runs the benchmark.
pub fn bench(args: &[String]) -> Done {
    bundle(setup::tools()?)?;
    let mut bench = cargo();
    bench.args(["run", "--release", "--package", "tests", "--bin", "bench", "--"]).args(args);
    must(&mut bench, "Read what it says above.")
}
