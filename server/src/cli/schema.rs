//! `bridgewatch schema`.

use std::process::ExitCode;

/// Prints the JSON Schema of the catalogue.
pub fn schema() -> ExitCode {
    let schema = rules::catalogue::schema(probe::kinds());
    println!("{schema:#}");
    ExitCode::SUCCESS
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
