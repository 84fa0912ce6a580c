//! docs/security.md, held against the tests that it names.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Begins a promise.
const PROMISE: &str = "**";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Whether a word in backticks is the name of a test: words joined by underscores, more than a field has.
fn is_test(word: &str) -> bool {
    let plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
    word.matches('_').count() >= 2 && word.chars().all(plain)
}

fn tests_named(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).filter(|word| is_test(word)).collect()
}

/// Every source of ours.
fn sources() -> String {
    let mut all = String::new();
    let mut folders: Vec<PathBuf> = ["app", "crates", "server", "tests"].map(|name| root().join(name)).to_vec();
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                all += &fs::read_to_string(path).expect("a source");
            }
        }
    }
    all
}

#[test]
fn every_promise_names_tests_that_are_there() {
    let page = fs::read_to_string(root().join("docs/security.md")).expect("the page");
    let promises: Vec<&str> = page.split("\n\n").filter(|paragraph| paragraph.starts_with(PROMISE)).collect();
    assert!(promises.len() > 20, "{}", promises.len());
    let sources = sources();
    for promise in promises {
        let named = tests_named(promise);
        assert!(!named.is_empty(), "no test shows this: {promise}");
        for test in named {
            assert!(sources.contains(&format!("fn {test}(")), "there is no test `{test}`, which is to show: {promise}");
        }
    }
}
