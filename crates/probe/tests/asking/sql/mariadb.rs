//! A real `MariaDB`, which speaks the protocol of `MySQL`.

use model::{Reason, Span};
use rules::assess::Fact;
use serde_json::{Value, json};

use super::{Home, PASSWORD, cell};
use crate::{
    child::{Running, free_port, program, start},
    harness::{about, ask_through, ask_within, spec, trouble},
};

const INSTALL: &str = "apt-get install mariadb-server";

struct Database {
    port: u16,
    _running: Running,
    home: Home,
}

/// A server with a table and a user who may read it, and one who may do everything.
fn mariadb() -> Database {
    let home = Home::new();
    let data = format!("--datadir={}", home.path("data"));
    let all =
        ["--no-defaults", &data, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"];
    home.run("mariadb-install-db", &all, INSTALL);
    home.write(
        "begin.sql",
        &format!(
            "SET NAMES utf8mb4;\nCREATE DATABASE shop CHARACTER SET utf8mb4;\n\
             CREATE TABLE shop.orders (amount DECIMAL(10, 2), placed DATETIME, paid BOOLEAN, note TEXT);\n\
             INSERT INTO shop.orders VALUES (12.50, NOW() - INTERVAL 90 SECOND, TRUE, NULL), (7, NOW(), FALSE, 'ä');\n\
             CREATE USER reader@'%' IDENTIFIED BY '{PASSWORD}';\n\
             CREATE USER owner@'%' IDENTIFIED BY '{PASSWORD}';\n\
             GRANT SELECT ON shop.* TO reader@'%';\n\
             GRANT ALL ON *.* TO owner@'%';\n"
        ),
    );
    let port = free_port();
    let mut command = home.command(program("mariadbd"));
    command.args([
        "--no-defaults",
        "--bind-address=127.0.0.1",
        "--skip-name-resolve",
        "--innodb-flush-method=fsync",
        &data,
    ]);
    for (setting, file) in [
        ("socket", "socket"),
        ("pid-file", "pid"),
        ("init-file", "begin.sql"),
        ("ssl-cert", "certificate.pem"),
        ("ssl-key", "key.pem"),
    ] {
        command.arg(format!("--{setting}={}", home.path(file)));
    }
    command.arg(format!("--port={port}"));
    let (running, _ready) = start(command, "ready for connections", INSTALL);
    Database { port, _running: running, home }
}

fn options(database: &Database, user: &str, query: &str, more: Value) -> Value {
    let url = format!("mysql://{user}@db.example:{}/shop", database.port);
    let mut options = json!({"url": url, "password": PASSWORD, "query": query});
    let (Value::Object(into), Value::Object(more)) = (&mut options, more) else { panic!("objects") };
    into.extend(more);
    options
}

#[tokio::test]
async fn rows_are_told_by_their_types_with_and_without_tls() {
    let database = mariadb();
    let clients = database.home.clients();
    let query = "select count(*) as waiting, timestampdiff(second, min(placed), now()) as age_s, sum(amount) as amount, \
                 max(note) as note, null as nothing from orders";
    for tls in [false, true] {
        let options = options(&database, "reader", query, json!({"tls": tls}));
        let seen = ask_through(&about("sql", options, "rows[0].age_s < 900 cert"), &clients).await;

        assert_eq!(seen.trouble, None, "{tls}");
        assert_eq!(cell(&seen, 0, "waiting"), &Fact::Int(2));
        let Fact::Int(age) = cell(&seen, 0, "age_s") else { panic!("an age: {:?}", cell(&seen, 0, "age_s")) };
        assert!((90..200).contains(age), "{age}");
        assert_eq!(cell(&seen, 0, "amount"), &Fact::Double(19.5));
        assert_eq!(cell(&seen, 0, "note"), &Fact::from("ä"));
        assert_eq!(cell(&seen, 0, "nothing"), &Fact::Null);
        assert_eq!(seen.facts.get("cert").is_some(), tls);
        assert_eq!(seen.phases.tls_us.is_some(), tls, "{:?}", seen.phases);
        assert!(!format!("{seen:?}").contains("unrelated"), "the password is kept nowhere: {seen:?}");
    }
}

#[tokio::test]
async fn what_the_server_refuses_is_told_in_its_words() {
    let database = mariadb();
    let clients = database.home.clients();
    let ask = async |user: &str, query: &str, more: Value| {
        ask_through(&spec("sql", options(&database, user, query, more)), &clients).await
    };
    for (user, query, more, reason, words) in [
        ("reader", "select 1", json!({"password": "wrong words"}), Reason::Auth, "answered 1045: "),
        ("owner", "select * from nothing", json!({}), Reason::ClientError, "answered 1146: "),
        ("reader", "select * from mysql.user", json!({}), Reason::Auth, "answered 1142: "),
        ("reader", "select 1; select 2", json!({}), Reason::ClientError, "answered 1064: "),
        ("reader", "select seq from seq_1_to_4", json!({"max_rows": 3}), Reason::TooLarge, "more than 3 rows"),
        ("reader", "select repeat('x', 200000)", json!({"max_bytes": 1_000}), Reason::TooLarge, "bytes"),
        ("reader", "select sleep(30)", json!({"statement_timeout": "200ms"}), Reason::Timeout, "answered 1969: "),
    ] {
        let seen = ask(user, query, more).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{query}: {message}");
        assert!(message.contains(words), "{query}: {message}");
    }
    let url = format!("mysql://owner@db.example:{}/nowhere", database.port);
    assert_eq!(trouble(&ask("owner", "select 1", json!({"url": url})).await).0, Reason::NotFound);
    let seen = ask("owner", "select @@session.tx_read_only as closed", json!({})).await;
    assert_eq!(cell(&seen, 0, "closed"), &Fact::Int(1), "the transaction reads only");
    let seen = ask("reader", "select repeat('x', 100) as long_one from seq_1_to_3", json!({"max_rows": 3})).await;
    assert_eq!(cell(&seen, 2, "long_one"), &Fact::from("x".repeat(100).as_str()));
}

#[tokio::test]
async fn a_query_that_nobody_waits_for_any_more_ends_on_the_server_too() {
    let database = mariadb();
    let clients = database.home.clients();
    let sleeping = options(&database, "reader", "select sleep(600)", json!({}));
    let seen = ask_within(&spec("sql", sleeping), &clients, Span::ms(700)).await;
    assert_eq!(trouble(&seen).0, Reason::Timeout);

    let still = "select count(*) from information_schema.processlist where info = 'select sleep(600)'";
    let still = spec("sql", options(&database, "owner", still, json!({})));
    for _again in 0..2_000 {
        if ask_through(&still, &clients).await.facts.get("value") == Some(&Fact::Int(0)) {
            return;
        }
    }
    panic!("it still runs");
}
