//! Limits of time, output and number; and that nothing outlives its attempt.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Duration,
};

use futures::future::join_all;
use model::{Reason, Span};
use probe::{Clients, Outside};
use serde_json::json;

use super::{clients, outside, run, script, text, write};
use crate::harness::{about, ask_through, ask_within, trouble};

/// Whether a process is there and is no corpse.
fn lives(process: &str) -> bool {
    let about = fs::read_to_string(Path::new("/proc").join(process).join("stat")).unwrap_or_default();
    about.rsplit(')').next().is_some_and(|rest| !rest.trim().is_empty() && !rest.trim().starts_with('Z'))
}

/// Waits until the processes whose numbers stand in a file are gone.
async fn until_gone(file: PathBuf, count: usize) {
    let numbers = fs::read_to_string(file).expect("numbers");
    assert_eq!(numbers.lines().count(), count, "{numbers}");
    let gone = async {
        while numbers.lines().any(lives) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("they are ended");
}

#[tokio::test]
async fn a_program_that_takes_too_long_is_ended_with_all_that_it_started() {
    let folder = script("sleep 1000 & echo $! >> numbers; echo $$ >> numbers; echo begun; wait");
    let asked = about("command", json!({"program": "check"}), "line");
    let seen = ask_within(&asked, &clients(folder.path()), Span::seconds(1)).await;
    assert_eq!(trouble(&seen), (Reason::Timeout, "no answer from check within 1s (waiting for its end)"));
    let answer = seen.exchange.and_then(|exchange| exchange.response).expect("what it said until then");
    assert_eq!(answer.body.expect("words").excerpt, "begun\n");
    until_gone(folder.path().join("numbers"), 2).await;
}

#[tokio::test]
async fn what_a_program_leaves_behind_is_ended() {
    for redirect in ["", "> /dev/null 2>&1"] {
        let folder = script(&format!("sleep 1000 {redirect} & echo $! >> numbers; echo done"));
        let seen = run(folder.path(), json!([])).await;
        assert_eq!((seen.trouble.as_ref(), text(&seen, "line").as_str()), (None, "done"));
        until_gone(folder.path().join("numbers"), 1).await;
    }
}

#[tokio::test]
async fn a_program_that_never_stops_talking_is_ended() {
    for stream in ["", ">&2"] {
        let folder = script(&format!("echo $$ >> numbers; while :; do echo more and more and more {stream}; done"));
        let seen = run(folder.path(), json!([])).await;
        assert_eq!(trouble(&seen), (Reason::TooLarge, "the program printed more than 64 KiB"));
        until_gone(folder.path().join("numbers"), 1).await;
    }
}

#[tokio::test]
async fn so_many_run_at_once_and_no_more() {
    // Given as many as are said to be allowed, which wait for a word,
    let folder = script("echo begun >> begun; read word < gate; echo \"$word\"");
    let gate = folder.path().join("gate");
    assert!(std::process::Command::new("mkfifo").arg(&gate).status().expect("mkfifo").success());
    let outside = Outside { programs_at_once: 3, ..outside(folder.path()) };
    let clients = Clients::of(outside).expect("clients");
    let asked = about("command", json!({"program": "check"}), "line");
    let many = (0..3).map(|_| {
        let (asked, clients) = (asked.clone(), clients.clone());
        tokio::spawn(async move { ask_through(&asked, &clients).await })
    });
    let many: Vec<_> = many.collect();
    let all_begun = async {
        while fs::read_to_string(folder.path().join("begun")).unwrap_or_default().lines().count() < 3 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all_begun).await.expect("they began");

    // when one more is asked, then it has no place, and that is our fault.
    let one_more = ask_within(&asked, &clients, Span::ms(300)).await;
    let (reason, message) = trouble(&one_more);
    assert!(reason == Reason::SchedulerLate && message.starts_with("3 programs ran"), "{message}");

    // The others end as ever, and then there is a place again.
    let mut word = fs::OpenOptions::new().read(true).write(true).open(&gate).expect("the gate");
    word.write_all("go\n".repeat(3).as_bytes()).expect("the word");
    assert!(join_all(many).await.into_iter().all(|seen| seen.expect("an end").trouble.is_none()));
    write(folder.path(), "check", "echo a place");
    assert_eq!(text(&ask_through(&asked, &clients).await, "line"), "a place");
}
