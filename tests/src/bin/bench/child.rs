//! Processes that are measured: this binary again, which says one line of JSON when it is ready and one for every line it hears.

use std::{
    io::Write as _,
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child as Process, ChildStdin, ChildStdout, Command},
    runtime::{Builder, Runtime},
    sync::mpsc,
    time::timeout,
};

use crate::{Tried, usage};

/// The longest that a child may take to start, to answer or to end.
const PATIENCE: Duration = Duration::from_mins(2);

/// The threads of a child for what takes long, hashing before all.
pub const HASHING: &str = "hashing";

/// A runtime whose threads tell by their names what they are for. Those that answer come first; whichever come later are for what
/// takes long.
pub fn runtime() -> Tried<Runtime> {
    let answering = thread::available_parallelism()?.get();
    let count = AtomicUsize::new(0);
    let name = move || {
        let is_answering = count.fetch_add(1, Ordering::SeqCst) < answering;
        if is_answering { "web".to_owned() } else { HASHING.to_owned() }
    };
    Ok(Builder::new_multi_thread().worker_threads(answering).thread_name_fn(name).enable_all().build()?)
}

/// A child that is ready. Dropped, it is killed, by its id.
pub struct Child {
    process: Process,
    pid: u32,
    said: Lines<BufReader<ChildStdout>>,
    told: ChildStdin,
    /// What it said when it was ready.
    pub ready: Value,
}

impl Child {
    /// Starts this binary with these arguments and waits until it is ready.
    pub async fn start(args: &[String]) -> Tried<Self> {
        let mut process = Command::new(std::env::current_exe()?)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pid = process.id().ok_or("the child ended at once")?;
        let said = BufReader::new(process.stdout.take().ok_or("no standard output")?).lines();
        let told = process.stdin.take().ok_or("no standard input")?;
        let mut child = Self { process, pid, said, told, ready: Value::Null };
        child.ready = child.line().await?;
        Ok(child)
    }

    /// Asks it for its figures.
    pub async fn ask(&mut self) -> Tried<Value> {
        self.told.write_all(b"?\n").await?;
        self.line().await
    }

    /// CPU time until now.
    pub fn cpu(&self) -> Tried<Duration> {
        usage::cpu(self.pid)
    }

    /// CPU time until now of the threads of this name that are there.
    pub fn cpu_named(&self, name: &str) -> Duration {
        usage::cpu_named(self.pid, name)
    }

    /// CPU time since it was `before`.
    pub fn cpu_since(&self, before: Duration) -> Tried<Duration> {
        Ok(self.cpu()?.saturating_sub(before))
    }

    /// The most memory until now, in KiB.
    pub fn peak_kib(&self) -> Tried<u32> {
        usage::peak_kib(self.pid)
    }

    /// The memory that it holds now, in KiB.
    pub fn resident_kib(&self) -> Tried<u32> {
        usage::resident_kib(self.pid)
    }

    /// Lets it end in order.
    pub async fn end(mut self) -> Tried<()> {
        drop(self.told);
        let ended = timeout(PATIENCE, self.process.wait()).await??;
        if ended.success() { Ok(()) } else { Err(format!("a child ended with {ended}").into()) }
    }

    async fn line(&mut self) -> Tried<Value> {
        let line = timeout(PATIENCE, self.said.next_line()).await??.ok_or("the child ended; see what it said above")?;
        Ok(serde_json::from_str(&line)?)
    }
}

/// The child's side: says that it is ready, answers every line, and returns when its parent is gone or wants it to end.
pub async fn answer(ready: &Value, figures: impl Fn() -> Value) -> Tried<()> {
    let (heard, mut questions) = mpsc::channel(1);
    // A thread that waits uses no CPU, and ends with the process.
    thread::spawn(move || {
        for _ in std::io::stdin().lines().map_while(Result::ok) {
            if heard.blocking_send(()).is_err() {
                return;
            }
        }
    });
    say(ready)?;
    while questions.recv().await.is_some() {
        say(&figures())?;
    }
    Ok(())
}

fn say(value: &Value) -> Tried<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    Ok(out.flush()?)
}
