//! Asking Redis, and what speaks like it: does it answer, what does it tell of itself, how long is a queue?

mod resp;
mod told;

use std::sync::Arc;

use async_trait::async_trait;
use model::{Fault, ProbeSpec, Reason};
use rules::{
    assess::{Fact, Trouble},
    kind::{CelKind, Kind, OptionKind},
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial},
    options::{Options, mentions, name, optional, secret},
    secure::{self, Tls},
    table::Entry,
    wire::Wire,
};
use resp::Value;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "redis",
    summary: "Sends PING to Redis and, where an expression asks for it, reads INFO and the length of a key",
    options: &[
        dial::HOST,
        dial::port(Some("6379")),
        optional("username", OptionKind::Text, None, "The user to sign in as; without one the default user"),
        secret("password", "The password to sign in with"),
        optional("database", OptionKind::Int { min: 0, max: 1_000_000 }, None, "The number of the database"),
        optional("key", OptionKind::Text, None, "A key whose type, length and time to live are looked at"),
        optional("tls", OptionKind::Bool, Some("false"), "Whether to shake hands in TLS at once"),
        dial::IP,
        dial::RESOLVE,
        secure::CA,
        secure::SERVER_NAME,
        secure::CLIENT_CERTIFICATE,
        secure::CLIENT_KEY,
        secure::INSECURE,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call to the last answer"),
        name("ping_time", CelKind::Duration, "From PING to its answer"),
        name(
            "info",
            CelKind::Map,
            "What INFO tells, by its own names: info.connected_clients, info.used_memory (bytes)",
        ),
        name("key_type", CelKind::Text, "The type of the key: list, stream, hash, set, zset, string, or none"),
        name(
            "key_length",
            CelKind::Int,
            "Entries of a list, stream, hash or set, bytes of a string; 0 if there is none",
        ),
        name("key_ttl_s", CelKind::Int, "Seconds until the key expires; -1: never, -2: there is none"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let dial = Dial::read(&mut options, clients, "redis");
    let (username, password) = (options.text("username"), options.text("password"));
    if username.is_some() && password.is_none() {
        options.fault("password", "is missing: there is a username");
    }
    let (database, key) = (options.int("database"), options.text("key"));
    let with_tls = options.bool("tls").unwrap_or_default();
    let made = dial.and_then(|dial| {
        let tls = if with_tls { Some(Tls::read(&mut options, clients, &dial.target, &[])?) } else { None };
        let info = mentions(spec, "info");
        Some((Party::of(&dial.target, "PING"), Redis { dial, tls, username, password, database, key, info }))
    });
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    dial::whom(&KIND, spec, "redis")
}

struct Redis {
    dial: Dial,
    tls: Option<Tls>,
    username: Option<String>,
    password: Option<String>,
    database: Option<i64>,
    key: Option<String>,
    /// Whether an expression looks at it.
    info: bool,
}

#[async_trait]
impl Conversation for Redis {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let stream = self.dial.stream(attempt, self.tls.as_ref()).await?;
        let mut talk = Talk { wire: Wire::new(stream, &self.dial.target.peer), peer: &self.dial.target.peer };
        if let Some(password) = &self.password {
            let words: Vec<&str> =
                ["AUTH"].into_iter().chain(self.username.as_deref()).chain([password.as_str()]).collect();
            talk.ask(attempt, &words).await?;
        }
        if let Some(database) = self.database {
            talk.ask(attempt, &["SELECT", &database.to_string()]).await?;
        }
        let began = std::time::Instant::now();
        let pong = talk.ask(attempt, &["PING"]).await?;
        attempt.put_time("ping_time", began);
        if !pong.is("PONG") {
            return Err(talk.unlike("PING", &pong));
        }
        if self.info {
            let answer = talk.ask(attempt, &["INFO"]).await?;
            attempt.put("info", told::info(answer.text().ok_or_else(|| talk.unlike("INFO", &answer))?));
        }
        if let Some(key) = &self.key {
            self.look(attempt, &mut talk, key).await?;
        }
        Ok(())
    }
}

impl Redis {
    /// The key's type, length and time to live.
    async fn look(&self, attempt: &mut Attempt, talk: &mut Talk<'_>, key: &str) -> Result<(), Trouble> {
        let answer = talk.ask(attempt, &["TYPE", key]).await?;
        let kind = answer.text().ok_or_else(|| talk.unlike("TYPE", &answer))?.to_owned();
        let count = match kind.as_str() {
            "none" => None,
            "list" => Some("LLEN"),
            "stream" => Some("XLEN"),
            "hash" => Some("HLEN"),
            "set" => Some("SCARD"),
            "zset" => Some("ZCARD"),
            "string" => Some("STRLEN"),
            other => {
                let message = format!("{} holds a {other} at the key, whose length is not known here", talk.peer);
                return Err(Trouble::new(Reason::Protocol, message));
            }
        };
        attempt.put("key_type", kind);
        let mut length = 0;
        if let Some(command) = count {
            let answer = talk.ask(attempt, &[command, key]).await?;
            length = answer.int().ok_or_else(|| talk.unlike(command, &answer))?;
        }
        attempt.put("key_length", length);
        let answer = talk.ask(attempt, &["TTL", key]).await?;
        attempt.put("key_ttl_s", Fact::Int(answer.int().ok_or_else(|| talk.unlike("TTL", &answer))?));
        Ok(())
    }
}

struct Talk<'p> {
    wire: Wire,
    peer: &'p str,
}

impl Talk<'_> {
    /// Sends a command and reads its answer; an answer that is an error is trouble.
    async fn ask(&mut self, attempt: &mut Attempt, words: &[&str]) -> Result<Value, Trouble> {
        let command = words.first().copied().unwrap_or_default();
        if command == "AUTH" {
            self.wire.send_secret(attempt, &resp::command(words), "AUTH (redacted)\r\n").await?;
        } else {
            self.wire.send(attempt, &resp::command(words)).await?;
        }
        let what = format!("the answer to {command}");
        match resp::read(&mut self.wire, attempt, self.peer, &what).await? {
            Value::Error(error) => Err(self.refused(command, &error)),
            value => Ok(value),
        }
    }

    /// What an error's first word says.
    fn refused(&self, command: &str, error: &str) -> Trouble {
        let word = error.split(' ').next().unwrap_or_default();
        let reason = match word {
            // The last one is a server that takes nobody from elsewhere as long as it has no password.
            "NOAUTH" | "WRONGPASS" | "NOPERM" | "DENIED" => Reason::Auth,
            "LOADING" | "BUSY" | "MASTERDOWN" | "CLUSTERDOWN" | "MISCONF" | "OOM" | "TRYAGAIN" => Reason::ServerError,
            // A server before version 6 says so to a wrong password.
            "ERR" if command == "AUTH" => Reason::Auth,
            _ => Reason::ClientError,
        };
        Trouble::new(reason, format!("{} answered {command} with {error}", self.peer))
    }

    fn unlike(&self, command: &str, answer: &Value) -> Trouble {
        Trouble::new(Reason::Protocol, format!("{} answered {command} with {}", self.peer, answer.noun()))
    }
}
