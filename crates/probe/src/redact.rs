//! Keeping secrets out of what is kept: headers, addresses, and answers that echo what they were sent.

use std::sync::Arc;

use reqwest::Url;

/// Stands where a secret stood.
pub(crate) const REDACTED: &str = "(redacted)";

/// Secrets shorter than this are not looked for in answers: masking every `a` of a body hides nothing and spoils the body.
const SHORTEST_MASKED: usize = 4;

/// Parts of names that tell of a secret, in headers as in queries.
const TELLING: [&str; 9] =
    ["token", "secret", "passw", "api-key", "api_key", "apikey", "credential", "signature", "session"];

/// Whether a header's value must not be kept: credentials, cookies, and names such as `X-Api-Key`. Names in lower case.
pub(crate) fn is_secret_header(name: &str) -> bool {
    matches!(name, "authorization" | "proxy-authorization" | "cookie" | "set-cookie")
        || name.starts_with("x-auth")
        || name.ends_with("-key")
        || TELLING.iter().any(|part| name.contains(part))
}

/// An address without user info and without the values of parameters whose names tell of a secret.
pub(crate) fn url(address: &Url) -> String {
    let secret_query = address.query().is_some_and(|query| query.split('&').any(is_secret_pair));
    if !secret_query && address.username().is_empty() && address.password().is_none() {
        return address.as_str().to_owned();
    }
    let mut bare = address.clone();
    // These fail only on addresses without a host, which have no user info either.
    let _no_host = bare.set_username("");
    let _no_host = bare.set_password(None);
    if secret_query {
        let query: Vec<String> = address.query().unwrap_or_default().split('&').map(without_value).collect();
        bare.set_query(Some(&query.join("&")));
    }
    bare.into()
}

/// The same of what a redirect says, which may be the end of an address alone, or one of no scheme that is known here.
pub(crate) fn location(text: &str) -> String {
    let parts = text.split_inclusive(['?', '&', '#']);
    let bare = parts.map(|part| {
        let pair = part.trim_end_matches(['?', '&', '#']);
        format!("{}{}", without_value(pair), &part[pair.len()..])
    });
    bare.collect()
}

/// The values that [`url`] leaves out of a query.
pub(crate) fn in_query(address: &Url) -> Vec<String> {
    let pairs = address.query_pairs().filter(|(name, value)| is_secret_pair(&format!("{name}={value}")));
    pairs.map(|(_, value)| value.into_owned()).collect()
}

fn is_secret_pair(pair: &str) -> bool {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    let name = name.to_lowercase();
    !value.is_empty()
        && (matches!(name.as_str(), "key" | "sig" | "code" | "auth") || TELLING.iter().any(|part| name.contains(part)))
}

fn without_value(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) if is_secret_pair(pair) => format!("{name}={REDACTED}"),
        _ => pair.to_owned(),
    }
}

/// The secrets that a probe sends, to be masked wherever the other side echoes them. Cheap to clone, as each attempt does.
#[derive(Clone, Default)]
pub(crate) struct Masks(Arc<[String]>);

impl Masks {
    /// Of these secrets; the longest are masked first, so that one within another leaves no rest.
    pub(crate) fn of(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = secrets.into_iter().filter(|secret| secret.len() >= SHORTEST_MASKED).collect();
        secrets.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        secrets.dedup();
        Self(secrets.into())
    }

    /// The same with more of them.
    pub(crate) fn and(&self, more: impl IntoIterator<Item = String>) -> Self {
        Self::of(self.0.iter().cloned().chain(more))
    }

    /// Both.
    pub(crate) fn with(&self, other: &Self) -> Self {
        if self.0.is_empty() { other.clone() } else { self.and(other.0.iter().cloned()) }
    }

    /// The text with every secret replaced.
    pub(crate) fn text(&self, text: String) -> String {
        self.0.iter().fold(text, |text, secret| {
            if text.contains(secret.as_str()) { text.replace(secret.as_str(), REDACTED) } else { text }
        })
    }

    /// Whether there is no secret to look for.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any secret is in the text.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|secret| text.contains(secret.as_str()))
    }

    /// The same for a text that was cut: what may be the beginning of a secret at its end is replaced too.
    pub(crate) fn beginning(&self, text: String) -> String {
        let mut text = self.text(text);
        let of = |secret: &String| {
            let ends = (SHORTEST_MASKED..secret.len()).rev();
            ends.filter_map(|end| secret.get(..end)).find(|start| text.ends_with(start)).map(str::len)
        };
        if let Some(longest) = self.0.iter().filter_map(of).max() {
            text.truncate(text.len() - longest);
            text.push_str(REDACTED);
        }
        text
    }

    /// The same for a body. Of one that is no UTF-8 the rest is kept as text, if it holds a secret, and else as it is.
    pub(crate) fn bytes(&self, body: Vec<u8>) -> Vec<u8> {
        if self.0.is_empty() {
            return body;
        }
        match String::from_utf8(body) {
            Ok(text) => self.text(text).into_bytes(),
            Err(not_text) => {
                let text = String::from_utf8_lossy(not_text.as_bytes()).into_owned();
                if self.are_in(&text) { self.text(text).into_bytes() } else { not_text.into_bytes() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Masks, in_query, is_secret_header, location, url};

    #[test]
    fn headers_that_carry_secrets_are_known_by_name() {
        for name in
            ["authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key", "x-auth", "x-csrf-token"]
        {
            assert!(is_secret_header(name), "{name}");
        }
        for name in ["www-authenticate", "content-type", "x-request-id", "keep-alive", "location"] {
            assert!(!is_secret_header(name), "{name}");
        }
    }

    #[test]
    fn addresses_lose_their_secrets_and_nothing_else() {
        for (address, kept) in [
            ("https://a.example/x?page=2&size=%20", "https://a.example/x?page=2&size=%20"),
            ("https://me:pass@a.example/x", "https://a.example/x"),
            ("https://a.example/?api_key=k1&page=2", "https://a.example/?api_key=(redacted)&page=2"),
            ("https://a.example/?Access_Token=k1", "https://a.example/?Access_Token=(redacted)"),
            ("https://a.example/?token", "https://a.example/?token"),
        ] {
            assert_eq!(url(&address.parse().expect(address)), kept);
        }
    }

    #[test]
    fn a_redirect_loses_its_secrets_and_nothing_else() {
        for (said, kept) in [
            ("/in?page=2&access_token=k1#top", "/in?page=2&access_token=(redacted)#top"),
            ("app://callback?code=k1&state=x", "app://callback?code=(redacted)&state=x"),
            ("https://a.example/#id_token=k1&ä=ö", "https://a.example/#id_token=(redacted)&ä=ö"),
            ("/a?&#", "/a?&#"),
            ("", ""),
        ] {
            assert_eq!(location(said), kept);
        }
    }

    #[test]
    fn what_is_left_out_of_a_query_is_known_as_it_was_meant() {
        let address = "https://a.example/?api_key=k%201&page=2&TOKEN=a+b".parse().expect("an address");
        assert_eq!(in_query(&address), ["k 1", "a b"]);
    }

    #[test]
    fn echoed_secrets_are_masked_the_longest_first() {
        let masks = Masks::of(["pass".to_owned(), "password1".to_owned(), "x".to_owned()]);
        assert_eq!(masks.text("password1, pass, x".to_owned()), "(redacted), (redacted), x");
        assert_eq!(masks.bytes(b"a pass".to_vec()), b"a (redacted)");
        assert_eq!(masks.bytes(b"\xff pass".to_vec()), "\u{fffd} (redacted)".as_bytes());
        assert_eq!(masks.bytes(b"\xff fine".to_vec()), b"\xff fine", "what holds none stays as it is");
        assert!(masks.are_in("a password1") && !masks.are_in("a word"));
        let both = masks.with(&Masks::of(["password12".to_owned()]));
        assert_eq!(both.text("password12, pass".to_owned()), "(redacted), (redacted)", "the longest of both first");
        assert_eq!(Masks::default().with(&both).text("pass".to_owned()), "(redacted)");
    }
}
