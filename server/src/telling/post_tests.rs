use std::{
    io,
    net::{IpAddr, Ipv4Addr},
    sync::Mutex,
};

use axum::{
    Router,
    extract::State,
    http::{HeaderMap as Headers, StatusCode},
    routing::post,
};
use ipnet::IpNet;
use tokio::net::TcpListener;

use super::*;

/// Every name is on this machine.
struct Here(Vec<IpAddr>);

#[async_trait]
impl Lookup for Here {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        Ok(self.0.clone())
    }
}

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

type Log = Arc<Mutex<Vec<(Headers, String)>>>;

/// A server that answers with a status, `Retry-After` and more than is read, or sends elsewhere; and what it was told.
async fn listening() -> (u16, Log) {
    let log = Log::default();
    let answer = async |State(log): State<Log>, headers: Headers, body: String| {
        log.lock().expect("the log").push((headers, body));
        (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "30")], "x".repeat(100_000))
    };
    let elsewhere = async || (StatusCode::TEMPORARY_REDIRECT, [("location", "/in")]);
    let router = Router::new().route("/in", post(answer)).route("/moved", post(elsewhere));
    let listener = TcpListener::bind((HERE, 0)).await.expect("a free port");
    let port = listener.local_addr().expect("its address").port();
    let serving = axum::serve(listener, router.with_state(Arc::clone(&log)));
    tokio::spawn(async move { serving.await.expect("it serves") });
    (port, log)
}

fn way(egress: Egress, names: &[IpAddr]) -> Way {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Way::new(egress, Arc::new(Here(names.to_vec())), Vec::new()).expect("a client")
}

fn request(url: &str) -> PostRequest {
    let headers = vec![("idempotency-key".to_owned(), "\"k\"".to_owned())];
    PostRequest { url: url.parse().expect("an address"), headers, body: b"{}".to_vec() }
}

#[tokio::test]
async fn a_request_arrives_as_it_is_and_the_beginning_of_the_answer_comes_back() {
    let (port, log) = listening().await;
    let sent = way(Egress::default(), &[HERE]).post(request(&format!("http://hooks.example:{port}/in"))).await;
    let answer = sent.expect("an answer");
    assert_eq!((answer.status, answer.retry_after.as_deref(), answer.body.len()), (429, Some("30"), LARGEST));
    let (headers, body) = log.lock().expect("the log").remove(0);
    assert_eq!((headers["idempotency-key"].as_bytes(), body.as_str()), (b"\"k\"".as_slice(), "{}"));
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (port, log) = listening().await;
    let sent = way(Egress::default(), &[]).post(request(&format!("http://127.0.0.1:{port}/moved"))).await;
    assert_eq!(sent.expect("an answer").status, 307);
    assert!(log.lock().expect("the log").is_empty());
}

#[tokio::test]
async fn where_probes_may_not_go_nothing_is_sent() {
    let (port, log) = listening().await;
    let loopback: [IpNet; 1] = ["127.0.0.0/8".parse().expect("a network")];
    let denied = Egress { denied: loopback.into(), ..Egress::default() };
    let hidden: IpAddr = "::ffff:127.0.0.1".parse().expect("an address");
    for (host, names) in [
        ("127.0.0.1", vec![]),
        ("[::ffff:127.0.0.1]", vec![]),
        ("2130706433", vec![]),
        ("hooks.example", vec![HERE, hidden]),
    ] {
        let sent = way(denied.clone(), &names).post(request(&format!("http://{host}:{port}/in?key=s3cret"))).await;
        let why = sent.expect_err(host);
        assert!(why.contains("denied") && !why.contains("s3cret"), "{host}: {why}");
    }
    let metadata: IpAddr = "169.254.169.254".parse().expect("an address");
    let sent = way(Egress::default(), &[metadata]).post(request(&format!("http://hooks.example:{port}/in"))).await;
    assert!(sent.expect_err("link-local").contains("link-local"));
    assert!(log.lock().expect("the log").is_empty());
}

#[tokio::test]
async fn nobody_there_is_said_without_the_address() {
    let closed = TcpListener::bind((HERE, 0)).await.expect("a free port").local_addr().expect("its address");
    let sent = way(Egress::default(), &[]).post(request(&format!("http://{closed}/s3cret"))).await;
    let why = sent.expect_err("nobody listens");
    assert!(why.starts_with("no answer: ") && !why.contains("s3cret"), "{why}");
}
