//! Asking a real name server.

use std::process::Command;

use model::Reason;
use rules::assess::Fact;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    child::{Running, free_port, program, start},
    harness::{about, ask, spec, trouble},
    server::Server,
};

/// A dnsmasq that knows a few names and asks nobody.
fn dnsmasq() -> (Running, u16) {
    let port = free_port();
    let mut command = Command::new(program("dnsmasq"));
    let many: Vec<String> = (0..200).map(|number| format!("--txt-record=many.example,text number {number}")).collect();
    command.args(["--no-daemon", "--no-resolv", "--no-hosts", "--conf-file=/dev/null", "--bind-interfaces"]);
    command.args(["--listen-address=127.0.0.1", &format!("--port={port}"), "--log-facility=-", "--pid-file="]);
    command.args(["--host-record=erp.example,10.1.2.3,fd00::7,600", "--host-record=erp.example,10.1.2.4,600"]);
    command.args(["--cname=www.erp.example,erp.example,60", "--mx-host=erp.example,mail.example,10"]);
    command.args(["--txt-record=erp.example,v=spf1 -all", "--ptr-record=3.2.1.10.in-addr.arpa,erp.example"]);
    command.args(["--local=/example/"]).args(many);
    (start(command, "started, version", "apt-get install dnsmasq-base").0, port)
}

fn question(port: u16, name: &str, record_type: &str, more: Value) -> Value {
    let mut options = json!({"server": "127.0.0.1", "port": port, "query": name, "type": record_type});
    let (Value::Object(into), Value::Object(more)) = (&mut options, more) else { panic!("objects") };
    into.extend(more);
    options
}

fn texts(texts: &[&str]) -> Fact {
    Fact::List(texts.iter().map(|text| Fact::from(*text)).collect())
}

#[tokio::test]
async fn records_of_many_types_are_facts() {
    let (_running, port) = dnsmasq();
    for (name, record_type, answers) in [
        ("erp.example", "AAAA", vec!["fd00::7"]),
        ("erp.example", "MX", vec!["10 mail.example"]),
        ("erp.example", "TXT", vec!["v=spf1 -all"]),
        ("www.erp.example", "CNAME", vec!["erp.example"]),
        ("10.1.2.3", "PTR", vec!["erp.example"]),
    ] {
        let seen = ask(&spec("dns", question(port, name, record_type, json!({})))).await;
        assert_eq!(seen.trouble, None, "{name} {record_type}");
        assert_eq!(seen.facts.get("answers"), Some(&texts(&answers)), "{name} {record_type}");
        assert_eq!(seen.facts.get("rcode"), Some(&Fact::from("NOERROR")));
        assert_eq!(seen.facts.get("protocol"), Some(&Fact::from("udp")));
    }
    let seen = ask(&spec("dns", question(port, "erp.example", "A", json!({})))).await;
    assert_eq!(seen.facts.get("answer_count"), Some(&Fact::Int(2)));
    assert_eq!(seen.facts.get("ttl_s"), Some(&Fact::Int(600)));
    assert!(seen.phases.connect_us.is_none() && seen.phases.first_byte_us.is_some(), "{:?}", seen.phases);
}

#[tokio::test]
async fn what_is_expected_has_to_be_among_the_answers() {
    let (_running, port) = dnsmasq();
    let good = json!({"expect": ["10.1.2.4", "10.1.2.3"]});
    assert_eq!(ask(&spec("dns", question(port, "erp.example", "A", good))).await.trouble, None);
    let good = json!({"expect": "10 MAIL.example."});
    assert_eq!(ask(&spec("dns", question(port, "erp.example", "MX", good))).await.trouble, None);

    let bad = json!({"expect": ["10.1.2.3", "10.9.9.9"]});
    let seen = ask(&spec("dns", question(port, "erp.example", "A", bad))).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Assertion);
    let words = format!("127.0.0.1:{port} does not answer `10.9.9.9` for erp.example (A), but ");
    assert!(message.starts_with(&words) && message.contains("10.1.2.4"), "{message}");
}

#[tokio::test]
async fn codes_and_empty_answers_are_trouble_unless_that_is_what_is_asked() {
    let (_running, port) = dnsmasq();
    let nobody = question(port, "nobody.example", "A", json!({}));
    let seen = ask(&spec("dns", nobody.clone())).await;
    let message = format!("127.0.0.1:{port} answered NXDOMAIN for nobody.example (A), not NOERROR");
    assert_eq!(trouble(&seen), (Reason::Dns, message.as_str()));
    assert_eq!(ask(&about("dns", nobody, "rcode == 'NXDOMAIN'")).await.trouble, None);
    let gone = question(port, "nobody.example", "A", json!({"rcode": "NXDOMAIN"}));
    assert_eq!(ask(&spec("dns", gone)).await.trouble, None);
    let elsewhere = question(port, "elsewhere.test", "A", json!({}));
    assert_eq!(trouble(&ask(&spec("dns", elsewhere)).await).0, Reason::Auth, "it asks nobody, so it refuses");

    let empty = question(port, "erp.example", "SRV", json!({}));
    let seen = ask(&spec("dns", empty.clone())).await;
    let message = format!("127.0.0.1:{port} knows erp.example, but no SRV record of it");
    assert_eq!(trouble(&seen), (Reason::NotFound, message.as_str()));
    let seen = ask(&about("dns", empty, "size(answers) == 0")).await;
    assert_eq!((seen.trouble.clone(), seen.facts.get("answers")), (None, Some(&texts(&[]))));
}

#[tokio::test]
async fn what_is_too_long_for_a_datagram_comes_over_tcp() {
    let (_running, port) = dnsmasq();
    let seen = ask(&spec("dns", question(port, "many.example", "TXT", json!({})))).await;
    assert_eq!(seen.trouble, None);
    assert_eq!(seen.facts.get("protocol"), Some(&Fact::from("tcp")));
    assert_eq!(seen.facts.get("answer_count"), Some(&Fact::Int(200)));

    let over_tcp = question(port, "erp.example", "A", json!({"protocol": "tcp"}));
    let seen = ask(&spec("dns", over_tcp)).await;
    assert_eq!((seen.trouble.clone(), seen.facts.get("protocol")), (None, Some(&Fact::from("tcp"))));
    assert!(seen.phases.connect_us.is_some());
}

#[tokio::test]
async fn nobody_there_and_nobody_who_speaks_dns() {
    let seen = ask(&spec("dns", question(free_port(), "erp.example", "A", json!({})))).await;
    assert_eq!(trouble(&seen).0, Reason::Connect);

    let server = Server::raw(|mut stream, _| async move {
        let _heard = stream.read(&mut [0; 64]).await;
        let _gone = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
    })
    .await;
    let options = question(server.address.port(), "erp.example", "A", json!({"protocol": "tcp"}));
    let seen = ask(&spec("dns", options)).await;
    let message = format!("{} closed the connection before it sent the answer", server.address);
    assert_eq!(trouble(&seen), (Reason::Protocol, message.as_str()));
}
