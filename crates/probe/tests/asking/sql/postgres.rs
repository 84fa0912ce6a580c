//! A real PostgreSQL.

use std::path::PathBuf;

use model::{Reason, Span};
use rules::assess::Fact;
use serde_json::{Value, json};

use super::{Home, PASSWORD, cell, outside};
use crate::{
    child::{Running, free_port, start},
    harness::{about, ask_through, ask_within, spec, trouble},
};

const INSTALL: &str = "apt-get install postgresql";

struct Database {
    port: u16,
    _running: Running,
    home: Home,
}

/// `initdb`, `postgres` or `psql`, of PATH or of the newest of Debian's folders.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = folders.map(|entry| entry.path().join("bin")).collect();
    folders.sort_by_key(|folder| std::cmp::Reverse(folder.to_string_lossy().len()));
    std::env::split_paths(&path)
        .chain(folders.into_iter().rev())
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{name} is missing: {INSTALL}"))
}

/// A server with a table and three users: one signs in by SCRAM, one by MD5, one owns it all.
fn postgres() -> Database {
    let home = Home::new();
    home.write("words", PASSWORD);
    let data = home.path("data");
    let words = format!("--pwfile={}", home.path("words"));
    let all = [
        "--auth-local=trust",
        "--auth-host=md5",
        &words,
        "--username=owner",
        "--encoding=UTF8",
        "--no-sync",
        "-D",
        &data,
    ];
    home.run(program("initdb"), &all, INSTALL);
    let port = free_port();
    let mut command = home.command(program("postgres"));
    let socket = home.path("");
    command.args(["-D", &data, "-p", &port.to_string(), "-k", socket.trim_end_matches('/')]);
    for setting in ["listen_addresses=127.0.0.1", "fsync=off", "ssl=on"] {
        command.args(["-c", setting]);
    }
    command.args(["-c", &format!("ssl_cert_file={}", home.path("certificate.pem"))]);
    command.args(["-c", &format!("ssl_key_file={}", home.path("key.pem"))]);
    let (running, _ready) = start(command, "ready to accept connections", INSTALL);
    let told = format!(
        "create table orders (amount numeric, placed timestamptz, paid boolean, note text); \
         insert into orders values (12.50, now() - interval '90 s', true, null), (7, now() - interval '10 s', false, 'ä'); \
         create role reader login password '{PASSWORD}'; \
         set password_encryption = md5; create role old login password '{PASSWORD}'; \
         grant select on orders to reader, old;"
    );
    let port_text = port.to_string();
    let place = ["-h", socket.trim_end_matches('/'), "-p", &port_text, "-U", "owner", "-v", "ON_ERROR_STOP=1"];
    home.run(program("psql"), &[&place[..], &["-d", "postgres", "-qc", &told]].concat(), INSTALL);
    Database { port, _running: running, home }
}

fn options(database: &Database, user: &str, query: &str, more: Value) -> Value {
    let url = format!("postgres://{user}@db.example:{}/postgres", database.port);
    let mut options = json!({"url": url, "password": PASSWORD, "query": query});
    let (Value::Object(into), Value::Object(more)) = (&mut options, more) else { panic!("objects") };
    into.extend(more);
    options
}

#[tokio::test]
async fn rows_are_told_by_their_types_to_who_signs_in_in_either_way() {
    let database = postgres();
    let clients = database.home.clients();
    let query = "select count(*) as waiting, extract(epoch from now() - min(placed)) as age_s, sum(amount) as amount, \
                 bool_or(paid) as paid, max(note) as note, null::int as nothing, \
                 (select count(*) from pg_stat_activity where application_name = 'bridgewatch' and usename = current_user) as probes from orders";
    for (user, tls) in [("reader", true), ("old", false)] {
        let seen = ask_through(
            &about("sql", options(&database, user, query, json!({"tls": tls})), "rows[0].age_s < 900 cert"),
            &clients,
        )
        .await;

        assert_eq!(seen.trouble, None, "{user}");
        assert_eq!(cell(&seen, 0, "waiting"), &Fact::Int(2));
        let Fact::Double(age) = cell(&seen, 0, "age_s") else { panic!("an age: {:?}", cell(&seen, 0, "age_s")) };
        assert!((90.0..200.0).contains(age), "{age}");
        assert_eq!(cell(&seen, 0, "amount"), &Fact::Double(19.5));
        assert_eq!(cell(&seen, 0, "paid"), &Fact::Bool(true));
        assert_eq!(cell(&seen, 0, "note"), &Fact::from("ä"));
        assert_eq!(cell(&seen, 0, "nothing"), &Fact::Null);
        assert_eq!(cell(&seen, 0, "probes"), &Fact::Int(1), "one connection and no more");
        assert_eq!(seen.facts.get("value"), Some(&Fact::Int(2)));
        assert_eq!(seen.facts.get("row_count"), Some(&Fact::Int(1)));
        assert_eq!(seen.facts.get("cert").is_some(), tls);
        assert_eq!(seen.phases.tls_us.is_some(), tls, "{:?}", seen.phases);
        assert!(seen.phases.connect_us.is_some() && seen.phases.transfer_us.is_some(), "{:?}", seen.phases);
        for step in ["login_time", "query_time"] {
            assert!(matches!(seen.facts.get(step), Some(Fact::DurationUs(0..))), "{step}");
        }
        assert!(!format!("{seen:?}").contains("unrelated"), "the password is kept nowhere: {seen:?}");
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_told_in_its_words() {
    let database = postgres();
    let clients = database.home.clients();
    let ask = async |user: &str, query: &str, more: Value| {
        ask_through(&spec("sql", options(&database, user, query, more)), &clients).await
    };
    let deleting = "with gone as (delete from orders returning 1) select count(*) from gone";
    let wide = "select repeat('x', 200000)";
    for (user, query, more, reason, words) in [
        ("reader", "select 1", json!({"password": "wrong words"}), Reason::Auth, "answered 28P01: "),
        ("owner", deleting, json!({}), Reason::Config, "answered 25006: "),
        ("reader", "select * from pg_authid", json!({}), Reason::Auth, "answered 42501: "),
        ("reader", "select 1; select 2", json!({}), Reason::ClientError, "answered 42601: "),
        ("reader", "select $1", json!({}), Reason::ClientError, "answered "),
        ("reader", "select nonsense", json!({}), Reason::ClientError, "answered 42703: "),
        ("reader", "select generate_series(1, 4)", json!({"max_rows": 3}), Reason::TooLarge, "more than 3 rows"),
        ("reader", wide, json!({"max_bytes": 1_000}), Reason::TooLarge, "bytes"),
        ("reader", "select pg_sleep(30)", json!({"statement_timeout": "200ms"}), Reason::Timeout, "answered 57014: "),
    ] {
        let seen = ask(user, query, more).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{query}: {message}");
        assert!(message.contains(words), "{query}: {message}");
    }
    let url = format!("postgres://reader@db.example:{}/nowhere", database.port);
    let seen = ask("reader", "select 1", json!({"url": url})).await;
    assert_eq!(trouble(&seen).0, Reason::NotFound);
    let seen = ask("reader", "select generate_series(1, 3) as n", json!({"max_rows": 3})).await;
    assert_eq!(cell(&seen, 2, "n"), &Fact::Int(3), "as many as there may be");
    let seen = ask("owner", "select count(*) from orders", json!({})).await;
    assert_eq!(seen.facts.get("value"), Some(&Fact::Int(2)), "nothing was deleted");
}

#[tokio::test]
async fn a_query_that_nobody_waits_for_any_more_ends_on_the_server_too() {
    let database = postgres();
    let clients = database.home.clients();
    let sleeping = options(&database, "reader", "select pg_sleep(600)", json!({}));
    let seen = ask_within(&spec("sql", sleeping), &clients, Span::ms(700)).await;
    assert_eq!(trouble(&seen).0, Reason::Timeout);

    // Asked until it is gone; the test's own limit ends it otherwise.
    let still = "select count(*) from pg_stat_activity where query = 'select pg_sleep(600)' and state = 'active'";
    let still = spec("sql", options(&database, "owner", still, json!({})));
    for _again in 0..2_000 {
        if ask_through(&still, &clients).await.facts.get("value") == Some(&Fact::Int(0)) {
            return;
        }
    }
    panic!("it still runs");
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_is_trouble() {
    let database = postgres();
    let stranger = probe::Clients::of(outside()).expect("clients");
    let secure = spec("sql", options(&database, "reader", "select 1", json!({"tls": true})));
    let message = format!("the certificate of db.example:{} is not trusted: its issuer is unknown", database.port);
    assert_eq!(trouble(&ask_through(&secure, &stranger).await), (Reason::Tls, message.as_str()));
}
