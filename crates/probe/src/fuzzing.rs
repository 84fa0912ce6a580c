//! Every parser of what a peer sends, over bytes: what the targets in `fuzz/` call. It is in no released binary.
//!
//! A protocol that is a conversation is asked as ever, by a probe as people write it; its peer says what the input holds, whatever it
//! is asked, and closes. It says so twice, at once and a few bytes at a time, and both have to come to the same. Everything else is
//! given to its parser as it is. Each function answers whether the input is what it is read as, and panics where it is read wrongly.

mod peer;
#[cfg(test)]
mod tests;

use std::sync::{Arc, LazyLock};

use model::{ProbeSpec, Span, Timestamp};
use rules::assess::Observation;
use serde_json::{Value, json};
use tokio::{
    io::AsyncReadExt,
    runtime::{Builder, Runtime},
};

use crate::{Asking, Clients, Probe, dial::Stream};
use peer::Peer;
pub(crate) use peer::stream;

/// Bytes that come at once when little does.
const PIECE: usize = 3;

/// Bytes that come at once, where both ways have to come to the same.
pub(crate) const PIECES: [usize; 2] = [usize::MAX, PIECE];

const ASKING: Asking = Asking { at: Timestamp(1_795_392_000_000), timeout: Span::minutes(1) };

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));

type Probes = LazyLock<Vec<Arc<dyn Probe>>>;

/// What Redis answers to AUTH, PING, INFO, TYPE, LLEN and TTL.
pub fn redis(input: &[u8]) -> bool {
    static PROBES: Probes = LazyLock::new(|| {
        let options = json!({"host": "peer.example", "password": "unrelated words", "key": "jobs"});
        vec![probe("redis", &options, "info.connected_clients < 100")]
    });
    said(&PROBES, input)
}

/// What a mail server answers until it would take a message.
pub fn smtp(input: &[u8]) -> bool {
    static PROBES: Probes = LazyLock::new(|| {
        let mail = json!({"host": "peer.example", "from": "a@peer.example", "to": "b@peer.example"});
        let login = json!({"host": "peer.example", "username": "a", "password": "unrelated words"});
        vec![probe("smtp", &mail, ""), probe("smtp", &login, "")]
    });
    said(&PROBES, input)
}

/// What RabbitMQ answers: its greeting with a table, the count of a queue, a message there and back.
pub fn amqp(input: &[u8]) -> bool {
    static PROBES: Probes = LazyLock::new(|| {
        let options = json!({"url": "amqp://peer.example/", "queue": "orders", "round_trip": true});
        vec![probe("amqp", &options, "")]
    });
    said(&PROBES, input)
}

/// What an MQTT broker answers and publishes, in both versions.
pub fn mqtt(input: &[u8]) -> bool {
    static PROBES: Probes = LazyLock::new(|| {
        let options = |version: &str| json!({"host": "peer.example", "version": version, "read": "orders/#"});
        let trip = json!({"host": "peer.example", "version": "v5", "round_trip": "bridgewatch"});
        vec![probe("mqtt", &options("v3.1.1"), ""), probe("mqtt", &options("v5"), ""), probe("mqtt", &trip, "")]
    });
    said(&PROBES, input)
}

/// What a Kafka broker answers about its cluster and a group, and for a record there and back.
pub fn kafka(input: &[u8]) -> bool {
    static PROBES: Probes = LazyLock::new(|| {
        let group = json!({"host": "peer.example", "topic": "orders", "group": "billing"});
        let trip = json!({"host": "peer.example", "round_trip": "probe"});
        let login =
            json!({"host": "peer.example", "sasl": "scram-sha-256", "username": "a", "password": "unrelated words"});
        vec![probe("kafka", &group, "members > 0"), probe("kafka", &trip, ""), probe("kafka", &login, "")]
    });
    said(&PROBES, input)
}

/// A challenge of SCRAM as a Kafka broker sends it.
pub fn scram(input: &[u8]) -> bool {
    crate::kafka::fuzzing::challenge(input)
}

/// Batches of records as a Kafka broker sends them.
pub fn kafka_records(input: &[u8]) -> bool {
    crate::kafka::fuzzing::records(input)
}

/// What PostgreSQL answers to signing in and a query.
#[cfg(feature = "sql")]
pub fn postgres(input: &[u8]) -> bool {
    static PROBES: Probes = LazyLock::new(|| vec![sql("postgres")]);
    said(&PROBES, input)
}

/// What `MySQL` and `MariaDB` answer to signing in and a query.
#[cfg(feature = "sql")]
pub fn mysql(input: &[u8]) -> bool {
    static PROBES: Probes = LazyLock::new(|| vec![sql("mysql")]);
    said(&PROBES, input)
}

#[cfg(feature = "sql")]
fn sql(scheme: &str) -> Arc<dyn Probe> {
    let url = format!("{scheme}://reader:unrelated@peer.example/orders");
    probe("sql", &json!({"url": url, "query": "select age_s, name from queue"}), "rows[0].age_s < 900")
}

/// A query as people write it, which has to read however a database reads its comments.
#[cfg(feature = "sql")]
pub fn sql_query(input: &[u8]) -> bool {
    crate::sql::fuzzing::query(input)
}

/// What an SFTP server answers until a folder is listed.
#[cfg(feature = "sftp")]
pub fn sftp(input: &[u8]) -> bool {
    crate::sftp::fuzzing::list(input)
}

/// What is answered in clear to who asks for TLS, in each protocol that knows that.
pub fn starttls(input: &[u8]) -> bool {
    crate::starttls::fuzzing::agrees(input)
}

/// What a proxy answers to CONNECT.
pub fn proxy(input: &[u8]) -> bool {
    crate::http::fuzzing::tunnel(input)
}

/// A message of DNS.
#[cfg(feature = "dns")]
pub fn dns(input: &[u8]) -> bool {
    crate::dns::fuzzing::answer(&mut attempt(), input)
}

/// What comes in over an ICMP socket.
pub fn icmp(input: &[u8]) -> bool {
    crate::icmp::fuzzing::reply(input)
}

/// The message of the gRPC health service, with its length in front.
#[cfg(feature = "grpc")]
pub fn grpc_health(input: &[u8]) -> bool {
    crate::grpc::fuzzing::answer(input)
}

/// A page of objects, or an error, as S3 sends it.
#[cfg(feature = "s3")]
pub fn s3_listing(input: &[u8]) -> bool {
    crate::s3::fuzzing::page(input)
}

/// What a Prometheus-compatible API answers to a query.
pub fn prometheus(input: &[u8]) -> bool {
    crate::prometheus::fuzzing::answer(input)
}

/// The body of an HTTP answer that is packed as gzip, br or deflate.
pub fn unpack(input: &[u8]) -> bool {
    crate::http::fuzzing::packed(input)
}

/// `Set-Cookie` headers, one a line.
pub fn cookies(input: &[u8]) -> bool {
    crate::http::fuzzing::cookies(input)
}

/// A path into JSON in the first line, JSON in the rest.
pub fn json_path(input: &[u8]) -> bool {
    crate::http_steps::fuzzing::path(input)
}

/// A probe as people write it, with an expression that asks for more.
fn probe(kind: &str, options: &Value, assert: &str) -> Arc<dyn Probe> {
    let spec = json!({"slug": "peer", "kind": kind, "options": options, "every": "1h"});
    let mut spec: ProbeSpec = serde_json::from_value(spec).expect("a probe");
    spec.assert.extend((!assert.is_empty()).then(|| assert.to_owned()));
    let clients = Clients::new().expect("TLS can be set up");
    crate::build(&spec, &clients).unwrap_or_else(|faults| panic!("{kind}: {faults:?}"))
}

/// Whether any of these probes gets what it asks for.
fn said(probes: &[Arc<dyn Probe>], input: &[u8]) -> bool {
    let reason = |observation: &Observation| observation.trouble.as_ref().map(|trouble| trouble.reason);
    let mut fits = false;
    for probe in probes {
        let whole = reason(&heard(probe.as_ref(), input, usize::MAX));
        let pieces = reason(&heard(probe.as_ref(), input, PIECE));
        assert_eq!(whole, pieces, "it matters how much comes at once");
        fits |= whole.is_none();
    }
    fits
}

/// What a probe sees of a peer that says this, so much at once.
fn heard(probe: &dyn Probe, input: &[u8], piece: usize) -> Observation {
    peer::says(Peer::of(input, piece), || RUNTIME.block_on(probe.ask(&ASKING)))
}

/// What comes of saying something to a peer that says this, so much at once.
pub(crate) fn talk<F: Future>(input: &[u8], piece: usize, say: impl FnOnce(Stream) -> F) -> F::Output {
    let stream: Stream = Box::new(Peer::of(input, piece));
    RUNTIME.block_on(say(stream))
}

/// What a peer had still to say.
pub(crate) async fn rest(mut stream: Stream) -> Vec<u8> {
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).await.expect("such a peer breaks nothing off");
    rest
}

/// An attempt under way.
pub(crate) fn attempt() -> crate::attempt::Attempt {
    crate::attempt::Attempt::begin(&ASKING, std::time::Instant::now())
}
