//! What options refer to is filled in at each ask, and kept nowhere.

use std::sync::{Arc, Mutex};

use model::Reason;
use probe::{Clients, Fill, Filled, Filling};
use serde_json::json;

use crate::{
    harness::{ask_through, curious, spec, trouble},
    server::{Server, answer},
};

/// What `${secret:ERP}` stands for; `None`: nothing.
type Secret = Arc<Mutex<Option<&'static str>>>;

fn clients(secret: &Secret) -> Clients {
    let secret = Arc::clone(secret);
    let fill: Fill = Arc::new(move |text: String, _host: Option<String>| -> Filling {
        let value = *secret.lock().expect("unharmed");
        Box::pin(async move {
            match value {
                Some(value) => {
                    Ok(Filled { text: text.replace("${secret:ERP}", value), values: vec![value.to_owned()] })
                }
                None => Err("${secret:ERP}: there is no such secret".to_owned()),
            }
        })
    });
    Clients::new().expect("clients").filling(fill)
}

#[tokio::test]
async fn a_value_is_sent_and_kept_nowhere_and_a_changed_one_holds_at_once() {
    // Given a server that repeats what it was told, and a probe that refers to a secret all over.
    let mut server = Server::http(|request| {
        let said = format!("{} {} {}", request.line, request.header("authorization").unwrap_or_default(), request.body);
        answer("500 Internal Server Error", &format!("x-echo: {}\r\n", request.body), &said)
    })
    .await;
    let options = json!({
        "url": server.url("/x?q=${secret:ERP}"), "method": "POST", "bearer": "${secret:ERP}",
        "body": "{\"key\": \"${secret:ERP}\"}", "headers": {"x-plain": "a ${secret:ERP}"},
    });
    let (spec, secret) = (curious("http", options), Secret::default());
    let clients = clients(&secret);

    for value in ["hush silence", "quiet whisper"] {
        // When it asks.
        *secret.lock().expect("unharmed") = Some(value);
        let seen = ask_through(&spec, &clients).await;

        // Then the value was sent, and is in nothing that is kept or shown.
        let received = server.received().await;
        assert_eq!(received.header("authorization"), Some(format!("Bearer {value}").as_str()));
        assert!(received.body.contains(value) && received.line.contains(&value.replace(' ', "%20")), "{received:?}");
        let shown = format!("{seen:?} {}", String::from_utf8_lossy(seen.facts.body().unwrap_or_default()));
        for part in value.split(' ') {
            assert!(!shown.contains(part), "{part}: {shown}");
        }
        assert!(shown.contains("(redacted)"), "{shown}");
    }

    // When there is none, then nobody is asked, and that is our own fault.
    *secret.lock().expect("unharmed") = None;
    let seen = ask_through(&spec, &clients).await;
    assert_eq!(trouble(&seen), (Reason::Config, "${secret:ERP}: there is no such secret"));
    assert!(server.all_received().is_empty());
}

#[tokio::test]
async fn a_value_stays_in_its_place_of_an_address() {
    // Given a value that would mean something of its own in an address, and a probe that has it all over one.
    let mut server = Server::http(|request| answer("403 Forbidden", "", &request.line)).await;
    let address = server.url("/in/${secret:ERP}?q=${secret:ERP}&then=x");
    let address = address.replacen("http://", "http://ada:${secret:ERP}@", 1);
    let secret = Secret::new(Mutex::new(Some("a/b@c?d&e=#f%41")));

    // When it asks.
    let seen = ask_through(&curious("http", json!({"url": address})), &clients(&secret)).await;

    // Then each part of the address is what was written, with the value as it is; and none of it is kept.
    let received = server.received().await;
    let (path, query) = ("/in/a/b%40c%3Fd%26e%3D%23f%2541", "q=a%2Fb%40c%3Fd%26e%3D%23f%2541&then=x");
    assert_eq!(received.line, format!("GET {path}?{query} HTTP/1.1"));
    let pair = "YWRhOmEvYkBjP2QmZT0jZiU0MQ==";
    assert_eq!(received.header("authorization"), Some(format!("Basic {pair}").as_str()));
    let shown = format!("{seen:?} {}", String::from_utf8_lossy(seen.facts.body().unwrap_or_default()));
    assert!(shown.contains("/in/(redacted)?q=(redacted)&then=x"), "{shown}");
    for form in ["a/b@c", "a/b%40c", "a%2Fb", pair] {
        assert!(!shown.contains(form), "{form}: {shown}");
    }
}

#[test]
fn whom_a_probe_asks_has_to_be_written() {
    let clients = clients(&Secret::default());
    for (kind, field, options) in [
        ("http", "options.url", json!({"url": "https://${secret:HOST}/"})),
        ("http", "options.url", json!({"url": "https://erp.example:${secret:PORT}/"})),
        ("http", "options.url", json!({"url": "https://erp.${secret:DOMAIN}/"})),
        ("tcp", "options.host", json!({"host": "${secret:HOST}", "port": 5432})),
    ] {
        let faults = probe::build(&spec(kind, options.clone()), &clients).err().expect("refused");
        assert!(faults.iter().any(|fault| fault.field == field), "{options}: {faults:?}");
    }
}
