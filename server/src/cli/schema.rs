//! `bridgewatch schema`.

use std::process::ExitCode;

use crate::ServerError;

/// Prints the JSON Schema of the catalogue.
pub fn schema() -> Result<ExitCode, ServerError> {
    let schema = rules::catalogue::schema(probe::kinds());
    println!("{schema:#}");
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
#[path = "schema_tests.rs"]
mod tests;
