//! The request for an upgrade, and headers as they are kept.

use reqwest::{
    Url,
    header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, USER_AGENT},
};
use tokio_tungstenite::tungstenite::{client::IntoClientRequest, handshake::client};

use crate::{
    options::Options,
    redact::{REDACTED, is_secret_header},
};

/// Headers that the upgrade itself writes.
const OF_THE_PROTOCOL: [&str; 4] = ["connection", "upgrade", "host", "content-length"];

/// An upgrade that can be asked for again and again, each time with a key of its own.
pub(super) struct Upgrade {
    url: String,
    headers: HeaderMap,
}

/// Reads `headers` and `bearer`.
pub(super) fn headers(options: &mut Options<'_>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(USER_AGENT, HeaderValue::from_static(concat!("bridgewatch/", env!("CARGO_PKG_VERSION"))));
    for (name, value) in options.map("headers").unwrap_or_default() {
        let field = format!("headers.{name}");
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            (Ok(name), _)
                if OF_THE_PROTOCOL.contains(&name.as_str()) || name.as_str().starts_with("sec-websocket-") =>
            {
                options.fault(&field, "is written by the protocol itself");
            }
            (Ok(name), Ok(value)) => {
                headers.insert(name, value);
            }
            (Err(_), _) => options.fault(&field, "is not a name of a header"),
            (_, Err(_)) => options.fault(&field, "holds characters that a header may not"),
        }
    }
    let Some(token) = options.text("bearer") else { return headers };
    if headers.contains_key(AUTHORIZATION) {
        options.fault("bearer", "say once who asks: bearer, or a header Authorization");
    }
    match HeaderValue::from_str(&format!("Bearer {token}")) {
        Ok(value) => {
            headers.insert(AUTHORIZATION, value);
        }
        Err(_) => options.fault("bearer", "holds characters that a header may not"),
    }
    headers
}

/// The request for an upgrade.
pub(super) fn upgrade(
    options: &mut Options<'_>,
    url: &Url,
    mut headers: HeaderMap,
    subprotocols: &[String],
) -> Option<Upgrade> {
    if !subprotocols.is_empty() {
        match HeaderValue::from_str(&subprotocols.join(", ")) {
            Ok(value) => {
                headers.insert("sec-websocket-protocol", value);
            }
            Err(_) => options.fault("subprotocols", "hold characters that a header may not"),
        }
    }
    if !url.username().is_empty() || url.password().is_some() {
        options.fault("url", "holds a user: say who asks by `bearer` or a header Authorization");
        return None;
    }
    let mut url = url.clone();
    url.set_fragment(None);
    if url.as_str().into_client_request().is_err() {
        options.fault("url", "cannot be asked for an upgrade");
        return None;
    }
    Some(Upgrade { url: url.into(), headers })
}

impl Upgrade {
    /// A request of its own. It could be made before, so it can be made again.
    pub(super) fn made(&self) -> Made {
        Made { url: self.url.clone(), headers: self.headers.clone() }
    }

    /// The headers, as they are kept.
    pub(super) fn shown(&self) -> Vec<(String, String)> {
        shown(&self.headers)
    }
}

/// A request for one upgrade.
pub(super) struct Made {
    url: String,
    headers: HeaderMap,
}

impl IntoClientRequest for Made {
    fn into_client_request(self) -> tokio_tungstenite::tungstenite::Result<client::Request> {
        let mut request = self.url.into_client_request()?;
        request.headers_mut().extend(self.headers);
        Ok(request)
    }
}

/// Headers without secrets.
pub(super) fn shown(headers: &HeaderMap) -> Vec<(String, String)> {
    let shown = |(name, value): (&HeaderName, &HeaderValue)| {
        let secret = is_secret_header(name.as_str()) && !name.as_str().starts_with("sec-websocket-");
        let value = if secret { REDACTED.into() } else { String::from_utf8_lossy(value.as_bytes()) };
        (name.as_str().to_owned(), value.into_owned())
    };
    headers.iter().map(shown).collect()
}
