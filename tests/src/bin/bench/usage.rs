//! What a process has used until now, from `/proc`.

use std::{fs, time::Duration};

use crate::Tried;

/// Clock ticks of `/proc/PID/stat` per second: `_SC_CLK_TCK` is 100 on every Linux that has a C library.
const TICK: Duration = Duration::from_millis(10);

/// User and system time of all threads of a process, those that have ended included.
///
/// `/proc/PID/stat` knows of ended threads and counts in ticks; the threads' `schedstat` counts nanoseconds and forgets a thread
/// that ended. Neither tells too much, so the greater is taken.
pub fn cpu(pid: u32) -> Tried<Duration> {
    Ok(by_ticks(pid)?.max(by_threads(pid)))
}

fn by_ticks(pid: u32) -> Tried<Duration> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name may hold anything, so fields are counted from the bracket that ends it: 12th and 13th are utime and stime.
    let (_, fields) = stat.rsplit_once(')').ok_or("no stat line")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u32>).sum::<Result<u32, _>>()?;
    Ok(TICK * ticks)
}

fn by_threads(pid: u32) -> Duration {
    of_threads(pid, |_| true)
}

/// The same of the threads of this name. One that ended is forgotten.
pub fn cpu_named(pid: u32, name: &str) -> Duration {
    of_threads(pid, |thread| thread == name)
}

fn of_threads(pid: u32, wanted: impl Fn(&str) -> bool) -> Duration {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let nanoseconds = |thread: fs::DirEntry| {
        let name = fs::read_to_string(thread.path().join("comm")).ok()?;
        let text = fs::read_to_string(thread.path().join("schedstat")).ok().filter(|_| wanted(name.trim()))?;
        text.split_whitespace().next()?.parse::<u64>().ok()
    };
    Duration::from_nanos(threads.filter_map(nanoseconds).sum())
}

/// The most memory that a process ever held, in KiB.
pub fn peak_kib(pid: u32) -> Tried<u32> {
    status_kib(pid, "VmHWM:")
}

/// The memory that a process holds now, in KiB.
pub fn resident_kib(pid: u32) -> Tried<u32> {
    status_kib(pid, "VmRSS:")
}

fn status_kib(pid: u32, name: &str) -> Tried<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let value = status.lines().find_map(|line| line.strip_prefix(name));
    let value = value.ok_or_else(|| format!("/proc/{pid}/status has no {name}"))?;
    Ok(value.trim().trim_end_matches(" kB").parse()?)
}

/// What kind of file system holds a folder: `ext4`, `tmpfs`.
pub fn file_system(folder: &std::path::Path) -> String {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let mounted = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ').skip(1);
        let (point, kind) = (fields.next()?, fields.next()?);
        folder.starts_with(point).then_some((point.len(), kind))
    });
    mounted.max_by_key(|(length, _)| *length).map_or_else(|| "unknown".to_owned(), |(_, kind)| kind.to_owned())
}
