//! How it is asked: through proxies, by addresses that are written down, in versions, packed and with certificates of our own.

use std::{io::Write, path::Path, process::Command, sync::Arc};

use model::{Reason, Span};
use probe::{Clients, Egress, Outside};
use rules::assess::Fact;
use serde_json::json;
use tokio::{io::AsyncWriteExt, sync::mpsc};

use crate::{
    child::{Running, free_port, program, start},
    harness::{Names, ask, ask_through, ask_within, built, curious, spec, trouble},
    pki::Authority,
    server::{Server, answer, read_request, redirect},
};

const HTTP2: &str = "apt-get install nghttp2-server";

/// A real server of HTTP/2 that serves a folder with one page.
fn nghttpd(folder: &Path, with: &[&str]) -> (Running, u16) {
    std::fs::write(folder.join("index.html"), "two").expect("written");
    let port = free_port();
    let mut command = Command::new(program("nghttpd"));
    command.args(["--verbose", "--address", "127.0.0.1", "-d"]).arg(folder);
    let (before, behind): (Vec<&str>, Vec<&str>) = with.iter().copied().partition(|word| word.starts_with('-'));
    command.args(before).arg(port.to_string()).args(behind);
    (start(command, "listen 127.0.0.1", HTTP2).0, port)
}

/// A real proxy; with a user it wants to know who asks.
pub fn tinyproxy(folder: &Path, user: Option<&str>) -> (Running, u16) {
    let port = free_port();
    let user = user.map(|pair| format!("BasicAuth {pair}\n")).unwrap_or_default();
    let config = format!("Port {port}\nListen 127.0.0.1\nTimeout 60\nLogLevel Info\n{user}");
    std::fs::write(folder.join("tinyproxy.conf"), config).expect("written");
    let mut command = Command::new(program("tinyproxy"));
    command.arg("-d").arg("-c").arg(folder.join("tinyproxy.conf"));
    (start(command, "Accepting connections", "apt-get install tinyproxy-bin").0, port)
}

fn erp() -> Outside {
    Outside { lookup: Arc::new(Names::of([("erp.example", &["127.0.0.1"])])), ..Outside::default() }
}

#[tokio::test]
async fn version_2_with_and_without_tls() {
    let (folder, authority) = (tempfile::tempdir().expect("a folder"), Authority::new());
    let (certificate, key) = authority.pem(&["erp.example"]);
    let (certificate_path, key_path) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    std::fs::write(&certificate_path, certificate).expect("written");
    std::fs::write(&key_path, key).expect("written");
    let paths = [key_path.display().to_string(), certificate_path.display().to_string()];
    let (_secure, secure) = nghttpd(folder.path(), &[&paths[0], &paths[1]]);
    let (_plain, plain) = nghttpd(folder.path(), &["--no-tls"]);
    let clients = authority.trusted(erp());

    for (url, version) in [
        (format!("https://erp.example:{secure}/"), "any"),
        (format!("https://erp.example:{secure}/"), "2"),
        (format!("http://127.0.0.1:{plain}/"), "2"),
    ] {
        let seen = ask_through(&curious("http", json!({"url": url, "http_version": version})), &clients).await;
        assert_eq!(seen.trouble, None, "{url} {version}");
        assert_eq!(seen.facts.get("version"), Some(&Fact::from("HTTP/2.0")), "{url} {version}");
        assert_eq!(seen.facts.body(), Some(b"two".as_slice()), "{url} {version}");
        assert!(seen.phases.first_byte_us.is_some() && seen.phases.transfer_us.is_some());
        assert_eq!(seen.facts.get("cert").is_some(), url.starts_with("https"), "{url}");
    }

    // A body goes in it as well, and more than a window of an answer comes back.
    std::fs::write(folder.path().join("large"), "x".repeat(300_000)).expect("written");
    let url = format!("http://127.0.0.1:{plain}/large");
    let options = json!({"url": url, "http_version": "2", "method": "POST", "body": "y".repeat(100_000)});
    let seen = ask(&curious("http", options)).await;
    assert_eq!((seen.trouble, seen.facts.get("size")), (None, Some(&Fact::Int(300_000))));
}

#[tokio::test]
async fn who_speaks_another_version_is_told() {
    let authority = Authority::new();
    let (told, _shaken) = mpsc::unbounded_channel();
    let server = Server::https(vec![authority.good(&["erp.example"])], told, |_| answer("200 OK", "", "one")).await;
    let clients = authority.trusted(erp());
    let url = format!("https://erp.example:{}/", server.address.port());

    let seen = ask_through(&curious("http", json!({"url": url, "http_version": "1.1"})), &clients).await;
    assert_eq!((seen.trouble, seen.facts.get("version")), (None, Some(&Fact::from("HTTP/1.1"))));

    let seen = ask_through(&curious("http", json!({"url": url, "http_version": "2"})), &clients).await;
    let message = format!("erp.example:{} does not agree to HTTP/2", server.address.port());
    assert_eq!(trouble(&seen), (Reason::Protocol, message.as_str()));

    let plain = Server::http(|_| answer("200 OK", "", "one")).await;
    let seen = ask(&spec("http", json!({"url": plain.url("/"), "http_version": "2"}))).await;
    assert!(matches!(trouble(&seen).0, Reason::Protocol | Reason::Connect), "{:?}", trouble(&seen));
}

#[tokio::test]
async fn a_proxy_is_asked_for_plain_addresses_and_for_tunnels() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_proxy, port) = tinyproxy(folder.path(), Some("watch hush-silence"));
    let authority = Authority::new();
    let (told, _shaken) = mpsc::unbounded_channel();
    let secure = Server::https(vec![authority.good(&["127.0.0.1"])], told, |_| answer("200 OK", "", "secure")).await;
    let mut plain = Server::http(|_| answer("200 OK", "", "plain")).await;
    let clients = authority.trusted(Outside::default());
    let at = |url: String, proxy: String| curious("http", json!({"url": url, "proxy": proxy}));
    let proxy = format!("http://watch:hush-silence@127.0.0.1:{port}");

    let seen = ask_through(&at(plain.url("/a?b=c"), proxy.clone()), &clients).await;
    assert_eq!((seen.trouble.clone(), seen.facts.body()), (None, Some(b"plain".as_slice())));
    let received = plain.received().await;
    assert_eq!(received.line, "GET /a?b=c HTTP/1.1");
    assert!(received.header("via").is_some(), "{received:?}");
    assert_eq!(received.header("proxy-authorization"), None);
    let peer = seen.exchange.as_ref().and_then(|exchange| exchange.response.as_ref()?.peer.clone());
    assert_eq!(peer, Some(format!("127.0.0.1:{port}")), "who was connected to");

    let seen = ask_through(&at(format!("https://{}/", secure.address), proxy), &clients).await;
    assert_eq!((seen.trouble.clone(), seen.facts.body()), (None, Some(b"secure".as_slice())));
    assert!(seen.facts.get("cert").is_some() && seen.phases.tls_us.is_some());
    assert!(!format!("{seen:?}").contains("hush"), "{seen:?}");

    // Without the password it lets nobody through, and says so in its way.
    let stranger = format!("http://127.0.0.1:{port}");
    let seen = ask_through(&at(format!("https://{}/", secure.address), stranger.clone()), &clients).await;
    let message = format!("the proxy 127.0.0.1:{port} wants to know who asks: it answered 407");
    assert_eq!(trouble(&seen), (Reason::Auth, message.as_str()));
    let seen = ask_through(&at(plain.url("/"), stranger), &clients).await;
    assert_eq!(seen.facts.get("status"), Some(&Fact::Int(407)));
}

#[tokio::test]
async fn what_is_wrong_with_a_proxy_is_said_of_it() {
    let clients = Clients::new().expect("clients");
    let at = |url: &str, proxy: &str| spec("http", json!({"url": url, "proxy": proxy}));
    let gone = format!("http://127.0.0.1:{}", free_port());
    let seen = ask(&at("https://erp.example/", &gone)).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Connect);
    assert!(message.starts_with("the proxy: no connection to 127.0.0.1:"), "{message}");

    for (said, reason, words) in [
        ("HTTP/1.1 502 Bad Gateway\r\n\r\n", Reason::Connect, "opens no way to erp.example:443: it answered 502"),
        ("220 mail ready\r\n\r\n", Reason::Protocol, "is not HTTP"),
        ("", Reason::Connect, "closed the connection before it answered"),
    ] {
        let proxy = Server::raw(move |mut stream, _| async move {
            let _asked = read_request(&mut stream).await;
            let _gone = stream.write_all(said.as_bytes()).await;
        })
        .await;
        let seen = ask(&at("https://erp.example/", &proxy.url(""))).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{message}");
        assert!(message.ends_with(words), "{message}");
    }

    let endless = Server::raw(|mut stream, _| async move {
        let _asked = read_request(&mut stream).await;
        while stream.write_all(b"x").await.is_ok() {}
    })
    .await;
    assert_eq!(trouble(&ask(&at("https://erp.example/", &endless.url(""))).await).0, Reason::TooLarge);

    // Addresses that nobody may ask are refused before the proxy is.
    let seen = ask_within(&at("http://169.254.169.254/", &gone), &clients, Span::seconds(5)).await;
    assert_eq!(trouble(&seen).0, Reason::Config);
    let denied = Egress { denied: ["127.0.0.0/8".parse().expect("a network")].into(), ..Egress::default() };
    let clients = Clients::of(Outside { egress: denied, ..Outside::default() }).expect("clients");
    let seen = ask_through(&at("http://erp.example/", &gone), &clients).await;
    assert_eq!(trouble(&seen).0, Reason::Config, "the proxy's own address is checked");
}

#[tokio::test]
async fn an_address_that_is_written_down_is_asked_instead_of_what_the_name_means() {
    let mut server = Server::http(|_| answer("200 OK", "", "here")).await;
    let port = server.address.port();
    let clients = Names::of([]).clients();
    let url = format!("http://erp.example:{port}/");
    let spec = curious("http", json!({"url": url, "resolve": "127.0.0.1"}));

    let seen = ask_through(&spec, &clients).await;

    assert_eq!((seen.trouble, seen.facts.body()), (None, Some(b"here".as_slice())));
    assert_eq!(server.received().await.header("host"), Some(format!("erp.example:{port}").as_str()));
    assert_eq!(built(&spec, &clients).peer().expect("a peer").as_str(), format!("http://127.0.0.1:{port}"));
}

#[tokio::test]
async fn it_holds_for_the_host_that_was_written_and_for_no_other() {
    let other = Server::http(|_| answer("200 OK", "", "other")).await;
    let port = other.address.port();
    let server = Server::http(move |_| redirect("302 Found", &format!("http://other.example:{port}/"))).await;
    let clients = Names::of([("other.example", &["127.0.0.2"])]).clients();
    let url = format!("http://erp.example:{}/", server.address.port());
    let seen = ask_through(&spec("http", json!({"url": url, "resolve": "127.0.0.1"})), &clients).await;
    // The other name means an address at which nobody listens.
    assert_eq!(trouble(&seen).0, Reason::Connect, "{:?}", trouble(&seen));
}

#[tokio::test]
async fn the_family_of_addresses_is_chosen() {
    let server = Server::http(|_| answer("200 OK", "", "four")).await;
    let names = || Names::of([("both.example", &["::1", "127.0.0.1"]), ("six.example", &["::1"])]).clients();
    let at = |host: &str, ip: &str| {
        spec("http", json!({"url": format!("http://{host}:{}/", server.address.port()), "ip": ip}))
    };
    assert_eq!(ask_through(&at("both.example", "any"), &names()).await.trouble, None, "falls back");
    assert_eq!(ask_through(&at("both.example", "ipv4"), &names()).await.trouble, None);
    let seen = ask_through(&at("both.example", "ipv6"), &names()).await;
    assert_eq!(trouble(&seen).0, Reason::Connect);
    let seen = ask_through(&at("six.example", "ipv4"), &names()).await;
    assert_eq!(trouble(&seen), (Reason::Dns, "the name six.example has no IPv4 address"));
}

#[tokio::test]
async fn answers_come_packed_and_no_larger_than_allowed() {
    let text = "sound and safe ".repeat(1_000);
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text.as_bytes()).expect("packed");
    let packed = encoder.finish().expect("packed");
    let server = Server::raw(move |mut stream, _| {
        let packed = packed.clone();
        async move {
            let Ok(request) = read_request(&mut stream).await else { return };
            let accepted = request.header("accept-encoding").unwrap_or("nothing");
            let length = packed.len();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nx-accepted: {accepted}\r\ncontent-length: {length}\r\n\r\n"
            );
            let _gone = stream.write_all(&[head.as_bytes(), &packed].concat()).await;
        }
    })
    .await;
    let at = |options: serde_json::Value| {
        let mut options = options;
        options["url"] = server.url("/").into();
        curious("http", options)
    };
    let accepted = |seen: &rules::assess::Observation| match seen.facts.get("headers") {
        Some(Fact::Map(headers)) => headers["x-accepted"].clone(),
        other => panic!("headers, not {other:?}"),
    };
    let seen = ask(&at(json!({}))).await;
    assert_eq!(accepted(&seen), Fact::from("gzip, br, deflate"));
    assert_eq!((seen.trouble, seen.facts.body()), (None, Some(text.as_bytes())));
    // A small answer that becomes a large one is too large.
    let seen = ask(&at(json!({"max_body_bytes": 1_000}))).await;
    let message = format!("{} answered more than 1000 bytes", server.address);
    assert_eq!(trouble(&seen), (Reason::TooLarge, message.as_str()));
    let seen = ask(&at(json!({"compression": false}))).await;
    assert_eq!(accepted(&seen), Fact::from("nothing"));
    assert!(seen.facts.body().is_some_and(|body| body.starts_with(&[0x1f, 0x8b])), "as it came");
}

#[tokio::test]
async fn our_own_certificate_is_shown_to_those_who_were_written_down() {
    // Given a server that wants one, one that sends on to it, and a certificate.
    let authority = Authority::new();
    let (told, _shaken) = mpsc::unbounded_channel();
    let wanting =
        Server::https(vec![authority.wanting_ours(&["erp.example"])], told, |_| answer("200 OK", "", "you")).await;
    let (certificate, key) = authority.pem(&["watch"]);
    let at = |url: &str| {
        curious(
            "http",
            json!({
                "url": url, "tls_ca": authority.root(), "tls_client_certificate": certificate, "tls_client_key": key,
            }),
        )
    };
    let url = format!("https://erp.example:{}/", wanting.address.port());
    let clients = Clients::of(erp()).expect("clients");

    // When it is asked with it, then it answers; and nothing of the key is kept.
    let seen = ask_through(&at(&url), &clients).await;
    assert_eq!((seen.trouble.clone(), seen.facts.body()), (None, Some(b"you".as_slice())));
    assert!(!format!("{seen:?}").contains("PRIVATE"), "{seen:?}");
    // Without it, it does not,
    let without = curious("http", json!({"url": url, "tls_ca": authority.root()}));
    assert!(ask_through(&without, &clients).await.trouble.is_some());
    // nor where somebody else led there.
    let leading = Server::http(move |_| redirect("302 Found", &url)).await;
    let leading = format!("http://127.0.0.1:{}/", leading.address.port());
    assert!(ask_through(&at(&leading), &clients).await.trouble.is_some());
}

#[tokio::test]
async fn the_name_of_the_certificate_may_be_another_and_no_check_may_be_wanted() {
    let authority = Authority::new();
    let (told, _shaken) = mpsc::unbounded_channel();
    let mut server =
        Server::https(vec![authority.good(&["inner.example"])], told, |_| answer("200 OK", "", "safe")).await;
    let port = server.address.port();
    let at = |more: serde_json::Value| {
        let mut options = more;
        options["url"] = format!("https://erp.example:{port}/").into();
        curious("http", options)
    };
    let clients = authority.trusted(erp());
    assert_eq!(trouble(&ask_through(&at(json!({})), &clients).await).0, Reason::Tls);
    let seen = ask_through(&at(json!({"tls_server_name": "inner.example"})), &clients).await;
    assert_eq!(seen.trouble, None);
    assert_eq!(server.received().await.header("host"), Some(format!("erp.example:{port}").as_str()), "the host stays");
    let strangers = Clients::of(erp()).expect("clients");
    assert_eq!(trouble(&ask_through(&at(json!({})), &strangers).await).0, Reason::Tls);
    assert_eq!(ask_through(&at(json!({"tls_insecure": true})), &strangers).await.trouble, None);
}
