//! Who asks, and what administrators see.

use std::sync::Arc;

use app::visitor::{LinkSeen, May, Visitor};
use model::{
    AuditEntry, Caller, Identity, NewToken, Person, PersonId, PersonState, Role, Scope, SecretView, SessionId,
    SessionView, SignIn, TokenId, TokenView,
};
use serde_json::json;

use super::{
    World,
    parts::{minutes_ago, slug},
};

/// Ada, with this role.
pub fn person(role: Role) -> Visitor {
    let identity =
        Identity { name: "Ada Lovelace".to_owned(), email: Some("ada@example.com".to_owned()), role, scope: sees() };
    let caller =
        Caller::Person { id: PersonId(1), identity: Arc::new(identity), session: Some(SessionId(1)), from: None };
    let may = match role {
        Role::Viewer => vec![May::Own],
        Role::Manager => vec![May::Own, May::Claim, May::Handle],
        Role::Engineer => May::ALL.into_iter().filter(|&may| may != May::Administer).collect(),
        Role::Admin => May::ALL.to_vec(),
    };
    Visitor::new(caller, may)
}

/// A link that works.
pub fn with_link(email: Option<&str>) -> Visitor {
    let link = LinkSeen {
        email: email.map(ToOwned::to_owned),
        name: None,
        role: Role::Engineer,
        expires_at: minutes_ago(-60),
    };
    Visitor { link: Some(link), ..Visitor::nobody() }
}

fn sees() -> Scope {
    Scope { departments: vec!["Finance".to_owned()], ..Scope::default() }
}

/// A token just made.
pub fn new_token() -> NewToken {
    NewToken { token: "bw_c4n4ry".to_owned(), view: token(1, "nightly export", false, None) }
}

fn token(id: i64, name: &str, of_integration: bool, revoked: Option<i64>) -> TokenView {
    TokenView {
        id: TokenId(id),
        name: name.to_owned(),
        of: "Ada Lovelace".to_owned(),
        integration: of_integration.then(|| slug("orders-to-netsuite")),
        created_at: minutes_ago(3_000),
        expires_at: Some(minutes_ago(-3_000)),
        last_used_at: of_integration.then(|| minutes_ago(2)),
        revoked_at: revoked.map(minutes_ago),
    }
}

impl World {
    pub fn people(self) -> Vec<Person> {
        let one = |id, name: &str, email: &str, role, state, by| Person {
            id: PersonId(id),
            email: email.to_owned(),
            name: self.name(name),
            role,
            scope: if role == Role::Admin { Scope::default() } else { sees() },
            state,
            signed_in_by: by,
            last_seen_at: (state == PersonState::Active).then(|| minutes_ago(12)),
            created_at: minutes_ago(90_000),
        };
        let okta = SignIn::Provider("Okta".to_owned());
        let mut people =
            vec![one(1, "Ada Lovelace", "ada@example.com", Role::Admin, PersonState::Active, SignIn::Password)];
        if self != Self::Nothing {
            people.extend([
                one(2, "Grace Hopper", "grace@example.com", Role::Engineer, PersonState::Active, okta),
                one(3, "Alan <Turing>", "alan@example.com", Role::Viewer, PersonState::Invited, SignIn::Password),
                one(4, "Mary Somerville", "mary@example.com", Role::Manager, PersonState::Disabled, SignIn::Password),
            ]);
        }
        people
    }

    pub fn sessions(self) -> Vec<SessionView> {
        let one = |id, browser: Option<&str>, is_this| SessionView {
            id: SessionId(id),
            begun_at: minutes_ago(400),
            last_used_at: minutes_ago(id),
            address: Some("192.0.2.7".to_owned()),
            browser: browser.map(|browser| self.name(browser)),
            is_this,
        };
        vec![
            one(2, Some("Firefox 141 on Linux"), false),
            one(1, Some("Chrome 150 on macOS"), true),
            one(3, None, false),
        ]
    }

    pub fn tokens(self) -> Vec<TokenView> {
        if self == Self::Nothing {
            return Vec::new();
        }
        vec![
            token(1, &self.name("nightly export"), false, None),
            token(2, "orders job", true, None),
            token(3, "old laptop", false, Some(90)),
        ]
    }

    pub fn audit(self) -> Vec<AuditEntry> {
        if self == Self::Nothing {
            return Vec::new();
        }
        let one = |seq: i64, action: &str, subject: &str, before, after| AuditEntry {
            seq,
            at: minutes_ago(100 - seq),
            who: self.name("Ada Lovelace"),
            by: "person".to_owned(),
            from: Some("192.0.2.7".to_owned()),
            action: action.to_owned(),
            subject: subject.to_owned(),
            before,
            after,
            hash: format!("{seq:064x}"),
            previous: format!("{:064x}", seq - 1),
        };
        let before = json!({"name": "Orders to NetSuite", "tier": 2, "owner": null});
        let after = json!({"name": "Orders to NetSuite", "tier": 1, "owner": "Finance <Systems>"});
        vec![
            one(3, "integration.change", "integration orders-to-netsuite", Some(before), Some(after.clone())),
            one(2, "integration.create", "integration orders-to-netsuite", None, Some(after)),
            AuditEntry {
                by: "nobody".to_owned(),
                from: None,
                ..one(1, "sign_in.refused", "ada@example.com", None, None)
            },
        ]
    }

    pub fn secrets(self) -> Vec<SecretView> {
        if self == Self::Nothing {
            return Vec::new();
        }
        let one = |name: &str, used_by: &[&str]| SecretView {
            name: name.to_owned(),
            hosts: vec![if used_by.is_empty() { "*" } else { "*.netsuite.example" }.to_owned()],
            key_id: "3fa94c01".to_owned(),
            created_at: minutes_ago(90_000),
            changed_at: minutes_ago(60),
            used_by: used_by.iter().map(|&probe| probe.to_owned()).collect(),
        };
        vec![one("erp-password", &["orders-to-netsuite/api", "expenses-to-netsuite/api"]), one("old.key", &[])]
    }
}
