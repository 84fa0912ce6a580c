//! Who asks: credentials within a request.

use base64::{Engine, prelude::BASE64_STANDARD};
use hyper::header::{AUTHORIZATION, HeaderName, HeaderValue};

use super::request::Ask;
use crate::{options::Options, redact::is_secret_header};

/// Holds an API key where nothing else is written.
const USUAL_KEY_HEADER: &str = "X-API-Key";

/// What came of it.
#[derive(Default)]
pub(crate) struct Signed {
    /// Everything that must not be kept, besides the options that say so themselves.
    pub(crate) secrets: Vec<String>,
}

/// Reads `username`, `password`, `bearer` and the API key, and puts them where they belong.
pub(crate) fn sign(options: &mut Options<'_>, ask: Option<&mut Ask>) -> Signed {
    let mut ask = ask;
    let mut signed = Signed::default();
    let in_url = ask.as_ref().and_then(|ask| ask.user.clone());
    let user = options.text("username").or_else(|| in_url.as_ref().map(|(user, _)| user.clone()));
    let password = options.text("password").or_else(|| in_url.and_then(|(_, password)| password));
    let bearer = options.text("bearer");
    signed.secrets.extend(password.clone());
    if let Some(ask) = &ask {
        let secret = ask.headers.iter().filter(|(name, _)| is_secret_header(name.as_str()));
        let values = secret.filter_map(|(_, value)| value.to_str().ok());
        let values = values.flat_map(|value| [value, after(value, ' '), after(value, '=')]);
        signed.secrets.extend(values.map(str::to_owned));
    }
    api_key(options, ask.as_deref_mut());

    let has_header = ask.as_ref().is_some_and(|ask| ask.headers.contains_key(AUTHORIZATION));
    let ways = [has_header, user.is_some(), bearer.is_some()];
    if ways.iter().filter(|way| **way).count() > 1 {
        options.fault("bearer", "say once who asks: username and password, bearer, or a header Authorization");
        return signed;
    }
    let (field, authorization) = match (user, password, bearer) {
        (Some(user), password, _) => {
            let pair = pair(&user, password.as_deref().unwrap_or_default());
            signed.secrets.push(pair.clone());
            ("username", format!("Basic {pair}"))
        }
        (None, Some(_), _) => {
            options.fault("username", "is missing: there is a password");
            return signed;
        }
        (None, None, Some(token)) => ("bearer", format!("Bearer {token}")),
        (None, None, None) => return signed,
    };
    match secret_value(&authorization) {
        Some(value) => {
            if let Some(ask) = ask {
                ask.headers.insert(AUTHORIZATION, value);
            }
        }
        None => options.fault(field, "holds characters that a header may not"),
    }
    signed
}

/// User and password as basic authentication writes them.
pub(super) fn pair(user: &str, password: &str) -> String {
    BASE64_STANDARD.encode(format!("{user}:{password}"))
}

/// A header's value that does not print.
pub(super) fn secret_value(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

fn api_key(options: &mut Options<'_>, ask: Option<&mut Ask>) {
    let (key, header, query) = (options.text("api_key"), options.text("api_key_header"), options.text("api_key_query"));
    let Some(key) = key else {
        if header.is_some() || query.is_some() {
            options.fault("api_key", "is missing: it is said where it goes");
        }
        return;
    };
    if header.is_some() && query.is_some() {
        options.fault("api_key_query", "is one place too many: there is api_key_header already");
        return;
    }
    if let Some(parameter) = query {
        if let Some(ask) = ask {
            ask.url.query_pairs_mut().append_pair(&parameter, &key);
        }
        return;
    }
    let name = header.as_deref().unwrap_or(USUAL_KEY_HEADER);
    let (name, value) = (HeaderName::from_bytes(name.as_bytes()), secret_value(&key));
    match (name, value) {
        (Err(_), _) => options.fault("api_key_header", "is not a name of a header"),
        (_, None) => options.fault("api_key", "holds characters that a header may not"),
        (Ok(name), Some(value)) => {
            if let Some(ask) = ask {
                ask.headers.insert(name, value);
            }
        }
    }
}

/// What follows the last such sign: credentials after their scheme, a cookie after its name.
fn after(value: &str, sign: char) -> &str {
    value.rsplit(sign).next().unwrap_or(value)
}
