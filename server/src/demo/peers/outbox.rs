//! The outbox of the stock: a file of SQLite in the demo's own folder, which its job writes and a probe reads.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use model::{Span, Timestamp};
use rusqlite::{Connection, params};

use crate::{
    ServerError,
    demo::{
        script::figures::{self, Outbox},
        story::Story,
    },
};

/// How long a reader may keep it from being written.
const PATIENCE: Duration = Duration::from_secs(5);
/// So long what was delivered stays in it.
const KEPT: Span = Span::hours(24);

const TABLE: &str = "CREATE TABLE IF NOT EXISTS changes (
    run TEXT NOT NULL,
    number INTEGER NOT NULL,
    delivered_at INTEGER,
    PRIMARY KEY (run, number)
) WITHOUT ROWID";

/// Where it lies.
#[derive(Debug, Clone)]
pub struct OutboxFile(PathBuf);

impl OutboxFile {
    /// In this folder, which is made if it is not there.
    pub fn within(folder: &Path) -> Result<Self, ServerError> {
        store::own_folder(folder).map_err(ServerError::io(format!("making {}", folder.display())))?;
        Ok(Self(folder.join("outbox.db")))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes what the newest run left in it; the same run twice changes nothing.
    pub async fn write(&self, story: &Story, now: Timestamp) -> Result<(), ServerError> {
        let Some(left) = figures::outbox(story, now) else { return Ok(()) };
        let file = self.0.clone();
        let written = tokio::task::spawn_blocking(move || write(&file, &left)).await;
        let wrong = |why: String| ServerError::Config(format!("the demo's {}: {why}", self.0.display()));
        written.map_err(|why| wrong(why.to_string()))?.map_err(|why| wrong(why.to_string()))
    }
}

fn write(file: &Path, left: &Outbox) -> Result<(), rusqlite::Error> {
    let mut connection = Connection::open(file)?;
    connection.busy_timeout(PATIENCE)?;
    let at = seconds(left.delivered_at);
    let change = connection.transaction()?;
    change.execute(TABLE, ())?;
    // What the run before left, this one took.
    change.execute(
        "UPDATE changes SET delivered_at = ?1 WHERE delivered_at IS NULL AND run <> ?2",
        params![at, left.run],
    )?;
    for number in 0..left.delivered + left.waiting {
        let delivered_at = (number < left.delivered).then_some(at);
        change.execute(
            "INSERT OR IGNORE INTO changes (run, number, delivered_at) VALUES (?1, ?2, ?3)",
            params![left.run, number, delivered_at],
        )?;
    }
    change.execute("DELETE FROM changes WHERE delivered_at < ?1", params![seconds(left.delivered_at - KEPT)])?;
    change.commit()
}

fn seconds(t: Timestamp) -> i64 {
    t.0.div_euclid(1_000)
}

#[cfg(test)]
mod tests {
    use model::{Span, Timestamp};
    use rusqlite::Connection;

    use super::{OutboxFile, figures, seconds};
    use crate::demo::story::Story;

    #[tokio::test]
    async fn it_holds_what_the_newest_run_left_however_often_it_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = OutboxFile::within(&folder.path().join("demo")).expect("an outbox");
        let now = Timestamp::parse("2026-11-23T13:09:30Z").expect("a moment");
        let story = Story::at(now, "UTC").expect("a story");
        for t in [now, now, now + Span::minutes(15), now + Span::hours(30)] {
            file.write(&story, t).await.expect("written");
            let wanted = figures::outbox(&story, t).expect("a run");
            let connection = Connection::open(file.path()).expect("a file");
            let query = "SELECT count(*) FILTER (WHERE delivered_at IS NULL), max(delivered_at) FROM changes";
            let found: (i64, i64) =
                connection.query_row(query, (), |row| Ok((row.get(0)?, row.get(1)?))).expect("a row");
            assert_eq!(found, (wanted.waiting, seconds(wanted.delivered_at)), "{t}");
        }
    }
}
