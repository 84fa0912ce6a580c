//! `cargo xtask fuzz`: what hostile input does to each parser of ours. The targets stand in `fuzz/`.
//!
//! Inputs that were once worth keeping are kept in `target/fuzz/corpus`, beside those in the tree; an input that is a fault is kept in
//! `fuzz/artifacts`.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    command::{Done, must, path_with_tools, root, said, step, target, tools_dir},
    setup,
};

/// How long each target runs if nobody says, in seconds.
const USUAL: u32 = 60;
/// The longest that one input may take, in seconds, and the most memory, in MiB.
const LIMITS: (u32, u32) = (1, 256);
/// Bytes of an input at most.
const LONGEST: u32 = 65_536;
/// Lines of a log that are shown.
const SHOWN: usize = 15;

const WANTED: &str = "cargo xtask fuzz [TARGET] [--seconds N]";

/// Builds the targets and runs each of them, or the one that is named.
pub fn fuzz(args: &[String]) -> Done {
    let known = targets()?;
    let (named, seconds) = read(args)?;
    let chosen: Vec<&String> =
        known.iter().filter(|known| named.as_ref().is_none_or(|named| named == *known)).collect();
    if chosen.is_empty() {
        return Err(format!("there is no such target. Those that there are: {}", known.join(", ")));
    }
    setup::cargo_fuzz()?;
    let host = host()?;
    step("build the targets (about 10 minutes on two cores the first time)", || build(&host, named.as_deref()))?;

    let mut faults = Vec::new();
    for name in &chosen {
        match run(name, &host, seconds) {
            Ok(told) => println!("    {name}: {told}"),
            Err(why) => {
                println!("    {name}: {why}");
                faults.push(name.as_str());
            }
        }
    }
    if faults.is_empty() {
        println!("==> {} targets, each for {seconds} s, without a fault", chosen.len());
        return Ok(());
    }
    Err(format!(
        "faults in {}. Mend them, and put the inputs that are named above into fuzz/corpus.",
        faults.join(", ")
    ))
}

fn read(args: &[String]) -> Done<(Option<String>, u32)> {
    let (mut named, mut seconds) = (None, USUAL);
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        if arg == "--seconds" {
            let number = args.next().and_then(|number| number.parse().ok()).filter(|number: &u32| *number > 0);
            seconds = number.ok_or(format!("--seconds takes a number above 0: {WANTED}"))?;
        } else if arg.starts_with('-') || named.is_some() {
            return Err(format!("`{arg}` is one word too many: {WANTED}"));
        } else {
            named = Some(arg.clone());
        }
    }
    Ok((named, seconds))
}

/// The names of all targets, in order.
fn targets() -> Done<Vec<String>> {
    let folder = root().join("fuzz/fuzz_targets");
    let files = fs::read_dir(&folder).map_err(|why| format!("{}: {why}", folder.display()))?;
    let stem = |path: PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let mut names: Vec<String> = files.flatten().filter_map(|file| stem(file.path())).collect();
    names.sort();
    Ok(names)
}

/// What the compiler builds for, if nobody says.
fn host() -> Done<String> {
    let version = said(Command::new("rustc").arg("-vV").current_dir(root())).unwrap_or_default();
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or("rustc does not answer. Install Rust by rustup, then try again.".to_owned())
}

/// Where all of it is.
fn folder() -> PathBuf {
    target().join("fuzz")
}

fn build(host: &str, named: Option<&str>) -> Done {
    lock()?;
    let mut build = Command::new(tools_dir().join("bin/cargo-fuzz"));
    build.current_dir(root()).env("PATH", path_with_tools());
    // Memory is safe without `unsafe`, of which we have none: what is looked for are panics, time and space. So the pinned compiler will do.
    build.args(["fuzz", "build", "--fuzz-dir", "fuzz", "--sanitizer", "none", "--target", host, "--target-dir"]);
    build.arg(folder()).args(named);
    must(&mut build, "Read what cargo says above.")
}

/// The versions that are released are those that are fuzzed.
fn lock() -> Done {
    let (ours, theirs, stamp) =
        (root().join("Cargo.lock"), root().join("fuzz/Cargo.lock"), folder().join("lock.stamp"));
    let wrong = |path: &Path, why: std::io::Error| format!("{}: {why}", path.display());
    let lock = fs::read(&ours).map_err(|why| wrong(&ours, why))?;
    if theirs.exists() && fs::read(&stamp).is_ok_and(|stamped| stamped == lock) {
        return Ok(());
    }
    fs::create_dir_all(folder()).map_err(|why| wrong(&folder(), why))?;
    fs::write(&theirs, &lock).map_err(|why| wrong(&theirs, why))?;
    fs::write(&stamp, &lock).map_err(|why| wrong(&stamp, why))
}

/// Runs one target; what it did, or which input is a fault.
fn run(name: &str, host: &str, seconds: u32) -> Done<String> {
    let (grown, kept) = (folder().join("corpus").join(name), root().join("fuzz/artifacts").join(name));
    let log = folder().join(format!("{name}.log"));
    let wrong = |path: &Path, why: std::io::Error| format!("{}: {why}", path.display());
    for folder in [&grown, &kept] {
        fs::create_dir_all(folder).map_err(|why| wrong(folder, why))?;
    }
    let out = File::create(&log).map_err(|why| wrong(&log, why))?;
    let complaints = out.try_clone().map_err(|why| wrong(&log, why))?;
    let program = folder().join(host).join("release").join(name);
    let (longest, memory) = LIMITS;
    let mut fuzzer = Command::new(&program);
    fuzzer.current_dir(root()).arg(&grown).arg(root().join("fuzz/corpus").join(name));
    fuzzer.arg(format!("-artifact_prefix={}/", kept.display()));
    fuzzer.args([
        format!("-max_total_time={seconds}"),
        format!("-timeout={longest}"),
        format!("-rss_limit_mb={memory}"),
        format!("-max_len={LONGEST}"),
        "-print_final_stats=1".to_owned(),
    ]);
    let status = fuzzer.stdin(Stdio::null()).stdout(out).stderr(complaints).status();
    let status = status.map_err(|why| wrong(&program, why))?;
    let told = String::from_utf8_lossy(&fs::read(&log).map_err(|why| wrong(&log, why))?).into_owned();
    if status.success() {
        return Ok(summary(&told));
    }
    let input = told.lines().find_map(|line| line.split_once("Test unit written to ")).map(|(_, input)| input);
    let input = input.unwrap_or("an input that was not written");
    let again = format!("{} {input}", program.display());
    Err(format!("{status}: {input}\n{}\n      again: {again}\n      log: {}", shown(&told), log.display()))
}

/// What the fuzzer says at its end.
fn summary(told: &str) -> String {
    let figure = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix("stat::")?.strip_prefix(name)?.strip_prefix(':'));
        line.map_or("?", str::trim)
    };
    let (inputs, memory) = (figure("number_of_executed_units"), figure("peak_rss_mb"));
    format!("{inputs} inputs, {memory} MiB at most")
}

/// The lines that tell what went wrong.
fn shown(told: &str) -> String {
    let of_progress = |line: &&str| line.starts_with('#') || line.trim().is_empty();
    let lines: Vec<&str> = told.lines().filter(|line| !of_progress(line)).collect();
    // What panicked stands first, then frames without names.
    let from = lines.iter().position(|line| line.contains("panicked at") || line.contains("ERROR: libFuzzer"));
    let from = from.unwrap_or(lines.len().saturating_sub(SHOWN));
    lines[from..].iter().take(SHOWN).map(|line| format!("      {line}")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{read, root, shown, summary, targets};

    #[test]
    fn every_target_is_built_and_has_inputs_to_begin_with() {
        let targets = targets().expect("targets");
        let manifest = fs::read_to_string(root().join("fuzz/Cargo.toml")).expect("a manifest");
        let built: Vec<&str> = manifest
            .lines()
            .filter_map(|line| line.strip_prefix("path = \"fuzz_targets/")?.strip_suffix(".rs\""))
            .collect();
        assert_eq!(built, targets);
        for target in &targets {
            let inputs = fs::read_dir(root().join("fuzz/corpus").join(target)).expect(target);
            assert!(inputs.count() > 0, "{target}");
        }
    }

    #[test]
    fn a_target_and_a_time_may_be_said() {
        let read = |args: &[&str]| read(&args.iter().map(|&arg| arg.to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&[]), Ok((None, 60)));
        assert_eq!(read(&["redis", "--seconds", "5"]), Ok((Some("redis".to_owned()), 5)));
        for wrong in [&["--seconds"][..], &["--seconds", "0"], &["--fast"], &["redis", "mqtt"]] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_the_fuzzer_says_is_told_in_short() {
        let well = "#2 INITED\nDone 42 runs in 1 second(s)\nstat::number_of_executed_units: 42\nstat::peak_rss_mb:              57\n";
        assert_eq!(summary(well), "42 inputs, 57 MiB at most");
        let broken = "INFO: seed\n#2 INITED\nthread panicked at x.rs:1:1:\nno\n==1== ERROR: libFuzzer: deadly signal\n    #0 0x1\n";
        assert_eq!(
            shown(broken),
            "      thread panicked at x.rs:1:1:\n      no\n      ==1== ERROR: libFuzzer: deadly signal\n          #0 0x1"
        );
    }
}
