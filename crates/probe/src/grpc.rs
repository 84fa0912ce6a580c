//! Asking a gRPC server by the standard health service how it, or one of its services, is.

mod call;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod health;

use std::sync::Arc;

use async_trait::async_trait;
use hyper::{
    HeaderMap, Method, Request, Uri, Version,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
};
use model::{Fault, ProbeSpec, Reason};
use percent_encoding::percent_decode_str;
use rules::{
    assess::Trouble,
    kind::{CelKind, Kind, OptionKind},
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial},
    options::{Options, name, optional, secret},
    redact::{REDACTED, is_secret_header},
    secure::{self, Tls},
    table::Entry,
};
use call::Answer;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "grpc",
    summary: "Asks a gRPC server's health service whether it serves",
    options: &[
        dial::HOST,
        dial::port(None),
        optional("service", OptionKind::Text, None, "The service to ask about; without one the server as a whole"),
        optional("metadata", OptionKind::Map, None, "Metadata to send with the call"),
        secret("bearer", "A token to send as `authorization: Bearer`"),
        optional("authority", OptionKind::Text, None, "The authority to ask for, if it is not host and port"),
        optional("tls", OptionKind::Bool, Some("false"), "Whether to shake hands in TLS"),
        dial::IP,
        dial::RESOLVE,
        secure::CA,
        secure::SERVER_NAME,
        secure::CLIENT_CERTIFICATE,
        secure::CLIENT_KEY,
        secure::INSECURE,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call until the answer was read"),
        name("health", CelKind::Text, "What it answered: SERVING, NOT_SERVING, UNKNOWN or SERVICE_UNKNOWN"),
        name("grpc_status", CelKind::Int, "The code of the call: 0 is OK, 5 NOT_FOUND, 14 UNAVAILABLE"),
        name("grpc_message", CelKind::Text, "What the server said to that code"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let dial = Dial::read(&mut options, clients, "grpc");
    let metadata = metadata(&mut options);
    let service = options.text("service").unwrap_or_default();
    if service.len() > 1_024 {
        options.fault("service", "is longer than 1024 bytes");
    }
    let with_tls = options.bool("tls").unwrap_or_default();
    let made = dial.and_then(|dial| {
        let given = options.text("authority");
        let field = if given.is_some() { "authority" } else { "host" };
        let authority = given.unwrap_or_else(|| dial.target.peer.clone());
        let scheme = if with_tls { "https" } else { "http" };
        let uri = Uri::builder().scheme(scheme).authority(authority).path_and_query(health::CHECK).build();
        if uri.is_err() {
            options.fault(field, "is no authority such as erp.example:443");
        }
        let tls = if with_tls { Some(Tls::read(&mut options, clients, &dial.target, &[b"h2"])?) } else { None };
        Some((Party::of(&dial.target, "CHECK"), Grpc { dial, tls, uri: uri.ok()?, metadata, service }))
    });
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    dial::whom(&KIND, spec, "grpc")
}

/// Reads `metadata` and `bearer`.
fn metadata(options: &mut Options<'_>) -> HeaderMap {
    let mut metadata = HeaderMap::new();
    for (name, value) in options.map("metadata").unwrap_or_default() {
        let field = format!("metadata.{name}");
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            (Ok(name), _) if name.as_str().starts_with("grpc-") || OF_THE_PROTOCOL.contains(&name.as_str()) => {
                options.fault(&field, "is written by the protocol itself");
            }
            (Ok(name), Ok(value)) => {
                metadata.insert(name, value);
            }
            (Err(_), _) => options.fault(&field, "is not a name of metadata"),
            (_, Err(_)) => options.fault(&field, "holds characters that metadata may not"),
        }
    }
    let Some(token) = options.text("bearer") else { return metadata };
    if metadata.contains_key(AUTHORIZATION) {
        options.fault("bearer", "say once who asks: bearer, or metadata `authorization`");
    }
    match HeaderValue::from_str(&format!("Bearer {token}")) {
        Ok(value) => {
            metadata.insert(AUTHORIZATION, value);
        }
        Err(_) => options.fault("bearer", "holds characters that metadata may not"),
    }
    metadata
}

/// Headers that the call itself writes, or that HTTP/2 does not know.
const OF_THE_PROTOCOL: [&str; 8] =
    ["content-type", "te", "user-agent", "host", "connection", "transfer-encoding", "upgrade", "content-length"];

struct Grpc {
    dial: Dial,
    tls: Option<Tls>,
    uri: Uri,
    metadata: HeaderMap,
    service: String,
}

#[async_trait]
impl Conversation for Grpc {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let stream = self.dial.stream(attempt, self.tls.as_ref()).await?;
        let peer = &self.dial.target.peer;
        let mut request = Request::new(());
        *request.method_mut() = Method::POST;
        *request.version_mut() = Version::HTTP_2;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.metadata.clone();
        let left = attempt.deadline.saturating_duration_since(tokio::time::Instant::now());
        for (name, value) in call::headers(left) {
            request.headers_mut().insert(name, value);
        }
        attempt.request_headers = shown(request.headers());
        attempt.sent(format!("Check {}", self.service).trim_end().as_bytes());
        let answer = call::call(attempt, stream, peer, request, health::request(&self.service)).await?;
        self.judge(attempt, &answer)
    }
}

impl Grpc {
    fn judge(&self, attempt: &mut Attempt, answer: &Answer) -> Result<(), Trouble> {
        let peer = &self.dial.target.peer;
        attempt.status = Some(answer.status.as_u16());
        attempt.version = Some("HTTP/2.0".to_owned());
        attempt.headers = shown(&answer.headers);
        let code = answer.trailers.get("grpc-status").and_then(|code| code.to_str().ok()?.parse::<i64>().ok());
        let Some(code) = code else {
            let status = Trouble::of_status(answer.status.as_u16(), answer.status.canonical_reason());
            let reason = status.map_or(Reason::Protocol, |status| status.reason);
            let message = format!("{peer} answered {} without a status of gRPC", answer.status);
            return Err(Trouble::new(reason, message));
        };
        let said =
            answer.trailers.get("grpc-message").map(|said| String::from_utf8_lossy(said.as_bytes()).into_owned());
        let said = percent_decode_str(&said.unwrap_or_default()).decode_utf8_lossy().into_owned();
        attempt.put("grpc_status", code);
        attempt.put("grpc_message", said.clone());
        attempt.heard(format!("grpc-status: {code} {said}\n").as_bytes());
        if code != 0 {
            return Err(health::refused(peer, code, &said));
        }
        let status = health::status(&answer.body);
        let status = status.ok_or_else(|| {
            Trouble::new(Reason::Parse, format!("{peer} answered Check with what is no answer of the health service"))
        })?;
        let health = health::named(status);
        attempt.put("health", health);
        attempt.heard(health.as_bytes());
        let whole = if self.service.is_empty() { String::new() } else { format!(" for {}", self.service) };
        match health {
            "SERVING" => Ok(()),
            "SERVICE_UNKNOWN" => Err(Trouble::new(Reason::NotFound, format!("{peer} answered {health}{whole}"))),
            _ => Err(Trouble::new(Reason::ServerError, format!("{peer} answered {health}{whole}"))),
        }
    }
}

/// Headers without secrets.
fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = |(name, value): (&HeaderName, &HeaderValue)| {
        let secret = is_secret_header(name.as_str());
        let value = if secret { REDACTED.into() } else { String::from_utf8_lossy(value.as_bytes()) };
        (name.as_str().to_owned(), value.into_owned())
    };
    headers.iter().map(shown).collect()
}
