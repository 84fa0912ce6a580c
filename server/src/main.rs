//! `bridgewatch`: see `bridgewatch --help`, or the library's documentation for how it is wired.

use std::process::ExitCode;

use clap::Parser;
use server::cli::Cli;

fn main() -> ExitCode {
    match server::cli::run(Cli::parse()) {
        Ok(code) => code,
        Err(why) => {
            eprintln!("bridgewatch: {why}");
            ExitCode::FAILURE
        }
    }
}
