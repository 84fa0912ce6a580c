//! From the options as written to a request that can be sent again and again.

use base64::{Engine, prelude::BASE64_STANDARD};
use model::{Fault, ProbeSpec};
use percent_encoding::percent_decode_str;
use reqwest::{
    Method, Request, Url,
    header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT},
};

use super::KIND;
use crate::{
    HostKey,
    filled::forms,
    options::Options,
    redact::{self, Masks, is_secret_header},
};

/// How we name ourselves.
const AGENT: &str = concat!("bridgewatch/", env!("CARGO_PKG_VERSION"));

/// Headers that the protocol itself writes; another value would break the request.
const OF_THE_PROTOCOL: [&str; 7] =
    ["connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade"];

/// What is wanted of a check.
pub(super) struct Wanted {
    /// The request of the first hop.
    pub(super) request: Request,
    /// Its body, for what is kept.
    pub(super) body: Option<String>,
    /// Whether to follow redirects.
    pub(super) follow: bool,
    /// Bytes of the answer that are read at most.
    pub(super) max_body: usize,
    /// What must not be kept of an echo.
    pub(super) masks: Masks,
}

impl Wanted {
    /// Reads the options; every wrong one is named. `masked` must not be kept either.
    pub(super) fn read(spec: &ProbeSpec, masked: &[String]) -> Result<Self, Vec<Fault>> {
        let mut options = Options::of(&KIND, spec);
        let url = options.text("url").and_then(|text| read_url(&mut options, &text));
        let method = options.text("method").and_then(|word| Method::from_bytes(word.as_bytes()).ok());
        let mut headers = read_headers(&mut options);
        let body = options.text("body");
        let follow = options.bool("follow_redirects");
        let max_body = options.int("max_body_bytes").and_then(|bytes| usize::try_from(bytes).ok());
        let mut written = sign(&mut options, &mut headers, url.as_ref());
        written.extend(url.iter().flat_map(redact::in_query));
        // What was filled in comes in all its forms.
        let secrets = written.iter().flat_map(|secret| forms::of(secret)).chain(masked.iter().cloned());

        let made = match (url, method, follow, max_body) {
            (Some(url), Some(method), Some(follow), Some(max_body)) => {
                let mut request = Request::new(method, without_user(url));
                *request.headers_mut() = headers;
                *request.body_mut() = body.clone().map(Into::into);
                Some(Self { request, body, follow, max_body, masks: Masks::of(secrets) })
            }
            _ => None,
        };
        options.finish(made)
    }
}

/// Whom a request to this address is for.
pub(super) fn peer(url: &Url) -> HostKey {
    let port = url.port_or_known_default().unwrap_or_default();
    HostKey::new(url.scheme(), url.host_str().unwrap_or_default(), port)
}

/// Whom a probe asks whose address is one.
pub(super) fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    let mut options = Options::of(&KIND, spec);
    let text = options.text("url")?;
    read_url(&mut options, &text).map(|url| peer(&url))
}

fn read_url(options: &mut Options<'_>, text: &str) -> Option<Url> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Some(url),
        Ok(_) => {
            options.fault("url", "is not an http or https address");
            None
        }
        Err(error) => {
            options.fault("url", format!("is not an address: {error}"));
            None
        }
    }
}

fn read_headers(options: &mut Options<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(AGENT));
    headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    for (name, value) in options.map("headers").unwrap_or_default() {
        let field = format!("headers.{name}");
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            (Ok(name), _) if OF_THE_PROTOCOL.contains(&name.as_str()) => {
                options.fault(&field, "is written by the protocol itself");
            }
            (Ok(name), Ok(value)) => {
                headers.insert(name, value);
            }
            (Err(_), _) => options.fault(&field, "is not a name of a header"),
            (_, Err(_)) => options.fault(&field, "holds characters that a header may not"),
        }
    }
    headers
}

/// Adds the credentials to the headers and tells every secret among them.
fn sign(options: &mut Options<'_>, headers: &mut HeaderMap, url: Option<&Url>) -> Vec<String> {
    let in_url = url.filter(|url| !url.username().is_empty() || url.password().is_some());
    let user = options.text("username").or_else(|| in_url.map(|url| decoded(url.username())));
    let password = options.text("password").or_else(|| in_url.and_then(Url::password).map(decoded));
    let bearer = options.text("bearer");

    let mut secrets: Vec<String> = headers
        .iter()
        .filter(|(name, _)| is_secret_header(name.as_str()))
        .filter_map(|(_, value)| value.to_str().ok())
        .flat_map(|value| [value, after(value, ' '), after(value, '=')])
        .map(str::to_owned)
        .collect();
    secrets.extend(password.clone());
    secrets.extend(bearer.clone());

    let ways = [headers.contains_key(AUTHORIZATION), user.is_some(), bearer.is_some()];
    if ways.iter().filter(|way| **way).count() > 1 {
        options.fault("bearer", "say once who asks: username and password, bearer, or a header Authorization");
        return secrets;
    }
    let (field, authorization) = match (user, password, bearer) {
        (Some(user), password, _) => {
            let pair = BASE64_STANDARD.encode(format!("{user}:{}", password.unwrap_or_default()));
            secrets.push(pair.clone());
            ("username", format!("Basic {pair}"))
        }
        (None, Some(_), _) => {
            options.fault("username", "is missing: there is a password");
            return secrets;
        }
        (None, None, Some(token)) => ("bearer", format!("Bearer {token}")),
        (None, None, None) => return secrets,
    };
    match HeaderValue::from_str(&authorization) {
        Ok(mut value) => {
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        Err(_) => options.fault(field, "holds characters that a header may not"),
    }
    secrets
}

/// What follows the last such sign: credentials after their scheme, a cookie after its name.
fn after(value: &str, sign: char) -> &str {
    value.rsplit(sign).next().unwrap_or(value)
}

fn decoded(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

fn without_user(mut url: Url) -> Url {
    // These fail only on addresses without a host, which were refused.
    let _has_host = url.set_username("");
    let _has_host = url.set_password(None);
    url.set_fragment(None);
    url
}
