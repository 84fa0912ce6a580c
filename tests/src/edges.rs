//! Who may use whom: the table of ARCHITECTURE.md, held against every manifest.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The one-way order of the rooms. A room that is not in the table may use every room (`server`, `tests`), or none (`xtask`).
const ALLOWED: [(&str, &[&str]); 10] = [
    ("model", &[]),
    ("rules", &["model"]),
    ("store", &["model"]),
    ("chart", &["model"]),
    ("notify", &["model"]),
    ("probe", &["model", "rules"]),
    ("monitor", &["model", "rules", "store", "probe"]),
    ("app", &["model"]),
    ("service", &["model", "rules", "store", "monitor", "chart"]),
    ("report", &["model", "chart"]),
];

/// Every member of the workspace with its manifest.
fn manifests() -> Vec<(String, toml::Table)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let crates = fs::read_dir(root.join("crates")).expect("the crates").map(|entry| entry.expect("a crate").path());
    let folders: Vec<PathBuf> = crates.chain(["app", "server", "tests", "xtask"].map(|name| root.join(name))).collect();
    let read = |folder: PathBuf| {
        let text = fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest");
        let manifest: toml::Table = text.parse().expect("TOML");
        (manifest["package"]["name"].as_str().expect("a name").to_owned(), manifest)
    };
    folders.into_iter().map(read).collect()
}

/// What a manifest names in these of its tables.
fn named_in(manifest: &toml::Table, tables: &[&str]) -> BTreeSet<String> {
    tables.iter().filter_map(|table| manifest.get(*table)?.as_table()).flat_map(|table| table.keys().cloned()).collect()
}

/// What a manifest names in any of its tables of dependencies.
fn dependencies(manifest: &toml::Table) -> BTreeSet<String> {
    named_in(manifest, &["dependencies", "dev-dependencies", "build-dependencies"])
}

/// Edges between our rooms that the table does not allow, as `from -> to`.
fn forbidden(manifests: &[(String, toml::Table)]) -> Vec<String> {
    let rooms: BTreeSet<&str> = manifests.iter().map(|(name, _)| name.as_str()).collect();
    let mut wrong = Vec::new();
    for (room, manifest) in manifests {
        let allowed: &[&str] = match ALLOWED.iter().find(|(name, _)| name == room) {
            Some((_, allowed)) => allowed,
            None if room == "server" || room == "tests" => continue,
            None => &[],
        };
        for used in dependencies(manifest) {
            if rooms.contains(used.as_str()) && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{room} -> {used}"));
            }
        }
    }
    wrong
}

#[test]
fn rooms_use_only_the_rooms_below_them() {
    let manifests = manifests();
    assert_eq!(manifests.len(), ALLOWED.len() + 3, "every room is in the table, or is server, tests or xtask");
    assert_eq!(forbidden(&manifests), Vec::<String>::new());
}

#[test]
fn a_forbidden_edge_is_found() {
    let mut manifests = manifests();
    let (_, store) = manifests.iter_mut().find(|(name, _)| name == "store").expect("the store");
    store["dependencies"].as_table_mut().expect("a table").insert("rules".to_owned(), toml::Value::Boolean(true));
    assert_eq!(forbidden(&manifests), ["store -> rules"]);
}

#[test]
fn only_some_rooms_reach_the_web_or_the_database() {
    let may = [
        ("sqlx", vec!["store", "tests"]),
        ("axum", vec!["server", "tests"]),
        ("leptos", vec!["app", "server"]),
        ("plotters", vec!["chart"]),
        ("reqwest", vec!["probe", "server", "tests"]),
    ];
    for (library, rooms) in may {
        for (room, manifest) in manifests() {
            let uses = named_in(&manifest, &["dependencies", "build-dependencies"]).contains(library);
            assert!(!uses || rooms.contains(&room.as_str()), "{room} uses {library}");
        }
    }
}
