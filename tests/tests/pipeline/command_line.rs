//! What the binary does from a shell.

use std::{fs, path::Path, time::Duration};

use reqwest::header::{COOKIE, ORIGIN};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    child::{Ran, Serving, browser},
    fleet::{self, Sender},
    target::Target,
    wait::until,
};

use crate::BINARY;

const CATALOGUE: &str = "
catalogue: crew
systems: [{slug: crm, name: CRM}, {slug: erp, name: ERP}]
integrations:
  - slug: orders
    name: Orders
    from: crm
    to: erp
    owner: Finance Systems
    tier: 1
    expect: {cron: '0 2 * * *', time_zone: Europe/Berlin, grace: 30m}
    baseline: {per: run, minutes: [10, 15, 30], method: interview, source: the order desk, valid_from: 2025-01-01}
    probes:
      - {slug: api, kind: http, url: 'http://127.0.0.1:9/', every: 1h, assert: ['status == 200']}
";

/// A folder with these files in it.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

async fn run(folder: &TempDir, args: &[&str]) -> Ran {
    BINARY.run(folder.path(), args).await
}

/// What a command that must succeed printed.
async fn printed(folder: &TempDir, args: &[&str]) -> String {
    let ran = run(folder, args).await;
    assert_eq!(ran.code, Some(0), "{args:?}: {ran:?}");
    ran.printed
}

/// What a command that must fail complained of, in words and not in a panic.
async fn refused(folder: &TempDir, args: &[&str]) -> String {
    let ran = run(folder, args).await;
    assert_eq!(ran.code, Some(1), "{args:?}: {ran:?}");
    assert!(!ran.complained.contains("panicked"), "{args:?}: {ran:?}");
    ran.complained
}

#[tokio::test]
async fn help_names_every_command() {
    let help = printed(&folder(&[]), &["--help"]).await;
    for command in ["serve", "apply", "export", "probe", "backup", "restore", "user", "audit", "secrets"] {
        let told = help.lines().any(|line| line.trim_start().starts_with(&format!("{command} ")));
        assert!(told, "{command} is not told of:\n{help}");
    }
}

#[tokio::test]
async fn a_key_in_the_environment_is_changed_with_the_server_in_the_know() {
    let here = folder(&[]);
    let (old, new) = ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=");
    let rotate = async |keys: &str| {
        BINARY.run_told(here.path(), &["secrets", "rotate"], "", &[("BRIDGEWATCH_SECRET_KEY", keys)]).await
    };
    let alone = rotate(old).await;
    assert!(alone.code == Some(1) && alone.complained.contains("start the server anew with both"), "{alone:?}");
    let both = rotate(&format!("{new},{old}")).await;
    assert!(
        both.code == Some(0) && both.printed.contains("Was the server started with both keys before this?"),
        "{both:?}"
    );
}

#[tokio::test]
async fn a_catalogue_is_planned_then_applied_and_then_there_is_nothing_to_change() {
    let here = folder(&[("crew.yaml", CATALOGUE)]);
    let empty = printed(&here, &["export"]).await;

    let plan = printed(&here, &["apply", "crew.yaml", "--dry-run"]).await;
    for named in ["orders", "orders/api", "crm", "erp", "Nothing was changed"] {
        assert!(plan.contains(named), "{named}:\n{plan}");
    }
    assert_eq!(printed(&here, &["export"]).await, empty, "a dry run changes nothing");

    let applied = printed(&here, &["apply", "crew.yaml"]).await;
    assert!(applied.contains("changed in `crew`"), "{applied}");
    let again = printed(&here, &["apply", "crew.yaml"]).await;
    assert!(again.starts_with("Nothing to change"), "{again}");

    let export = printed(&here, &["export"]).await;
    assert!(export.contains("the order desk"), "{export}");
    fs::write(here.path().join("export.yaml"), &export).expect("a file");
    let back = printed(&here, &["apply", "export.yaml"]).await;
    assert!(back.starts_with("Nothing to change"), "{back}\n{export}");
    assert_eq!(printed(&here, &["export"]).await, export);
}

#[tokio::test]
async fn the_spreadsheet_of_a_team_is_a_start() {
    let sheet = "Name,From,To,Owner,Tier,Business process,Cost centre\n\
                 Orders to ERP,Web Shop,NetSuite,Finance IT,1,Order-to-cash,77\n\
                 Pay-roll,Workday,ADP,People Ops,2,Hire-to-retire,12\n";
    let here = folder(&[("landscape.csv", sheet)]);
    let applied = printed(&here, &["apply", "landscape.csv"]).await;
    for named in ["orders-to-erp", "pay-roll", "web-shop", "netsuite", "workday", "adp", "6 changed"] {
        assert!(applied.contains(named), "{named}:\n{applied}");
    }
    let export = printed(&here, &["export"]).await;
    assert!(export.contains("Finance IT") && export.contains("Hire-to-retire"), "{export}");
}

#[tokio::test]
async fn a_wrong_catalogue_is_told_by_file_and_line_and_changes_nothing() {
    let wrong = CATALOGUE.replace("tier: 1", "tier: 7").replace("every: 1h", "every: soon");
    let here = folder(&[("crew.yaml", CATALOGUE), ("wrong.yaml", &wrong), ("garbage.yaml", "systems: [}\n")]);
    printed(&here, &["apply", "crew.yaml"]).await;
    let before = printed(&here, &["export"]).await;

    let why = refused(&here, &["apply", "wrong.yaml"]).await;
    for place in ["wrong.yaml:10  integrations[0].tier: ", "wrong.yaml:14  integrations[0].probes[0].every: "] {
        assert!(why.contains(place), "{place}:\n{why}");
    }
    let why = refused(&here, &["apply", "garbage.yaml"]).await;
    assert!(why.contains("garbage.yaml:1"), "{why}");
    let why = refused(&here, &["apply", "nowhere.yaml"]).await;
    assert!(why.contains("nowhere.yaml"), "{why}");
    assert_eq!(printed(&here, &["export"]).await, before);
}

/// An integration with a probe that is good and one that is not.
fn orders(target: &Target) -> String {
    let (good, bad) = (target.url("/good"), target.url("/bad"));
    format!(
        "
systems: [{{slug: crm, name: CRM}}, {{slug: erp, name: ERP}}]
integrations:
  - slug: orders
    name: Orders
    from: crm
    to: erp
    probes:
      - {{slug: good, kind: http, url: '{good}', every: 1h, assert: ['status == 200', 'json.ok']}}
      - {{slug: bad, kind: http, url: '{bad}', every: 1h, assert: ['status == 204']}}
"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_are_asked_at_once_and_their_outcome_is_the_exit_status() {
    let target = Target::start().await;
    let catalogue = orders(&target);
    let here = folder(&[("crew.yaml", &catalogue)]);

    let good = printed(&here, &["probe", "crew.yaml", "orders/good"]).await;
    for told in ["orders/good  ok", "connect", "first byte", "in all", "holds status == 200", "holds json.ok"] {
        assert!(good.contains(told), "{told}:\n{good}");
    }
    let both = run(&here, &["probe", "crew.yaml"]).await;
    assert_eq!(both.code, Some(1), "{both:?}");
    for told in ["orders/good  ok", "orders/bad  failed", "fails status == 204  (200, 204)"] {
        assert!(both.printed.contains(told), "{told}:\n{both:?}");
    }
    let why = refused(&here, &["probe", "crew.yaml", "nobody"]).await;
    assert!(why.contains("nobody"), "{why}");
    assert_eq!(target.asked(), 3);
    assert!(!here.path().join("data").exists(), "nothing is stored");
}

/// A token of the first administrator.
async fn token(server: &Serving) -> String {
    let cookie = server.administer("four unrelated words here").await;
    let ask = browser().post(server.url("/api/v1/tokens")).header(ORIGIN, server.url("")).header(COOKIE, cookie);
    let made = ask.json(&json!({ "name": "shell" })).send().await.expect("an answer");
    let made: Value = made.error_for_status().expect("a token").json().await.expect("a token");
    made["token"].as_str().expect("a token").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_is_had_to_ask_a_probe_of_its_own_from_elsewhere() {
    // Given a server that asks hourly, and a shell in another folder
    let target = Target::start().await;
    let catalogue = orders(&target) + "      - {slug: beat, kind: heartbeat, every: 1h}\n";
    let (here, there) = (folder(&[("crew.yaml", &catalogue)]), folder(&[]));
    let server = BINARY.serve(here.path(), &["--catalogue", "crew.yaml"]).await;
    let (token, url) = (token(&server).await, server.url(""));
    let ask = async |name: &str, token: &str| {
        let args = ["probe", "run", name, "--server", url.as_str()];
        BINARY.run_with(there.path(), &args, &[("BRIDGEWATCH_TOKEN", token)]).await
    };

    // When it is had to ask, then its outcome is printed as that of a file's probe, and is the exit status; and it is recorded.
    let ran = ask("orders/good", &token).await;
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for told in ["orders/good  ok", "first byte", "in all", "holds status == 200", "holds json.ok"] {
        assert!(ran.printed.contains(told), "{told}: {ran:?}");
    }
    let ran = ask("orders/bad", &token).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for told in ["orders/bad  failed", "fails status == 204  (200, 204)"] {
        assert!(ran.printed.contains(told), "{told}: {ran:?}");
    }
    let client = tests::client_with(&[(reqwest::header::AUTHORIZATION, &format!("Bearer {token}"))]);
    for (probe, outcome) in [("good", "ok"), ("bad", "failed")] {
        let list = server.url(&format!("/api/v1/runs?integration=orders&probe={probe}&outcome={outcome}"));
        let runs: Value = client.get(list).send().await.expect("an answer").json().await.expect("a list");
        assert!(runs["items"].as_array().is_some_and(|runs| !runs.is_empty()), "{probe}: {runs}");
    }

    // And what it does not do it says, with the remedy.
    for (name, token, told) in [
        ("orders/nobody", token.as_str(), "nobody"),
        ("orders/beat", token.as_str(), "waits for pings"),
        ("orders/good", "not-a-token", "BRIDGEWATCH_TOKEN"),
        ("orders/good", "", "BRIDGEWATCH_TOKEN"),
    ] {
        let ran = ask(name, token).await;
        assert_eq!((ran.code, ran.printed.as_str()), (Some(1), ""), "{ran:?}");
        assert!(ran.complained.contains(told) && !ran.complained.contains("panicked"), "{told}: {ran:?}");
    }
    let ran = ask("orders", &token).await;
    assert!(ran.code == Some(2) && ran.complained.contains("integration/probe"), "{ran:?}");
    server.end().await;
    let ran = ask("orders/good", &token).await;
    assert!(ran.code == Some(1) && ran.complained.contains(&url), "{ran:?}");
    assert!(is_empty(there.path()), "nothing was made");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_made_while_serving_gives_the_same_runs_elsewhere() {
    // Given a server that is at work, and a copy made meanwhile.
    let target = Target::start().await;
    let here = folder(&[("crew.yaml", &fleet::catalogue(&target, 1, 1))]);
    let server = BINARY.serve(here.path(), &["--catalogue", "crew.yaml"]).await;
    let client = server.set_up().await;
    let sender = Sender::start(client.clone(), &server.url(""), "b0", "order");
    until("some runs", async || (sender.acknowledged().len() >= 20 && target.asked() > 1).then_some(())).await;
    let acknowledged = sender.acknowledged();
    printed(&here, &["backup", "copy.db"]).await;
    let why = refused(&here, &["restore", "copy.db"]).await;
    assert!(why.contains("in use"), "{why}");
    sender.end().await;
    server.end().await;

    // When it is put in place in an empty folder.
    let there = folder(&[("notes.txt", "milk, eggs"), ("empty.db", "")]);
    fs::copy(here.path().join("copy.db"), there.path().join("copy.db")).expect("the copy");
    printed(&there, &["restore", "copy.db"]).await;

    // Then every run is there, and what is no backup does not take its place.
    for garbage in ["notes.txt", "empty.db", "nowhere.db"] {
        let why = refused(&there, &["restore", garbage]).await;
        assert!(why.contains(garbage), "{why}");
    }
    let server = BINARY.serve(there.path(), &[]).await;
    assert_eq!(fleet::forgotten(&client, &server.url(""), "b0", &acknowledged).await, Vec::<String>::new());
    server.end().await;
    assert_eq!(fs::read_to_string(there.path().join("notes.txt")).expect("the notes"), "milk, eggs");
}

#[tokio::test]
async fn wrong_settings_are_refused_by_name() {
    let plain = folder(&[]);
    let why = refused(&plain, &["serve", "--listen", "0.0.0.0:0"]).await;
    assert!(why.contains("will not listen on 0.0.0.0:0") && why.contains("loopback"), "{why}");

    let mistyped = folder(&[("bridgewatch.toml", "listen = '127.0.0.1:0'\ndatbase = 'a.db'\n")]);
    for command in [["serve"].as_slice(), &["export"]] {
        let why = refused(&mistyped, command).await;
        assert!(why.contains("bridgewatch.toml") && why.contains("datbase"), "{why}");
    }

    let ran = BINARY.run_with(plain.path(), &["export"], &[("BRIDGEWATCH_DATABSE", "a.db")]).await;
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.complained.contains("BRIDGEWATCH_DATABSE"), "{ran:?}");
    assert!(is_empty(plain.path()), "nothing was made");
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).expect("a folder").next().is_none()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let here = folder(&[("bridgewatch.toml", "database = 'file.db'\n"), ("crew.yaml", CATALOGUE)]);
    let environment = [("BRIDGEWATCH_DATABASE", "environment.db")];
    for (args, environment, made) in [
        (["apply", "crew.yaml"].as_slice(), [].as_slice(), "file.db"),
        (&["apply", "crew.yaml"], &environment, "environment.db"),
        (&["apply", "crew.yaml", "--database", "flag.db"], &environment, "flag.db"),
    ] {
        assert!(!here.path().join(made).exists());
        let ran = BINARY.run_with(here.path(), args, environment).await;
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(here.path().join(made).exists(), "{made}: {ran:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_it_ends_streams_and_goes() {
    // Given a server with a listener on its stream.
    let target = Target::start().await;
    let here = folder(&[("crew.yaml", &fleet::catalogue(&target, 1, 2))]);
    let server = BINARY.serve(here.path(), &["--catalogue", "crew.yaml"]).await;
    let client = server.set_up().await;
    let mut stream = client.get(server.url("/api/v1/stream")).send().await.expect("a stream");
    let hello = stream.chunk().await.expect("a stream").expect("a first word");
    assert!(String::from_utf8_lossy(&hello).contains("hello"), "{hello:?}");
    let sent = client.post(server.url("/api/v1/integrations/b0/runs")).json(&json!({"outcome": "ok"}));
    assert_eq!(sent.send().await.expect("an answer").status(), 201);

    server.ask_to_end().await;

    assert_eq!(server.ended(Duration::from_secs(10)).await, Some(0));
    while stream.chunk().await.expect("the stream ends and does not break").is_some() {}
    let left: Vec<_> = fs::read_dir(here.path().join("data")).expect("the folder").flatten().collect();
    let logs = left.iter().filter(|file| file.file_name().to_string_lossy().ends_with("-wal")).count();
    assert_eq!(logs, 0, "the write-ahead log is folded in: {left:?}");
}
