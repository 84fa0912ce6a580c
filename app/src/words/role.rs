//! Roles and scopes as people say them.

use model::{Role, Scope};

/// `administrator`: what someone is.
pub const fn name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Manager => "manager",
        Role::Engineer => "engineer",
        Role::Admin => "administrator",
    }
}

/// `a` or `an`, as the name asks for.
pub fn article(name: &str) -> &'static str {
    if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// `an administrator`.
pub fn a(role: Role) -> String {
    format!("{} {}", article(name(role)), name(role))
}

/// As whom one looks in the demo, where a viewer is a stakeholder.
pub const fn in_the_demo(role: Role) -> &'static str {
    match role {
        Role::Viewer => "stakeholder",
        other => name(other),
    }
}

/// The roles as options, with what each may do; the least first.
pub const OPTIONS: [(&str, &str); 4] = [
    ("viewer", "Viewer: sees figures and runs"),
    ("manager", "Manager: also says what was by hand"),
    ("engineer", "Engineer: also payloads, probes, changes"),
    ("admin", "Administrator: also people, secrets, audit"),
];

/// `everything`, `departments Finance, Sales; teams Data Platform`.
pub fn scope(scope: &Scope) -> String {
    let parts = [
        ("department", "departments", &scope.departments),
        ("team", "teams", &scope.owners),
        ("building block", "building blocks", &scope.building_blocks),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(.., names)| !names.is_empty())
        .map(|(one, many, names)| format!("{} {}", if names.len() == 1 { one } else { many }, names.join(", ")))
        .collect();
    if said.is_empty() { "everything".to_owned() } else { said.join("; ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_names_what_is_seen() {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let of = |departments: &[&str], owners: &[&str]| {
            scope(&Scope { departments: names(departments), owners: names(owners), building_blocks: Vec::new() })
        };
        assert_eq!(of(&[], &[]), "everything");
        assert_eq!(of(&["Finance"], &[]), "department Finance");
        assert_eq!(of(&["Finance", "Sales"], &["Data Platform"]), "departments Finance, Sales; team Data Platform");
    }

    #[test]
    fn a_role_has_its_article() {
        assert_eq!([Role::Viewer, Role::Engineer, Role::Admin].map(a), ["a viewer", "an engineer", "an administrator"]);
    }

    #[test]
    fn every_role_is_an_option() {
        let words: Vec<&str> = OPTIONS.iter().map(|(word, _)| *word).collect();
        for role in [Role::Viewer, Role::Manager, Role::Engineer, Role::Admin] {
            assert!(words.contains(&role.as_str()), "{role}");
        }
    }
}
