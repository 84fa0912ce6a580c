//! Cookies within one check (RFC 6265), none of which outlives it.

use std::net::IpAddr;

use chrono::DateTime;
use hyper::header::{HeaderMap, HeaderValue, SET_COOKIE};
use model::Timestamp;
use reqwest::Url;

use crate::redact::Masks;

/// Cookies kept at most.
const MOST: usize = 50;

/// Bytes of one at most.
const LONGEST: usize = 4_096;

/// The cookies of a check.
#[derive(Debug, Clone, Default)]
pub(crate) struct Jar {
    cookies: Vec<Cookie>,
    /// Pairs that were made of a line with a secret in it: a cookie is read without blanks and quotes, so what comes back is another
    /// text than the secret.
    hidden: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Cookie {
    name: String,
    value: String,
    /// Whom it goes to.
    domain: String,
    /// To that host alone, not to those below it.
    host_only: bool,
    path: String,
    secure: bool,
}

impl Jar {
    /// Takes what an answer sets.
    pub(crate) fn take(&mut self, url: &Url, headers: &HeaderMap, at: Timestamp, masks: &Masks) {
        for line in headers.get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let Some((cookie, is_over)) = read(line, url, at) else { continue };
            self.cookies.retain(|other| {
                (&other.name, &other.domain, &other.path) != (&cookie.name, &cookie.domain, &cookie.path)
            });
            if !is_over && self.cookies.len() < MOST {
                if masks.are_in(line) {
                    self.hidden.push(cookie.pair());
                }
                self.cookies.push(cookie);
            }
        }
    }

    /// What must not be kept of what is sent from now on.
    pub(super) fn hidden(&self) -> &[String] {
        &self.hidden
    }

    /// What goes to this address, the longest path first, as the header has it.
    pub(super) fn header(&self, url: &Url) -> Option<HeaderValue> {
        let mut going: Vec<&Cookie> = self.cookies.iter().filter(|cookie| cookie.goes_to(url)).collect();
        going.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> = going.iter().map(|cookie| cookie.pair()).collect();
        if pairs.is_empty() { None } else { HeaderValue::from_str(&pairs.join("; ")).ok() }
    }

    /// The value of a cookie that goes to this address.
    pub(crate) fn value(&self, url: &Url, name: &str) -> Option<&str> {
        let mut going = self.cookies.iter().filter(|cookie| cookie.goes_to(url) && cookie.name == name);
        going.next_back().map(|cookie| cookie.value.as_str())
    }
}

impl Cookie {
    fn pair(&self) -> String {
        format!("{}={}", self.name, self.value)
    }

    fn goes_to(&self, url: &Url) -> bool {
        let host = url.host_str().unwrap_or_default();
        let to_host = if self.host_only { host == self.domain } else { lies_in(host, &self.domain) };
        let path = url.path();
        let to_path = path == self.path
            || path
                .strip_prefix(self.path.as_str())
                .is_some_and(|rest| self.path.ends_with('/') || rest.starts_with('/'));
        to_host && to_path && (!self.secure || url.scheme() == "https")
    }
}

/// Whether a host is this domain or lies below it.
fn lies_in(host: &str, domain: &str) -> bool {
    host == domain || host.strip_suffix(domain).is_some_and(|below| below.ends_with('.'))
}

/// A cookie, and whether it is over already. `None`: it is none, or not for who set it to set.
fn read(line: &str, url: &Url, at: Timestamp) -> Option<(Cookie, bool)> {
    if line.len() > LONGEST {
        return None;
    }
    let mut parts = line.split(';').map(str::trim);
    let (name, value) = parts.next()?.split_once('=')?;
    let (name, value) = (name.trim(), value.trim().trim_matches('"'));
    let host = url.host_str()?;
    let upto = url.path().rfind('/').filter(|at| *at > 0).unwrap_or(1);
    let mut cookie = Cookie {
        name: name.to_owned(),
        value: value.to_owned(),
        domain: host.to_owned(),
        host_only: true,
        path: url.path().get(..upto).unwrap_or("/").to_owned(),
        secure: false,
    };
    let (mut expired, mut max_age) = (false, None);
    for part in parts {
        let (word, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim();
        match word.trim().to_ascii_lowercase().as_str() {
            "domain" if !value.is_empty() => {
                let domain = value.trim_start_matches('.').to_ascii_lowercase();
                if domain != host {
                    // No address has anything below it, and a domain without a dot is everybody's.
                    let is_address = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
                    if is_address || !domain.contains('.') || !lies_in(host, &domain) {
                        return None;
                    }
                }
                cookie.domain = domain;
                cookie.host_only = false;
            }
            "path" if value.starts_with('/') => value.clone_into(&mut cookie.path),
            "secure" => cookie.secure = true,
            "max-age" => max_age = value.parse::<i64>().ok(),
            "expires" => {
                let date = DateTime::parse_from_rfc2822(&value.replace('-', " ")).ok();
                expired = date.is_some_and(|date| date.timestamp_millis() <= at.0);
            }
            _ => {}
        }
    }
    if name.is_empty() {
        return None;
    }
    Some((cookie, max_age.map_or(expired, |seconds| seconds <= 0)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn whatever_is_set_goes_to_nobody_else(
            line in prop_oneof!["[ -~]{0,60}", "[a-z]{1,3}=[a-z]{0,3}(; ?(Domain|Path|Max-Age|Expires)=?[.a-z/0-9 -]{0,12}){0,3}"],
            path in "/[a-z/]{0,8}",
        ) {
            let headers = HeaderMap::from_iter([(SET_COOKIE, HeaderValue::from_str(&line).expect("a header"))]);
            let mut jar = Jar::default();
            let from = Url::parse(&format!("https://a.example{path}")).expect("an address");
            jar.take(&from, &headers, Timestamp(1_795_392_000_000), &Masks::default());
            for stranger in ["https://b.example/", "https://example/", "https://aa.example/", "https://127.0.0.1/"] {
                prop_assert_eq!(jar.header(&Url::parse(stranger).expect("an address")), None);
            }
        }
    }

    /// What goes to `to` once `from` has set these.
    fn sent(from: &str, lines: &[&str], to: &str) -> String {
        let headers = lines.iter().map(|line| (SET_COOKIE, HeaderValue::from_str(line).expect("a header")));
        let mut jar = Jar::default();
        let at = Timestamp(1_795_392_000_000);
        jar.take(&from.parse().expect(from), &headers.collect(), at, &Masks::default());
        let header = jar.header(&to.parse().expect(to));
        header.map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default()
    }

    #[test]
    fn cookies_go_where_they_belong() {
        for (from, line, to, expected) in [
            ("http://a.example/x/y", "id=1", "http://a.example/x/z", "id=1"),
            ("http://a.example/x/y", "id=1", "http://a.example/z", ""),
            ("http://a.example/x/y", "id=1; Path=/", "http://a.example/z", "id=1"),
            ("http://a.example/", "id=1; path=/app", "http://a.example/application", ""),
            ("http://a.example/", "id=1", "http://b.a.example/", ""),
            ("http://a.example/", "id=1; Domain=a.example", "http://b.a.example/", "id=1"),
            ("http://b.a.example/", "id=1; Domain=.a.example", "http://a.example/", "id=1"),
            ("http://a.example/", "id=1; Domain=other.example", "http://other.example/", ""),
            ("http://a.example/", "id=1; Domain=example", "http://b.example/", ""),
            ("http://nota.example/", "id=1; Domain=a.example", "http://a.example/", ""),
            ("http://127.0.0.1/", "id=1", "http://127.0.0.1:81/", "id=1"),
            ("http://127.0.0.1/", "id=1; Domain=0.0.1", "http://127.0.0.1/", ""),
            ("https://a.example/", "id=1; Secure", "http://a.example/", ""),
            ("https://a.example/", "id=\"1\"; Secure; HttpOnly", "https://a.example/", "id=1"),
            ("http://a.example/", "id=1; Max-Age=0", "http://a.example/", ""),
            ("http://a.example/", "id=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT", "http://a.example/", ""),
            ("http://a.example/", "id=1; Expires=Wed, 01 Jan 2070 00:00:00 GMT", "http://a.example/", "id=1"),
            ("http://a.example/", "no cookie", "http://a.example/", ""),
            ("http://a.example/", "=1", "http://a.example/", ""),
        ] {
            assert_eq!(sent(from, &[line], to), expected, "{from} {line} {to}");
        }
    }

    #[test]
    fn one_that_is_set_again_is_one_and_one_that_is_over_is_none() {
        let to = "http://a.example/x/";
        assert_eq!(sent(to, &["id=1; Path=/", "id=2; Path=/"], to), "id=2");
        assert_eq!(sent(to, &["id=1; Path=/", "id=; Path=/; Max-Age=0"], to), "");
        assert_eq!(sent(to, &["a=1; Path=/", "b=2; Path=/x"], to), "b=2; a=1", "the longest path first");
        let many: Vec<String> = (0..60).map(|number| format!("c{number}=1")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(sent(to, &many, to).split("; ").count(), MOST);
    }

    #[test]
    fn a_secret_that_is_set_is_hidden_as_it_is_read() {
        let masks = Masks::of(["a b= <c>".to_owned()]);
        let lines = ["a b= <c>", "theme=dark"].map(|line| (SET_COOKIE, HeaderValue::from_static(line)));
        let mut jar = Jar::default();
        let from = Url::parse("https://a.example/").expect("an address");
        jar.take(&from, &HeaderMap::from_iter(lines), Timestamp(1_795_392_000_000), &masks);
        assert_eq!(jar.hidden(), ["a b=<c>"]);
    }
}
