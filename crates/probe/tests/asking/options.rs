//! What is written wrong is named, all of it at once.

use model::Fault;
use probe::{Clients, build, kinds};
use rules::kind::Kind;
use serde_json::{Value, json};

use crate::harness::spec;

fn faults(kind: &str, options: Value) -> Vec<Fault> {
    build(&spec(kind, options), &Clients::new().expect("clients")).map(|_| ()).expect_err("faults")
}

fn fields(kind: &str, options: Value) -> Vec<String> {
    let mut fields: Vec<String> = faults(kind, options).into_iter().map(|fault| fault.field).collect();
    fields.sort();
    fields
}

#[test]
#[expect(clippy::too_many_lines, reason = "one table")]
fn every_wrong_option_is_named() {
    for (kind, options, wrong) in [
        ("http", json!({}), vec!["options.url"]),
        ("http", json!({"url": "erp.example"}), vec!["options.url"]),
        ("http", json!({"url": "ftp://erp.example/"}), vec!["options.url"]),
        (
            "http",
            json!({"url": 7, "method": "FETCH", "urll": "x"}),
            vec!["options.method", "options.url", "options.urll"],
        ),
        ("http", json!({"url": "http://a/", "max_body_bytes": 0}), vec!["options.max_body_bytes"]),
        ("http", json!({"url": "http://a/", "follow_redirects": "yes"}), vec!["options.follow_redirects"]),
        ("http", json!({"url": "http://a/", "headers": {"a b": "c"}}), vec!["options.headers.a b"]),
        ("http", json!({"url": "http://a/", "headers": {"a": "b\nc"}}), vec!["options.headers.a"]),
        (
            "http",
            json!({"url": "http://a/", "headers": {"Content-Length": "3"}}),
            vec!["options.headers.Content-Length"],
        ),
        ("http", json!({"url": "http://a/", "headers": ["a"]}), vec!["options.headers"]),
        ("http", json!({"url": "http://a/", "password": "p"}), vec!["options.username"]),
        ("http", json!({"url": "http://a/", "username": "u", "bearer": "t"}), vec!["options.bearer"]),
        ("http", json!({"url": "http://a/", "bearer": "t\n"}), vec!["options.bearer"]),
        ("http", json!({"url": "http://a/", "body": "b", "body_json": 1}), vec!["options.body_json"]),
        ("http", json!({"url": "http://a/", "graphql": {"variables": [1]}}), vec!["options.graphql.query"]),
        (
            "http",
            json!({"url": "http://a/", "graphql": {"query": "q", "variables": [1]}}),
            vec!["options.graphql.variables"],
        ),
        ("http", json!({"url": "http://a/", "api_key_header": "k"}), vec!["options.api_key"]),
        (
            "http",
            json!({"url": "http://a/", "api_key": "k", "api_key_header": "h", "api_key_query": "q"}),
            vec!["options.api_key_query"],
        ),
        (
            "http",
            json!({"url": "http://a/", "bearer": "t", "oauth2": {"url": "b", "client_id": "c", "send_in": "x"}}),
            vec!["options.oauth2", "options.oauth2.send_in", "options.oauth2.url"],
        ),
        ("http", json!({"url": "http://a/", "proxy": "socks5://b"}), vec!["options.proxy"]),
        ("http", json!({"url": "http://a/", "proxy": format!("https://{}.b/", "p".repeat(64))}), vec!["options.proxy"]),
        ("http", json!({"url": "http://a/", "proxy": "http://b", "resolve": "1.2.3.4"}), vec!["options.resolve"]),
        (
            "http",
            json!({"url": "http://a/", "http_version": "3", "max_redirects": 0}),
            vec!["options.http_version", "options.max_redirects"],
        ),
        ("http_steps", json!({}), vec!["options.steps"]),
        ("http_steps", json!({"steps": []}), vec!["options.steps"]),
        (
            "http_steps",
            json!({"steps": [
                {"name": "a", "url": "http://a/", "extract": [{"name": "T", "from_json": "a..b", "regex": "("}]},
                {"name": "a", "url": "http://a/", "headers": {"x y": "z"}},
                {"name": "b", "url": "http://a/", "assert": ["nothing == 1"]},
                {"name": "c", "url": "http://a/", "body": "${b.x}"},
                {"name": "d", "url": "http://a/", "bearer": "t", "oauth2": {"url": "b", "client_id": "c"}},
            ]}),
            vec![
                "options.steps[0].extract[0].from_json",
                "options.steps[0].extract[0].name",
                "options.steps[0].extract[0].regex",
                "options.steps[1].headers.x y",
                "options.steps[1].name",
                "options.steps[2].assert[0]",
                "options.steps[3].name",
                "options.steps[4].oauth2",
                "options.steps[4].oauth2.url",
            ],
        ),
        ("prometheus", json!({"url": "http://a/"}), vec!["options.query"]),
        ("tcp", json!({}), vec!["options.host", "options.port"]),
        ("tcp", json!({"host": "", "port": 70_000}), vec!["options.host", "options.port"]),
        ("tcp", json!({"host": "a", "port": 1, "tls": true, "starttls": "smtp"}), vec!["options.starttls"]),
        ("tcp", json!({"host": "a b", "port": 1, "resolve": "b"}), vec!["options.host", "options.resolve"]),
        ("tls", json!({"host": "a", "tls_ca": "none", "alpn": [""]}), vec!["options.alpn", "options.tls_ca"]),
        ("tls", json!({"host": "a", "tls_client_key": "k"}), vec!["options.tls_client_certificate"]),
        ("dns", json!({"type": "B", "server": "a/b"}), vec!["options.query", "options.server", "options.type"]),
        ("dns", json!({"query": ""}), vec!["options.query"]),
        (
            "icmp",
            json!({"host": "", "count": 0, "interval": "often"}),
            vec!["options.count", "options.host", "options.interval"],
        ),
        ("redis", json!({"host": "a", "username": "u"}), vec!["options.password"]),
        (
            "smtp",
            json!({"host": "a", "to": "b@c>\r\nDATA", "username": "u"}),
            vec!["options.from", "options.password", "options.to"],
        ),
        ("smtp", json!({"host": "a", "starttls": true, "tls": true}), vec!["options.starttls"]),
        ("sql", json!({}), vec!["options.query", "options.url"]),
        ("sql", json!({"url": "oracle://a@b/c", "query": "call x()"}), vec!["options.query", "options.url"]),
        (
            "sql",
            json!({"url": "postgres://b/c", "query": "select 1", "max_rows": 0}),
            vec!["options.max_rows", "options.url"],
        ),
        ("sql", json!({"file": "/shop.db", "url": "mysql://a@b/c", "query": "select 1"}), vec!["options.file"]),
        ("sql", json!({"url": "mysql://a:p@b/c", "query": "select 1", "password": "p"}), vec!["options.password"]),
        ("sql", json!({"url": "postgres://a@b/c?sslmode=disable", "query": "select 1"}), vec!["options.url"]),
        ("sql", json!({"file": "shop.db", "query": "select 1"}), vec!["options.file"]),
        ("sftp", json!({"host": "a", "username": "u"}), vec!["options.host_key", "options.password"]),
        (
            "sftp",
            json!({"host": "a", "username": "u", "host_key": "MD5:aa", "private_key": "k", "folder": ""}),
            vec!["options.folder", "options.host_key", "options.private_key"],
        ),
        ("s3", json!({}), vec!["options.bucket"]),
        ("s3", json!({"bucket": "a/b", "secret_key": "k"}), vec!["options.access_key", "options.bucket"]),
        (
            "s3",
            json!({"bucket": "a", "endpoint": "https://b/c", "style": "both"}),
            vec!["options.endpoint", "options.style"],
        ),
        ("s3", json!({"bucket": "${secret:B}", "style": "virtual"}), vec!["options.bucket"]),
        ("websocket", json!({"url": "http://a/"}), vec!["options.url"]),
        ("websocket", json!({"url": "ws://a/", "headers": {"Upgrade": "x"}}), vec!["options.headers.Upgrade"]),
        ("websocket", json!({"url": "ws://u:p@a/"}), vec!["options.url"]),
        ("websocket", json!({"url": "ws://a/", "proxy": "socks5://b"}), vec!["options.proxy"]),
        ("websocket", json!({"url": "ws://a/", "proxy": "http://b", "resolve": "1.2.3.4"}), vec!["options.resolve"]),
        ("grpc", json!({"host": "a"}), vec!["options.port"]),
        (
            "grpc",
            json!({"host": "a", "port": 1, "authority": "a b", "bearer": "a\nb", "metadata": {"grpc-timeout": "1S", "a b": "c"}}),
            vec!["options.authority", "options.bearer", "options.metadata.a b", "options.metadata.grpc-timeout"],
        ),
        (
            "mqtt",
            json!({"host": "a", "version": "5", "qos": 2, "password": "p", "read": "a#", "round_trip": "a/+"}),
            vec!["options.qos", "options.read", "options.round_trip", "options.username", "options.version"],
        ),
        (
            "amqp",
            json!({"url": "amqp://u:p@a/b/c", "username": "u", "queue": "", "round_trip": 1}),
            vec!["options.queue", "options.round_trip", "options.url", "options.username"],
        ),
        ("amqp", json!({"url": "amqp://a", "username": "u"}), vec!["options.password"]),
        ("amqp", json!({"url": "amqp://a", "mechanism": "external", "password": "p"}), vec!["options.mechanism"]),
        ("amqp", json!({"url": "mq.example:5672"}), vec!["options.url"]),
        (
            "kafka",
            json!({"host": "a", "topic": "a b", "group": "", "round_trip": "", "partition": -1, "username": "u"}),
            vec!["options.group", "options.partition", "options.round_trip", "options.sasl", "options.topic"],
        ),
        ("kafka", json!({"host": "a", "sasl": "scram-sha-256"}), vec!["options.password", "options.username"]),
        ("command", json!({}), vec!["options.program"]),
        ("command", json!({"program": "../env", "arguments": {}}), vec!["options.arguments", "options.program"]),
        ("command", json!({"program": "/bin/sh"}), vec!["options.program"]),
        ("command", json!({"program": "${secret:WHICH}"}), vec!["options.program"]),
        (
            "command",
            json!({"program": "a", "env": {"LD_PRELOAD": "b", "A=B": "c"}}),
            vec!["options.env", "options.env"],
        ),
        ("heartbeat", json!({}), vec!["kind"]),
        ("telepathy", json!({}), vec!["kind"]),
    ] {
        assert_eq!(fields(kind, options.clone()), wrong, "{kind} {options}");
    }
}

#[test]
fn a_fault_says_what_would_be_right() {
    let fault = faults("http", json!({"url": "http://a/", "method": "FETCH"})).remove(0);
    assert_eq!(
        fault.allowed.as_deref(),
        Some("one of GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, TRACE, PROPFIND, REPORT, SEARCH, QUERY")
    );
    let fault = faults("telepathy", json!({})).remove(0);
    assert_eq!(
        fault.allowed.as_deref(),
        Some(
            "one of http, http_steps, prometheus, tcp, tls, dns, icmp, sql, redis, sftp, s3, smtp, websocket, grpc, mqtt, amqp, kafka, command, heartbeat"
        )
    );
}

#[test]
fn the_table_tells_of_every_kind() {
    let names: Vec<&str> = kinds().iter().map(|kind| kind.name).collect();
    assert_eq!(
        names,
        [
            "http",
            "http_steps",
            "prometheus",
            "tcp",
            "tls",
            "dns",
            "icmp",
            "sql",
            "redis",
            "sftp",
            "s3",
            "smtp",
            "websocket",
            "grpc",
            "mqtt",
            "amqp",
            "kafka",
            "command",
            "heartbeat"
        ]
    );
    for kind in kinds() {
        assert_eq!(kind.counts_as_ask, kind.name != "heartbeat");
        assert!(kind.options.iter().all(|option| !option.help.is_empty()));
    }
    let http = Kind::find(kinds(), "http").expect("http");
    let secrets: Vec<&str> = http.options.iter().filter(|option| option.secret).map(|option| option.name).collect();
    assert_eq!(secrets, ["password", "bearer", "api_key", "tls_client_key"]);
}

#[test]
fn no_option_has_the_name_of_a_field_that_every_probe_has() {
    // Such an option could not be written beside the others, only below `options`.
    let probe = serde_json::to_value(spec("tcp", json!({}))).expect("a probe");
    let fields: Vec<&String> = probe.as_object().expect("fields").keys().collect();
    let absent = ["name", "cron", "time_zone", "retry_interval", "assert", "warn", "measures", "environment"];
    for kind in kinds() {
        for option in kind.options {
            let taken = fields.iter().any(|field| *field == option.name) || absent.contains(&option.name);
            assert!(!taken, "{}: {}", kind.name, option.name);
        }
    }
}
