//! Running other programs, and saying so.

use std::{
    env, fs,
    io::Read,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
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

/// Where cargo keeps what it fetches.
pub fn cargo_home() -> Option<PathBuf> {
    let usual = || env::home_dir().map(|home| home.join(".cargo"));
    env::var_os("CARGO_HOME").map(PathBuf::from).or_else(usual)
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

/// Runs a command that may hang on a network, at most so long; the error is its last word.
pub fn tried(mut command: Command, limit: Duration) -> Result<(), String> {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|why| format!("{command:?} could not be started: {why}"))?;
    let complaints = child.stderr.take();
    let (tell, told) = mpsc::channel();
    // When nobody is left who could write there, it is over.
    thread::spawn(move || {
        let mut said = String::new();
        if let Some(mut complaints) = complaints {
            let _is_no_text = complaints.read_to_string(&mut said);
        }
        let _nobody_waits = tell.send(said);
    });
    let said = told.recv_timeout(limit);
    if said.is_err() {
        let _has_ended = child.kill();
    }
    let ended = child.wait().map_err(|why| why.to_string())?;
    match said {
        Ok(_) if ended.success() => Ok(()),
        Ok(said) => Err(said
            .lines()
            .rev()
            .find(|line| !line.trim().is_empty())
            .unwrap_or("it did not say why")
            .trim()
            .to_owned()),
        Err(_) => Err(format!("no answer within {} s", limit.as_secs())),
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
