//! `bridgewatch audit verify|export`.

use std::{
    fs::File,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Subcommand};
use model::AuditEntry;
use rules::audit::{Broken, Verified, verify};
use store::Store;

use super::StoreArgs;
use crate::ServerError;

/// Entries that are read together.
const STRETCH: u32 = 1_000;

/// What to do with the audit.
#[derive(Debug, Clone, Subcommand)]
pub enum AuditCommand {
    /// Check that no entry was changed, added or taken away since it was written; the exit status is 0 only then
    Verify(VerifyArgs),
    /// Write every entry to standard output, oldest first, as JSON a line
    Export(StoreArgs),
}

/// What to check.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// What `audit export` or the page wrote [default: the store]
    pub file: Option<PathBuf>,
    /// The hash that an earlier check printed; an entry must have it still
    #[arg(long, value_name = "HASH", value_parser = hash)]
    pub head: Option<String>,
    /// Which store.
    #[command(flatten)]
    pub store: StoreArgs,
}

/// Carries it out.
pub async fn audit(command: AuditCommand) -> Result<ExitCode, ServerError> {
    match command {
        AuditCommand::Verify(VerifyArgs { file: Some(file), head, .. }) => {
            let (notes, found) = of_file(&file, head.as_deref())?;
            for note in notes {
                println!("{note}");
            }
            Ok(told(found))
        }
        AuditCommand::Verify(VerifyArgs { file: None, head, store }) => {
            let store = Store::open(&store.config()?.store()?).await?;
            let found = service::offline::verify_audit(&store, head.as_deref()).await;
            store.close().await;
            Ok(told(found?))
        }
        AuditCommand::Export(args) => {
            let store = Store::open(&args.config()?.store()?).await?;
            let written = export(&store).await;
            store.close().await;
            written.map(|()| ExitCode::SUCCESS)
        }
    }
}

fn told(found: Result<Verified, Broken>) -> ExitCode {
    match found {
        Ok(Verified { entries, head }) => {
            println!("{entries} entries, all as they were written. The last has the hash {head}.");
            ExitCode::SUCCESS
        }
        Err(Broken { seq, why }) => {
            println!("The audit is broken at entry {seq}: {why}.");
            ExitCode::FAILURE
        }
    }
}

/// A SHA-256 in hex.
fn hash(text: &str) -> Result<String, String> {
    let text = text.trim().to_ascii_lowercase();
    let is_one = text.len() == AuditEntry::BEGINNING.len() && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_one { Ok(text) } else { Err("is no hash: 64 hex digits, as `audit verify` prints them".to_owned()) }
}

/// What is to be known of the file, and whether it is as it was written. The page writes the newest first, so entries are put in their
/// order; and it may write a part, of which only the inside can be checked. The whole of a file is held at once: most entries take
/// less than a kilobyte.
fn of_file(path: &Path, head: Option<&str>) -> Result<(Vec<String>, Result<Verified, Broken>), ServerError> {
    let failed = |source| ServerError::Read { path: path.to_owned(), source };
    let lines =
        BufReader::new(File::open(path).map_err(failed)?).lines().collect::<Result<Vec<_>, _>>().map_err(failed)?;
    let mut entries = Vec::with_capacity(lines.len());
    for (line, text) in (1..).zip(&lines) {
        let entry: AuditEntry = serde_json::from_str(text)
            .map_err(|why| ServerError::Config(format!("{}:{line}: is no entry: {why}", path.display())))?;
        entries.push(entry);
    }
    entries.sort_by_key(|entry: &AuditEntry| entry.seq);
    let mut notes = Vec::new();
    let mut from = AuditEntry::BEGINNING.to_owned();
    if let Some(AuditEntry { seq, previous, .. }) = entries.first().filter(|first| first.seq > 1) {
        notes.push(format!(
            "This is a part of the audit: it begins with entry {seq} and tells nothing of those before."
        ));
        from.clone_from(previous);
    }
    if entries.windows(2).any(|pair| pair[0].seq.saturating_add(1) < pair[1].seq) {
        notes.push("Entries between others are missing. What was exported by a filter cannot be checked.".to_owned());
    }
    let last = entries.last().map_or(0, |last| last.seq);
    let missing = head
        .filter(|head| *head != AuditEntry::BEGINNING && !entries.iter().any(|entry| entry.hash == *head))
        .map(|head| Broken::without(head, last));
    let found = verify(entries, &from).and_then(|whole| missing.map_or(Ok(whole), Err));
    Ok((notes, found))
}

async fn export(store: &Store) -> Result<(), ServerError> {
    let mut out = std::io::stdout().lock();
    let mut last = i64::MIN;
    loop {
        let entries = store.audit_after(last, STRETCH).await?;
        let Some(seq) = entries.last().map(|entry| entry.seq) else { return Ok(()) };
        last = seq;
        for entry in &entries {
            let line = serde_json::to_string(entry).map_err(|why| ServerError::Config(why.to_string()))?;
            writeln!(out, "{line}").map_err(ServerError::io("writing the audit"))?;
        }
    }
}
