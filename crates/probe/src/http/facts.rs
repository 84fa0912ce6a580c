//! What expressions get to see of an answer: only what some expression of the probe names.

use std::collections::BTreeMap;

use model::{ProbeSpec, Timestamp};
use reqwest::header::HeaderMap;
use rules::assess::{Fact, Facts};
use x509_parser::{certificate::X509Certificate, prelude::FromDer};

use super::answer::Answer;
use crate::{options::mentions, redact::Masks};

/// Which facts anybody looks at.
#[expect(clippy::struct_excessive_bools, reason = "one switch per name, read by name")]
pub(super) struct Needs {
    status: bool,
    headers: bool,
    cert: bool,
    redirects: bool,
    version: bool,
    size: bool,
    body: bool,
}

impl Needs {
    /// Of a probe's expressions.
    pub(super) fn of(spec: &ProbeSpec) -> Self {
        Self {
            status: mentions(spec, "status"),
            headers: mentions(spec, "headers"),
            cert: mentions(spec, "cert"),
            redirects: mentions(spec, "redirects"),
            version: mentions(spec, "version"),
            size: mentions(spec, "size"),
            body: mentions(spec, "body") || mentions(spec, "json"),
        }
    }

    /// The facts of an answer, without the secrets that it echoes.
    pub(super) fn facts(&self, answer: Answer, redirects: &[String], masks: &Masks, at: Timestamp) -> Facts {
        let mut facts = Facts::default();
        if self.status {
            facts.put("status", i64::from(answer.status.as_u16()));
        }
        if self.headers {
            facts.put("headers", headers(&answer.headers, masks));
        }
        if self.cert
            && let Some(cert) = answer.tls.as_ref().and_then(|tls| certificate(tls.peer_certificate()?, at))
        {
            facts.put("cert", cert);
        }
        if self.redirects {
            facts.put("redirects", redirects.iter().map(|address| address.as_str().into()).collect::<Vec<Fact>>());
        }
        if self.version {
            facts.put("version", answer.version());
        }
        if self.size {
            facts.put("size", i64::try_from(answer.body.len()).unwrap_or(i64::MAX));
        }
        if self.body {
            facts.put_body(masks.bytes(answer.body));
        }
        facts
    }
}

/// Headers by their lower-case names; one that came twice holds both values, as `a, b`.
fn headers(headers: &HeaderMap, masks: &Masks) -> BTreeMap<String, Fact> {
    headers
        .keys()
        .map(|name| {
            let values: Vec<_> =
                headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            (name.as_str().to_owned(), Fact::Text(masks.text(values.join(", "))))
        })
        .collect()
}

/// The certificate's facts; `None` if it cannot be read, which then fails every expression that asks for it.
fn certificate(der: &[u8], at: Timestamp) -> Option<BTreeMap<String, Fact>> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let left_ms = certificate.validity().not_after.timestamp().saturating_mul(1_000).saturating_sub(at.0);
    Some(BTreeMap::from([
        ("expires_in".to_owned(), Fact::DurationUs(left_ms.saturating_mul(1_000))),
        ("subject".to_owned(), Fact::Text(certificate.subject().to_string())),
        ("issuer".to_owned(), Fact::Text(certificate.issuer().to_string())),
    ]))
}
