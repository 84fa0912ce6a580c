//! What expressions get to see of an answer: only what some expression of the probe names.

use std::collections::BTreeMap;

use hyper::header::HeaderMap;
use model::{ProbeSpec, Timestamp};
use rules::assess::{Fact, Facts};

use super::answer::Answer;
use crate::{certificate, options::mentions, redact::Masks};

/// Which facts anybody looks at.
#[expect(clippy::struct_excessive_bools, reason = "one switch per name, read by name")]
pub(crate) struct Needs {
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
    pub(crate) fn of(spec: &ProbeSpec) -> Self {
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

    /// And these two in any case.
    pub(crate) fn with_size_and_status(self) -> Self {
        Self { status: true, size: true, ..self }
    }

    /// Whether anybody looks at the body.
    pub(crate) fn body(&self) -> bool {
        self.body
    }

    /// The facts of an answer beside those that are there, without the secrets that it echoes.
    pub(crate) fn facts(
        &self,
        mut answer: Answer,
        redirects: &[String],
        masks: &Masks,
        at: Timestamp,
        mut facts: Facts,
    ) -> Facts {
        if self.status {
            facts.put("status", i64::from(answer.status.as_u16()));
        }
        if self.headers {
            facts.put("headers", headers(&answer.headers, masks));
        }
        if self.cert
            && let Some(cert) = answer.certificate.as_ref().and_then(|own| certificate::facts(own, at))
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
            facts.put("size", i64::try_from(answer.size()).unwrap_or(i64::MAX));
        }
        if self.body {
            answer.mask(masks);
            facts.put_body(answer.body);
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
