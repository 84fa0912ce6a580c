//! Asking a database: one query that reads, in a transaction that may do no more, and what its rows say.
//!
//! Every attempt opens one connection and asks one query. The protocols of PostgreSQL and `MySQL` are spoken here, over the way that
//! every kind takes, so that lengths, rounds of hashing and rows are bounded before room is made for them.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod login;
mod mysql;
mod postgres;
mod reading;
mod sqlite;
mod table;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{Fault, ProbeSpec, Span};
use rules::{
    assess::Trouble,
    kind::{CelKind, Kind, OptionKind},
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial},
    options::{Options, name, optional, required, secret},
    secure::{self, Tls},
    table::Entry,
};
use login::Login;
use sqlite::File;
use table::Limits;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "sql",
    summary: "Sends one query that reads to PostgreSQL, MySQL, MariaDB or SQLite and looks at its rows",
    options: &[
        optional(
            "url",
            OptionKind::UrlOf(&["postgres", "postgresql", "mysql", "mariadb"]),
            None,
            "The server and the database: postgres://user@host:5432/name, mysql://user@host:3306/name",
        ),
        optional("file", OptionKind::Text, None, "The file of SQLite to ask instead, by its whole path"),
        secret("password", "The user's password, if it does not stand in the address"),
        required("query", OptionKind::Text, "One query that reads"),
        optional(
            "statement_timeout",
            OptionKind::Span,
            None,
            "After so long the server ends the query; without it after what is left of the probe's timeout",
        ),
        optional(
            "max_rows",
            OptionKind::Int { min: 1, max: 1_000 },
            Some("100"),
            "More rows are not read and fail as too_large",
        ),
        optional(
            "max_bytes",
            OptionKind::Int { min: 1, max: 16 * 1_048_576 },
            Some("1048576"),
            "Rows of more bytes are not read and fail as too_large",
        ),
        optional("tls", OptionKind::Bool, Some("false"), "Whether to ask the server for TLS before signing in"),
        dial::IP,
        dial::RESOLVE,
        secure::CA,
        secure::SERVER_NAME,
        secure::CLIENT_CERTIFICATE,
        secure::CLIENT_KEY,
        secure::INSECURE,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call to the last row"),
        name("login_time", CelKind::Duration, "From the connection until signed in; absent for SQLite"),
        name("query_time", CelKind::Duration, "From the query to its last row"),
        name("rows", CelKind::List, "The rows, each a map by the names of its columns: rows[0].age_s"),
        name("row_count", CelKind::Int, "How many these are"),
        name("value", CelKind::Dyn, "The first column of the first row; absent without a row"),
        name("columns", CelKind::List, "The names of the columns, in their order"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn port_of(scheme: &str) -> Option<u16> {
    match scheme {
        "postgres" | "postgresql" => Some(5432),
        "mysql" | "mariadb" => Some(3306),
        _ => None,
    }
}

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let query = options.text("query");
    if let Some(wrong) = query.as_deref().and_then(reading::wrong) {
        options.fault("query", wrong);
    }
    let bounded = |number: Option<i64>| number.and_then(|number| usize::try_from(number).ok());
    let limits = bounded(options.int("max_rows")).zip(bounded(options.int("max_bytes")));
    let limits = limits.map(|(rows, bytes)| Limits { rows, bytes });
    let longest = options.span("statement_timeout");
    let way = way(&mut options, clients);
    let made = way.zip(query).zip(limits).map(|(((party, way), query), limits)| {
        let peer = party.peer.clone();
        (party, Sql { way, question: Question { peer, query, limits, longest } })
    });
    attempt::probe(spec, clients, options, made)
}

/// Whom to ask, and how.
fn way(options: &mut Options<'_>, clients: &Clients) -> Option<(Party, Way)> {
    match (options.is_given("url"), options.is_given("file")) {
        (true, true) => {
            options.fault("file", "say once what to ask: url or file");
            return None;
        }
        (false, false) => {
            options.fault("url", "is missing, or file");
            return None;
        }
        (false, true) => {
            let file = File::read(options, clients)?;
            let peer = file.shown();
            return Some((
                Party { method: "QUERY", url: format!("sqlite:{peer}"), peer, key: None },
                Way::Sqlite(file),
            ));
        }
        (true, false) => {}
    }
    let (dial, url) = Dial::of_url(options, clients, "url", port_of)?;
    let login = Login::read(options, &url)?;
    let with_tls = options.bool("tls").unwrap_or_default();
    let tls = if with_tls { Some(Tls::read(options, clients, &dial.target, &[])?) } else { None };
    let party = Party { url: crate::redact::url(&url), ..Party::of(&dial.target, "QUERY") };
    let server = Server { dial, tls, login };
    let speaks_mysql = matches!(url.scheme(), "mysql" | "mariadb");
    Some((party, if speaks_mysql { Way::MySql(server) } else { Way::Postgres(server) }))
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    dial::whom_of_url(&KIND, spec, "url", port_of)
}

struct Sql {
    way: Way,
    question: Question,
}

enum Way {
    Postgres(Server),
    MySql(Server),
    Sqlite(File),
}

/// A server over the network.
struct Server {
    dial: Dial,
    tls: Option<Tls>,
    login: Login,
}

/// What is asked, of whom, and how much may come back.
struct Question {
    /// As sentences name it.
    peer: String,
    query: String,
    limits: Limits,
    /// How long the query may take, if that is said.
    longest: Option<Span>,
}

impl Question {
    /// How long the query may take now: never longer than anybody waits for it.
    fn time(&self, attempt: &Attempt) -> Duration {
        let left = attempt.deadline.saturating_duration_since(tokio::time::Instant::now());
        let time = self.longest.map_or(left, |longest| left.min(longest.as_duration()));
        time.max(Duration::from_millis(1))
    }
}

#[async_trait]
impl Conversation for Sql {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let question = &self.question;
        attempt.sent(question.query.as_bytes());
        let table = match &self.way {
            Way::Postgres(server) => postgres::ask(server, question, attempt).await?,
            Way::MySql(server) => mysql::ask(server, question, attempt).await?,
            Way::Sqlite(file) => sqlite::ask(file, question, attempt).await?,
        };
        table.tell(attempt);
        Ok(())
    }
}
