//! Where runs wait on disk while the store is away: JSON lines, fsynced before anybody is told that a run is safe.
//!
//! Runs are appended at the end and replayed from the front, in order; a file that was replayed whole is cut to nothing. A run
//! that was replayed before a crash is replayed again: its id makes that harmless.

use std::{io::SeekFrom, path::PathBuf};

use model::{IntegrationId, ProbeId, Run};
use serde::{Deserialize, Serialize};
use store::RunRecord;
use tokio::{
    fs::{File, OpenOptions},
    io::{AsyncBufReadExt, AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufReader},
};

use crate::MonitorError;

/// The file of runs that wait.
const WAITING: &str = "runs.jsonl";
/// The file of runs that the store will never take: kept for a person to look at.
const REFUSED: &str = "refused.jsonl";
/// So much may wait; a day of 100 runs a second is less.
const LARGEST: u64 = 8 << 30;
/// One line is never longer; a longer one is damage.
const LONGEST_LINE: u64 = 16 << 20;

#[derive(Serialize)]
struct LineOut<'a> {
    integration: IntegrationId,
    probe: Option<ProbeId>,
    run: &'a Run,
}

#[derive(Deserialize)]
struct LineIn {
    integration: IntegrationId,
    probe: Option<ProbeId>,
    run: Run,
}

/// The spool folder.
pub(crate) struct Spool {
    folder: PathBuf,
    file: File,
    /// Where the oldest run that waits begins.
    front: u64,
    /// Where the file ends.
    end: u64,
}

/// Some runs from the front.
pub(crate) struct Chunk {
    /// In the order in which they were appended.
    pub(crate) runs: Vec<RunRecord>,
    /// Where the next chunk begins.
    next: u64,
}

impl Spool {
    /// Opens the folder; makes it where it is not there. A last line that a crash cut off is cut off for good.
    pub(crate) async fn open(folder: PathBuf) -> Result<Self, MonitorError> {
        let wrong = |source| MonitorError::Spool { path: folder.clone(), source };
        store::own_folder(&folder).map_err(wrong)?;
        let mut file = appending().read(true).open(folder.join(WAITING)).await.map_err(wrong)?;
        let end = whole_lines(&mut file).await.map_err(wrong)?;
        file.set_len(end).await.map_err(wrong)?;
        file.sync_all().await.map_err(wrong)?;
        Ok(Self { folder, file, front: 0, end })
    }

    /// Whether nothing waits.
    pub(crate) fn is_empty(&self) -> bool {
        self.front == self.end
    }

    /// Bytes that wait.
    pub(crate) fn bytes(&self) -> u64 {
        self.end - self.front
    }

    /// Appends runs; when this returns they survive power loss.
    pub(crate) async fn append(&mut self, runs: impl Iterator<Item = &RunRecord>) -> std::io::Result<()> {
        let mut lines = Vec::new();
        for RunRecord { run, integration_id, probe_id } in runs {
            serde_json::to_writer(&mut lines, &LineOut { integration: *integration_id, probe: *probe_id, run })?;
            lines.push(b'\n');
        }
        let written = u64::try_from(lines.len()).unwrap_or(u64::MAX);
        if self.bytes().saturating_add(written) > LARGEST {
            return Err(std::io::Error::other("the spool holds as much as it may"));
        }
        let done = async {
            self.file.write_all(&lines).await?;
            self.file.flush().await?;
            self.file.sync_data().await
        };
        if let Err(error) = done.await {
            // What was written of it is no whole line, or not safe: it must not be replayed beside a second try.
            self.file.set_len(self.end).await?;
            return Err(error);
        }
        self.end += written;
        Ok(())
    }

    /// At most `limit` runs from the front. They stay until [`Self::done`].
    pub(crate) async fn front(&mut self, limit: usize) -> std::io::Result<Chunk> {
        let mut file = File::open(self.folder.join(WAITING)).await?;
        file.seek(SeekFrom::Start(self.front)).await?;
        let mut lines = BufReader::new(file.take(self.bytes()));
        let (mut runs, mut next, mut line) = (Vec::new(), self.front, Vec::new());
        while runs.len() < limit {
            line.clear();
            let read = (&mut lines).take(LONGEST_LINE).read_until(b'\n', &mut line).await?;
            if read == 0 {
                break;
            }
            next += u64::try_from(read).unwrap_or(0);
            match serde_json::from_slice::<LineIn>(&line) {
                Ok(LineIn { integration, probe, run }) => {
                    runs.push(RunRecord { run, integration_id: integration, probe_id: probe });
                }
                Err(error) => tracing::error!(%error, "a damaged line of the spool was left out"),
            }
        }
        Ok(Chunk { runs, next })
    }

    /// The store has these.
    pub(crate) async fn done(&mut self, chunk: &Chunk) -> std::io::Result<()> {
        self.front = chunk.next;
        if self.is_empty() {
            self.file.set_len(0).await?;
            self.file.sync_data().await?;
            (self.front, self.end) = (0, 0);
        }
        Ok(())
    }

    /// Puts a run that the store will never take aside.
    pub(crate) async fn refuse(&self, run: &RunRecord) -> std::io::Result<()> {
        let mut line =
            serde_json::to_vec(&LineOut { integration: run.integration_id, probe: run.probe_id, run: &run.run })?;
        line.push(b'\n');
        let mut file = appending().open(self.folder.join(REFUSED)).await?;
        file.write_all(&line).await?;
        file.flush().await?;
        file.sync_data().await
    }
}

/// At the end of a file, which is its owner's alone where it is made: runs hold what crossed the wire.
fn appending() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    options.mode(0o600);
    options
}

/// Where the last whole line ends.
async fn whole_lines(file: &mut File) -> std::io::Result<u64> {
    let length = file.seek(SeekFrom::End(0)).await?;
    let mut end = length;
    let mut piece = vec![0; 64 << 10];
    while end > 0 {
        let from = end.saturating_sub(64 << 10);
        let size = usize::try_from(end - from).unwrap_or(0);
        file.seek(SeekFrom::Start(from)).await?;
        file.read_exact(&mut piece[..size]).await?;
        if let Some(at) = piece[..size].iter().rposition(|byte| *byte == b'\n') {
            return Ok(from + u64::try_from(at).unwrap_or(0) + 1);
        }
        end = from;
    }
    Ok(0)
}

#[cfg(test)]
#[path = "spool_tests.rs"]
mod tests;
