//! From the first network call to an answer, hop by hop.

use std::pin::pin;

use http_body_util::Full;
use hyper::{
    Method, Request, Response, Uri,
    body::Incoming,
    header::{CONTENT_LENGTH, COOKIE, HOST, HeaderValue, PROXY_AUTHORIZATION},
};
use model::{Phases, Reason, Span, Timestamp};
use reqwest::Url;
use rules::assess::Trouble;
use tokio::time::{Instant, timeout_at};
use url::Position;

use super::{
    answer::Answer,
    ask::Reading,
    cookies::Jar,
    facts::Needs,
    hop::{Hop, Trail},
    line::Line,
    manner::Manner,
    request::Ask,
    trouble::Words,
    unpack,
    way::{Connected, Way},
};
use crate::{
    filled::forms,
    marks::{self, marked, micros},
    redact::Masks,
};

/// How far a check came.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) phases: Phases,
    pub(super) trail: Trail,
    pub(crate) answer: Option<Answer>,
    /// What must not be kept either: secrets as cookies hold them.
    hidden: Vec<String>,
}

/// The bounds of a walk.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until {
    /// Now, by the engine's clock.
    pub(crate) at: Timestamp,
    /// When it is given up.
    pub(crate) deadline: Instant,
    /// What sentences say of that.
    pub(crate) timeout: Span,
}

/// Hop by hop until an answer is read. What was seen stays in `seen` whatever comes of it.
pub(crate) async fn walk(
    way: &Way,
    manner: &Manner,
    ask: &Ask,
    masks: &Masks,
    jar: &mut Jar,
    until: Until,
    seen: &mut Seen,
) -> Result<(), Trouble> {
    let mut hop = Hop::first(ask);
    loop {
        let words = Words::of(&hop.url, until.timeout, !seen.trail.addresses.is_empty());
        let mut asked = hop.ask(ask, masks)?;
        if manner.packed {
            unpack::accept(&mut asked.headers);
        }
        let cookies = if manner.cookies { jar.header(&hop.url) } else { None };
        add_cookies(&mut asked, cookies.as_ref());

        // It is large: what bounds and measures it holds a pointer to it, and moves no more than that.
        let (sent, moments) = {
            let sending = pin!(send(way, asked, &words));
            marked(timeout_at(until.deadline, sending)).await
        };
        marks::add(&mut seen.phases, moments.phases());
        let (mut line, mut response, came) = match sent {
            Err(_too_late) => return Err(words.too_slow(moments.stage())),
            Ok(sent) => sent?,
        };

        let answer = seen.answer.insert(Answer::head(&mut response, came.0, came.1));
        if manner.cookies {
            jar.take(&hop.url, &answer.headers, until.at, masks);
            seen.hidden = jar.hidden().to_vec();
        }
        let next = if manner.redirects > 0 { hop.next(answer.status, &answer.headers)? } else { None };
        let Some(next) = next else {
            let limits = (manner.most, manner.packed);
            let read = answer.read(&mut line, response.body_mut(), limits, until.deadline, &words).await;
            let transfer = Phases { transfer_us: Some(micros(moments.over().elapsed())), ..Phases::default() };
            marks::add(&mut seen.phases, transfer);
            return read;
        };
        let its_cookies = if manner.cookies { jar.header(&next.url) } else { None };
        let from = std::mem::replace(&mut hop, next.clone());
        seen.trail.go((from, cookies), (&next, its_cookies), manner)?;
    }
}

impl Seen {
    /// These, and what turned out to be as secret.
    pub(crate) fn masks(&self, masks: Masks) -> Masks {
        if self.hidden.is_empty() { masks } else { masks.and(self.hidden.iter().flat_map(|pair| forms::of(pair))) }
    }

    /// Whether somebody is to look at a body that is so large that it is masked aside.
    pub(crate) fn is_large(&self, reading: Reading, needs: &Needs, masks: &Masks) -> bool {
        let is_read = needs.body() || !matches!(reading, Reading::Plain);
        is_read && self.answer.as_ref().is_some_and(|answer| answer.is_large(masks))
    }

    /// Masks it.
    pub(crate) async fn mask_large(&mut self, masks: &Masks, deadline: Instant) -> Result<(), Trouble> {
        match &mut self.answer {
            Some(answer) => answer.mask_large(masks, deadline).await,
            None => Ok(()),
        }
    }

    /// The addresses that were followed, the first left out.
    pub(crate) fn redirects(&self, masks: &Masks) -> Vec<String> {
        self.trail.addresses.iter().map(|address| masks.text(address.clone())).collect()
    }
}

type Came = (Option<std::net::SocketAddr>, Option<rustls::pki_types::CertificateDer<'static>>);

async fn send(way: &Way, ask: Ask, words: &Words<'_>) -> Result<(Line, Response<Incoming>, Came), Trouble> {
    let Connected { stream, peer, certificate, two, forward, proxy_authorization } =
        way.connect(&ask.url, words).await?;
    let unanswered = |error: hyper::Error| words.unanswered(&error);
    let mut line = Line::over(stream, two).await.map_err(unanswered)?;
    let impossible = || Trouble::new(Reason::Config, format!("no request to {} could be made", words.peer()));
    let request = written(ask, two, forward, proxy_authorization).ok_or_else(impossible)?;
    let response = line.send(request).await.map_err(unanswered)?;
    Ok((line, response, (peer, certificate)))
}

/// A request as this version of the protocol wants it: with 1.1 a path and a header `Host`, before a proxy and with 2 a whole address.
fn written(
    ask: Ask,
    two: bool,
    forward: bool,
    authorization: Option<HeaderValue>,
) -> Option<Request<Full<hyper::body::Bytes>>> {
    let Ask { method, url, mut headers, body, .. } = ask;
    let uri = if two {
        // Whom a request is for is said in one place.
        let host = headers.remove(HOST);
        let host = host.as_ref().and_then(|host| host.to_str().ok()).unwrap_or_else(|| authority(&url));
        format!("{}://{host}{}", url.scheme(), path(&url)).parse::<Uri>()
    } else {
        if !headers.contains_key(HOST) {
            headers.insert(HOST, HeaderValue::from_str(authority(&url)).ok()?);
        }
        if forward { url[..Position::AfterQuery].parse::<Uri>() } else { path(&url).parse::<Uri>() }
    };
    // Some servers refuse these without a word on how much is to come (RFC 9110, section 8.6).
    if body.is_empty() && matches!(method, Method::POST | Method::PUT | Method::PATCH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from_static("0"));
    }
    if let Some(authorization) = authorization {
        headers.insert(PROXY_AUTHORIZATION, authorization);
    }
    let mut request = Request::new(Full::new(body));
    *request.method_mut() = method;
    *request.uri_mut() = uri.ok()?;
    *request.headers_mut() = headers;
    Some(request)
}

/// Host and port, the port where it is not the usual one.
fn authority(url: &Url) -> &str {
    &url[Position::BeforeHost..Position::AfterPort]
}

fn path(url: &Url) -> &str {
    &url[Position::BeforePath..Position::AfterQuery]
}

/// Cookies of the check, behind those that are written.
fn add_cookies(ask: &mut Ask, kept: Option<&HeaderValue>) {
    let Some(kept) = kept else { return };
    let both = ask.headers.get(COOKIE).map(|written| [written.as_bytes(), b"; ", kept.as_bytes()].concat());
    let value = both.and_then(|both| HeaderValue::from_bytes(&both).ok()).unwrap_or_else(|| kept.clone());
    ask.headers.insert(COOKIE, value);
}
