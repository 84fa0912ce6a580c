//! `cargo xtask run | test | deny | bench | fuzz | setup`: everything that a person types.
//!
//! It has no dependencies, so that it builds in a second and can say at once what it is about to do. Data passes through it as
//! the person would go: [`setup`] installs what is missing, [`bundle`] makes the browser half, then cargo builds and runs.

mod bench;
mod bundle;
mod command;
mod deny;
mod fuzz;
mod run;
mod setup;
mod test;

use std::process::ExitCode;

const HELP: &str = "\
cargo xtask <what>

  run [ARGS]     set up what is missing, bundle the pages, build, and start Bridgewatch with its demo
                 at http://127.0.0.1:7077; ARGS go to `bridgewatch serve` in place of `--demo`
  test [ARGS]    set up what the tests need and run every test; ARGS go to `cargo test`
  deny           look at what we depend on: licences, sources, duplicates, known faults
  bench [ARGS]   build for release and print what checks, runs and pages cost
  fuzz [TARGET] [--seconds N]
                 give hostile input to every parser of ours, or to one: 60 seconds each if nobody says
  setup [tests]  only set up: the tools, and with `tests` also browser and PostgreSQL
";

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let what = args.next().unwrap_or_default();
    let rest: Vec<String> = args.collect();
    let done = match what.as_str() {
        "run" => run::run(&rest),
        "test" => test::test(&rest),
        "deny" => deny::deny(),
        "bench" => bench::bench(&rest),
        "fuzz" => fuzz::fuzz(&rest),
        "setup" => {
            setup::tools().and_then(|_| if rest.iter().any(|arg| arg == "tests") { setup::for_tests() } else { Ok(()) })
        }
        _ => {
            print!("{HELP}");
            return if what.is_empty() || what == "help" || what == "--help" {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            };
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("\nxtask: {why}");
            ExitCode::FAILURE
        }
    }
}
