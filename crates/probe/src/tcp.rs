//! Asking over TCP: does it accept, does it shake hands in TLS, and does it say what it should?

use std::sync::Arc;

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
    options::{Options, mentions, name, optional},
    secure::{self, Tls},
    starttls::{STARTTLS, StartTls},
    table::Entry,
    wire::Wire,
};

/// Bytes of a banner that are read at most.
const LONGEST_BANNER: usize = 65_536;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "tcp",
    summary: "Opens a TCP connection and, if asked to, secures it, sends a text and waits for another",
    options: &[
        dial::HOST,
        dial::port(None),
        optional("send", OptionKind::Text, None, "A text to send once connected"),
        optional("expect", OptionKind::Text, None, "A text that must come back within the timeout"),
        optional("tls", OptionKind::Bool, Some("false"), "Whether to shake hands in TLS at once"),
        STARTTLS,
        dial::IP,
        dial::RESOLVE,
        secure::CA,
        secure::SERVER_NAME,
        secure::CLIENT_CERTIFICATE,
        secure::CLIENT_KEY,
        secure::INSECURE,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call until it was connected, or had answered"),
        name("banner", CelKind::Text, "What the other side said"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let dial = Dial::read(&mut options, clients, "tcp");
    let (send, expect) = (options.text("send"), options.text("expect"));
    let starttls = options.text("starttls").and_then(|word| StartTls::of(&word));
    let at_once = options.bool("tls").unwrap_or_default();
    if at_once && starttls.is_some() {
        options.fault("starttls", "goes with a connection that begins in clear: leave `tls` out");
    }
    let with_tls = at_once || starttls.is_some();
    let listen = expect.is_some() || mentions(spec, "banner");
    let made = dial.and_then(|dial| {
        let tls = if with_tls { Some(Tls::read(&mut options, clients, &dial.target, &[])?) } else { None };
        Some((Party::of(&dial.target, "TCP"), Tcp { dial, tls, starttls, send, expect, listen }))
    });
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    dial::whom(&KIND, spec, "tcp")
}

struct Tcp {
    dial: Dial,
    tls: Option<Tls>,
    starttls: Option<StartTls>,
    send: Option<String>,
    expect: Option<String>,
    /// Whether anybody wants to know what the other side says.
    listen: bool,
}

#[async_trait]
impl Conversation for Tcp {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let peer = &self.dial.target.peer;
        let stream = match (self.starttls, &self.tls) {
            (Some(protocol), Some(tls)) => {
                let stream = self.dial.stream(attempt, None).await?;
                let stream = protocol.ask(attempt, stream, peer).await?;
                self.dial.secure(attempt, tls, stream).await?
            }
            (_, tls) => self.dial.stream(attempt, tls.as_ref()).await?,
        };
        let mut wire = Wire::new(stream, peer);
        if let Some(text) = &self.send {
            wire.send(attempt, text.as_bytes()).await?;
        }
        if !self.listen {
            return Ok(());
        }
        if let Some(expect) = &self.expect {
            attempt.waiting_for(format!("`{}`", expect.trim()));
        }
        let listened = self.listen(&mut wire, attempt).await;
        attempt.put("banner", String::from_utf8_lossy(wire.heard()).into_owned());
        listened
    }
}

impl Tcp {
    /// Reads until what is expected has come; where nothing is, whatever comes first.
    async fn listen(&self, wire: &mut Wire, attempt: &mut Attempt) -> Result<(), Trouble> {
        let peer = &self.dial.target.peer;
        let mut looked_at = 0_usize;
        while wire.more(attempt).await? {
            let Some(expect) = &self.expect else { return Ok(()) };
            let heard = wire.heard();
            // What is expected may have begun in what was looked at before.
            let from = looked_at.saturating_sub(expect.len());
            if contains(&heard[from..], expect.as_bytes()) {
                return Ok(());
            }
            looked_at = heard.len();
            if looked_at >= LONGEST_BANNER {
                let message = format!("{peer} said {looked_at} bytes without `{}`", expect.trim());
                return Err(Trouble::new(Reason::TooLarge, message));
            }
        }
        match &self.expect {
            Some(expect) => {
                let message = format!("{peer} closed the connection without saying `{}`", expect.trim());
                Err(Trouble::new(Reason::Protocol, message))
            }
            None => Ok(()),
        }
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}
