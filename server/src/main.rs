//! `bridgewatch`: see `bridgewatch --help`, or the library's documentation for how it is wired.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use server::cli::Cli;

// Checks make and drop many small things on two threads; the C library's allocator takes a tenth of the CPU time for it.
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
