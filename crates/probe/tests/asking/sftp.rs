//! Asking real servers: OpenSSH by keys, asyncssh by a password.

use std::{fs, path::Path, process::Command};

use model::{Clock, Reason, Span, SystemClock};
use probe::{Asking, Clients};
use rules::assess::{Fact, Observation};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    child::{Running, free_port, program, start},
    harness::{PATIENT, built, spec, trouble},
    server::Server,
};

const INSTALL: &str = "apt-get install openssh-server";

struct Ssh {
    port: u16,
    host_key: String,
    user_key: String,
    folder: TempDir,
    _running: Running,
}

/// OpenSSH for the one who runs the tests, with a key of this kind for him.
fn ssh(kind: &str) -> Ssh {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    for (name, kind) in [("host", "ed25519"), ("user", kind)] {
        let made = Command::new("ssh-keygen").args(["-q", "-t", kind, "-N", "", "-C", "", "-f", &at(name)]).status();
        assert!(made.expect("ssh-keygen").success(), "{INSTALL}");
    }
    let shown = Command::new("ssh-keygen").args(["-lf", &at("host.pub")]).output().expect("ssh-keygen");
    let shown = String::from_utf8(shown.stdout).expect("text");
    let host_key = shown.split(' ').nth(1).expect("a fingerprint").to_owned();
    // Where root runs it, it wants the folder that its service would make.
    if fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0) {
        fs::create_dir_all("/run/sshd").expect("a folder for sshd");
    }
    fs::create_dir(at("out")).expect("a folder");
    for (name, size) in [("a.csv", 10), ("b.csv", 20), ("b.csv.part", 1)] {
        fs::write(folder.path().join("out").join(name), "x".repeat(size)).expect("written");
    }
    fs::create_dir(folder.path().join("out/old.csv")).expect("a folder");
    let port = free_port();
    let settings = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\nUsePAM no\n\
         PasswordAuthentication no\nKbdInteractiveAuthentication no\nPidFile none\nSubsystem sftp internal-sftp\n",
        at("host"),
        at("user.pub")
    );
    fs::write(at("settings"), settings).expect("written");
    let mut command = Command::new(program("sshd"));
    command.args(["-D", "-e", "-f", &at("settings")]);
    let (running, _ready) = start(command, "Server listening on", INSTALL);
    let user_key = fs::read_to_string(at("user")).expect("a key");
    Ssh { port, host_key, user_key, folder, _running: running }
}

fn user() -> String {
    let said = Command::new("id").arg("-un").output().expect("id");
    String::from_utf8(said.stdout).expect("text").trim().to_owned()
}

fn options(ssh: &Ssh, more: Value) -> Value {
    let mut options = json!({
        "host": "127.0.0.1", "port": ssh.port, "host_key": ssh.host_key, "username": user(),
        "private_key": ssh.user_key, "folder": ssh.folder.path().join("out").display().to_string(),
    });
    let (Value::Object(into), Value::Object(more)) = (&mut options, more) else { panic!("objects") };
    into.extend(more);
    options
}

/// Asks by the time that it is, which is what the files were made by.
async fn ask_now(options: Value) -> Observation {
    ask_within(options, PATIENT).await
}

async fn ask_within(options: Value, timeout: Span) -> Observation {
    let clients = Clients::new().expect("clients");
    built(&spec("sftp", options), &clients).ask(&Asking { at: SystemClock.now(), timeout }).await
}

#[tokio::test]
async fn files_that_fit_are_counted_for_who_signs_in_by_a_key() {
    for kind in ["ed25519", "ecdsa", "rsa"] {
        let ssh = ssh(kind);

        let seen = ask_now(options(&ssh, json!({"pattern": "*.csv"}))).await;

        assert_eq!(seen.trouble, None, "{kind}");
        assert_eq!(seen.facts.get("count"), Some(&Fact::Int(2)), "folders and half-written files do not count");
        assert_eq!(seen.facts.get("listed"), Some(&Fact::Int(3)));
        assert_eq!(seen.facts.get("total_size"), Some(&Fact::Int(30)));
        assert_eq!(seen.facts.get("smallest_size"), Some(&Fact::Int(10)));
        let Some(Fact::DurationUs(age)) = seen.facts.get("newest_age") else { panic!("an age") };
        assert!((0..60_000_000).contains(age), "{age}");
        for step in ["handshake_time", "login_time", "list_time"] {
            assert!(matches!(seen.facts.get(step), Some(Fact::DurationUs(0..))), "{step}");
        }
        assert!(seen.phases.connect_us.is_some() && seen.phases.first_byte_us.is_some(), "{:?}", seen.phases);
        assert!(!format!("{seen:?}").contains("PRIVATE KEY"), "the key is kept nowhere");
    }
}

#[tokio::test]
async fn a_key_that_a_password_protects_is_unlocked_by_it() {
    let ssh = ssh("ed25519");
    let file = ssh.folder.path().join("user");
    let mut lock = Command::new("ssh-keygen");
    lock.args(["-q", "-p", "-P", "", "-N", "four unrelated words", "-f"]).arg(&file);
    assert!(lock.status().expect("ssh-keygen").success());
    let key = fs::read_to_string(&file).expect("a key");
    let with = |password: Option<&str>| options(&ssh, json!({"private_key": key, "private_key_password": password}));

    // The same probe asks again with the key that it has unlocked.
    let probe = built(&spec("sftp", with(Some("four unrelated words"))), &Clients::new().expect("clients"));
    for _ask in 0..2 {
        let seen = probe.ask(&Asking { at: SystemClock.now(), timeout: PATIENT }).await;
        assert_eq!(seen.trouble, None);
        assert!(!format!("{seen:?}").contains("unrelated"), "the password is kept nowhere");
    }

    let seen = ask_now(with(Some("other words"))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Config, "{message}");
    assert!(message.starts_with("options.private_key cannot be opened by private_key_password: "), "{message}");

    let clients = Clients::new().expect("clients");
    let faults = probe::build(&spec("sftp", with(None)), &clients).map(|_| ()).expect_err("a fault");
    assert_eq!(faults[0].field, "options.private_key");
}

#[tokio::test]
async fn many_files_are_listed_to_the_end_or_to_the_limit() {
    let ssh = ssh("ed25519");
    for number in 0..500 {
        fs::write(ssh.folder.path().join(format!("out/{number:03}.txt")), "").expect("written");
    }
    let seen = ask_now(options(&ssh, json!({"pattern": "???.txt"}))).await;
    assert_eq!((seen.facts.get("count"), seen.facts.get("listed")), (Some(&Fact::Int(500)), Some(&Fact::Int(503))));

    let seen = ask_now(options(&ssh, json!({"max_files": 502}))).await;
    let message = format!("127.0.0.1:{} listed more than 502 files: see max_files", ssh.port);
    assert_eq!(trouble(&seen), (Reason::TooLarge, message.as_str()));
}

#[tokio::test]
async fn a_server_with_another_key_is_never_trusted() {
    let ssh = ssh("ed25519");
    let other = format!("SHA256:{}", "A".repeat(43));
    let seen = ask_now(options(&ssh, json!({"host_key": other}))).await;
    let message = format!("127.0.0.1:{} shows the key {}, which is not the one of host_key", ssh.port, ssh.host_key);
    assert_eq!(trouble(&seen), (Reason::Tls, message.as_str()));

    let seen = ask_now(options(&ssh, json!({"host_key": [other, ssh.host_key]}))).await;
    assert_eq!(seen.trouble, None, "while a key is changed, both are trusted");
}

#[tokio::test]
async fn what_is_refused_is_told() {
    let (ssh, stranger) = (ssh("ed25519"), ssh("ed25519"));
    let seen = ask_now(options(&ssh, json!({"private_key": stranger.user_key}))).await;
    let message = format!("127.0.0.1:{} does not let {} sign in that way; it would take publickey", ssh.port, user());
    assert_eq!(trouble(&seen), (Reason::Auth, message.as_str()));

    let seen = ask_now(options(&ssh, json!({"folder": "/nowhere"}))).await;
    let message = format!("127.0.0.1:{} does not list /nowhere: No such file or directory", ssh.port);
    let (reason, said) = trouble(&seen);
    assert_eq!(reason, Reason::NotFound);
    assert!(said.eq_ignore_ascii_case(&message) || said.contains("No such file"), "{said}");
}

/// A folder with one file, behind a server that knows `ada` by her password and asks for it in this way.
struct ByPassword {
    port: u16,
    host_key: String,
    _folder: TempDir,
    _running: Running,
}

impl ByPassword {
    fn asking(how: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("export.csv"), "12345").expect("written");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asking/peers/sftp.py");
        let mut command = Command::new(std::env::var_os("PEERS_PYTHON").unwrap_or_else(|| "python3".into()));
        command.arg(script).arg(folder.path()).arg(how);
        let (running, line) = start(command, "ready ", "pip install asyncssh");
        let words: Vec<&str> = line.split(' ').collect();
        let (port, host_key) = (words[1].parse().expect("a port"), words[2].to_owned());
        Self { port, host_key, _folder: folder, _running: running }
    }

    async fn ask(&self, password: &str) -> Observation {
        ask_now(json!({
            "host": "127.0.0.1", "port": self.port, "host_key": self.host_key, "username": "ada", "password": password,
            "folder": "/",
        }))
        .await
    }
}

#[tokio::test]
async fn a_user_may_sign_in_by_a_password_however_it_is_asked_for() {
    for how in ["password", "alone"] {
        let server = ByPassword::asking(how);

        let seen = server.ask("four unrelated words").await;
        assert_eq!(seen.trouble, None, "{how}");
        assert_eq!(seen.facts.get("newest_name"), Some(&Fact::from("export.csv")), "{how}");
        assert_eq!(seen.facts.get("newest_size"), Some(&Fact::Int(5)), "{how}");
        assert!(!format!("{seen:?}").contains("unrelated"), "the password is kept nowhere");

        let seen = server.ask("wrong words").await;
        let (reason, message) = trouble(&seen);
        assert_eq!(reason, Reason::Auth, "{how}: {message}");
        assert!(message.contains("does not let ada sign in that way"), "{how}: {message}");
    }
}

#[tokio::test]
async fn who_asks_for_more_than_a_password_is_told_and_given_nothing() {
    for (how, words) in [
        ("code", "asks ada for more after the password: `Code:`"),
        ("shown", "asks ada for something that is shown while it is typed, which no password is: `Name:`"),
        ("two", "asks ada for 2 things at once, where a password alone is given"),
        ("endless", "asks ada more than 8 times before it lets anybody in"),
    ] {
        let server = ByPassword::asking(how);

        let seen = server.ask("four unrelated words").await;

        let message = format!("127.0.0.1:{} {words}", server.port);
        assert_eq!(trouble(&seen), (Reason::Auth, message.as_str()), "{how}");
        assert!(!format!("{seen:?}").contains("unrelated"), "the password is kept nowhere");
    }
}

#[tokio::test]
async fn what_is_no_ssh_or_stays_silent_is_told_and_left() {
    let host_key = format!("SHA256:{}", "A".repeat(43));
    let options = |port: u16| json!({"host": "127.0.0.1", "port": port, "host_key": host_key, "username": "ada", "password": "four words"});
    let web = Server::raw(|mut stream, _| async move {
        let _gone = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _gone = stream.shutdown().await;
        while stream.read(&mut [0; 512]).await.is_ok_and(|count| count > 0) {}
    })
    .await;
    let seen = ask_now(options(web.address.port())).await;
    assert!(matches!(trouble(&seen).0, Reason::Protocol | Reason::Connect), "{:?}", seen.trouble);

    let (told, mut left) = tokio::sync::mpsc::unbounded_channel();
    let silent = Server::raw(move |mut stream, _| {
        let told = told.clone();
        async move {
            let _gone = stream.write_all(b"SSH-2.0-silent\r\n").await;
            while stream.read(&mut [0; 512]).await.is_ok_and(|count| count > 0) {}
            let _unheard = told.send(());
        }
    })
    .await;
    let seen = ask_within(options(silent.address.port()), Span::ms(300)).await;
    let message = format!("no answer from {} within 300ms (waiting for the server's key)", silent.address);
    assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
    left.recv().await.expect("the connection ends with the attempt, and nothing waits behind it");
}
