//! Programs, against real plugins (`monitoring-plugins-basic`) and scripts.

mod limits;

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use model::{Outcome, ProbeSpec, Reason};
use probe::{Clients, Outside, kinds};
use rules::{
    assess::{Compiled, Fact, Judgement, Observation, assess},
    kind::Kind,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::harness::{about, ask, ask_through, filling_through, spec, trouble};

/// Where Debian puts plugins.
const PLUGINS: &str = "/usr/lib/nagios/plugins";

fn outside(folder: &Path) -> Outside {
    Outside { command_folder: Some(folder.to_owned()), ..Outside::default() }
}

fn clients(folder: &Path) -> Clients {
    Clients::of(outside(folder)).expect("clients")
}

fn plugins() -> Clients {
    let folder = Path::new(PLUGINS);
    assert!(folder.join("check_tcp").is_file(), "{PLUGINS}: apt-get install monitoring-plugins-basic");
    clients(folder)
}

/// A folder with a script in it, called `check`.
fn script(text: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "check", text);
    folder
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).expect("a script");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be run");
}

fn judged(spec: &ProbeSpec, seen: &Observation) -> Judgement {
    let kind = Kind::find(kinds(), "command").expect("the kind");
    assess(&Compiled::compile(spec, kind).expect("it compiles"), seen)
}

/// Runs `check` of this folder with these arguments.
async fn run(folder: &Path, arguments: Value) -> Observation {
    ask_through(&about("command", json!({"program": "check", "arguments": arguments}), "line"), &clients(folder)).await
}

fn text(seen: &Observation, name: &str) -> String {
    match seen.facts.get(name) {
        Some(Fact::Text(text)) => text.clone(),
        other => panic!("{name}: {other:?}"),
    }
}

#[tokio::test]
async fn a_plugin_says_how_a_port_is() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port().to_string();
    let asked = |port: &str| json!({"program": "check_tcp", "arguments": ["-H", "127.0.0.1", "-p", port]});

    let open = ask_through(&spec("command", asked(&port)), &plugins()).await;
    let judgement = judged(&spec("command", asked(&port)), &open);
    assert_eq!(judgement.outcome, Outcome::Ok, "{judgement:?}");
    assert!(text(&open, "line").starts_with("TCP OK"), "{open:?}");
    assert!(judgement.measures["time"] > 0.0 && judgement.measures["time"] < 10.0, "{judgement:?}");
    assert!(open.phases.first_byte_us.is_some() && open.phases.connect_us.is_none(), "{:?}", open.phases);

    drop(listener);
    let shut = ask_through(&spec("command", asked(&port)), &plugins()).await;
    let judgement = judged(&spec("command", asked(&port)), &shut);
    assert_eq!((judgement.outcome, judgement.reason), (Outcome::Failed, Some(Reason::Assertion)));
    assert!(judgement.message.as_deref().is_some_and(|message| message.contains("refused")), "{judgement:?}");
    let exchange = shut.exchange.expect("an exchange");
    assert_eq!(exchange.response.and_then(|response| response.status), Some(2));
    assert!(exchange.request.body.is_some_and(|body| body.excerpt.contains("127.0.0.1")));
}

#[tokio::test]
async fn a_plugin_counts_processes() {
    let asked = json!({"program": "check_procs", "arguments": ["-c", "1:"]});
    let seen = ask_through(&spec("command", asked.clone()), &plugins()).await;
    let judgement = judged(&spec("command", asked), &seen);
    assert_eq!(judgement.outcome, Outcome::Ok, "{judgement:?}");
    assert!(judgement.measures["procs"] >= 1.0, "{judgement:?}");
}

#[tokio::test]
async fn a_status_means_what_the_contract_says() {
    for (status, outcome, reason) in [
        ("0", Outcome::Ok, None),
        ("1", Outcome::Warn, Some(Reason::Assertion)),
        ("2", Outcome::Failed, Some(Reason::Assertion)),
        ("3", Outcome::Unknown, Some(Reason::Config)),
    ] {
        let asked = spec("command", json!({"program": "check_dummy", "arguments": [status, "so it is"]}));
        let judgement = judged(&asked, &ask_through(&asked, &plugins()).await);
        assert_eq!((judgement.outcome, judgement.reason), (outcome, reason), "{status}");
        assert!(judgement.message.is_none_or(|message| message.ends_with("so it is")), "{status}");
    }
    for (ending, reason, told) in [
        ("exit 64", Reason::Config, "check ended with 64, which says nothing (0 to 3 do): oh"),
        ("kill -9 $$", Reason::Internal, "check was ended by a signal: oh"),
    ] {
        let seen = run(script(&format!("echo oh; {ending}")).path(), json!([])).await;
        let judgement = judged(&spec("command", json!({"program": "check"})), &seen);
        assert_eq!((judgement.outcome, judgement.reason), (Outcome::Unknown, Some(reason)), "{ending}");
        assert_eq!(judgement.message.as_deref(), Some(told));
    }
}

#[tokio::test]
async fn what_is_printed_becomes_facts_and_measures() {
    let folder = script(
        "echo \"DISK OK | /=2643MB;5948;5958;0;5968\"\necho 'further | /boot=95%;90;99 lag=3s;;2'\necho 'a complaint' >&2",
    );
    let mut asked = about("command", json!({"program": "check"}), "size(critical) == 1");
    asked.warn = vec!["warned == ['boot']".to_owned(), "perfdata.lag < 4.0".to_owned(), "long == 'further'".to_owned()];
    let seen = ask_through(&asked, &clients(folder.path())).await;
    let judgement = judged(&asked, &seen);
    assert_eq!(judgement.outcome, Outcome::Ok, "{judgement:?}");
    let measures = [("boot", 95.0), ("lag", 3.0), ("value", 2_643_000_000.0)];
    assert_eq!(judgement.measures, measures.map(|(name, value)| (name.to_owned(), value)).into());
    assert_eq!(text(&seen, "stderr"), "a complaint");
    assert_eq!(seen.facts.get("critical"), Some(&Fact::List(vec!["lag".into()])));
}

#[tokio::test]
async fn no_shell_reads_the_arguments_and_the_environment_holds_what_is_said() {
    let folder = script("printf '%s;' \"$@\"; /usr/bin/env | /usr/bin/tr '\\n' ','; pwd");
    let odd = ["$(touch made)", "`id`; id", "a b", "*", ""];
    let asked = json!({"program": "check", "arguments": odd, "env": {"LANG": "C", "STOCK": "a b"}});
    let seen = ask_through(&about("command", asked, "line"), &clients(folder.path())).await;
    let line = text(&seen, "line");
    assert!(line.starts_with("$(touch made);`id`; id;a b;*;;"), "{line}");
    assert!(!folder.path().join("made").exists());
    assert!(line.contains("LANG=C,") && line.contains("STOCK=a b,"), "{line}");
    for variable in ["PATH=", "HOME=", "CARGO"] {
        assert!(!line.contains(variable), "{line}");
    }
    let real = fs::canonicalize(folder.path()).expect("its name");
    assert!(line.ends_with(&real.display().to_string()), "{line}");
}

#[tokio::test]
async fn nothing_leads_out_of_the_folder() {
    let folder = script("echo in");
    let below = folder.path().join("own");
    fs::create_dir(&below).expect("a folder");
    write(&below, "check", "echo below");
    symlink("/bin/echo", folder.path().join("out")).expect("a link");
    symlink("/bin", folder.path().join("bin")).expect("a link");
    symlink("own/check", folder.path().join("other")).expect("a link");
    fs::write(folder.path().join("text"), "no program").expect("a file");
    for (program, said) in [
        ("out", "the program out lies outside the folder that is allowed"),
        ("bin/echo", "the program bin/echo lies outside the folder that is allowed"),
        ("own", "own is no program"),
        ("text", "the program text cannot be started: "),
        ("gone", "there is no program gone: "),
    ] {
        let seen = ask_through(&spec("command", json!({"program": program})), &clients(folder.path())).await;
        let (reason, message) = trouble(&seen);
        assert_eq!(reason, Reason::Config, "{program}");
        assert!(message.starts_with(said), "{program}: {message}");
    }
    for (program, said) in [("own/check", "below"), ("other", "below"), ("check", "in")] {
        let asked = about("command", json!({"program": program}), "line");
        assert_eq!(text(&ask_through(&asked, &clients(folder.path())).await, "line"), said);
    }
}

#[tokio::test]
async fn without_a_folder_nothing_is_run() {
    let seen = ask(&spec("command", json!({"program": "check_tcp"}))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Config);
    assert!(message.contains("command_folder"), "{message}");
}

#[tokio::test]
async fn a_secret_that_a_program_says_again_is_masked() {
    let folder = script("echo \"I was told $1\"; echo \"and $TOKEN\" >&2; echo \"$1|'$1'=1\"; exit 2");
    let clients = filling_through(clients(folder.path()), "quiet-as-night");
    let options = json!({"program": "check", "arguments": ["${secret:ERP}"], "env": {"TOKEN": "${secret:ERP}"}});
    let seen = ask_through(&about("command", options, "line stderr long"), &clients).await;
    assert_eq!(text(&seen, "line"), "I was told (redacted)");
    assert_eq!(seen.status_trouble.as_ref().expect("what it says").message, "I was told (redacted)");
    let all = format!("{seen:?}");
    assert!(!all.contains("quiet-as-night") && !all.contains("quiet_as_night"), "{all}");
    assert!(seen.facts.measures().contains_key("redacted"), "{all}");
}
