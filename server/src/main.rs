//! `bridgewatch`: see `bridgewatch --help`, or the library's documentation for how it is wired.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use server::cli::Cli;

// Why not the C library's: docs/decisions/0008-what-a-check-costs.md.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    match server::cli::run(Cli::parse()) {
        Ok(code) => code,
        Err(why) => {
            eprintln!("bridgewatch: {why}");
            ExitCode::FAILURE
        }
    }
}
