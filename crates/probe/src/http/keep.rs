//! What is kept of what was said on the wire.

use hyper::header::HeaderMap;
use model::{Body, Exchange, Request, Response};

use super::{answer::Answer, request::Ask};
use crate::{
    excerpt::excerpt,
    redact::{self, Masks, REDACTED, is_secret_header},
};

/// The request as it is kept, rendered once.
pub(crate) struct Keeper {
    whole: Request,
}

impl Keeper {
    /// Of what is sent in the first hop.
    pub(crate) fn of(ask: &Ask, masks: &Masks) -> Self {
        let whole = Request {
            method: ask.method.to_string(),
            url: masks.text(redact::url(&ask.url)),
            headers: headers(&ask.headers, masks),
            body: (!ask.body.is_empty()).then(|| excerpt(&ask.body, false, masks)),
        };
        Self { whole }
    }

    /// Everything, secrets left out: for a run that is not ok, or may turn out not to be.
    pub(crate) fn whole(&self, answer: Option<&Answer>, redirects: Vec<String>, masks: &Masks) -> Exchange {
        let response = answer.map(|answer| Response {
            status: Some(answer.status.as_u16()),
            version: Some(answer.version().to_owned()),
            headers: headers(&answer.headers, masks),
            body: Some(Body {
                bytes: i64::try_from(answer.size()).unwrap_or(i64::MAX),
                ..excerpt(&answer.body, answer.cut, masks)
            }),
            peer: answer.peer.map(|peer| peer.to_string()),
        });
        Exchange { request: self.whole.clone(), response, redirects }
    }

    /// Who was asked for what and who answered: for a run that is ok.
    pub(crate) fn slim(&self, answer: Option<&Answer>, redirects: Vec<String>) -> Exchange {
        let request =
            Request { method: self.whole.method.clone(), url: self.whole.url.clone(), headers: Vec::new(), body: None };
        let response = answer.map(|answer| Response {
            status: Some(answer.status.as_u16()),
            peer: answer.peer.map(|peer| peer.to_string()),
            ..Response::default()
        });
        Exchange { request, response, redirects }
    }
}

fn headers(headers: &HeaderMap, masks: &Masks) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            let text = String::from_utf8_lossy(value.as_bytes());
            let kept = if is_secret_header(name.as_str()) {
                REDACTED.to_owned()
            } else if name.as_str() == "location" {
                masks.text(redact::location(&text))
            } else {
                masks.text(text.into_owned())
            };
            (name.as_str().to_owned(), kept)
        })
        .collect()
}
