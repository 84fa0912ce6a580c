//! A session with a broker: signed in, subscribed, heard.

use std::collections::BTreeMap;

use model::Reason;
use rules::assess::{Fact, Trouble};

use super::{
    code,
    packet::{self, LARGEST, Message, Packet, kind, made, put_text},
    property,
};
use crate::{attempt::Attempt, octets::Octets, wire::Wire};

/// Packets that are heard in one attempt at most.
const MOST_PACKETS: usize = 1_000;

/// Seconds beyond the attempt's own time after which the broker takes us for gone: nothing has to be said in between.
const KEEP_ALIVE: i64 = 60;

/// Who signs in.
pub(super) struct Login {
    pub(super) client_id: String,
    pub(super) username: Option<String>,
    pub(super) password: Option<String>,
}

/// A connection to a broker.
pub(super) struct Session<'p> {
    wire: Wire,
    peer: &'p str,
    five: bool,
    heard: usize,
    /// A message that came before the answer to its subscription, as a broker may send it.
    early: Option<Message>,
}

impl<'p> Session<'p> {
    pub(super) const fn over(wire: Wire, peer: &'p str, five: bool) -> Self {
        Self { wire, peer, five, heard: 0, early: None }
    }

    /// Signs in, and puts what the broker tells of itself.
    pub(super) async fn connect(&mut self, attempt: &mut Attempt, login: &Login) -> Result<(), Trouble> {
        let keep_alive = KEEP_ALIVE.saturating_add(attempt.asking.timeout.as_ms() / 1_000);
        let keep_alive = u16::try_from(keep_alive).unwrap_or(u16::MAX);
        let bytes = made(kind::CONNECT, 0, &connect(login, self.five, keep_alive));
        let version = if self.five { "5" } else { "3.1.1" };
        let shown = format!("CONNECT version {version}, client `{}`\n", login.client_id);
        self.wire.send_secret(attempt, &bytes, &shown).await?;
        let packet = packet::read(&mut self.wire, attempt, self.peer, "the answer to CONNECT", true).await?;
        let mut octets = Octets::of(&packet.body);
        let (flags, code) = octets.u8().zip(octets.u8()).ok_or_else(|| self.malformed("CONNECT"))?;
        // A broker that does not know version 5 answers in version 3.1.1, where there are no properties.
        let properties =
            if self.five && !octets.is_empty() { property::read(&mut octets) } else { Some(BTreeMap::new()) };
        let properties = properties.ok_or_else(|| self.malformed("CONNECT"))?;
        attempt.heard(format!("CONNACK {code}\n").as_bytes());
        attempt.put("session_present", flags & 1 == 1);
        let why = properties.get("reason_string").cloned();
        attempt.put("server", properties);
        if code == 0 {
            return Ok(());
        }
        let (reason, words) = code::of_connect(code, self.five && code >= 0x80);
        Err(self.refused("CONNECT", code, reason, words, why.as_ref()))
    }

    /// Subscribes with QoS 1 at most.
    pub(super) async fn subscribe(
        &mut self,
        attempt: &mut Attempt,
        filter: &str,
        id: u16,
        qos: u8,
    ) -> Result<(), Trouble> {
        let mut body = id.to_be_bytes().to_vec();
        if self.five {
            body.push(0);
        }
        put_text(&mut body, filter.as_bytes());
        body.push(qos);
        let shown = format!("SUBSCRIBE {filter}\n");
        self.wire.send_secret(attempt, &made(kind::SUBSCRIBE, 2, &body), &shown).await?;
        let what = format!("the answer to SUBSCRIBE {filter}");
        loop {
            let packet = self.next(attempt, &what).await?;
            match packet.kind {
                kind::PUBLISH if self.early.is_none() => self.early = Some(self.taken(attempt, &packet).await?),
                kind::SUBACK => {
                    let mut octets = Octets::of(&packet.body);
                    let answered = octets.u16();
                    if self.five {
                        property::skip(&mut octets).ok_or_else(|| self.malformed("SUBSCRIBE"))?;
                    }
                    let code = octets.u8().filter(|_| answered == Some(id));
                    let code = code.ok_or_else(|| self.malformed("SUBSCRIBE"))?;
                    attempt.heard(format!("SUBACK {code}\n").as_bytes());
                    if code < 0x80 {
                        return Ok(());
                    }
                    let (reason, words) = code::of_subscribe(code, self.five);
                    return Err(self.refused(&format!("SUBSCRIBE {filter}"), code, reason, words, None));
                }
                _ => {}
            }
        }
    }

    /// Publishes; with QoS 1 the broker answers by a PUBACK of this id.
    pub(super) async fn publish(
        &mut self,
        attempt: &mut Attempt,
        topic: &str,
        id: Option<u16>,
        payload: &[u8],
    ) -> Result<(), Trouble> {
        let mut body = Vec::new();
        put_text(&mut body, topic.as_bytes());
        body.extend(id.map(u16::to_be_bytes).into_iter().flatten());
        if self.five {
            body.push(0);
        }
        body.extend_from_slice(payload);
        let flags = if id.is_some() { 2 } else { 0 };
        let shown = format!("PUBLISH {topic}: {}\n", String::from_utf8_lossy(payload));
        self.wire.send_secret(attempt, &made(kind::PUBLISH, flags, &body), &shown).await
    }

    /// The next message.
    pub(super) async fn message(&mut self, attempt: &mut Attempt, what: &str) -> Result<Message, Trouble> {
        if let Some(early) = self.early.take() {
            return Ok(early);
        }
        loop {
            match self.heard(attempt, what).await? {
                Heard::Message(message) => return Ok(message),
                Heard::Taken(_) | Heard::Other => {}
            }
        }
    }

    /// The next thing that matters after a PUBLISH.
    pub(super) async fn heard(&mut self, attempt: &mut Attempt, what: &str) -> Result<Heard, Trouble> {
        let packet = self.next(attempt, what).await?;
        match packet.kind {
            kind::PUBLISH => Ok(Heard::Message(self.taken(attempt, &packet).await?)),
            kind::PUBACK => {
                let mut octets = Octets::of(&packet.body);
                let id = octets.u16().ok_or_else(|| self.malformed("PUBLISH"))?;
                let code = if self.five { octets.u8().unwrap_or_default() } else { 0 };
                attempt.heard(format!("PUBACK {code}\n").as_bytes());
                if code < 0x80 {
                    return Ok(Heard::Taken(id));
                }
                let (reason, words) = code::of_five(code);
                Err(self.refused("PUBLISH", code, reason, words, None))
            }
            _ => Ok(Heard::Other),
        }
    }

    /// Takes leave; whether that arrives tells nothing.
    pub(super) async fn leave(&mut self, attempt: &mut Attempt) {
        let _farewell = self.wire.send_secret(attempt, &made(kind::DISCONNECT, 0, &[]), "DISCONNECT\n").await;
    }

    /// The message of a PUBLISH, acknowledged where the broker waits for that.
    async fn taken(&mut self, attempt: &mut Attempt, packet: &Packet) -> Result<Message, Trouble> {
        let message = packet::message(packet, self.five).ok_or_else(|| self.malformed("SUBSCRIBE"))?;
        attempt.heard(format!("PUBLISH {}: ", message.topic).as_bytes());
        attempt.heard(&message.payload);
        attempt.heard(b"\n");
        if let Some(id) = message.id {
            self.wire.send_secret(attempt, &made(kind::PUBACK, 0, &id.to_be_bytes()), "").await?;
        }
        Ok(message)
    }

    async fn next(&mut self, attempt: &mut Attempt, what: &str) -> Result<Packet, Trouble> {
        self.heard += 1;
        if self.heard > MOST_PACKETS {
            let message = format!("{} sent {MOST_PACKETS} packets without {what}", self.peer);
            return Err(Trouble::new(Reason::TooLarge, message));
        }
        let packet = packet::read(&mut self.wire, attempt, self.peer, what, false).await?;
        if packet.kind == kind::DISCONNECT {
            let code = packet.body.first().copied().unwrap_or_default();
            let (reason, words) = code::of_five(code);
            let message = format!("{} ended the session with code {code} ({words}) before {what}", self.peer);
            return Err(Trouble::new(reason, message));
        }
        Ok(packet)
    }

    fn refused(&self, to: &str, code: u8, reason: Reason, words: &str, why: Option<&Fact>) -> Trouble {
        let why = if let Some(Fact::Text(why)) = why { format!(": {why}") } else { String::new() };
        Trouble::new(reason, format!("{} answered {to} with code {code} ({words}){why}", self.peer))
    }

    fn malformed(&self, to: &str) -> Trouble {
        Trouble::new(Reason::Protocol, format!("{} answered {to} with what is no packet of MQTT", self.peer))
    }
}

/// What came.
pub(super) enum Heard {
    /// A message.
    Message(Message),
    /// The broker has taken over the message of this id.
    Taken(u16),
    /// Something else.
    Other,
}

/// The body of a CONNECT that begins a clean session.
fn connect(login: &Login, five: bool, keep_alive: u16) -> Vec<u8> {
    let mut body = Vec::new();
    put_text(&mut body, b"MQTT");
    body.push(if five { 5 } else { 4 });
    let clean = 0b10;
    let username = if login.username.is_some() { 0x80 } else { 0 };
    let password = if login.password.is_some() { 0x40 } else { 0 };
    body.push(clean | username | password);
    body.extend_from_slice(&keep_alive.to_be_bytes());
    if five {
        // One property, of five bytes: the largest packet that is read.
        body.extend_from_slice(&[5, 0x27]);
        body.extend_from_slice(&LARGEST.to_be_bytes());
    }
    put_text(&mut body, login.client_id.as_bytes());
    for text in [&login.username, &login.password].into_iter().flatten() {
        put_text(&mut body, text.as_bytes());
    }
    body
}
