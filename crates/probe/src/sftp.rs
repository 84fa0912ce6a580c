//! Asking a folder over SFTP: did the export arrive, how many files, how old, how large?
//!
//! SSH itself is spoken by `russh` over the connection that every kind opens; the few messages of SFTP that list a folder are spoken
//! here, so that what the other side announces is bounded before room is made for it.

mod folder;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod keyboard;
mod leash;
mod proof;
mod session;

use std::sync::Arc;

use async_trait::async_trait;
use model::{Fault, ProbeSpec};
use rules::{
    assess::Trouble,
    kind::{CelKind, Kind, OptionKind, OptionSpec},
};
use tokio::time::Instant;

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial},
    files::{self, Pattern, Tally},
    filled::BEGINS,
    marks::{self, Mark},
    options::{Options, name, optional, required, secret},
    table::Entry,
};
use folder::Folder;
use proof::Proof;
use session::Session;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "sftp",
    summary: "Lists the files of a folder over SFTP: how many, how old the newest, how large",
    options: &[
        dial::HOST,
        dial::port(Some("22")),
        OptionSpec {
            required: true,
            ..optional(
                "host_key",
                OptionKind::TextList,
                None,
                "The fingerprint of the server's key, as `ssh-keygen -l` shows it: SHA256:...; several while it is changed",
            )
        },
        required("username", OptionKind::Text, "The user to sign in as"),
        secret("password", "The user's password, also for servers that ask for it by keyboard-interactive"),
        secret("private_key", "The user's private key in the format of OpenSSH or PEM, instead of a password"),
        secret("private_key_password", "What the private key is encrypted with"),
        optional("folder", OptionKind::Text, Some("."), "The folder; what is in folders below it is not looked at"),
        files::PATTERN,
        optional(
            "max_files",
            OptionKind::Int { min: 1, max: 100_000 },
            Some("10000"),
            "More names in the folder are not listed and fail as too_large",
        ),
        dial::IP,
        dial::RESOLVE,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call to the end of the list"),
        name("handshake_time", CelKind::Duration, "From the connection until the server had shown its key"),
        name("login_time", CelKind::Duration, "From there until signed in"),
        name("list_time", CelKind::Duration, "From there to the end of the list"),
        files::COUNT,
        files::NEWEST_AGE,
        files::OLDEST_AGE,
        files::NEWEST_NAME,
        files::NEWEST_SIZE,
        files::SMALLEST_SIZE,
        files::TOTAL_SIZE,
        files::LISTED,
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let dial = Dial::read(&mut options, clients, "sftp");
    let host_keys = host_keys(&mut options);
    let username = options.text("username");
    let proof = Proof::read(&mut options);
    let folder = options.text("folder");
    if folder.as_deref().is_some_and(|folder| folder.is_empty() || folder.len() > 4_096) {
        options.fault("folder", "is no folder: `.` is where the user begins");
    }
    let pattern = Pattern::read(&mut options);
    let most = options.int("max_files");
    let made = match (dial, host_keys, username, proof, folder, pattern, most) {
        (Some(dial), Some(host_keys), Some(username), Some(proof), Some(folder), Some(pattern), Some(most)) => {
            let whom = Whom { host_keys, username, proof };
            Some((Party::of(&dial.target, "READDIR"), Sftp { dial, whom, folder, pattern, most }))
        }
        _ => None,
    };
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    dial::whom(&KIND, spec, "sftp")
}

/// The fingerprints that are trusted. Without one nobody is.
fn host_keys(options: &mut Options<'_>) -> Option<Vec<String>> {
    if !options.is_given("host_key") {
        return None;
    }
    let keys = options.list("host_key")?;
    let is_one = |key: &String| {
        let digits = key.strip_prefix("SHA256:").map(|digits| digits.trim_end_matches('='));
        key.contains(BEGINS) || digits.is_some_and(|digits| digits.len() == 43)
    };
    if keys.is_empty() || !keys.iter().all(is_one) {
        options.fault(
            "host_key",
            "is no fingerprint such as SHA256: and 43 signs; `ssh-keyscan HOST | ssh-keygen -lf -` shows it",
        );
        return None;
    }
    Some(keys.into_iter().map(|key| key.trim_end_matches('=').to_owned()).collect())
}

/// Who is asked for, and who asks.
struct Whom {
    host_keys: Vec<String>,
    username: String,
    proof: Proof,
}

struct Sftp {
    dial: Dial,
    whom: Whom,
    folder: String,
    pattern: Pattern,
    most: i64,
}

#[async_trait]
impl Conversation for Sftp {
    async fn prepare(&self, deadline: Instant) -> Result<(), Trouble> {
        self.whom.proof.unlock(deadline).await
    }

    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let peer = &self.dial.target.peer;
        let stream = Box::new(self.dial.tcp(attempt).await?);
        let session = Session::open(stream, &self.whom, peer, attempt).await?;
        let began = std::time::Instant::now();
        attempt.waiting_for("SFTP");
        let channel = session.sftp(peer).await?;
        let mut folder = Folder::begin(channel, peer).await?;
        marks::stamp(Mark::FirstByte);
        attempt.sent(self.folder.as_bytes());
        attempt.waiting_for("the list of files");
        folder.open(&self.folder).await?;
        let mut tally = Tally::default();
        while let Some(files) = folder.more().await? {
            for file in files {
                if tally.listed == self.most {
                    return Err(folder.too_many(self.most));
                }
                tally.look(file, &self.pattern);
            }
        }
        attempt.put_time("list_time", began);
        tally.tell(attempt);
        session.close().await;
        Ok(())
    }
}
