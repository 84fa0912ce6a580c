//! What the command line does with a store of its own, where no engine runs: catalogues (`bridgewatch apply`, `export`), people
//! (`user`), secrets, the audit's chain (`audit verify`). A running server hears of a catalogue when it next reads its own.

use model::{AuditEntry, Caller, Catalogue, Page, Person, Plan, Problem, SecretView, Timestamp, api::NewLink};
use rand::{SeedableRng, rngs::StdRng};
use rules::{
    audit::{Broken, Verified, verify},
    kind::Kind,
};
use serde_json::{Value, json};
use store::{Store, Write};

use crate::{
    Vault, audit,
    catalogue::{everything, prepare},
    change::Have,
    core::Keys,
    identity::{Office, people},
    problem, vault,
};

/// Entries that are followed at once.
const STRETCH: u32 = 500;

/// Plans a catalogue that was read, and unless `dry_run` carries it out in one transaction. `seed` comes from the system's
/// randomness: ping keys are made from it.
pub async fn apply(
    store: &Store,
    kinds: &[Kind],
    want: Catalogue,
    dry_run: bool,
    seed: [u8; 32],
    now: Timestamp,
) -> Result<Plan, Problem> {
    let keys = Keys::new(StdRng::from_seed(seed));
    let have = Have::read(store).await?;
    let retired = store.retired().await.map_err(problem::of_store)?;
    let (mut plan, mut writes, act) = prepare(&have, &retired, want, kinds, || keys.next())?;
    if !dry_run {
        if !writes.is_empty() {
            writes.push(Write::Audit(audit::entry(&Caller::Local, act, now)));
        }
        store.apply(&writes, now).await.map_err(problem::of_store)?;
        plan.applied = true;
    }
    Ok(plan)
}

/// Everything as YAML, secrets left out.
pub async fn export(store: &Store, kinds: &[Kind]) -> Result<String, Problem> {
    Ok(rules::catalogue::write(&everything(&Have::read(store).await?, kinds)))
}

/// Everybody, by email.
pub async fn people(store: &Store, now: Timestamp) -> Result<Page<Person>, Problem> {
    // Nothing is made, so nothing is random.
    let keys = Keys::new(StdRng::from_seed([0; 32]));
    people::list(&Office { store, keys: &keys, caller: &Caller::Local, now }).await
}

/// Invites `{"email", "name", "role", "scope"}`. `seed` comes from the system's randomness: the link is made from it.
pub async fn invite(store: &Store, body: &Value, seed: [u8; 32], now: Timestamp) -> Result<NewLink, Problem> {
    let keys = Keys::new(StdRng::from_seed(seed));
    people::invite(&Office { store, keys: &keys, caller: &Caller::Local, now }, body).await
}

/// A link by which the person of this email chooses a password. `seed` likewise.
pub async fn reset(store: &Store, email: &str, seed: [u8; 32], now: Timestamp) -> Result<NewLink, Problem> {
    let keys = Keys::new(StdRng::from_seed(seed));
    people::reset_by_email(&Office { store, keys: &keys, caller: &Caller::Local, now }, email).await
}

/// Every secret by name, without its value. `written`, here and below: the texts of the configuration that may refer to one, each after
/// what it stands in ([`ChannelDesk::texts`](crate::ChannelDesk::texts)).
pub async fn secrets(store: &Store, written: &[(String, String)]) -> Result<Page<SecretView>, Problem> {
    // Nothing is made, so neither the key nor the moment counts.
    let keys = Keys::new(StdRng::from_seed([0; 32]));
    vault::list(&Office { store, keys: &keys, caller: &Caller::Local, now: Timestamp(0) }, written).await
}

/// Puts a value under a name, in the place of what was there; it may be sent to these hosts, or where it might before.
pub async fn put_secret(
    store: &Store,
    vault: &Vault,
    written: &[(String, String)],
    name: &str,
    value: &str,
    hosts: Option<&[String]>,
    now: Timestamp,
) -> Result<SecretView, Problem> {
    // The vault has randomness of its own.
    let keys = Keys::new(StdRng::from_seed([0; 32]));
    let office = Office { store, keys: &keys, caller: &Caller::Local, now };
    let body = match hosts {
        Some(hosts) => json!({ "value": value, "hosts": hosts }),
        None => json!({ "value": value }),
    };
    vault::put(&office, vault, written, name, &body).await
}

/// Deletes a secret that neither a probe nor the configuration names.
pub async fn delete_secret(
    store: &Store,
    written: &[(String, String)],
    name: &str,
    now: Timestamp,
) -> Result<(), Problem> {
    let keys = Keys::new(StdRng::from_seed([0; 32]));
    vault::delete(&Office { store, keys: &keys, caller: &Caller::Local, now }, written, name).await
}

/// Follows the chain of the audit from its first entry to its last: how many there are and the head, or where it breaks. The head
/// is worth being noted somewhere else: whoever cuts the newest off or writes all of it anew cannot hide that from who has the head of
/// before, `head`, which must be the hash of an entry then.
pub async fn verify_audit(store: &Store, head: Option<&str>) -> Result<Result<Verified, Broken>, Problem> {
    let mut sought = head.filter(|head| *head != AuditEntry::BEGINNING);
    let mut whole = Verified { entries: 0, head: AuditEntry::BEGINNING.to_owned() };
    let mut last: Option<i64> = None;
    loop {
        let after = last.unwrap_or(i64::MIN);
        let stretch = store.audit_after(after, STRETCH).await.map_err(problem::of_store)?;
        let Some((first, end)) = stretch.first().zip(stretch.last()).map(|(first, end)| (first.seq, end.seq)) else {
            let head = store.audit_head().await.map_err(problem::of_store)?;
            // Somebody may have done something meanwhile.
            if store.audit_after(after, 1).await.map_err(problem::of_store)?.is_empty() {
                let told = whole.entries > 0 || store.people().await.map_err(problem::of_store)?.is_empty();
                return Ok(if told {
                    ends(whole, last, head).and_then(|whole| found(whole, last, sought))
                } else {
                    gone()
                });
            }
            continue;
        };
        // Within a stretch `verify` sees what is left out; between two nobody else would.
        if let Some(before) = last
            && before + 1 != first
        {
            let why = format!("it follows entry {before}: what was between is gone, or the order was changed");
            return Ok(Err(Broken { seq: first, why }));
        }
        last = Some(end);
        sought = sought.filter(|sought| !stretch.iter().any(|entry| entry.hash == *sought));
        match verify(stretch, &whole.head) {
            Ok(Verified { entries, head }) => whole = Verified { entries: whole.entries + entries, head },
            Err(broken) => return Ok(Err(broken)),
        }
    }
}

/// Whether the last entry is the one that was written last.
fn ends(whole: Verified, last: Option<i64>, head: Option<(i64, String)>) -> Result<Verified, Broken> {
    match head {
        Some((seq, hash)) if hash != whole.head => Err(Broken {
            seq,
            why: "it was written last, and is the last no more: some were cut off or added".to_owned(),
        }),
        None if whole.entries > 0 => {
            let why = "that it was written last stands nowhere: some may have been cut off".to_owned();
            Err(Broken { seq: last.unwrap_or_default(), why })
        }
        Some(_) | None => Ok(whole),
    }
}

/// Whether the head that was noted was found.
fn found(whole: Verified, last: Option<i64>, sought: Option<&str>) -> Result<Verified, Broken> {
    sought.map_or(Ok(whole), |head| Err(Broken::without(head, last.unwrap_or_default())))
}

/// Nobody comes without an entry.
fn gone() -> Result<Verified, Broken> {
    Err(Broken { seq: 1, why: "there are people here, but no entry tells of them: all were taken away".to_owned() })
}
