//! Whoever changes the audit in the database is found out.

use std::path::Path;

use sqlx::{AssertSqlSafe, Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::BINARY;

/// What is done to the database, and the entry at which the chain is broken then.
const TAMPERINGS: [(&str, &str); 6] = [
    ("update audit set who = 'somebody else' where seq = 2", "broken at entry 2"),
    ("update audit set after = replace(after, 'admin', 'viewer') where seq = 3", "broken at entry 3"),
    ("update audit set at = at + 1 where seq = 4", "broken at entry 4"),
    ("delete from audit where seq = 2", "broken at entry 3"),
    ("delete from audit where seq = 4", "broken at entry 4"),
    ("update audit set seq = -seq where seq in (2, 3)", "broken"),
];

/// A store with an audit of four entries.
async fn audited() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for person in ["ada", "bob", "cid", "dee"] {
        let email = format!("{person}@example.com");
        let added = BINARY.run(folder.path(), &["user", "add", &email, "--role", "admin"]).await;
        assert_eq!(added.code, Some(0), "{added:?}");
    }
    folder
}

/// The exit status and words of `bridgewatch audit verify`.
async fn verified(folder: &Path, file: Option<&str>) -> (Option<i32>, String) {
    verified_with(folder, file.as_slice()).await
}

/// The same with these arguments.
async fn verified_with(folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let args = [&["audit", "verify"][..], args].concat();
    let ran = BINARY.run(folder, &args).await;
    assert_eq!(ran.complained, "", "{ran:?}");
    (ran.code, ran.printed)
}

async fn tamper(folder: &Path, text: &'static str) {
    let database = folder.join("data/bridgewatch.db").display().to_string();
    let mut store = SqliteConnection::connect(&database).await.expect("the store opens");
    let done = sqlx::query(AssertSqlSafe(text)).execute(&mut store).await.expect("the store is open to who has it");
    assert!(done.rows_affected() > 0, "{text}");
    store.close().await.expect("the store closes");
}

#[tokio::test]
async fn a_row_that_is_changed_or_taken_away_is_found() {
    let folder = audited().await;
    let (code, said) = verified(folder.path(), None).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("4 entries, all as they were written."), "{said}");
    BINARY.run(folder.path(), &["backup", "whole.db"]).await;

    for (text, found) in TAMPERINGS {
        tamper(folder.path(), text).await;
        let (code, said) = verified(folder.path(), None).await;
        assert_eq!(code, Some(1), "{text}: {said}");
        assert!(said.contains(found), "{text}: {said}");

        // What is put back is whole again.
        BINARY.run(folder.path(), &["restore", "whole.db"]).await;
        assert_eq!(verified(folder.path(), None).await.0, Some(0), "{text}");
    }
}

#[tokio::test]
async fn an_export_is_checked_like_the_store_and_its_head_finds_an_audit_that_was_written_anew() {
    let folder = audited().await;
    let exported = BINARY.run(folder.path(), &["audit", "export"]).await.printed;
    std::fs::write(folder.path().join("audit.ndjson"), &exported).expect("a file");
    let whole = verified(folder.path(), Some("audit.ndjson")).await;
    assert_eq!((whole.0, &whole.1), (Some(0), &verified(folder.path(), None).await.1), "the same head");

    let lines: Vec<&str> = exported.lines().collect();
    for (name, text, found) in [
        ("changed", exported.replacen("bob@example.com", "eve@example.com", 1), "broken at entry 2"),
        ("gone", [lines[0], lines[2], lines[3]].join("\n"), "broken at entry 3"),
    ] {
        std::fs::write(folder.path().join(name), text).expect("a file");
        let (code, said) = verified(folder.path(), Some(name)).await;
        assert_eq!(code, Some(1), "{name}: {said}");
        assert!(said.contains(found), "{name}: {said}");
    }

    // Nothing within an audit tells that all of it was made anew; the head that was noted before does.
    let anew = audited().await;
    let (code, said) = verified(anew.path(), None).await;
    assert_eq!(code, Some(0), "{said}");
    assert_ne!(said, whole.1);
}

/// The hash that a check printed.
fn head(said: &str) -> &str {
    said.trim_end().trim_end_matches('.').rsplit(' ').next().expect("words")
}

#[tokio::test]
async fn what_was_cut_off_with_its_note_is_found_by_whoever_noted_the_head() {
    // Given an audit whose head was noted,
    let folder = audited().await;
    let (_, said) = verified(folder.path(), None).await;
    let noted = head(&said);
    let upper = noted.to_uppercase();
    let beginning = "0".repeat(64);
    for head in [noted, upper.as_str(), beginning.as_str()] {
        assert_eq!(verified_with(folder.path(), &["--head", head]).await.0, Some(0), "{head}");
    }
    BINARY.run(folder.path(), &["user", "add", "eve@example.com", "--role", "admin"]).await;
    let (code, said) = verified_with(folder.path(), &["--head", noted]).await;
    assert_eq!(code, Some(0), "it goes on: {said}");

    // when somebody cuts the newest off, and the note of what was written last too,
    tamper(folder.path(), "delete from audit where seq >= 4").await;
    let note = "update audit_head set (seq, hash) = (select seq, hash from audit order by seq desc limit 1)";
    tamper(folder.path(), note).await;

    // then what is left fits, but not what was noted; in an export too.
    let (code, said) = verified(folder.path(), None).await;
    assert_eq!(code, Some(0), "{said}");
    let exported = BINARY.run(folder.path(), &["audit", "export"]).await.printed;
    std::fs::write(folder.path().join("audit.ndjson"), &exported).expect("a file");
    for args in [&["--head", noted][..], &["audit.ndjson", "--head", noted]] {
        let (code, said) = verified_with(folder.path(), args).await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("broken at entry 3") && said.contains(noted), "{said}");
    }
    let slip = BINARY.run(folder.path(), &["audit", "verify", "--head", &noted[1..]]).await;
    assert!(slip.code.is_some_and(|code| code != 0) && slip.complained.contains("64 hex digits"), "{slip:?}");
}

#[tokio::test]
async fn an_audit_that_is_gone_is_missed_where_people_are() {
    let empty = tempfile::tempdir().expect("a folder");
    let (code, said) = verified(empty.path(), None).await;
    assert_eq!(code, Some(0), "nobody was here yet: {said}");

    let folder = audited().await;
    tamper(folder.path(), "delete from audit").await;
    tamper(folder.path(), "delete from audit_head").await;
    let (code, said) = verified(folder.path(), None).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("there are people"), "{said}");
}

#[tokio::test]
async fn what_the_page_exports_is_checked_too_and_a_part_is_told_to_be_one() {
    let folder = audited().await;
    let exported = BINARY.run(folder.path(), &["audit", "export"]).await.printed;
    let oldest_first: Vec<&str> = exported.lines().collect();
    let newest_first: Vec<&str> = oldest_first.iter().rev().copied().collect();
    let whole = verified(folder.path(), None).await;
    let check = async |lines: &[&str]| {
        std::fs::write(folder.path().join("audit.ndjson"), lines.join("\n")).expect("a file");
        verified(folder.path(), Some("audit.ndjson")).await
    };

    assert_eq!(check(&newest_first).await, whole);
    let (code, said) = check(&newest_first[..3]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("it begins with entry 2") && said.contains("3 entries") && said.ends_with(&whole.1[9..]),
        "{said}"
    );
    let changed = newest_first[1].replacen("cid@example.com", "eve@example.com", 1);
    for lines in
        [[newest_first[0], changed.as_str(), newest_first[2]], [newest_first[0], newest_first[2], newest_first[3]]]
    {
        let (code, said) = check(&lines).await;
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("broken at entry 3") || said.contains("broken at entry 4"), "{said}");
    }
}
