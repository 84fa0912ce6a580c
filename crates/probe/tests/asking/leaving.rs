//! Dropping an attempt ends it: no connection stays open, no task stays behind.

use std::time::Duration;

use probe::{Asking, Clients};
use serde_json::json;
use tokio::{io::AsyncReadExt, net::TcpListener, runtime::Handle, time::timeout};

use crate::{
    harness::{NOW, PATIENT, built, spec},
    server::read_request,
};

#[tokio::test]
async fn a_dropped_attempt_leaves_nothing_behind() {
    // Given a server that has the request and does not answer,
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/", listener.local_addr().expect("an address"));
    let probe = built(&spec("http", json!({"url": url})), &Clients::new().expect("clients"));
    let tasks = || Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    let asking = Asking { at: NOW, timeout: PATIENT };
    let mut attempt = probe.ask(&asking);
    let asked = async {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        read_request(&mut stream).await.expect("a request");
        stream
    };
    let mut stream = tokio::select! {
        _ = &mut attempt => panic!("there was no answer"),
        stream = asked => stream,
    };
    // when the attempt is dropped,
    drop(attempt);

    // then the server sees its end, and the runtime is as it was.
    let ended = timeout(PATIENT.as_duration(), stream.read(&mut [0; 8])).await.expect("the connection ends");
    assert!(matches!(ended, Ok(0) | Err(_)), "{ended:?}");
    let gone = async {
        while tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), gone).await.expect("no task stays");
}
