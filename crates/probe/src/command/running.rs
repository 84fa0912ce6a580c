//! A program that runs, with all that it starts: none of it outlives its attempt.

use std::{collections::BTreeMap, io, process::Stdio, time::Duration};

use model::Reason;
use rules::{assess::Trouble, perfdata::READ};
use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::{Child, ChildStderr, ChildStdout, Command},
    time::timeout,
};

use crate::{attempt::Attempt, programs::Program};

/// How long what it printed last is read after its end, where somebody who left its group still holds the other end.
const LAST_WORDS: Duration = Duration::from_millis(100);

/// A program in a process group of its own, which ends with this value.
pub(super) struct Running {
    child: Child,
    group: Option<Pid>,
    stdout: Option<ChildStdout>,
    stderr: Option<ChildStderr>,
}

/// A program that ended.
pub(super) struct Ended {
    /// Its status; `None`: a signal ended it.
    pub(super) status: Option<i32>,
    /// What it printed.
    pub(super) printed: Vec<u8>,
    /// What it printed as complaints.
    pub(super) complaints: Vec<u8>,
}

impl Running {
    /// Starts it in its folder, with nothing to read and no environment but this one.
    pub(super) fn start(
        program: &Program,
        arguments: &[String],
        environment: &BTreeMap<String, String>,
    ) -> io::Result<Self> {
        let mut command = Command::new(&program.path);
        command.args(arguments).current_dir(&program.folder).env_clear().envs(environment);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0).kill_on_drop(true);
        let mut child = command.spawn()?;
        let number = child.id().and_then(|id| i32::try_from(id).ok());
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        Ok(Self { child, group: number.and_then(Pid::from_raw), stdout, stderr })
    }

    /// Waits for its end, reading what it prints.
    pub(super) async fn end(&mut self, attempt: &mut Attempt) -> Result<Ended, Trouble> {
        let (mut printed, mut complaints) = (Vec::new(), Vec::new());
        let (stdout, stderr) = (self.stdout.take(), self.stderr.take());
        let broken = |error: io::Error| Trouble::new(Reason::Internal, format!("the program's end was lost: {error}"));
        let status = {
            let mut reading = Box::pin(listen(stdout, stderr, attempt, &mut printed, &mut complaints));
            tokio::select! {
                ended = self.child.wait() => {
                    // What it left behind would hold on to its output.
                    self.end_group();
                    if let Ok(read) = timeout(LAST_WORDS, &mut reading).await {
                        read?;
                    }
                    ended
                }
                read = &mut reading => {
                    read?;
                    self.child.wait().await
                }
            }
        };
        Ok(Ended { status: status.map_err(broken)?.code(), printed, complaints })
    }

    /// Ends the program, if it still runs, and all that it started and did not send away.
    fn end_group(&mut self) {
        if let Some(group) = self.group.take() {
            // Its number is nobody else's as long as one of them is there. An error means that nobody is.
            let _nobody = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end_group();
    }
}

/// Reads both streams to their ends, so much of each at most.
async fn listen(
    mut stdout: Option<ChildStdout>,
    mut stderr: Option<ChildStderr>,
    attempt: &mut Attempt,
    printed: &mut Vec<u8>,
    complaints: &mut Vec<u8>,
) -> Result<(), Trouble> {
    let (mut said, mut complained) = (vec![0; 8 * 1024], vec![0; 8 * 1024]);
    loop {
        tokio::select! {
            read = more(stdout.as_mut(), &mut said), if stdout.is_some() => match read {
                Some(bytes) => keep(bytes, printed, attempt)?,
                None => stdout = None,
            },
            read = more(stderr.as_mut(), &mut complained), if stderr.is_some() => match read {
                Some(bytes) => keep(bytes, complaints, attempt)?,
                None => stderr = None,
            },
            else => return Ok(()),
        }
    }
}

/// What comes next; `None` at the end.
async fn more<'b>(stream: Option<&mut (impl AsyncRead + Unpin)>, room: &'b mut [u8]) -> Option<&'b [u8]> {
    let read = stream?.read(room).await.unwrap_or(0);
    room.get(..read).filter(|bytes| !bytes.is_empty())
}

fn keep(bytes: &[u8], kept: &mut Vec<u8>, attempt: &mut Attempt) -> Result<(), Trouble> {
    attempt.heard(bytes);
    if kept.len() + bytes.len() > READ {
        let why = format!("the program printed more than {} KiB", READ / 1024);
        return Err(Trouble::new(Reason::TooLarge, why));
    }
    kept.extend_from_slice(bytes);
    Ok(())
}
