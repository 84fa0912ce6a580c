//! Schemathesis: calls that nobody thought of, made up from the API's document, and a look at every answer.
//!
//! It runs in a process and a folder of its own. What counts as a failure: a 5xx, a status that the document does not name, a
//! content type, header or body that is not as the document says.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;
use tokio::{process::Command, time::timeout};

/// What to do where it is missing.
const MISSING: &str = "SCHEMATHESIS names the program `schemathesis`: run the tests by `cargo xtask test`";
/// What is looked at in every answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,\
                      response_schema_conformance";
/// The longest that one run may take. Reaching it is a failure.
const LONGEST_RUN: Duration = Duration::from_mins(10);
/// How often a group is gone through again for want of cases.
const ROUNDS: u64 = 4;

/// The API's document by groups of operations.
pub struct Document {
    path: PathBuf,
    /// How many operations each group (tag) has.
    pub groups: BTreeMap<String, u64>,
}

impl Document {
    /// The committed one, which a test holds to be the one that is served. Panics on an operation without a group.
    pub fn committed() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
        let document: Value = serde_json::from_str(&fs::read_to_string(&path).expect("the document")).expect("JSON");
        let mut groups = BTreeMap::new();
        for (path, operations) in document["paths"].as_object().expect("paths") {
            for (method, operation) in operations.as_object().expect("operations") {
                let group = operation["tags"][0].as_str();
                let group = group.unwrap_or_else(|| panic!("{method} {path} is in no group"));
                *groups.entry(group.to_owned()).or_default() += 1;
            }
        }
        Self { path, groups }
    }
}

/// Who calls, and what they leave alone.
#[derive(Debug, Clone, Default)]
pub struct Calling {
    /// For messages: `admin`.
    pub who: String,
    /// Headers of every call: how they are signed in.
    pub headers: Vec<(String, String)>,
    /// Paths that are left out, as a regular expression.
    pub without: Option<String>,
    /// The only paths that are called, as a regular expression.
    pub only: Option<String>,
}

/// Calls the server at `url` with at least so many cases of a group; answers what was found wrong, in Schemathesis' words.
///
/// # Panics
/// If so many cases cannot be made.
pub async fn fuzz(url: &str, document: &Document, group: &str, calling: &Calling, least: u64) -> Vec<String> {
    let operations = document.groups[group].max(1);
    let mut cases = 0;
    for round in 0..ROUNDS {
        // Operations that take nothing have one case each; in later rounds the others make up for them.
        let each = if round == 0 { least.div_ceil(operations) } else { least - cases };
        match run(url, document, group, calling, each, seed() + round).await {
            Ok(made) => cases += made,
            Err(found) => return vec![found],
        }
        if cases >= least {
            return Vec::new();
        }
    }
    panic!("{} of {least} cases were made of `{group}` as {}", cases, calling.who);
}

/// Where chance begins: always at the same place, unless `FUZZ_SEED` says another.
fn seed() -> u64 {
    std::env::var("FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1)
}

async fn run(
    url: &str,
    document: &Document,
    group: &str,
    calling: &Calling,
    each: u64,
    seed: u64,
) -> Result<u64, String> {
    let program = std::env::var("SCHEMATHESIS").expect(MISSING);
    let folder = TempDir::new().expect("a folder");
    let report = folder.path().join("report.json");
    let mut command = Command::new(program);
    command.current_dir(folder.path()).kill_on_drop(true).stdin(Stdio::null());
    command.args(["--no-color", "run"]).arg(&document.path).args(["--url", url, "--include-tag", group]);
    command.args(["--phases", "coverage,fuzzing", "--checks", CHECKS, "--continue-on-failure", "--no-shrink"]);
    command.args(["--max-examples", &each.to_string(), "--seed", &seed.to_string()]);
    // Its own memory of other runs would make this one another; a slow answer is no fault of the document.
    command.args(["--generation-database", "none", "--suppress-health-check", "all", "--warnings", "off"]);
    command.args(["--request-timeout", "35", "--max-redirects", "0"]);
    // Who calls is said by us: a token that is made up would only ever be refused.
    command.args(["--generation-with-security-parameters", "false"]);
    command.args(["--report", "json", "--report-json-path"]).arg(&report);
    for (name, value) in &calling.headers {
        command.args(["--header", &format!("{name}: {value}")]);
    }
    for (option, paths) in [("--exclude-path-regex", &calling.without), ("--include-path-regex", &calling.only)] {
        command.args(paths.iter().flat_map(|paths| [option, paths.as_str()]));
    }
    let what = format!("`{group}` as {}, seed {seed}", calling.who);
    let ended = timeout(LONGEST_RUN, command.output()).await.unwrap_or_else(|_| panic!("{what} did not end"));
    let ended = ended.expect("schemathesis can be started");
    let said = String::from_utf8_lossy(&ended.stdout);
    if !ended.status.success() {
        return Err(format!("{what}:\n{said}{}", String::from_utf8_lossy(&ended.stderr)));
    }
    let report: Value = serde_json::from_str(&fs::read_to_string(report).expect("a report")).expect("JSON");
    assert_eq!(report["operations"]["tested"], report["operations"]["selected"], "{what}: operations were left out");
    Ok(report["test_cases"]["generated"].as_u64().expect("a count"))
}
