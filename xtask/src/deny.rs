//! `cargo xtask deny`: under which licences our dependencies come, from where, which of them twice, and what is known against them.
//!
//! All but the last is told by the lock file and the packages themselves. What is known against them stands in a database of its
//! own that is fetched by git; where it cannot be, that is said, and nothing else is left out.

use std::{path::PathBuf, process::Command, time::Duration};

use crate::{
    command::{Done, cargo_home, must, path_with_tools, root, step, tools_dir, tried},
    setup,
};

/// The longest that the database of advisories may take to come.
const PATIENCE: Duration = Duration::from_mins(2);

/// Looks at every dependency.
pub fn deny() -> Done {
    setup::cargo_deny()?;
    step("check licences, sources and duplicates of what we depend on", || {
        must(
            &mut deny_by(&["check", "licenses", "bans", "sources"]),
            "Read what cargo-deny says above; what is allowed, and why, stands in deny.toml.",
        )
    })?;
    step("check what is known against it", advisories)
}

fn advisories() -> Done {
    let remedy = "Take a version without the fault; where there is none, excuse it in deny.toml with a reason.";
    match tried(deny_by(&["fetch", "db"]), PATIENCE) {
        Ok(()) => {
            must(&mut deny_by(&["check", "advisories"]), remedy)?;
            println!("    advisories: checked against their database as it is now");
        }
        Err(why) if was_fetched() => {
            must(&mut deny_by(&["--offline", "check", "advisories"]), remedy)?;
            println!(
                "    advisories: checked against their database as it was fetched before; now it cannot be: {why}"
            );
        }
        Err(why) => println!("    advisories: NOT CHECKED, since their database cannot be fetched: {why}"),
    }
    Ok(())
}

/// Whether there is a database from before. One that is too old to be believed fails the check.
fn was_fetched() -> bool {
    let databases: Option<PathBuf> = cargo_home().map(|home| home.join("advisory-dbs"));
    databases
        .and_then(|folder| folder.read_dir().ok())
        .is_some_and(|entries| entries.flatten().any(|it| it.path().is_dir()))
}

fn deny_by(args: &[&str]) -> Command {
    let mut deny = Command::new(tools_dir().join("bin/cargo-deny"));
    deny.current_dir(root()).env("PATH", path_with_tools()).arg("--locked").args(args);
    deny
}
