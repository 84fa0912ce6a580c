//! Asking over a WebSocket: is the connection upgraded, and does what should come, come?

mod request;
mod way;

use std::sync::Arc;

use async_trait::async_trait;
use futures::{SinkExt, StreamExt};
use model::{Fault, ProbeSpec, Reason};
use rules::{
    assess::Trouble,
    kind::{CelKind, Kind, OptionKind},
};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{
        Error, Message,
        error::{CapacityError, ProtocolError},
        handshake::client,
        protocol::WebSocketConfig,
    },
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Stream},
    filled::forms,
    http,
    marks::{self, Mark},
    options::{Options, mentions, name, optional, required, secret},
    said, secure,
    table::Entry,
};
use way::Way;

/// Messages that are read at most.
const MOST_MESSAGES: i64 = 1_000;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "websocket",
    summary: "Opens a WebSocket and, if asked to, sends a message and waits for another",
    options: &[
        required("url", OptionKind::UrlOf(&["ws", "wss"]), "The address to connect to"),
        optional("headers", OptionKind::Map, None, "Headers to send with the upgrade"),
        secret("bearer", "A token to send as `Authorization: Bearer`"),
        optional(
            "subprotocols",
            OptionKind::TextList,
            None,
            "Subprotocols to offer; the server has to choose one of them",
        ),
        optional("send", OptionKind::Text, None, "A text message to send once connected"),
        optional(
            "expect",
            OptionKind::Text,
            None,
            "A text that a message has to hold; messages before it are passed over",
        ),
        optional(
            "max_message_bytes",
            OptionKind::Int { min: 1, max: 16 * 1_048_576 },
            Some("1048576"),
            "A larger message is not read and fails as too_large",
        ),
        http::table::PROXY,
        dial::IP,
        dial::RESOLVE,
        secure::CA,
        secure::SERVER_NAME,
        secure::CLIENT_CERTIFICATE,
        secure::CLIENT_KEY,
        secure::INSECURE,
    ],
    names: &[
        name(
            "latency",
            CelKind::Duration,
            "From the first network call until connected, or until the message was there",
        ),
        name("status", CelKind::Int, "The status of the answer to the upgrade: 101"),
        name("upgrade_time", CelKind::Duration, "From the request for the upgrade to its answer"),
        name("subprotocol", CelKind::Text, "The subprotocol that the server chose; empty if none"),
        name("messages", CelKind::Int, "Messages that came"),
        name("body", CelKind::Text, "The last message as text"),
        name("json", CelKind::Dyn, "The last message read as JSON"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn port_of(scheme: &str) -> Option<u16> {
    match scheme {
        "ws" => Some(80),
        "wss" => Some(443),
        _ => None,
    }
}

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let way = Way::read(&mut options, clients, port_of);
    let headers = request::headers(&mut options);
    let subprotocols = options.list("subprotocols").unwrap_or_default();
    let (send, expect) = (options.text("send"), options.text("expect"));
    let largest = options.int("max_message_bytes").and_then(|bytes| usize::try_from(bytes).ok());
    let listen = expect.is_some() || ["body", "json", "messages"].iter().any(|name| mentions(spec, name));
    let pair = way.as_ref().and_then(|(way, _)| way.proxy_pair());
    let made = way.zip(largest).and_then(|((way, url), largest)| {
        let request = request::upgrade(&mut options, &url, headers, &subprotocols)?;
        let party = Party { url: crate::redact::url(&url), key: whom(spec), ..Party::of(&way.dial.target, "GET") };
        Some((party, WebSocket { way, request, subprotocols, send, expect, listen, largest }))
    });
    let masked = clients.masked().iter().cloned().chain(pair.iter().flat_map(|pair| forms::of(pair)));
    attempt::probe(spec, &clients.masking(masked.collect()), options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    let key = dial::whom_of_url(&KIND, spec, "url", port_of)?;
    let mut options = Options::of(&KIND, spec);
    Some(http::way::whom(&mut options).iter().fold(key, |key, proxy| key.and(proxy)))
}

struct WebSocket {
    way: Way,
    request: request::Upgrade,
    subprotocols: Vec<String>,
    send: Option<String>,
    expect: Option<String>,
    /// Whether anybody wants to know what the other side says.
    listen: bool,
    largest: usize,
}

#[async_trait]
impl Conversation for WebSocket {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let stream = self.way.stream(attempt).await?;
        let Some(mut socket) = self.upgrade(attempt, stream).await? else { return Ok(()) };
        if let Some(text) = &self.send {
            attempt.sent(text.as_bytes());
            socket.send(Message::text(text.clone())).await.map_err(|error| self.broken(&error))?;
        }
        if self.listen {
            self.listen(attempt, &mut socket).await?;
        }
        // A word of farewell; whether it arrives tells nothing.
        let _farewell = socket.send(Message::Close(None)).await;
        Ok(())
    }
}

impl WebSocket {
    /// The socket; `None` where the answer's status says why there is none.
    async fn upgrade(&self, attempt: &mut Attempt, stream: Stream) -> Result<Option<WebSocketStream<Stream>>, Trouble> {
        let peer = &self.way.dial.target.peer;
        attempt.request_headers = self.request.shown();
        attempt.waiting_for("the answer to the upgrade");
        let config = WebSocketConfig::default()
            .read_buffer_size(16_384)
            .write_buffer_size(0)
            .max_message_size(Some(self.largest))
            .max_frame_size(Some(self.largest));
        let began = std::time::Instant::now();
        let answered = client_async_with_config(self.request.made(), stream, Some(config)).await;
        attempt.put_time("upgrade_time", began);
        let (socket, answer) = match answered {
            Ok((socket, answer)) => (Some(socket), answer.map(|_| None)),
            Err(Error::Http(answer)) => (None, *answer),
            Err(error) => return Err(self.broken(&error)),
        };
        Self::tell(attempt, &answer);
        if socket.is_none() {
            let status = answer.status();
            attempt.status_trouble = Trouble::of_status(status.as_u16(), status.canonical_reason());
            if attempt.status_trouble.is_none() {
                let message =
                    format!("{peer} answered {} where the connection should have been upgraded", status.as_u16());
                return Err(Trouble::new(Reason::Protocol, message));
            }
        }
        Ok(socket)
    }

    fn tell(attempt: &mut Attempt, answer: &client::Response) {
        attempt.status = Some(answer.status().as_u16());
        attempt.put("status", i64::from(answer.status().as_u16()));
        attempt.version = Some("HTTP/1.1".to_owned());
        attempt.headers = request::shown(answer.headers());
        let chosen = answer.headers().get("sec-websocket-protocol").and_then(|value| value.to_str().ok());
        attempt.put("subprotocol", chosen.unwrap_or_default());
        attempt.heard(answer.body().as_deref().unwrap_or_default());
    }

    /// Reads until what is expected has come; where nothing is, the first message.
    async fn listen(&self, attempt: &mut Attempt, socket: &mut WebSocketStream<Stream>) -> Result<(), Trouble> {
        let peer = &self.way.dial.target.peer;
        let what = self.expect.as_ref().map_or("a message".to_owned(), |text| format!("`{}`", text.trim()));
        attempt.waiting_for(what.clone());
        let mut count = 0;
        while count < MOST_MESSAGES {
            let message = match socket.next().await {
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Ok(Message::Close(frame))) => {
                    let why = frame.map(|frame| format!(" with {} {}", u16::from(frame.code), frame.reason.as_str()));
                    let message = format!("{peer} closed{} before it sent {what}", why.unwrap_or_default().trim_end());
                    return Err(Trouble::new(Reason::Protocol, message));
                }
                Some(Ok(message)) => message.into_data(),
                Some(Err(error)) => return Err(self.broken(&error)),
                None => {
                    let message = format!("{peer} closed the connection before it sent {what}");
                    return Err(Trouble::new(Reason::Protocol, message));
                }
            };
            if count == 0 {
                marks::stamp(Mark::FirstByte);
            }
            count += 1;
            attempt.heard(&message);
            attempt.heard(b"\n");
            attempt.put("messages", count);
            let found =
                self.expect.as_ref().is_none_or(|text| String::from_utf8_lossy(&message).contains(text.as_str()));
            attempt.put_body(message);
            if found {
                return Ok(());
            }
        }
        Err(Trouble::new(Reason::TooLarge, format!("{peer} sent {count} messages without {what}")))
    }

    fn broken(&self, error: &Error) -> Trouble {
        let peer = &self.way.dial.target.peer;
        match error {
            Error::Io(error) => said::broke_off(peer, error),
            Error::Capacity(CapacityError::MessageTooLong { size, max_size }) => {
                let message = format!("{peer} sent a message of {size} bytes, at most {max_size} are read");
                Trouble::new(Reason::TooLarge, message)
            }
            Error::Capacity(error) => Trouble::new(Reason::TooLarge, format!("{peer} sent too much: {error}")),
            Error::ConnectionClosed | Error::AlreadyClosed => {
                Trouble::new(Reason::Protocol, format!("{peer} closed the connection"))
            }
            Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => {
                let offered = self.subprotocols.join(", ");
                Trouble::new(Reason::Protocol, format!("{peer} chose none of the subprotocols {offered}"))
            }
            other => Trouble::new(Reason::Protocol, format!("the answer of {peer} is no WebSocket: {other}")),
        }
    }
}
