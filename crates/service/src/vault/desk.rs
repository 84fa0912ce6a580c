//! Secrets listed, put and deleted by administrators.

use model::{Fault, Page, Problem, SecretView};
use rules::secret::{Reference, is_host, is_name, references};
use serde_json::{Map, Value, json};
use store::SecretRecord;

use super::{
    Vault,
    fill::{SHORTEST, is_short},
};
use crate::{audit::Act, change::Have, identity::Office, problem};

/// Bytes of a value at most.
const LARGEST: usize = 64 * 1024;
/// Hosts that a secret names at most.
const MOST_HOSTS: usize = 100;

/// A text of the configuration that may refer to a secret, after what it stands in: `channel team-blue`.
type Written = (String, String);

/// Every secret, by name, and who names it: probes, and what of the configuration is `written`.
pub(crate) async fn list(office: &Office<'_>, written: &[Written]) -> Result<Page<SecretView>, Problem> {
    let secrets = office.store.secrets().await.map_err(problem::of_store)?;
    let have = Have::read(office.store).await?;
    Ok(Page::whole(secrets.into_iter().map(|record| view(record, &have, written)).collect()))
}

/// Puts `{"value": "..", "hosts": ["erp.example.com"]}` under a name, in the place of what was there. Whoever may change probes decides where
/// a value is sent, so a new one needs `hosts`; where there is one they stay as they are without.
pub(crate) async fn put(
    office: &Office<'_>,
    vault: &Vault,
    written: &[Written],
    name: &str,
    body: &Value,
) -> Result<SecretView, Problem> {
    if !is_name(name) {
        let fault = Fault::at("name", "is no name of a secret");
        return Err(Problem::invalid(vec![fault.allowed("1 to 64 of A-Z, a-z, 0-9, `_`, `.` and `-`")]));
    }
    let only = |fields: &Map<String, Value>| fields.keys().all(|field| matches!(field.as_str(), "value" | "hosts"));
    let value = body.as_object().filter(|fields| only(fields)).and_then(|fields| fields.get("value")?.as_str());
    let Some(value) = value.filter(|value| (1..=LARGEST).contains(&value.len())) else {
        let fault = Fault::at("value", "is needed, as a text that is neither empty nor too long");
        return Err(Problem::invalid(vec![
            fault.allowed("{\"value\": \"..\"}, at most 64 KiB, and `hosts` beside it"),
        ]));
    };
    if is_short(value) {
        let fault = Fault::at(
            "value",
            format!("is too short: fewer than {SHORTEST} bytes cannot be kept out of what comes back"),
        );
        return Err(Problem::invalid(vec![fault.allowed("8 bytes to 64 KiB, blanks around them not counted")]));
    }
    let hosts = body.get("hosts").map(hosts).transpose()?;
    // Making one waits for whoever rotates, who waits for the transaction that this is sealed in.
    vault.need_key().map_err(|error| problem::internal(&error))?;
    let seal = |before: Option<&SecretRecord>| -> Result<_, Problem> {
        let had = before.map(|before| before.secret.hosts.clone());
        let hosts = hosts.or_else(|| had.clone()).ok_or_else(|| no_hosts("are needed: where may it be sent?"))?;
        let sealed = vault.seal(name, &hosts, value).map_err(|error| problem::internal(&error))?;
        let action = if before.is_some() { "secret.change" } else { "secret.add" };
        let act = Act::new(action, format!("secret {name}")).after(json!({ "key_id": sealed.key_id, "hosts": hosts }));
        let act = if let Some(had) = had { act.before(json!({ "hosts": had })) } else { act };
        Ok::<_, Problem>((sealed, Some(office.entry(act))))
    };
    office.store.put_secret(name, office.now, seal).await.map_err(problem::of_store)??;
    let kept = office.store.secret(name).await.map_err(problem::of_store)?;
    let kept = kept.ok_or_else(|| Problem::not_found("secret", name))?;
    Ok(view(kept, &Have::read(office.store).await?, written))
}

/// Where a secret may be sent, as the body says it.
fn hosts(said: &Value) -> Result<Vec<String>, Problem> {
    let hosts = said.as_array().filter(|hosts| (1..=MOST_HOSTS).contains(&hosts.len())).and_then(|hosts| {
        hosts.iter().map(|host| host.as_str().map(str::trim).filter(|host| is_host(host)).map(str::to_owned)).collect()
    });
    hosts.ok_or_else(|| no_hosts("is no list of hosts"))
}

fn no_hosts(why: &str) -> Problem {
    let allowed = "1 to 100 of `erp.example.com`, `*.example.com` for every host below, or `*` for any";
    Problem::invalid(vec![Fault::at("hosts", why).allowed(allowed)])
}

/// Deletes a secret that nobody names.
pub(crate) async fn delete(office: &Office<'_>, written: &[Written], name: &str) -> Result<(), Problem> {
    let users = used_by(&Have::read(office.store).await?, written, name);
    if !users.is_empty() {
        let users: Vec<String> = users.iter().map(|user| format!("`{user}`")).collect();
        return Err(Problem::conflict(format!(
            "The secret `{name}` is used by {}; change them first.",
            users.join(", ")
        )));
    }
    let entry = office.entry(Act::new("secret.delete", format!("secret {name}")));
    let deleted = office.store.delete_secret(name, Some(&entry)).await.map_err(problem::of_store)?;
    if deleted { Ok(()) } else { Err(Problem::not_found("secret", name)) }
}

fn view(record: SecretRecord, have: &Have, written: &[Written]) -> SecretView {
    SecretView {
        used_by: used_by(have, written, &record.secret.name),
        name: record.secret.name,
        hosts: record.secret.hosts,
        key_id: record.secret.key_id,
        created_at: record.created_at,
        changed_at: record.changed_at,
    }
}

/// The probes whose options name a secret, and what of the configuration does, each once.
fn used_by(have: &Have, written: &[Written], name: &str) -> Vec<String> {
    let wanted = Reference::Secret(name.to_owned());
    let mut users = Vec::new();
    for integration in &have.integrations {
        let probes = integration.spec.probes.iter();
        let naming = probes.filter(|probe| probe.options.values().any(|value| refers(value, &wanted)));
        users.extend(naming.map(|probe| format!("{}/{}", integration.spec.slug, probe.slug)));
    }
    for (user, text) in written {
        if names(text, &wanted) && !users.contains(user) {
            users.push(user.clone());
        }
    }
    users
}

fn refers(value: &Value, wanted: &Reference) -> bool {
    match value {
        Value::String(text) => names(text, wanted),
        Value::Array(items) => items.iter().any(|item| refers(item, wanted)),
        Value::Object(fields) => fields.values().any(|field| refers(field, wanted)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn names(text: &str, wanted: &Reference) -> bool {
    references(text).is_ok_and(|found| found.contains(wanted))
}
