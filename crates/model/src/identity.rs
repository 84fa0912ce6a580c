//! Who asks: what they may do is their role, which integrations they see is their scope.

use std::{net::IpAddr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{IntegrationSpec, PersonId, SessionId, Slug, TokenId};

crate::outcome::words! {
    /// What a person may do, from the least to the most. Which rights each has is told by `rules::rights`.
    Role, "a role" {
        /// Looks.
        Viewer = "viewer",
        /// Looks, and answers for what an integration is worth.
        Manager = "manager",
        /// Makes, changes and mends integrations.
        Engineer = "engineer",
        /// Everything, people, secrets and the audit included.
        Admin = "admin",
    }
}

/// Which integrations a person sees: those of any of these departments, owners or building blocks. All empty: everything.
// A field that is not known must not be passed over: an empty scope is the widest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Of these departments, as integrations write them.
    pub departments: Vec<String>,
    /// Of these teams.
    pub owners: Vec<String>,
    /// Built of any of these blocks.
    pub building_blocks: Vec<String>,
}

impl Scope {
    /// Whether nothing is left out.
    pub fn is_everything(&self) -> bool {
        self.departments.is_empty() && self.owners.is_empty() && self.building_blocks.is_empty()
    }

    /// Whether this integration is one of them.
    pub fn holds(&self, integration: &IntegrationSpec) -> bool {
        let among = |names: &[String], name: Option<&String>| name.is_some_and(|name| names.contains(name));
        self.is_everything()
            || among(&self.departments, integration.department.as_ref())
            || among(&self.owners, integration.owner.as_ref())
            || integration.building_blocks.iter().any(|block| self.building_blocks.contains(block))
    }
}

/// A person, as far as a call needs to know them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Identity {
    /// Their name.
    pub name: String,
    /// Their address, lower-case; `None` for those that the demo makes up.
    pub email: Option<String>,
    /// What they may do.
    pub role: Role,
    /// What they see.
    pub scope: Scope,
}

/// Who asks. What they may do is decided from it by `service` and nowhere else.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Caller {
    /// The command line on this machine, and tests: every right.
    Local,
    /// Not signed in.
    Nobody,
    /// A person at a browser.
    Person {
        /// Who.
        id: PersonId,
        /// What is known of them.
        identity: Arc<Identity>,
        /// The session that they ask in; `None` for those that the demo signs in.
        session: Option<SessionId>,
        /// The address that they ask from.
        from: Option<IpAddr>,
    },
    /// A program with a token.
    Token {
        /// Which.
        id: TokenId,
        /// In whose name.
        of: TokenOf,
        /// The address that it asks from.
        from: Option<IpAddr>,
    },
}

/// In whose name a token asks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TokenOf {
    /// A person's.
    Person {
        /// Who.
        id: PersonId,
        /// What is known of them.
        identity: Arc<Identity>,
    },
    /// An integration's own: it sends word of its runs, nothing else.
    Integration {
        /// Which.
        slug: Slug,
    },
}

impl Caller {
    /// The person who asks, or in whose name a token does.
    pub fn identity(&self) -> Option<&Identity> {
        match self {
            Self::Person { identity, .. } | Self::Token { of: TokenOf::Person { identity, .. }, .. } => Some(identity),
            Self::Local | Self::Nobody | Self::Token { of: TokenOf::Integration { .. }, .. } => None,
        }
    }

    /// The address that it comes from, where it comes over a network.
    pub fn address(&self) -> Option<IpAddr> {
        match self {
            Self::Person { from, .. } | Self::Token { from, .. } => *from,
            Self::Local | Self::Nobody => None,
        }
    }

    /// What kind of caller: the `by` of a [`crate::AuditEntry`].
    pub const fn by(&self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Nobody => "nobody",
            Self::Person { .. } => "person",
            Self::Token { .. } => "token",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use serde_json::json;

    use super::{Arc, Caller, Identity, IntegrationSpec, IpAddr, PersonId, Role, Scope, Slug, TokenId, TokenOf};

    fn integration(department: Option<&str>, owner: Option<&str>, blocks: &[&str]) -> IntegrationSpec {
        let spec = json!({
            "slug": "orders-to-erp", "name": "Orders to ERP", "from": "shop", "to": "erp",
            "department": department, "owner": owner, "building_blocks": blocks,
        });
        serde_json::from_value(spec).expect("an integration")
    }

    fn scope(departments: &[&str], owners: &[&str], blocks: &[&str]) -> Scope {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Scope { departments: texts(departments), owners: texts(owners), building_blocks: texts(blocks) }
    }

    #[test]
    fn a_scope_holds_what_any_of_its_names_fits() {
        let orders = integration(Some("Sales"), Some("Team Blue"), &["queue", "sftp"]);
        let nameless = integration(None, None, &[]);
        let table = [
            (scope(&[], &[], &[]), true, true),
            (scope(&["Sales"], &[], &[]), true, false),
            (scope(&["Finance"], &[], &[]), false, false),
            (scope(&["Finance"], &["Team Blue"], &[]), true, false),
            (scope(&[], &["Sales"], &[]), false, false),
            (scope(&[], &[], &["api", "sftp"]), true, false),
            (scope(&["sales"], &["team blue"], &["SFTP"]), false, false),
            (scope(&[""], &[""], &[""]), false, false),
        ];
        for (scope, orders_in, nameless_in) in table {
            assert_eq!((scope.holds(&orders), scope.holds(&nameless)), (orders_in, nameless_in), "{scope:?}");
        }
    }

    #[test]
    fn a_scope_with_a_field_that_is_not_known_is_not_read_as_everything() {
        assert!(serde_json::from_value::<Scope>(json!({})).expect("a scope").is_everything());
        assert!(serde_json::from_value::<Scope>(json!({"department": ["Sales"]})).is_err());
    }

    #[test]
    fn roles_are_ordered_from_the_least_to_the_most() {
        assert!(Role::ALL.is_sorted() && Role::Viewer < Role::Admin);
        assert_eq!("engineer".parse::<Role>(), Ok(Role::Engineer));
    }

    #[test]
    fn a_caller_tells_who_asks_and_from_where() {
        let identity = Arc::new(Identity {
            name: "Ada".to_owned(),
            email: Some("ada@example.com".to_owned()),
            role: Role::Viewer,
            scope: Scope::default(),
        });
        let from = Some(IpAddr::V4(Ipv4Addr::LOCALHOST));
        let (id, slug) = (TokenId(7), Slug::parse("orders-to-erp").expect("a slug"));
        let ada = TokenOf::Person { id: PersonId(1), identity: Arc::clone(&identity) };
        let table = [
            (Caller::Local, "local", false, None),
            (Caller::Nobody, "nobody", false, None),
            (Caller::Person { id: PersonId(1), identity, session: None, from }, "person", true, from),
            (Caller::Token { id, of: ada, from }, "token", true, from),
            (Caller::Token { id, of: TokenOf::Integration { slug }, from }, "token", false, from),
        ];
        for (caller, by, known, from) in table {
            assert_eq!((caller.by(), caller.identity().is_some(), caller.address()), (by, known, from), "{caller:?}");
        }
    }
}
