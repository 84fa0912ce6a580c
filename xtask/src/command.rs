//! Running other programs, and saying so.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// What went wrong, with what to do about it.
pub type Done<T = ()> = Result<T, String>;

/// The top of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Where cargo builds: `CARGO_TARGET_DIR` or `target`.
pub fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Where the tools are put that the project pins.
pub fn tools_dir() -> PathBuf {
    target().join("tools")
}

/// The cargo that runs us.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root());
    command
}

/// A PATH on which the pinned tools come first.
pub fn path_with_tools() -> String {
    let tools = tools_dir();
    let own = env::var("PATH").unwrap_or_default();
    format!("{}:{}:{own}", tools.join("bin").display(), tools.join("npm/node_modules/.bin").display())
}

/// Says what is done, does it, says how long it took.
pub fn step(what: &str, does: impl FnOnce() -> Done) -> Done {
    println!("==> {what}");
    let begun = Instant::now();
    does()?;
    println!("    done in {:.1} s", begun.elapsed().as_secs_f64());
    Ok(())
}

/// Runs a command with its output in sight; `remedy` says what to do when it fails.
pub fn must(command: &mut Command, remedy: &str) -> Done {
    let shown = format!("{command:?}");
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown} ended with {status}.\n       {remedy}")),
        Err(why) => Err(format!("{shown} could not be started: {why}.\n       {remedy}")),
    }
}

/// What a command prints, or `None` if it is not there or fails.
pub fn said(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program of this name is on PATH.
pub fn on_path(name: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|dir| is_program(&dir.join(name)))
}

/// Whether this file is there and is a file.
pub fn is_program(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|data| data.is_file())
}
