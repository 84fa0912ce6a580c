//! Where the time goes: the phase that a server delays is the one that grows.

use std::{future::Future, sync::Arc, time::Duration};

use model::Phases;
use probe::Outside;
use serde_json::json;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use crate::{
    harness::{Names, ask, ask_through, spec},
    pki::Authority,
    server::{Server, answer, read_request},
};

/// How long a server takes where it is slow. Everything else on loopback is far below half of it.
const SLOW: Duration = Duration::from_millis(300);
const SLOW_US: i64 = 300_000;

/// A server that waits before each of: the handshake, the answer, the end of the answer.
fn slow(config: Arc<ServerConfig>, waits: [Duration; 3]) -> impl Future<Output = Server> {
    Server::raw(move |stream: TcpStream, _| {
        let config = Arc::clone(&config);
        async move {
            stream.set_nodelay(true).expect("a server that holds nothing back");
            tokio::time::sleep(waits[0]).await;
            let Ok(mut stream) = TlsAcceptor::from(config).accept(stream).await else { return };
            let _asked = read_request(&mut stream).await;
            tokio::time::sleep(waits[1]).await;
            let _gone = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nab").await;
            let _gone = stream.flush().await;
            tokio::time::sleep(waits[2]).await;
            let _gone = stream.write_all(b"cd").await;
            let _gone = stream.shutdown().await;
        }
    })
}

fn all(phases: Phases) -> [i64; 5] {
    let Phases { dns_us, connect_us, tls_us, first_byte_us, transfer_us } = phases;
    [dns_us, connect_us, tls_us, first_byte_us, transfer_us].map(|us| us.expect("every phase took place"))
}

#[tokio::test]
async fn each_delay_shows_in_its_own_phase() {
    let authority = Authority::new();
    let none = Duration::ZERO;
    for (slow_phase, lookup, waits) in [
        (0, SLOW, [none, none, none]),
        (2, none, [SLOW, none, none]),
        (3, none, [none, SLOW, none]),
        (4, none, [none, none, SLOW]),
    ] {
        let server = slow(authority.good(&["erp.example"]), waits).await;
        let names = Names::of([("erp.example", &["127.0.0.1"])]).after(lookup);
        let clients = authority.trusted(Outside { lookup: Arc::new(names), ..Outside::default() });
        let url = format!("https://erp.example:{}/", server.address.port());

        let seen = ask_through(&spec("http", json!({"url": url})), &clients).await;

        assert_eq!(seen.trouble, None);
        let phases = all(seen.phases);
        for (phase, us) in phases.iter().enumerate() {
            assert_eq!(*us >= SLOW_US * 9 / 10, phase == slow_phase, "phase {phase} of {phases:?}, slow: {slow_phase}");
        }
        let sum: i64 = phases.iter().sum();
        assert!(sum <= seen.latency_us && seen.latency_us - sum < SLOW_US / 2, "{sum} of {}", seen.latency_us);
    }
}

#[tokio::test]
async fn what_does_not_take_place_is_absent() {
    let server = Server::http(|_| answer("200 OK", "", "")).await;
    let seen = ask(&spec("http", json!({"url": server.url("/")}))).await;
    assert_eq!((seen.phases.dns_us, seen.phases.tls_us), (None, None));
    assert!(
        seen.phases.connect_us.is_some() && seen.phases.first_byte_us.is_some() && seen.phases.transfer_us.is_some()
    );
}

#[tokio::test]
async fn hops_add_up() {
    let server = Server::raw(|mut stream, number| async move {
        let _asked = read_request(&mut stream).await;
        tokio::time::sleep(SLOW).await;
        let bytes = if number == 0 { crate::server::redirect("302 Found", "/b") } else { answer("200 OK", "", "") };
        let _gone = stream.write_all(bytes.as_bytes()).await;
    })
    .await;
    let seen = ask(&spec("http", json!({"url": server.url("/a")}))).await;
    assert!(seen.phases.first_byte_us.is_some_and(|us| us >= 2 * SLOW_US * 9 / 10), "{:?}", seen.phases);
}
