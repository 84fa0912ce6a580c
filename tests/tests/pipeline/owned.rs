//! What is written to the disk is for whoever runs it alone.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
};

use crate::BINARY;

fn mode(path: &Path) -> u32 {
    let data = fs::metadata(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    data.permissions().mode() & 0o777
}

#[tokio::test]
async fn what_is_on_the_disk_is_for_its_owner_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let here = |name: &str| folder.path().join(name);
    let serving = BINARY.serve(folder.path(), &[]).await;
    for (name, expected) in [
        ("data", 0o700),
        ("data/bridgewatch.db", 0o600),
        ("data/bridgewatch.db-wal", 0o600),
        ("data/bridgewatch.db-shm", 0o600),
        ("data/spool", 0o700),
        ("data/spool/runs.jsonl", 0o600),
    ] {
        assert_eq!(mode(&here(name)), expected, "{name}");
    }
    let copied = BINARY.run(folder.path(), &["backup", "copy.db"]).await;
    assert_eq!(copied.code, Some(0), "{copied:?}");
    assert_eq!(mode(&here("copy.db")), 0o600);
    let again = BINARY.run(folder.path(), &["backup", "copy.db"]).await;
    assert!(again.code == Some(1) && again.complained.contains("copy.db: this is there already"), "{again:?}");
    fs::set_permissions(here("copy.db"), Permissions::from_mode(0o644)).expect("it is ours");
    serving.end().await;
    let complaints = fs::read_to_string(here("serve.log")).expect("a log");
    assert!(!complaints.contains("read by others"), "{complaints}");

    let restored = BINARY.run(folder.path(), &["restore", "copy.db"]).await;
    assert_eq!(restored.code, Some(0), "{restored:?}");
    assert_eq!(mode(&here("data/bridgewatch.db")), 0o600, "whoever may read the copy");
}

#[tokio::test]
async fn a_store_is_made_for_its_owner_alone_by_any_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let added = BINARY.run(folder.path(), &["user", "add", "ada@example.com", "--role", "admin"]).await;
    assert_eq!(added.code, Some(0), "{added:?}");
    for (name, expected) in [("data", 0o700), ("data/bridgewatch.db", 0o600)] {
        assert_eq!(mode(&folder.path().join(name)), expected, "{name}");
    }
}

#[tokio::test]
async fn a_database_that_others_may_read_is_told_of_once_and_left_as_it_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("data/bridgewatch.db");
    BINARY.run(folder.path(), &["user", "list"]).await;
    fs::set_permissions(&database, Permissions::from_mode(0o644)).expect("it is ours");

    BINARY.serve(folder.path(), &[]).await.end().await;

    let complaints = fs::read_to_string(folder.path().join("serve.log")).expect("a log");
    assert_eq!(complaints.matches("the database can be read by others").count(), 1, "{complaints}");
    assert_eq!(mode(&database), 0o644);
}
