//! Asking a broker of AMQP 0-9-1, such as RabbitMQ: does it let us in, how long is a queue, does a message come back?

mod frame;
mod login;
mod queue;
mod table;

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use model::{Fault, ProbeSpec, Reason};
use rules::{
    assess::Trouble,
    kind::{CelKind, Kind, OptionKind},
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial},
    options::{Options, name, optional, required, secret},
    redact,
    secure::{self, Tls},
    table::Entry,
    wire::Wire,
};
use frame::{Frames, put_short};
use login::Login;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

/// The channel that all but signing in goes over.
const CHANNEL: u16 = 1;

static KIND: Kind = Kind {
    name: "amqp",
    summary: "Signs in to RabbitMQ and, if asked to, looks at a queue and sends a message there and back",
    options: &[
        required(
            "url",
            OptionKind::UrlOf(&["amqp", "amqps"]),
            "The address to connect to, with the virtual host as its path: amqps://mq.example/shop",
        ),
        optional("username", OptionKind::Text, None, "The user to sign in as; without one guest"),
        secret("password", "The password to sign in with"),
        optional(
            "mechanism",
            OptionKind::OneOf(&["plain", "external"]),
            Some("plain"),
            "How to sign in: with a password, or by our own certificate",
        ),
        optional(
            "queue",
            OptionKind::Text,
            None,
            "A queue whose messages and consumers are counted; it is not created",
        ),
        optional(
            "round_trip",
            OptionKind::Bool,
            Some("false"),
            "Whether to send a message there and back through a queue of the probe's own, which goes with the connection",
        ),
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
        name("open_time", CelKind::Duration, "From the first word until signed in to the virtual host"),
        name(
            "server",
            CelKind::Map,
            "What the broker tells of itself: server.product, server.version, server.cluster_name",
        ),
        name(
            "messages",
            CelKind::Int,
            "Messages of the queue that are ready; those on their way to a consumer are not counted",
        ),
        name("consumers", CelKind::Int, "Consumers of the queue"),
        name("round_trip_time", CelKind::Duration, "From publishing a message until it was back"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn port_of(scheme: &str) -> Option<u16> {
    match scheme {
        "amqp" => Some(5_672),
        "amqps" => Some(5_671),
        _ => None,
    }
}

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let way = Dial::of_url(&mut options, clients, "url", port_of);
    let external = options.text("mechanism").is_some_and(|word| word == "external");
    let (username, password) = (options.text("username"), options.text("password"));
    let (queue, round_trip) = (options.text("queue"), options.bool("round_trip").unwrap_or_default());
    if queue.as_ref().is_some_and(|queue| queue.is_empty() || queue.len() > 255) {
        options.fault("queue", "has to have 1 to 255 bytes");
    }
    let made = way.and_then(|(dial, url)| {
        let login = login::login(&mut options, &url, external, username, password);
        let vhost = login::virtual_host(&mut options, &url);
        let secure = url.scheme() == "amqps";
        let tls = if secure { Some(Tls::read(&mut options, clients, &dial.target, &[])?) } else { None };
        let party = Party { url: redact::url(&url), ..Party::of(&dial.target, "OPEN") };
        Some((party, Amqp { dial, tls, login: login?, vhost: vhost?, queue, round_trip }))
    });
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    dial::whom_of_url(&KIND, spec, "url", port_of)
}

struct Amqp {
    dial: Dial,
    tls: Option<Tls>,
    login: Login,
    vhost: String,
    queue: Option<String>,
    round_trip: bool,
}

#[async_trait]
impl Conversation for Amqp {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let stream = self.dial.stream(attempt, self.tls.as_ref()).await?;
        let peer = &self.dial.target.peer;
        let mut frames = Frames::over(Wire::unkept(stream, peer), peer);
        let began = Instant::now();
        self.login.open(attempt, &mut frames, &self.vhost).await?;
        attempt.put_time("open_time", began);
        if self.queue.is_some() || self.round_trip {
            frames.send(attempt, CHANNEL, frame::CHANNEL_OPEN, &[0], "channel.open").await?;
            frames.expect(attempt, frame::CHANNEL_OPEN_OK, "the answer to channel.open").await?;
        }
        if let Some(queue) = &self.queue {
            let (_name, messages, consumers) = queue::declare(attempt, &mut frames, queue, queue::PASSIVE).await?;
            attempt.heard(format!("{messages} messages, {consumers} consumers\n").as_bytes());
            attempt.put("messages", i64::from(messages));
            attempt.put("consumers", i64::from(consumers));
        }
        if self.round_trip {
            queue::there_and_back(attempt, &mut frames).await?;
        }
        let mut arguments = 200_u16.to_be_bytes().to_vec();
        put_short(&mut arguments, "bye");
        arguments.extend_from_slice(&[0; 4]);
        // A word of farewell; whether it arrives tells nothing.
        let _farewell = frames.send(attempt, 0, frame::CLOSE, &arguments, "connection.close").await;
        Ok(())
    }
}

/// What a reply code says (section 1.2), and RabbitMQ's words where the code alone leaves it open.
fn refused(peer: &str, code: u16, text: &str) -> Trouble {
    let reason = match code {
        403 => Reason::Auth,
        404 | 312 => Reason::NotFound,
        530 if text.contains("not found") => Reason::NotFound,
        530 if text.contains("refused") => Reason::Auth,
        311 => Reason::TooLarge,
        320 | 506 | 541 => Reason::ServerError,
        500..=505 | 540 => Reason::Protocol,
        _ => Reason::ClientError,
    };
    Trouble::new(reason, format!("{peer} answered {code} {text}"))
}

#[cfg(test)]
mod tests {
    use model::Reason;

    use super::refused;

    #[test]
    fn a_code_says_why() {
        for (code, text, reason) in [
            (403, "ACCESS_REFUSED - login refused", Reason::Auth),
            (404, "NOT_FOUND - no queue 'x' in vhost '/'", Reason::NotFound),
            (530, "NOT_ALLOWED - vhost x not found", Reason::NotFound),
            (530, "NOT_ALLOWED - access to vhost 'x' refused for user 'y'", Reason::Auth),
            (320, "CONNECTION_FORCED - broker forced connection closure", Reason::ServerError),
            (405, "RESOURCE_LOCKED", Reason::ClientError),
            (503, "COMMAND_INVALID", Reason::Protocol),
        ] {
            let trouble = refused("mq:5672", code, text);
            assert_eq!(trouble.reason, reason, "{code} {text}");
            assert_eq!(trouble.message, format!("mq:5672 answered {code} {text}"));
        }
    }
}
