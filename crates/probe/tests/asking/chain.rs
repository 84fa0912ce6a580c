//! What the kind `tls` sees of a chain of certificates.

use std::sync::Arc;

use model::Reason;
use probe::{Clients, Outside};
use rules::assess::{Fact, Observation};
use serde_json::{Value, json};
use tokio_rustls::rustls::ServerConfig;

use crate::{
    harness::{NOW, Names, about, ask_through, trouble},
    pki::{Authority, self_signed},
    server::{Server, answer},
};

fn erp() -> Outside {
    Outside { lookup: Arc::new(Names::of([("erp.example", &["127.0.0.1"])])), ..Outside::default() }
}

async fn serving(config: Arc<ServerConfig>) -> Server {
    let (told, _shaken) = tokio::sync::mpsc::unbounded_channel();
    Server::https(vec![config], told, |_| answer("200 OK", "", "safe")).await
}

async fn ask_erp(server: &Server, clients: &Clients, more: Value) -> Observation {
    let mut options = json!({"host": "erp.example", "port": server.address.port()});
    let (Value::Object(into), Value::Object(more)) = (&mut options, more) else { panic!("objects") };
    into.extend(more);
    ask_through(&about("tls", options, "cert.subject chain"), clients).await
}

#[tokio::test]
async fn the_whole_chain_is_seen_and_its_first_end_counts() {
    let authority = Authority::new();
    // The server's own certificate lasts until 2100, the one that vouches for it only until 2027.
    let server = serving(authority.through_another(&["erp.example", "www.erp.example"], 2100, 2027)).await;

    let seen = ask_erp(&server, &authority.trusted(erp()), json!({})).await;

    assert_eq!(seen.trouble, None);
    let until_2027_ms = 1_798_761_600_000_i64 - NOW.0;
    assert_eq!(seen.facts.get("expires_in"), Some(&Fact::DurationUs(until_2027_ms * 1_000)));
    assert_eq!(seen.facts.get("days_left"), Some(&Fact::Double(39.0)));
    assert_eq!(seen.facts.get("trusted"), Some(&Fact::Bool(true)));
    assert_eq!(seen.facts.get("protocol"), Some(&Fact::from("TLSv1.3")));
    assert!(matches!(seen.facts.get("cipher"), Some(Fact::Text(name)) if name.starts_with("TLS13_")));
    let names = Fact::List(vec![Fact::from("erp.example"), Fact::from("www.erp.example")]);
    assert_eq!(seen.facts.get("names"), Some(&names));
    let Some(Fact::List(chain)) = seen.facts.get("chain") else { panic!("a chain") };
    let subjects: Vec<&Fact> = chain
        .iter()
        .map(|shown| if let Fact::Map(shown) = shown { &shown["subject"] } else { panic!("a certificate") })
        .collect();
    assert_eq!(subjects, [&Fact::from("CN=Test Server"), &Fact::from("CN=Another Authority")]);
    let Some(Fact::Map(cert)) = seen.facts.get("cert") else { panic!("a certificate") };
    assert_eq!(cert["issuer"], Fact::from("CN=Another Authority"));
    assert!(seen.phases.tls_us.is_some());
}

#[tokio::test]
async fn what_is_not_to_be_trusted_is_trouble_and_still_seen() {
    let authority = Authority::new();
    for (config, why) in [
        (self_signed(&["erp.example"]), "its issuer is unknown"),
        (authority.good(&["hr.example"]), "it is for hr.example, not for erp.example"),
        (authority.issue(&["erp.example"], 2020, 2021), "it expired on 2021-01-01"),
        (authority.through_another(&["erp.example"], 2100, 2021), "it expired on 2021-01-01"),
    ] {
        let server = serving(config).await;
        let clients = authority.trusted(erp());
        let seen = ask_erp(&server, &clients, json!({})).await;
        let message = format!("the certificate of erp.example:{} is not trusted: {why}", server.address.port());
        assert_eq!(trouble(&seen), (Reason::Tls, message.as_str()));
        let kept = seen.exchange.expect("an exchange").response.expect("a response").headers;
        assert_eq!(kept[0].0, "certificate 1", "{kept:?}");

        let seen = ask_erp(&server, &clients, json!({"tls_insecure": true})).await;
        assert_eq!(seen.trouble, None, "{why}");
        assert_eq!(seen.facts.get("trusted"), Some(&Fact::Bool(false)));
        assert_eq!(seen.facts.get("mistrust"), Some(&Fact::from(why)));
    }
}

#[tokio::test]
async fn roots_and_the_name_can_be_written() {
    let authority = Authority::new();
    let server = serving(authority.good(&["erp.example"])).await;
    let clients = Clients::of(erp()).expect("clients");
    let seen = ask_erp(&server, &clients, json!({"tls_ca": authority.root()})).await;
    assert_eq!(seen.trouble, None);

    let options = json!({
        "host": "127.0.0.1", "port": server.address.port(), "tls_ca": authority.root(), "tls_server_name": "erp.example",
    });
    assert_eq!(ask_through(&about("tls", options, "trusted"), &clients).await.trouble, None);
}
