//! From the options as written to a request that can be sent again and again.

use std::{net::IpAddr, path::PathBuf};

use hyper::{
    Method,
    body::Bytes,
    header::{ACCEPT, HeaderMap, HeaderName, HeaderValue, USER_AGENT},
};
use reqwest::Url;

use super::body;
use crate::{HostKey, filled::BEGINS, options::Options};

/// How we name ourselves.
const AGENT: &str = concat!("bridgewatch/", env!("CARGO_PKG_VERSION"));

/// Headers that the protocol itself writes; another value would break the request.
const OF_THE_PROTOCOL: [&str; 8] =
    ["connection", "content-length", "expect", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"];

/// What is asked.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    /// Without user info and fragment.
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// What is sent; empty: nothing.
    pub(crate) body: Bytes,
    /// A file that is sent in its place, read anew for each check.
    pub(crate) file: Option<PathBuf>,
    /// The user and the password that stood in the address.
    pub(crate) user: Option<(String, Option<String>)>,
}

impl Ask {
    /// A GET of an address.
    pub(crate) fn get(url: Url) -> Self {
        let user = body::user_of(&url);
        Self { method: Method::GET, url: bare(url), headers: usual(), body: Bytes::new(), file: None, user }
    }
}

/// Reads the address, the method, the query, the headers and the body; whether it is a GraphQL query.
pub(crate) fn read(options: &mut Options<'_>) -> (Option<Ask>, bool) {
    let url = address(options);
    let method = options.text("method").and_then(|word| Method::from_bytes(word.as_bytes()).ok());
    let query = options.map("query").unwrap_or_default();
    let headers = headers(options);
    let body = body::read(options);
    let graphql = body.graphql;
    let Some(mut url) = url else { return (None, graphql) };
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let mut ask = Ask::get(url);
    ask.method = method.unwrap_or(if body.is_there { Method::POST } else { Method::GET });
    ask.headers.extend(headers);
    if let Some(content_type) = body.content_type {
        ask.headers.entry(hyper::header::CONTENT_TYPE).or_insert(HeaderValue::from_static(content_type));
    }
    if graphql {
        let accepted = HeaderValue::from_static("application/graphql-response+json, application/json;q=0.9");
        ask.headers.insert(ACCEPT, accepted);
    }
    ask.body = body.bytes;
    ask.file = body.file;
    (Some(ask), graphql)
}

/// Reads the address.
pub(crate) fn address(options: &mut Options<'_>) -> Option<Url> {
    let text = options.text("url")?;
    url(options, "url", &text)
}

/// An http or https address with a host that is written out.
pub(super) fn url(options: &mut Options<'_>, option: &str, text: &str) -> Option<Url> {
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            let host = url.host_str().unwrap_or_default();
            if !host.contains(BEGINS) {
                return Some(url);
            }
            options.fault(option, "has a host that is filled in: whom a probe asks has to be written");
        }
        Ok(_) => options.fault(option, "is not an http or https address"),
        Err(error) => options.fault(option, format!("is not an address: {error}")),
    }
    None
}

/// Whom a request to this address is for; `resolve` is the address it is asked at.
pub(crate) fn key(url: &Url, resolve: Option<IpAddr>) -> HostKey {
    let port = url.port_or_known_default().unwrap_or_default();
    match resolve {
        Some(IpAddr::V6(six)) => HostKey::new(url.scheme(), &format!("[{six}]"), port),
        Some(IpAddr::V4(four)) => HostKey::new(url.scheme(), &four.to_string(), port),
        None => HostKey::new(url.scheme(), url.host_str().unwrap_or_default(), port),
    }
}

/// Reads `headers`.
pub(crate) fn headers(options: &mut Options<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
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

/// What every server is told.
fn usual() -> HeaderMap {
    HeaderMap::from_iter([(USER_AGENT, HeaderValue::from_static(AGENT)), (ACCEPT, HeaderValue::from_static("*/*"))])
}

fn bare(mut url: Url) -> Url {
    // These fail only on addresses without a host, which were refused.
    let _has_host = url.set_username("");
    let _has_host = url.set_password(None);
    url.set_fragment(None);
    url
}
