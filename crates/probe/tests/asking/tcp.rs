//! Asking over plain TCP.

use std::{future::pending, time::Duration};

use model::{Reason, Span};
use probe::Clients;
use rules::assess::Fact;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    harness::{Names, ask, ask_through, ask_within, built, curious, spec, trouble},
    server::Server,
};

/// Greets, then repeats the first thing it hears, a byte at a time.
async fn mail() -> Server {
    Server::raw(|mut stream, _| async move {
        let _gone = stream.write_all(b"220 mail ready\r\n").await;
        let mut heard = [0; 64];
        let count = stream.read(&mut heard).await.unwrap_or(0);
        for byte in &heard[..count] {
            let _gone = stream.write_all(&[*byte]).await;
        }
        pending::<()>().await;
    })
    .await
}

#[tokio::test]
async fn that_it_accepts_is_enough_where_nothing_is_expected() {
    let server = Server::raw(|stream, _| async move { drop(stream) }).await;
    let spec = spec("tcp", json!({"host": "127.0.0.1", "port": server.address.port()}));

    let seen = ask(&spec).await;

    assert_eq!(seen.trouble, None);
    assert!(seen.phases.connect_us.is_some());
    let exchange = seen.exchange.expect("an exchange");
    assert_eq!(exchange.request.url, format!("tcp://{}", server.address));
    assert_eq!(exchange.response.expect("a response").peer, Some(server.address.to_string()));
    let clients = Clients::new().expect("clients");
    assert_eq!(built(&spec, &clients).peer().expect("a peer").as_str(), format!("tcp://{}", server.address));
}

#[tokio::test]
async fn what_is_expected_is_waited_for_and_known_as_banner() {
    let server = mail().await;
    let options =
        json!({"host": "127.0.0.1", "port": server.address.port(), "send": "EHLO me\r\n", "expect": "EHLO me"});
    let seen = ask(&curious("tcp", options)).await;
    assert_eq!(seen.trouble, None);
    let Some(Fact::Text(banner)) = seen.facts.get("banner") else { panic!("a banner") };
    assert!(banner.starts_with("220 mail ready\r\nEHLO me"), "{banner}");
}

#[tokio::test]
async fn a_banner_is_read_where_an_expression_asks_for_it() {
    let server = mail().await;
    let seen = ask(&curious("tcp", json!({"host": "127.0.0.1", "port": server.address.port()}))).await;
    assert_eq!(seen.facts.get("banner"), Some(&Fact::from("220 mail ready\r\n")));
}

#[tokio::test]
async fn what_never_comes_is_said() {
    let server = mail().await;
    let clients = Clients::new().expect("clients");
    let spec = spec("tcp", json!({"host": "127.0.0.1", "port": server.address.port(), "expect": "250 OK"}));
    let seen = ask_within(&spec, &clients, Span::ms(300)).await;
    let message = format!("no answer from {} within 300ms (waiting for `250 OK`)", server.address);
    assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
    let body = seen.exchange.expect("an exchange").response.expect("a response").body.expect("a body");
    assert_eq!(body.excerpt, "220 mail ready\r\n");
}

#[tokio::test]
async fn who_closes_without_the_word_and_who_never_stops_are_told_apart() {
    let closing = Server::raw(|mut stream, _| async move { drop(stream.write_all(b"bye").await) }).await;
    let at =
        |server: &Server| spec("tcp", json!({"host": "127.0.0.1", "port": server.address.port(), "expect": "hello"}));
    let seen = ask(&at(&closing)).await;
    let message = format!("{} closed the connection without saying `hello`", closing.address);
    assert_eq!(trouble(&seen), (Reason::Protocol, message.as_str()));

    let endless =
        Server::raw(|mut stream, _| async move { while stream.write_all(&[b'x'; 4_096]).await.is_ok() {} }).await;
    assert_eq!(trouble(&ask(&at(&endless)).await).0, Reason::TooLarge);
}

#[tokio::test]
async fn nobody_listens_and_no_such_name() {
    let clients = Names::of([("db.example", &["127.0.0.1"])]).clients();
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        listener.local_addr().expect("an address").port()
    };
    let seen = ask_through(&spec("tcp", json!({"host": "db.example", "port": port})), &clients).await;
    let message = format!("no connection to db.example:{port}: connection refused");
    assert_eq!(trouble(&seen), (Reason::Connect, message.as_str()));

    let seen = ask_through(&spec("tcp", json!({"host": "nobody.example", "port": port})), &clients).await;
    assert_eq!(trouble(&seen), (Reason::Dns, "the name nobody.example does not resolve: no such name"));

    let slow = Names::of([("db.example", &["127.0.0.1"])]).after(Duration::from_mins(1)).clients();
    let seen = ask_within(&spec("tcp", json!({"host": "db.example", "port": port})), &slow, Span::ms(300)).await;
    let message = format!("no answer from db.example:{port} within 300ms (resolving the name)");
    assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
}
