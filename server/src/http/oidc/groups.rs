//! What somebody's groups at a provider mean here.

use std::collections::BTreeMap;

use model::{Role, Scope};
use serde_json::Value;

use super::settings::ProviderSettings;

/// What somebody may do and see here.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// What they may do.
    pub role: Role,
    /// What they see.
    pub scope: Scope,
}

/// The groups in these claims: of the claim of that name, else at that path of names parted by dots. A single text is one group;
/// none if there is no such claim.
pub fn read(claims: &BTreeMap<String, Value>, name: &str) -> Option<Vec<String>> {
    let found = claims.get(name).or_else(|| {
        let mut names = name.split('.');
        let first = claims.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    })?;
    match found {
        Value::String(group) => Some(vec![group.clone()]),
        Value::Array(groups) => Some(groups.iter().filter_map(|group| group.as_str().map(str::to_owned)).collect()),
        _ => None,
    }
}

/// The highest role and all the scopes of these groups; none if they are not let in.
pub fn standing(settings: &ProviderSettings, groups: &[String]) -> Option<Standing> {
    let named = groups.iter().filter_map(|group| settings.roles.get(group).copied());
    let role = named.chain(settings.default_role).max()?;
    if settings.sees.is_empty() || role == Role::Admin {
        return Some(Standing { role, scope: Scope::default() });
    }
    let seen: Vec<Scope> = groups.iter().filter_map(|group| settings.sees.get(group).cloned()).collect();
    if seen.is_empty() {
        return None;
    }
    let scope = if seen.iter().any(Scope::is_everything) {
        Scope::default()
    } else {
        seen.into_iter().reduce(both).unwrap_or_default()
    };
    Some(Standing { role, scope })
}

/// What either sees.
fn both(mut one: Scope, other: Scope) -> Scope {
    one.departments = joined(one.departments, other.departments);
    one.owners = joined(one.owners, other.owners);
    one.building_blocks = joined(one.building_blocks, other.building_blocks);
    one
}

fn joined(mut one: Vec<String>, other: Vec<String>) -> Vec<String> {
    one.extend(other);
    one.sort();
    one.dedup();
    one
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::Role;
    use serde_json::json;

    use super::{read, standing};
    use crate::http::oidc::settings::ProviderSettings;

    fn settings(rest: &str) -> ProviderSettings {
        let head = "name = 'a'\nissuer = 'https://a.example'\nclient_id = 'bw'\n";
        toml::from_str(&format!("{head}{rest}")).expect("settings")
    }

    fn groups(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    #[test]
    fn groups_are_read_from_a_claim_or_a_path() {
        let claims: BTreeMap<_, _> = serde_json::from_value(json!({
            "groups": ["a", "b", 3], "one": "a", "https://a.example/groups": ["c"],
            "realm_access": {"roles": ["d"]}, "count": 3, "none": [],
        }))
        .expect("claims");
        for (name, found) in [
            ("groups", Some(groups(&["a", "b"]))),
            ("one", Some(groups(&["a"]))),
            ("https://a.example/groups", Some(groups(&["c"]))),
            ("realm_access.roles", Some(groups(&["d"]))),
            ("none", Some(vec![])),
            ("count", None),
            ("realm_access.groups", None),
            ("absent", None),
        ] {
            assert_eq!(read(&claims, name), found, "{name}");
        }
    }

    #[test]
    fn the_highest_role_counts_and_nobody_is_let_in_without_one() {
        let mapped = settings("roles = { staff = 'viewer', team = 'engineer' }");
        let role = |names: &[&str]| standing(&mapped, &groups(names)).map(|standing| standing.role);
        assert_eq!(role(&["staff"]), Some(Role::Viewer));
        assert_eq!(role(&["staff", "team", "other"]), Some(Role::Engineer));
        assert_eq!(role(&["other"]), None);
        assert_eq!(role(&[]), None);
        let usual = settings("roles = { team = 'engineer' }\ndefault_role = 'manager'");
        assert_eq!(standing(&usual, &[]).map(|standing| standing.role), Some(Role::Manager));
        assert_eq!(standing(&usual, &groups(&["team"])).map(|standing| standing.role), Some(Role::Engineer));
    }

    #[test]
    fn scopes_add_up_and_nobody_is_let_in_who_sees_nothing() {
        let sees = "default_role = 'viewer'\nroles = { boss = 'admin' }
            sees = { sales = { departments = ['Sales'] }, hr = { departments = ['HR'], owners = ['People'] }, all = {} }";
        let scoped = settings(sees);
        let scope = |names: &[&str]| standing(&scoped, &groups(names)).map(|standing| standing.scope);
        let two = scope(&["sales", "hr", "sales"]).expect("a scope");
        assert_eq!((two.departments, two.owners), (groups(&["HR", "Sales"]), groups(&["People"])));
        assert!(scope(&["sales", "all"]).is_some_and(|scope| scope.is_everything()));
        assert!(scope(&["boss"]).is_some_and(|scope| scope.is_everything()));
        assert_eq!(scope(&["other"]), None);
    }
}
