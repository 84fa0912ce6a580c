//! Asking a real RabbitMQ, which runs on loopback with a folder, a name and a port mapper of its own.

use std::{fs, process::Command};

use model::Reason;
use probe::Outside;
use rules::assess::Fact;
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    child::{Running, free_port, start},
    harness::{about, ask, ask_through, fails_with, spec, trouble},
    pki::Authority,
    server::Server,
};

/// Where Debian puts it. The one on PATH changes the user, and would write to folders of the machine.
const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
const INSTALL: &str = "apt-get install rabbitmq-server";

/// A RabbitMQ and its ports in clear and with TLS. It ends before its port mapper and its folder.
struct Rabbit {
    _running: Running,
    _mapper: Running,
    _folder: TempDir,
    plain: u16,
    secure: u16,
}

/// It takes some seconds to start, so the tests share one.
fn rabbit(authority: &Authority) -> Rabbit {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (certificate, key) = authority.pem(&["localhost", "127.0.0.1"]);
    fs::write(at("certificate"), certificate).expect("written");
    fs::write(at("key"), key).expect("written");
    fs::write(at("authority"), authority.root()).expect("written");
    fs::write(at("plugins"), "[].\n").expect("written");
    let (plain, secure, mapped, between) = (free_port(), free_port(), free_port(), free_port());
    let config = format!(
        "listeners.tcp.default = 127.0.0.1:{plain}\nlisteners.ssl.default = 127.0.0.1:{secure}\nlog.console = true\n\
         ssl_options.certfile = {}\nssl_options.keyfile = {}\nssl_options.cacertfile = {}\n",
        at("certificate"),
        at("key"),
        at("authority")
    );
    fs::write(at("rabbitmq.conf"), config).expect("written");

    let mut epmd = Command::new("epmd");
    epmd.args(["-d", "-address", "127.0.0.1", "-port", &mapped.to_string()]);
    let (port_mapper, _) = start(epmd, "running", INSTALL);
    let mut command = Command::new(SERVER);
    command
        .env("HOME", folder.path())
        .env("ERL_EPMD_PORT", mapped.to_string())
        .env("ERL_EPMD_ADDRESS", "127.0.0.1")
        .env("RABBITMQ_NODENAME", format!("bridgewatch{plain}@localhost"))
        .env("RABBITMQ_DIST_PORT", between.to_string())
        .env("RABBITMQ_MNESIA_BASE", at("data"))
        .env("RABBITMQ_LOG_BASE", at("log"))
        .env("RABBITMQ_PID_FILE", at("pid"))
        .env("RABBITMQ_CONFIG_FILE", at("rabbitmq.conf"))
        .env("RABBITMQ_CONF_ENV_FILE", at("none"))
        .env("RABBITMQ_ENABLED_PLUGINS_FILE", at("plugins"))
        // The script becomes the server, so that ending it ends the server.
        .env("RABBITMQ_ALLOW_INPUT", "1")
        .env("RABBITMQ_SERVER_START_ARGS", "-noshell -noinput")
        .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1");
    let (running, _) = start(command, "Server startup complete", INSTALL);
    Rabbit { _running: running, _mapper: port_mapper, _folder: folder, plain, secure }
}

/// A method as it is sent.
fn method(channel: u8, class: u8, number: u8, arguments: &[u8]) -> Vec<u8> {
    let size = u32::try_from(arguments.len() + 4).expect("small").to_be_bytes();
    [&[1, 0, channel][..], &size, &[0, class, 0, number], arguments, &[0xce]].concat()
}

/// Says something and reads until this method comes.
async fn say(stream: &mut TcpStream, said: &[u8], class: u8, number: u8) {
    stream.write_all(said).await.expect("said");
    loop {
        let mut head = [0; 7];
        stream.read_exact(&mut head).await.expect("a frame");
        let size = u32::from_be_bytes([head[3], head[4], head[5], head[6]]);
        let mut payload = vec![0; size as usize + 1];
        stream.read_exact(&mut payload).await.expect("what it holds");
        if payload.starts_with(&[0, class, 0, number]) {
            return;
        }
        let is_close = payload.starts_with(&[0, 10, 0, 50]) || payload.starts_with(&[0, 20, 0, 40]);
        assert!(!is_close, "{}", String::from_utf8_lossy(&payload));
    }
}

/// Declares a queue by hand and puts so many messages into it.
async fn fill(port: u16, queue: &str, messages: usize) {
    let short = |text: &str| [&[u8::try_from(text.len()).expect("short")][..], text.as_bytes()].concat();
    let named = short(queue);
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    say(&mut stream, b"AMQP\0\0\x09\x01", 10, 10).await;
    let login = [&[0; 4][..], &short("PLAIN"), b"\0\0\0\x0c\0guest\0guest", &short("en_US")].concat();
    say(&mut stream, &method(0, 10, 11, &login), 10, 30).await;
    let tuned = method(0, 10, 31, &[0, 1, 0, 2, 0, 0, 0, 0]);
    let open = method(0, 10, 40, &[&short("/")[..], &[0, 0]].concat());
    say(&mut stream, &[tuned, open].concat(), 10, 41).await;
    say(&mut stream, &method(1, 20, 10, &[0]), 20, 11).await;
    say(&mut stream, &method(1, 50, 10, &[&[0, 0][..], &named, &[0; 5]].concat()), 50, 11).await;
    let mut said = Vec::new();
    for _ in 0..messages {
        said.extend(method(1, 60, 40, &[&[0, 0, 0][..], &named, &[0]].concat()));
        said.extend([2, 0, 1, 0, 0, 0, 14, 0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0xce]);
        said.extend([3, 0, 1, 0, 0, 0, 2, b'h', b'i', 0xce]);
    }
    // The channel is closed after all of that was done.
    said.extend(method(1, 20, 40, &[0, 200, 0, 0, 0, 0, 0]));
    say(&mut stream, &said, 20, 41).await;
}

#[tokio::test]
async fn a_rabbitmq_tells_of_itself_of_a_queue_and_gives_a_message_back() {
    let authority = Authority::new();
    let rabbit = rabbit(&authority);
    let (plain, secure) = (rabbit.plain, rabbit.secure);
    fill(plain, "orders", 3).await;

    let url = format!("amqp://guest:guest@127.0.0.1:{plain}/%2F");
    let seen = ask(&about("amqp", json!({"url": url, "queue": "orders", "round_trip": true}), "server")).await;
    assert_eq!(seen.trouble, None);
    assert_eq!(seen.facts.get("messages"), Some(&Fact::Int(3)), "and our own message is in no queue of others");
    assert_eq!(seen.facts.get("consumers"), Some(&Fact::Int(0)));
    let Some(Fact::Map(server)) = seen.facts.get("server") else { panic!("what it tells of itself") };
    assert_eq!(server["product"], Fact::from("RabbitMQ"));
    assert!(matches!(&server["version"], Fact::Text(version) if version.contains('.')), "{server:?}");
    for time in ["open_time", "round_trip_time"] {
        assert!(matches!(seen.facts.get(time), Some(Fact::DurationUs(0..))), "{time}");
    }
    assert!(seen.phases.connect_us.is_some() && seen.phases.first_byte_us.is_some(), "{:?}", seen.phases);
    assert!(!format!("{seen:?}").contains("guest"), "who signs in is kept nowhere: {seen:?}");

    // Without a user the usual one signs in, and a queue that was looked at has all of its messages.
    let url = format!("amqp://127.0.0.1:{plain}");
    let seen = ask(&spec("amqp", json!({"url": url, "queue": "orders"}))).await;
    assert_eq!((seen.trouble.clone(), seen.facts.get("messages")), (None, Some(&Fact::Int(3))));

    for (options, reason, words) in [
        (json!({"url": url, "queue": "nothing"}), Reason::NotFound, "404 NOT_FOUND - no queue 'nothing' in vhost '/'"),
        (json!({"url": format!("{url}/nowhere")}), Reason::NotFound, "530 NOT_ALLOWED - vhost nowhere not found"),
        (json!({"url": url, "username": "guest", "password": "wrong words"}), Reason::Auth, "403 ACCESS_REFUSED"),
        (json!({"url": url, "mechanism": "external"}), Reason::Auth, "to sign in, not EXTERNAL"),
    ] {
        let seen = ask(&spec("amqp", options)).await;
        let (found, message) = trouble(&seen);
        assert_eq!(found, reason, "{message}");
        assert!(message.contains(words), "{message}");
        assert!(!message.contains("wrong words"), "{message}");
    }

    let options = json!({"url": format!("amqps://localhost:{secure}"), "ip": "ipv4", "round_trip": true});
    let seen = ask_through(&about("amqp", options.clone(), "cert"), &authority.trusted(Outside::default())).await;
    assert_eq!(seen.trouble, None);
    assert!(matches!(seen.facts.get("cert"), Some(Fact::Map(_))));
    assert!(seen.phases.tls_us.is_some(), "{:?}", seen.phases);
    assert_eq!(trouble(&ask(&spec("amqp", options)).await).0, Reason::Tls, "nobody vouches for it");
}

#[tokio::test]
async fn what_is_no_broker_is_told_from_one_that_stays_silent_or_talks_too_much() {
    for (answer, reason, words) in [
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n".as_slice(),
            Reason::Protocol,
            "it sent `HTTP/1.` where a frame should begin",
        ),
        (b"AMQP\x00\x01\x00\x00", Reason::Protocol, "a header that asks for another version"),
        (b"\x01\0\0\xff\xff\xff\xff", Reason::TooLarge, "announced a frame of 4294967295 bytes"),
        (b"\x01\0\0\0\0\0\x04\0\x0a\0\x0b?", Reason::Protocol, "a frame without its end"),
        (b"\x01\0\0\0\0\0\x04\0\x0a\0\x0b\xce", Reason::Protocol, "the method 10.11 instead of the greeting"),
        (b"\x01\0\0\0\0\0\x08\0\x0a\0\x0a\0\x09\xff\xff\xce", Reason::Protocol, "a greeting that cannot be read"),
        (
            b"\x01\0\0\0\0\0\x04\0\x0a\0\x3d\xce\x01\0\0\0\0\0\x04\0\x0a\0\x0b\xce",
            Reason::Protocol,
            "the method 10.11 instead of the greeting",
        ),
        (b"", Reason::Timeout, "(waiting for the greeting)"),
    ] {
        let server = Server::answering(answer).await;
        fails_with(&spec("amqp", json!({"url": format!("amqp://{}", server.address)})), reason, words).await;
    }
}
