//! Asking a file of SQLite: read only, by statements that read, in a folder that the server's configuration allows.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use model::Reason;
use rules::assess::{Fact, Trouble};
use rusqlite::{
    Connection, Error, ErrorCode, OpenFlags,
    hooks::{AuthAction, AuthContext, Authorization},
    limits::Limit,
    types::ValueRef,
};

use super::{
    Question,
    table::{Limits, Table},
};
use crate::{
    Clients,
    attempt::Attempt,
    marks::{self, Mark},
    options::Options,
};

/// Steps of SQLite's machine between two looks at the clock; a million take some ten milliseconds.
const STEPS: i32 = 10_000;

/// Which file.
#[derive(Clone)]
pub(super) struct File {
    path: PathBuf,
    /// In which its folder may lie; nowhere if it is not told.
    allowed: Option<PathBuf>,
}

impl File {
    /// Reads `file`.
    pub(super) fn read(options: &mut Options<'_>, clients: &Clients) -> Option<Self> {
        let path = PathBuf::from(options.text("file")?);
        if !path.is_absolute() {
            options.fault("file", "has to be a whole path, such as /srv/export/state.db");
            return None;
        }
        Some(Self { path, allowed: clients.sqlite_folder().map(Path::to_owned) })
    }

    /// As sentences name it.
    pub(super) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Where it really lies, if that is where it may.
    fn found(&self) -> Result<PathBuf, Trouble> {
        let shown = self.shown();
        let Some(allowed) = &self.allowed else {
            let message =
                format!("{shown} may not be asked: no folder of SQLite files is allowed by the server's configuration");
            return Err(Trouble::new(Reason::Config, message));
        };
        let outside = || {
            let message = format!("{shown} may not be asked: it does not lie in {}", allowed.display());
            Trouble::new(Reason::Config, message)
        };
        // What is outside is not told from what is not there.
        let lexically_outside = self.path.components().any(|part| part.as_os_str() == "..");
        if lexically_outside || !self.path.starts_with(allowed) {
            return Err(outside());
        }
        let missing =
            |error: std::io::Error| Trouble::new(Reason::NotFound, format!("{shown} cannot be opened: {error}"));
        let path = self.path.canonicalize().map_err(missing)?;
        let allowed = allowed.canonicalize().map_err(missing)?;
        if !path.starts_with(&allowed) {
            return Err(outside());
        }
        if !path.is_file() {
            return Err(Trouble::new(Reason::NotFound, format!("{shown} is no file")));
        }
        Ok(path)
    }
}

/// Ends a query that nobody waits for any more.
struct GiveUp(Arc<AtomicBool>);

impl Drop for GiveUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Asks once, on a thread of its own: SQLite reads in its caller's.
pub(super) async fn ask(file: &File, question: &Question, attempt: &mut Attempt) -> Result<Table, Trouble> {
    marks::stamp(Mark::Ready);
    attempt.waiting_for("the rows");
    let (file, peer, query, limits) = (file.clone(), question.peer.clone(), question.query.clone(), question.limits);
    let time = question.time(attempt);
    let given_up = GiveUp(Arc::default());
    let flag = Arc::clone(&given_up.0);
    let began = Instant::now();
    let asking = tokio::task::spawn_blocking(move || {
        // Looking where it lies may take as long as reading it, on a disk of another machine.
        let path = file.found()?;
        let table = Table::new(&peer, limits);
        let reading = Reading { peer: &peer, limits, end: began + time, given_up: flag };
        reading.ask(&path, &query, table)
    });
    let table = asking.await.unwrap_or_else(|error| {
        Err(Trouble::new(Reason::Internal, format!("asking {} ended unexpectedly: {error}", question.peer)))
    })?;
    attempt.put_time("query_time", began);
    Ok(table)
}

struct Reading<'r> {
    peer: &'r str,
    limits: Limits,
    end: Instant,
    given_up: Arc<AtomicBool>,
}

impl Reading<'_> {
    fn ask(&self, path: &Path, query: &str, mut table: Table) -> Result<Table, Trouble> {
        let connection = self.open(path).map_err(|error| self.said(&error))?;
        let mut statement = connection.prepare(query).map_err(|error| self.said(&error))?;
        let columns: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
        Table::wide(self.peer, columns.len())?;
        let width = columns.len();
        table.name(columns);
        let mut rows = statement.query(()).map_err(|error| self.said(&error))?;
        while let Some(row) = rows.next().map_err(|error| self.said(&error))? {
            let (mut facts, mut bytes) = (Vec::with_capacity(width), 0);
            for at in 0..width {
                let value = row.get_ref(at).map_err(|error| self.said(&error))?;
                bytes += length(value);
                facts.push(fact(value));
            }
            table.push(facts, bytes)?;
        }
        Ok(table)
    }

    fn open(&self, path: &Path) -> Result<Connection, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW
            | OpenFlags::SQLITE_OPEN_PRIVATE_CACHE;
        let connection = Connection::open_with_flags(path, flags)?;
        let left = self.end.saturating_duration_since(Instant::now());
        connection.busy_timeout(left.min(Duration::from_secs(5)))?;
        connection
            .set_limit(Limit::SQLITE_LIMIT_LENGTH, i32::try_from(self.limits.bytes.max(65_536)).unwrap_or(i32::MAX))?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        let (end, given_up) = (self.end, Arc::clone(&self.given_up));
        connection.progress_handler(STEPS, Some(move || given_up.load(Ordering::Relaxed) || Instant::now() >= end))?;
        connection.authorizer(Some(|asked: AuthContext<'_>| match asked.action {
            AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive | AuthAction::Function { .. } => {
                Authorization::Allow
            }
            _ => Authorization::Deny,
        }))?;
        Ok(connection)
    }

    fn said(&self, error: &Error) -> Trouble {
        let reason = match error.sqlite_error_code() {
            Some(ErrorCode::OperationInterrupted) => {
                return Trouble::new(Reason::Timeout, format!("{} did not answer the query in time", self.peer));
            }
            Some(ErrorCode::AuthorizationForStatementDenied | ErrorCode::ReadOnly) => {
                let message = format!("the query does more than read, which {} is not asked to do", self.peer);
                return Trouble::new(Reason::Config, message);
            }
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::OutOfMemory,
            ) => Reason::ServerError,
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Reason::Protocol,
            Some(ErrorCode::CannotOpen) => Reason::Connect,
            Some(ErrorCode::PermissionDenied) => Reason::Auth,
            Some(ErrorCode::TooBig) => Reason::TooLarge,
            _ => Reason::ClientError,
        };
        Trouble::new(reason, format!("{} answered the query with: {error}", self.peer))
    }
}

fn fact(value: ValueRef<'_>) -> Fact {
    match value {
        ValueRef::Null => Fact::Null,
        ValueRef::Integer(number) => Fact::Int(number),
        ValueRef::Real(number) if number.is_finite() => Fact::Double(number),
        ValueRef::Real(number) => Fact::Text(number.to_string()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Fact::Text(String::from_utf8_lossy(text).into_owned()),
    }
}

fn length(value: ValueRef<'_>) -> usize {
    match value {
        ValueRef::Text(text) | ValueRef::Blob(text) => text.len(),
        _ => size_of::<i64>(),
    }
}
