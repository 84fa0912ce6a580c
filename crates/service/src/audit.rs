//! The audit: what is kept of every change and of every act on a target, who did it and from where; and how it is read.
//!
//! An entry goes into the transaction of the change that it tells of, so that neither is without the other. Runs are no entries:
//! they are kept themselves.

use model::{AuditEntry, Caller, Page, Problem, Slug, Timestamp, TokenOf, api::AuditQuery};
use serde::Serialize;
use serde_json::{Value, json};
use store::{AuditFilter, NewEntry, PersonSpec, Seal};

use crate::{cursor, identity::Visit, problem, secrets, sight::Sight};

/// Entries of a page, if not said.
const USUAL: u32 = 100;
/// Entries of a page at most.
const MOST: u32 = 1_000;

/// What somebody does, as the audit tells it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Act {
    action: &'static str,
    subject: String,
    before: Option<Value>,
    after: Option<Value>,
}

impl Act {
    /// `integration.change` of `integration orders-to-erp`.
    pub fn new(action: &'static str, subject: impl Into<String>) -> Self {
        Self { action, subject: subject.into(), before: None, after: None }
    }

    /// How it was, secret options hidden by who says it.
    pub fn before(self, before: impl Serialize) -> Self {
        Self { before: told(before), ..self }
    }

    /// How it is now, likewise.
    pub fn after(self, after: impl Serialize) -> Self {
        Self { after: told(after), ..self }
    }
}

/// As JSON; nothing where there is none. What an address holds of secrets is left out, whatever field it stands in.
fn told(value: impl Serialize) -> Option<Value> {
    let mut value = serde_json::to_value(value).ok()?;
    without_secrets(&mut value);
    Some(value).filter(|value| !value.is_null())
}

fn without_secrets(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some(bare) = secrets::address(text) {
                *text = bare;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(without_secrets),
        Value::Object(fields) => fields.values_mut().for_each(without_secrets),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// What is kept of an act of this caller.
pub(crate) fn entry(caller: &Caller, act: Act, now: Timestamp) -> NewEntry {
    let from = caller.address().map(|address| address.to_canonical().to_string());
    of(who(caller), caller.by(), from, act, now)
}

/// What is kept of an act of somebody who is about to become a person.
pub(crate) fn entry_of_visitor(email: &str, visit: &Visit, act: Act, now: Timestamp) -> NewEntry {
    let from = visit.from.map(|address| address.to_canonical().to_string());
    of(email.to_owned(), Caller::Nobody.by(), from, act, now)
}

fn of(who: String, by: &str, from: Option<String>, act: Act, now: Timestamp) -> NewEntry {
    let Act { action, subject, before, after } = act;
    let (by, action) = (by.to_owned(), action.to_owned());
    NewEntry { at: now, who, by, from, action, subject, before, after, seal: Seal(rules::audit::hash) }
}

/// What a caller is called.
fn who(caller: &Caller) -> String {
    match caller {
        Caller::Local => "this machine".to_owned(),
        Caller::Nobody => "nobody".to_owned(),
        Caller::Token { of: TokenOf::Integration { slug }, .. } => format!("integration {slug}"),
        Caller::Person { identity, .. } | Caller::Token { of: TokenOf::Person { identity, .. }, .. } => {
            identity.email.clone().unwrap_or_else(|| identity.name.clone())
        }
    }
}

/// A caller as the subject of what they do.
pub(crate) fn person(caller: &Caller) -> String {
    format!("person {}", who(caller))
}

/// A person as the audit tells it: their password's hash is not in it.
pub(crate) fn shown(spec: &PersonSpec) -> Value {
    json!({
        "email": spec.email,
        "name": spec.name,
        "role": spec.role,
        "scope": spec.scope,
        "state": spec.state,
        "provider": spec.provider.as_ref().map(|at| &at.provider),
    })
}

/// Entries, the newest first.
pub(crate) async fn list(sight: &Sight<'_>, query: &AuditQuery) -> Result<Page<AuditEntry>, Problem> {
    let limit = cursor::limit(query.limit, USUAL, MOST)?;
    let given =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let filter = AuditFilter {
        who: given(&query.who),
        action: given(&query.action),
        subject: given(&query.subject),
        from: query.from,
        to: query.to,
        text: given(&query.q),
        before: query.cursor.as_deref().map(cursor::read).transpose()?,
        // One more than asked for tells whether there is more.
        limit: limit + 1,
    };
    let mut items = sight.store.audit_entries(&filter).await.map_err(problem::of_store)?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next_cursor = items.last().filter(|_| more).map(|last| cursor::write(&last.seq));
    Ok(Page { items, next_cursor })
}

/// The subject of what is done to a token.
pub(crate) fn token(name: &str, integration: Option<&Slug>) -> String {
    match integration {
        Some(slug) => format!("token {name} of integration {slug}"),
        None => format!("token {name}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use model::{Caller, Identity, PersonId, Role, Scope, Slug, Timestamp, TokenId, TokenOf};
    use serde_json::json;

    use super::{Act, entry};

    #[test]
    fn an_entry_says_who_did_what_from_where() {
        let identity = Arc::new(Identity {
            name: "Ada".to_owned(),
            email: Some("ada@example.com".to_owned()),
            role: Role::Engineer,
            scope: Scope::default(),
        });
        let ada = Caller::Person { id: PersonId(1), identity, session: None, from: "::ffff:192.0.2.1".parse().ok() };
        let act = Act::new("system.change", "system erp").before(json!({"name": "Erp"})).after(json!({"name": "ERP"}));
        let kept = entry(&ada, act, Timestamp(7));
        assert_eq!((kept.who.as_str(), kept.by.as_str()), ("ada@example.com", "person"));
        assert_eq!(kept.from.as_deref(), Some("192.0.2.1"), "one address is written one way");
        assert_eq!(
            (kept.at, kept.before, kept.after),
            (Timestamp(7), Some(json!({"name": "Erp"})), Some(json!({"name": "ERP"})))
        );

        let slug = Slug::parse("orders").expect("a slug");
        let token = Caller::Token { id: TokenId(1), of: TokenOf::Integration { slug }, from: None };
        let kept = entry(&token, Act::new("x", "y").before(None::<u8>), Timestamp(7));
        assert_eq!((kept.who.as_str(), kept.by.as_str(), kept.before), ("integration orders", "token", None));
    }

    #[test]
    fn user_info_of_an_address_is_left_out_wherever_it_stands() {
        let act = Act::new("x", "y")
            .after(json!({"options": {"url": "https://ada:hush@erp.test/a@b", "tags": ["amqp://x:hush@mq"]}}));
        let kept = entry(&Caller::Local, act, Timestamp(7)).after.expect("something");
        assert_eq!(kept["options"]["url"], "https://(redacted)@erp.test/a@b");
        assert_eq!(kept["options"]["tags"][0], "amqp://(redacted)@mq");
    }
}
