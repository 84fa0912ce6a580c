//! Asking an MQTT broker: does it let us in, what does a topic hold, and does a message come back?

mod code;
mod packet;
mod property;
mod session;

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use model::{Fault, ProbeSpec, Reason};
use ring::rand::{SecureRandom, SystemRandom};
use rules::{
    assess::Trouble,
    kind::{CelKind, Kind, OptionKind},
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial},
    options::{Options, name, optional, secret},
    secure::{self, Tls},
    table::Entry,
    wire::Wire,
};
use session::{Heard, Login, Session};

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "mqtt",
    summary: "Signs in to an MQTT broker and, if asked to, reads a message of a topic and sends one there and back",
    options: &[
        dial::HOST,
        dial::port(Some("1883")),
        optional("version", OptionKind::OneOf(&["v3.1.1", "v5"]), Some("v3.1.1"), "The version of MQTT to speak"),
        optional("client_id", OptionKind::Text, None, "The client identifier; without one the broker gives one"),
        optional("username", OptionKind::Text, None, "The user to sign in as"),
        secret("password", "The password to sign in with"),
        optional(
            "read",
            OptionKind::Text,
            None,
            "A topic, with wildcards if you like, of which the first message is read: a retained one comes at once",
        ),
        optional(
            "round_trip",
            OptionKind::Text,
            None,
            "A topic of the probe's own, to which a message is published and from which it has to come back",
        ),
        optional("qos", OptionKind::Int { min: 0, max: 1 }, Some("1"), "The quality of service of both"),
        optional("tls", OptionKind::Bool, Some("false"), "Whether to shake hands in TLS at once; usually on port 8883"),
        dial::IP,
        dial::RESOLVE,
        secure::CA,
        secure::SERVER_NAME,
        secure::CLIENT_CERTIFICATE,
        secure::CLIENT_KEY,
        secure::INSECURE,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call to the last answer"),
        name("connect_time", CelKind::Duration, "From CONNECT to its answer"),
        name("session_present", CelKind::Bool, "Whether the broker kept a session of this client"),
        name(
            "server",
            CelKind::Map,
            "What a broker of version 5 tells of itself, by the names of its properties: server.maximum_qos",
        ),
        name("topic", CelKind::Text, "The topic of the message that was read"),
        name("retained", CelKind::Bool, "Whether that message was retained"),
        name("body", CelKind::Text, "That message as text"),
        name("json", CelKind::Dyn, "That message read as JSON"),
        name("round_trip_time", CelKind::Duration, "From publishing a message until it was back"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let dial = Dial::read(&mut options, clients, "mqtt");
    let five = options.text("version").is_some_and(|version| version == "v5");
    let (username, password) = (options.text("username"), options.text("password"));
    if username.is_none() && password.is_some() && !five {
        options.fault("username", "is missing: there is a password, and version 3.1.1 takes none alone");
    }
    let (read, round_trip) = (options.text("read"), options.text("round_trip"));
    if read.as_deref().is_some_and(|filter| !is_filter(filter)) {
        options.fault("read", "is no topic: `#` stands only at its end, `+` only for a whole level");
    }
    if round_trip.as_deref().is_some_and(|topic| topic.contains(['+', '#']) || !is_filter(topic)) {
        options.fault("round_trip", "is no topic to publish to");
    }
    let client_id = options.text("client_id").unwrap_or_default();
    for (option, text) in [("username", &username), ("password", &password), ("client_id", &Some(client_id.clone()))] {
        if text.as_ref().is_some_and(|text| text.len() > usize::from(u16::MAX)) {
            options.fault(option, "is longer than 65535 bytes");
        }
    }
    let qos = options.int("qos").and_then(|qos| u8::try_from(qos).ok());
    let with_tls = options.bool("tls").unwrap_or_default();
    let made = dial.zip(qos).and_then(|(dial, qos)| {
        let tls = if with_tls { Some(Tls::read(&mut options, clients, &dial.target, &[])?) } else { None };
        let login = Login { client_id, username, password };
        Some((Party::of(&dial.target, "CONNECT"), Mqtt { dial, tls, five, login, read, round_trip, qos }))
    });
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    dial::whom(&KIND, spec, "mqtt")
}

/// Whether a topic filter is written as section 4.7 of both specifications wants it.
fn is_filter(filter: &str) -> bool {
    let levels: Vec<&str> = filter.split('/').collect();
    let wild = levels.iter().enumerate().all(|(at, level)| match *level {
        "+" => true,
        "#" => at + 1 == levels.len(),
        level => !level.contains(['+', '#']),
    });
    wild && !filter.is_empty() && filter.len() <= 4_096 && !filter.contains('\0')
}

struct Mqtt {
    dial: Dial,
    tls: Option<Tls>,
    five: bool,
    login: Login,
    read: Option<String>,
    round_trip: Option<String>,
    qos: u8,
}

#[async_trait]
impl Conversation for Mqtt {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let stream = self.dial.stream(attempt, self.tls.as_ref()).await?;
        let peer = &self.dial.target.peer;
        let mut session = Session::over(Wire::unkept(stream, peer), peer, self.five);
        let began = Instant::now();
        session.connect(attempt, &self.login).await?;
        attempt.put_time("connect_time", began);
        if let Some(filter) = &self.read {
            session.subscribe(attempt, filter, 1, self.qos).await?;
            let message = session.message(attempt, &format!("a message of {filter}")).await?;
            attempt.put("topic", message.topic);
            attempt.put("retained", message.retained);
            attempt.put_body(message.payload);
        }
        if let Some(topic) = &self.round_trip {
            self.there_and_back(attempt, &mut session, topic).await?;
        }
        session.leave(attempt).await;
        Ok(())
    }
}

impl Mqtt {
    /// Publishes what nobody else does, and waits until it is back and, with QoS 1, taken over.
    async fn there_and_back(
        &self,
        attempt: &mut Attempt,
        session: &mut Session<'_>,
        topic: &str,
    ) -> Result<(), Trouble> {
        session.subscribe(attempt, topic, 2, self.qos).await?;
        let payload = format!("bridgewatch {:032x}", u128::from_be_bytes(random()?));
        let id = (self.qos > 0).then_some(3);
        let began = Instant::now();
        session.publish(attempt, topic, id, payload.as_bytes()).await?;
        let (mut back, mut taken) = (false, id.is_none());
        while !(back && taken) {
            let what = if back { "the answer to PUBLISH" } else { "the message that was published" };
            match session.heard(attempt, what).await? {
                Heard::Message(message) if !back && message.payload == payload.as_bytes() => {
                    attempt.put_time("round_trip_time", began);
                    back = true;
                }
                Heard::Taken(taken_over) => taken |= Some(taken_over) == id,
                Heard::Message(_) | Heard::Other => {}
            }
        }
        Ok(())
    }
}

fn random() -> Result<[u8; 16], Trouble> {
    let mut bytes = [0; 16];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(_) => Err(Trouble::new(Reason::Internal, "the machine gives no random numbers")),
    }
}

#[cfg(test)]
mod tests {
    use super::is_filter;

    #[test]
    fn wildcards_stand_only_where_they_may() {
        for filter in ["a", "/", "a/+/c", "+", "#", "a/#", "$SYS/broker/uptime"] {
            assert!(is_filter(filter), "{filter}");
        }
        for filter in ["", "a#", "a/#/b", "a+/b", "a\0"] {
            assert!(!is_filter(filter), "{filter}");
        }
    }
}
