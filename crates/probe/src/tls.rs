//! Asking for certificates: is the whole chain to be trusted, and for how much longer?

use std::sync::Arc;

use async_trait::async_trait;
use model::{Fault, ProbeSpec};
use rules::{
    assess::{Fact, Trouble},
    kind::{CelKind, Kind, OptionKind},
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    certificate::Shown,
    dial::{self, Dial},
    options::{Options, name, optional},
    said,
    secure::{self, Handshake, Tls},
    starttls::{STARTTLS, StartTls},
    table::Entry,
};

/// Certificates of a chain that are looked at; rustls itself refuses messages beyond 64 KiB.
const LONGEST_CHAIN: usize = 16;

const US_A_DAY: f64 = 86_400e6;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "tls",
    summary: "Shakes hands in TLS and looks at every certificate that the server shows",
    options: &[
        dial::HOST,
        dial::port(Some("443")),
        STARTTLS,
        optional("alpn", OptionKind::TextList, None, "Protocols to offer, such as h2"),
        dial::IP,
        dial::RESOLVE,
        secure::CA,
        secure::SERVER_NAME,
        secure::CLIENT_CERTIFICATE,
        secure::CLIENT_KEY,
        secure::INSECURE,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call until hands were shaken"),
        name("days_left", CelKind::Double, "Days until the first certificate of the chain expires, with a fraction"),
        name("expires_in", CelKind::Duration, "The same as a length of time"),
        name("trusted", CelKind::Bool, "Whether the chain is to be trusted; false only with tls_insecure"),
        name("mistrust", CelKind::Text, "Why it is not; empty if it is"),
        name("protocol", CelKind::Text, "The version that was agreed on: TLSv1.3"),
        name("cipher", CelKind::Text, "The cipher suite that was agreed on"),
        name("alpn", CelKind::Text, "The protocol that was agreed on; empty if none"),
        name("names", CelKind::List, "The names that the server's certificate is for"),
        name(
            "chain",
            CelKind::List,
            "Every certificate shown, the server's own first: subject, issuer, serial, sha256, days_left, expires_in",
        ),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let dial = Dial::read(&mut options, clients, "tls");
    let starttls = options.text("starttls").and_then(|word| StartTls::of(&word));
    let insecure = options.bool("tls_insecure");
    let alpn = options.list("alpn").unwrap_or_default();
    if alpn.iter().any(|name| name.is_empty() || name.len() > 255) {
        options.fault("alpn", "holds a name that is empty or longer than 255 bytes");
    }
    let alpn: Vec<&[u8]> = alpn.iter().map(String::as_bytes).collect();
    let made = dial.zip(insecure).and_then(|(dial, insecure)| {
        // The chain is looked at after the handshake, so that it is seen even where it is not to be trusted.
        let tls = Tls::read(&mut options, clients, &dial.target, &alpn)?.blind();
        Some((Party::of(&dial.target, "TLS"), Chain { dial, tls, starttls, insecure }))
    });
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    dial::whom(&KIND, spec, "tls")
}

struct Chain {
    dial: Dial,
    tls: Tls,
    starttls: Option<StartTls>,
    insecure: bool,
}

#[async_trait]
impl Conversation for Chain {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let peer = &self.dial.target.peer;
        if let Some(protocol) = self.starttls {
            let stream = self.dial.stream(attempt, None).await?;
            let stream = protocol.ask(attempt, stream, peer).await?;
            self.dial.secure(attempt, &self.tls, stream).await?;
        } else {
            self.dial.stream(attempt, Some(&self.tls)).await?;
        }
        let Some(handshake) = attempt.handshake.clone() else { return Ok(()) };
        tell(attempt, &handshake);

        let trust = self.tls.trust(&handshake.certificates, attempt.asking.at);
        attempt.put("trusted", trust.is_ok());
        let mistrust = match &trust {
            Err(rustls::Error::InvalidCertificate(why)) => said::mistrust(&self.tls.name(), why),
            Err(other) => other.to_string(),
            Ok(()) => String::new(),
        };
        attempt.put("mistrust", mistrust);
        match trust {
            Err(error) if !self.insecure => Err(said::tls(peer, &self.tls.name(), &error)),
            _ => Ok(()),
        }
    }
}

/// Puts what was seen, trusted or not.
fn tell(attempt: &mut Attempt, handshake: &Handshake) {
    let at = attempt.asking.at;
    let protocol = handshake.protocol.replace('_', ".");
    attempt.version = Some(protocol.clone());
    attempt.put("protocol", protocol);
    attempt.put("cipher", handshake.cipher);
    attempt.put("alpn", handshake.alpn.clone().unwrap_or_default());

    let seen = handshake.certificates.iter().take(LONGEST_CHAIN);
    let chain: Vec<Shown> = seen.filter_map(|der| Shown::read(der, at)).collect();
    for (number, shown) in chain.iter().enumerate() {
        let Shown { subject, issuer, until, .. } = shown;
        attempt.headers.push((format!("certificate {}", number + 1), format!("{subject}, by {issuer}, until {until}")));
    }
    if let Some(least) = chain.iter().map(|shown| shown.left_us).min() {
        attempt.put("expires_in", Fact::DurationUs(least));
        attempt.put("days_left", days(least));
    }
    if let Some(own) = chain.first() {
        attempt.put("names", own.names.iter().map(|name| name.as_str().into()).collect::<Vec<Fact>>());
    }
    let told = chain.into_iter().map(|shown| {
        let days_left = days(shown.left_us);
        let mut fields = shown.facts();
        fields.insert("days_left".to_owned(), Fact::Double(days_left));
        Fact::Map(fields)
    });
    attempt.put("chain", told.collect::<Vec<Fact>>());
}

#[expect(clippy::cast_precision_loss, reason = "a day more or less in 285 years is nobody's")]
fn days(us: i64) -> f64 {
    us as f64 / US_A_DAY
}
