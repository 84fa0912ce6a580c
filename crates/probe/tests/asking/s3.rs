//! Asking a real bucket: moto, which verifies signatures by the library of AWS.

use std::{path::Path, process::Command};

use model::{Clock, Reason, Span, SystemClock};
use probe::{Asking, Clients, Outside};
use rules::assess::{Fact, Observation};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    child::{Running, start},
    harness::{Names, PATIENT, ask, ask_through, built, spec, trouble},
    pki::Authority,
    server::{Server, answer},
};

struct Bucket {
    port: u16,
    access: String,
    secret: String,
    _running: Running,
}

/// A bucket with two objects and so many numbered ones.
fn bucket(objects: usize) -> Bucket {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/asking/peers/s3.py");
    let mut command = Command::new(std::env::var_os("PEERS_PYTHON").unwrap_or_else(|| "python3".into()));
    command.arg(script).arg(objects.to_string());
    let (running, line) = start(command, "ready ", "pip install 'moto[s3,iam,server]'");
    let mut words = line.split(' ').skip(1).map(str::to_owned);
    let mut word = || words.next().unwrap_or_else(|| panic!("a port and a key, not {line}"));
    let port = word().parse().expect("a port");
    Bucket { port, access: word(), secret: word(), _running: running }
}

fn options(bucket: &Bucket, more: Value) -> Value {
    let mut options = json!({
        "endpoint": format!("http://127.0.0.1:{}", bucket.port), "region": "eu-central-1", "bucket": "exports",
        "access_key": bucket.access, "secret_key": bucket.secret,
    });
    let (Value::Object(into), Value::Object(more)) = (&mut options, more) else { panic!("objects") };
    into.extend(more);
    options
}

/// Asks by the time that it is, which is what the objects were made by.
async fn ask_now(options: Value) -> Observation {
    let clients = Clients::new().expect("clients");
    built(&spec("s3", options), &clients).ask(&Asking { at: SystemClock.now(), timeout: PATIENT }).await
}

#[tokio::test]
async fn objects_of_all_pages_are_counted() {
    let bucket = bucket(1_003);

    let seen = ask_now(options(&bucket, json!({"prefix": "orders/", "pattern": "*.csv"}))).await;

    assert_eq!(seen.trouble, None);
    assert_eq!(seen.facts.get("count"), Some(&Fact::Int(1_004)));
    assert_eq!(seen.facts.get("listed"), Some(&Fact::Int(1_005)));
    assert_eq!(seen.facts.get("total_size"), Some(&Fact::Int(10_037)));
    assert_eq!(seen.facts.get("smallest_size"), Some(&Fact::Int(7)));
    for age in ["newest_age", "oldest_age"] {
        let Some(Fact::DurationUs(age)) = seen.facts.get(age) else { panic!("{age}") };
        assert!((0..120_000_000).contains(age), "{age}");
    }
    assert_eq!(seen.facts.get("status"), Some(&Fact::Int(200)));
    assert!(!format!("{seen:?}").contains(&bucket.secret), "the key is kept nowhere");

    let one = ask_now(options(&bucket, json!({"prefix": "orders/ä & <b> +"}))).await;
    assert_eq!(one.facts.get("newest_name"), Some(&Fact::from("orders/ä & <b> + 1.csv")));
    assert_eq!(one.facts.get("newest_size"), Some(&Fact::Int(7)));

    let none = ask_now(options(&bucket, json!({"prefix": "nothing"}))).await;
    assert_eq!((none.trouble.as_ref(), none.facts.get("count")), (None, Some(&Fact::Int(0))));
    assert_eq!(none.facts.get("newest_age"), None);

    let many = ask_now(options(&bucket, json!({"max_objects": 1_000}))).await;
    let message =
        format!("127.0.0.1:{} listed more than 1000 objects: write a longer prefix, or max_objects", bucket.port);
    assert_eq!(trouble(&many), (Reason::TooLarge, message.as_str()));
}

#[tokio::test]
async fn a_signature_that_does_not_hold_and_a_bucket_that_is_not_there_are_told() {
    let bucket = bucket(0);
    for (more, reason, words) in [
        (json!({"secret_key": "wrong words"}), Reason::Auth, "answered 403 SignatureDoesNotMatch: "),
        (json!({"access_key": "nobody"}), Reason::Auth, "answered 403 InvalidAccessKeyId: "),
        (json!({"bucket": "nowhere"}), Reason::NotFound, "answered 404 NoSuchBucket: "),
    ] {
        let seen = ask_now(options(&bucket, more)).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[tokio::test]
async fn a_bucket_may_stand_before_the_host() {
    let page = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    let mut server = Server::http(move |_| answer("200 OK", "", page)).await;
    let clients = Names::of([("exports.s3.example", &["127.0.0.1"])]).clients();
    let endpoint = format!("http://s3.example:{}", server.address.port());
    let options = json!({"endpoint": endpoint, "bucket": "exports", "style": "virtual", "prefix": "a b"});

    assert_eq!(ask_through(&spec("s3", options), &clients).await.trouble, None);

    let request = server.received().await;
    assert_eq!(request.line, "GET /?list-type=2&max-keys=1000&prefix=a%20b HTTP/1.1");
    assert_eq!(request.header("host"), Some(format!("exports.s3.example:{}", server.address.port()).as_str()));
    assert_eq!(request.header("authorization"), None, "nobody signs");
}

#[tokio::test]
async fn tls_is_verified_by_the_name_of_the_service() {
    let authority = Authority::new();
    let (told, _shaken) = tokio::sync::mpsc::unbounded_channel();
    let page = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    let server = Server::https(vec![authority.good(&["s3.example"])], told, move |_| answer("200 OK", "", page)).await;
    let names = || std::sync::Arc::new(Names::of([("s3.example", &["127.0.0.1"])]));
    let options = json!({"endpoint": format!("https://s3.example:{}", server.address.port()), "bucket": "exports"});

    let trusting = authority.trusted(Outside { lookup: names(), ..Outside::default() });
    let seen = ask_through(&spec("s3", options.clone()), &trusting).await;
    assert_eq!(seen.trouble, None);
    assert!(seen.phases.tls_us.is_some());

    let stranger = Clients::of(Outside { lookup: names(), ..Outside::default() }).expect("clients");
    assert_eq!(trouble(&ask_through(&spec("s3", options), &stranger).await).0, Reason::Tls);
}

#[tokio::test]
async fn what_does_not_list_as_s3_does_is_told() {
    let endless = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>again</NextContinuationToken>\
                   </ListBucketResult>";
    for (status, body, reason, words) in [
        ("200 OK", "<html>", Reason::Protocol, "did not answer as S3 lists objects"),
        ("200 OK", endless, Reason::Protocol, "did not answer as S3 lists objects"),
        ("307 Temporary Redirect", "", Reason::Redirect, "answered 307"),
        // What AWS answers whom it does not know.
        ("403 Forbidden", "<Error><Code>AccessDenied</Code></Error>", Reason::Auth, "answered 403 AccessDenied"),
        ("503 Slow Down", "<Error><Code>SlowDown</Code></Error>", Reason::RateLimit, "answered 503 SlowDown"),
    ] {
        let server = Server::http(move |_| answer(status, "location: http://169.254.169.254/\r\n", body)).await;
        let seen = ask(&spec("s3", json!({"endpoint": server.url(""), "bucket": "exports"}))).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{message}");
        assert!(message.ends_with(words), "{message}");
    }

    let silent = Server::raw(|mut stream, _| async move {
        while stream.read(&mut [0; 512]).await.is_ok_and(|count| count > 0) {}
        let _gone = stream.shutdown().await;
    })
    .await;
    let options = json!({"endpoint": format!("http://{}", silent.address), "bucket": "exports"});
    let clients = Clients::new().expect("clients");
    let asking = Asking { at: crate::harness::NOW, timeout: Span::ms(200) };
    let seen = built(&spec("s3", options), &clients).ask(&asking).await;
    let message = format!("no answer from {} within 200ms (waiting for the list of objects)", silent.address);
    assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
}
