//! Real files of SQLite.

use std::{fs, os::unix::fs::symlink, path::Path};

use model::{Reason, Span};
use probe::{Clients, Outside};
use rules::assess::Fact;
use rusqlite::Connection;
use serde_json::json;
use tempfile::TempDir;

use super::cell;
use crate::harness::{ask, ask_through, ask_within, spec, trouble};

/// A folder that is allowed, with a file in it.
fn folder() -> (TempDir, Clients) {
    let folder = tempfile::tempdir().expect("a folder");
    fill(&folder.path().join("shop.db"));
    let outside = Outside { sqlite_folder: Some(folder.path().to_owned()), ..Outside::default() };
    (folder, Clients::of(outside).expect("clients"))
}

fn fill(path: &Path) {
    let connection = Connection::open(path).expect("a database");
    let told = "create table orders (amount real, placed text, note text); \
                insert into orders values (12.5, datetime('now', '-90 seconds'), null), (7, datetime('now'), 'ä');";
    connection.execute_batch(told).expect("told");
}

fn options(path: &Path, query: &str) -> serde_json::Value {
    json!({"file": path.display().to_string(), "query": query})
}

#[tokio::test]
async fn rows_are_told_by_their_types() {
    let (folder, clients) = folder();
    let query = "select count(*) as waiting, unixepoch() - unixepoch(min(placed)) as age_s, sum(amount) as amount, \
                 max(note) as note, null as nought from orders";
    let seen = ask_through(&spec("sql", options(&folder.path().join("shop.db"), query)), &clients).await;
    assert_eq!(seen.trouble, None);
    assert_eq!(cell(&seen, 0, "waiting"), &Fact::Int(2));
    let Fact::Int(age) = cell(&seen, 0, "age_s") else { panic!("an age") };
    assert!((90..200).contains(age), "{age}");
    assert_eq!(cell(&seen, 0, "amount"), &Fact::Double(19.5));
    assert_eq!(cell(&seen, 0, "note"), &Fact::from("ä"));
    assert_eq!(cell(&seen, 0, "nought"), &Fact::Null);
    assert_eq!(seen.phases.connect_us, None, "there is nothing to connect: {:?}", seen.phases);
}

#[tokio::test]
async fn only_files_of_the_folder_are_asked() {
    let (folder, clients) = folder();
    let elsewhere = tempfile::tempdir().expect("a folder");
    fill(&elsewhere.path().join("secrets.db"));
    symlink(elsewhere.path().join("secrets.db"), folder.path().join("link.db")).expect("a link");
    fs::write(folder.path().join("text.db"), "this is no database, but long enough to be one ".repeat(100))
        .expect("written");
    let within = |name: &str| folder.path().join(name);
    let up = within("..").join(elsewhere.path().file_name().expect("a name")).join("secrets.db");
    for (path, reason, words) in [
        (elsewhere.path().join("secrets.db"), Reason::Config, "it does not lie in"),
        (within("link.db"), Reason::Config, "it does not lie in"),
        (up, Reason::Config, "it does not lie in"),
        (within("none.db"), Reason::NotFound, "cannot be opened"),
        (within("text.db"), Reason::Protocol, "file is not a database"),
        (folder.path().to_owned(), Reason::NotFound, "is no file"),
    ] {
        let seen = ask_through(&spec("sql", options(&path, "select 1 from sqlite_schema")), &clients).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{}: {message}", path.display());
        assert!(message.contains(words), "{message}");
    }
    let seen = ask(&spec("sql", options(&within("shop.db"), "select 1"))).await;
    assert_eq!(trouble(&seen).0, Reason::Config, "without a folder none is asked");
}

#[tokio::test]
async fn what_does_more_than_read_or_takes_too_long_is_refused() {
    let (folder, clients) = folder();
    let path = folder.path().join("shop.db");
    let endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    for (query, reason) in [
        ("with gone as (select 1) delete from orders", Reason::Config),
        ("select load_extension('x')", Reason::ClientError),
        ("select * from pragma_database_list", Reason::Config),
        ("select zeroblob(100000000)", Reason::TooLarge),
        ("with recursive n(i) as (select 1 union all select i + 1 from n) select i from n", Reason::TooLarge),
        ("select nonsense", Reason::ClientError),
    ] {
        let seen = ask_through(&spec("sql", options(&path, query)), &clients).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{query}: {message}");
    }
    let seen = ask_within(&spec("sql", options(&path, endless)), &clients, Span::ms(300)).await;
    assert_eq!(trouble(&seen).0, Reason::Timeout);
    let seen = ask_through(&spec("sql", options(&path, "select count(*) from orders")), &clients).await;
    assert_eq!(seen.facts.get("value"), Some(&Fact::Int(2)), "nothing was deleted");
}
