//! What is kept of what was said on the wire.

use model::{Exchange, Request, Response};
use reqwest::header::HeaderMap;

use super::{answer::Answer, spec::Wanted};
use crate::{
    excerpt::excerpt,
    redact::{self, Masks, REDACTED, is_secret_header},
};

/// The request as it is kept, rendered once.
pub(super) struct Keeper {
    whole: Request,
}

impl Keeper {
    /// Of what is sent in the first hop.
    pub(super) fn of(wanted: &Wanted) -> Self {
        let request = &wanted.request;
        let whole = Request {
            method: request.method().to_string(),
            url: wanted.masks.text(redact::url(request.url())),
            headers: headers(request.headers(), &wanted.masks),
            body: wanted.body.as_ref().map(|body| excerpt(body.as_bytes(), false, &wanted.masks)),
        };
        Self { whole }
    }

    /// Everything, secrets left out: for a run that is not ok, or may turn out not to be.
    pub(super) fn whole(&self, answer: Option<&Answer>, redirects: Vec<String>, masks: &Masks) -> Exchange {
        let response = answer.map(|answer| Response {
            status: Some(answer.status.as_u16()),
            version: Some(answer.version().to_owned()),
            headers: headers(&answer.headers, masks),
            body: Some(excerpt(&answer.body, answer.cut, masks)),
            peer: answer.peer.map(|peer| peer.to_string()),
        });
        Exchange { request: self.whole.clone(), response, redirects }
    }

    /// Who was asked for what and who answered: for a run that is ok.
    pub(super) fn slim(&self, answer: Option<&Answer>, redirects: Vec<String>) -> Exchange {
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
            let kept = if is_secret_header(name.as_str()) {
                REDACTED.to_owned()
            } else {
                masks.text(String::from_utf8_lossy(value.as_bytes()).into_owned())
            };
            (name.as_str().to_owned(), kept)
        })
        .collect()
}
