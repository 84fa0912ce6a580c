//! One hop of a check, and where its answer sends us next.

use hyper::{
    Method, StatusCode,
    header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION},
};
use model::Reason;
use reqwest::Url;
use rules::assess::Trouble;

use super::{manner::Manner, request::Ask, trouble::peer};
use crate::redact::{self, Masks, is_secret_header};

/// What is asked in this hop, as far as it differs from the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hop {
    pub(super) method: Method,
    pub(super) url: Url,
    /// The way led through another host, so what may be secret was left behind, for good.
    foreign: bool,
    /// The method became GET, so the body was left behind.
    bodiless: bool,
}

impl Hop {
    /// The first one.
    pub(super) fn first(ask: &Ask) -> Self {
        Self { method: ask.method.clone(), url: ask.url.clone(), foreign: false, bodiless: false }
    }

    /// What to ask in it, made of the first one's. Nothing is where a secret would go to another host with its body.
    pub(super) fn ask(&self, first: &Ask, masks: &Masks) -> Result<Ask, Trouble> {
        // Its file and its user are in the body and the headers by now.
        let mut ask = Ask {
            method: self.method.clone(),
            url: self.url.clone(),
            headers: first.headers.clone(),
            body: first.body.clone(),
            file: None,
            user: None,
        };
        if self.bodiless {
            ask.body.clear();
            ask.headers.remove(CONTENT_TYPE);
        }
        if self.foreign {
            leave_headers(&mut ask.headers, masks);
            if masks.are_in(&String::from_utf8_lossy(&ask.body)) {
                let why = "but the body holds a secret, which is not taken to another host";
                return Err(Trouble::new(Reason::Redirect, format!("redirected to {}, {why}", peer(&self.url))));
            }
        }
        Ok(ask)
    }

    /// Where an answer sends us, by the rules of RFC 9110, section 15.4, and of browsers for 301 and 302. `None`: nowhere.
    pub(super) fn next(&self, status: StatusCode, headers: &HeaderMap) -> Result<Option<Self>, Trouble> {
        let Some(location) = headers.get(LOCATION).filter(|_| matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308))
        else {
            return Ok(None);
        };
        let location = String::from_utf8_lossy(location.as_bytes());
        let wrong = |why: &str| {
            Trouble::new(Reason::Redirect, format!("redirected to `{}`, {why}", redact::location(&location)))
        };
        let mut url = self.url.join(&location).map_err(|_| wrong("which is no address"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(wrong("which is not an http or https address"));
        }
        // These fail only on addresses without a host. What a target writes into an address is not ours to sign with.
        let _has_host = url.set_username("");
        let _has_host = url.set_password(None);
        url.set_fragment(None);

        let becomes_get = match status {
            StatusCode::SEE_OTHER => self.method != Method::HEAD,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            _ => false,
        };
        Ok(Some(Self {
            method: if becomes_get { Method::GET } else { self.method.clone() },
            foreign: self.foreign || !same_host(&self.url, &url),
            bodiless: self.bodiless || becomes_get,
            url,
        }))
    }
}

/// The hops taken so far; knows when they lead nowhere.
#[derive(Default)]
pub(super) struct Trail {
    /// Each with the cookies that it was asked with: another cookie is another question.
    taken: Vec<(Hop, Option<HeaderValue>)>,
    /// The addresses followed, without secrets, the first left out.
    pub(super) addresses: Vec<String>,
}

impl Trail {
    /// Goes from one hop to the next, unless that was taken before or is one too many.
    pub(super) fn go(
        &mut self,
        (from, from_cookies): (Hop, Option<HeaderValue>),
        (to, to_cookies): (&Hop, Option<HeaderValue>),
        manner: &Manner,
    ) -> Result<(), Trouble> {
        let address = redact::url(&to.url);
        if !manner.elsewhere && !same_host(&from.url, &to.url) {
            let message = format!("redirected to another host, to {address}");
            return Err(Trouble::new(Reason::Redirect, message));
        }
        self.taken.push((from, from_cookies));
        let is_same = |(hop, cookies): &(Hop, Option<HeaderValue>)| {
            hop.method == to.method && hop.url == to.url && *cookies == to_cookies
        };
        if self.taken.iter().any(is_same) {
            return Err(Trouble::new(Reason::Redirect, format!("redirects in a circle, back to {address}")));
        }
        if self.addresses.len() == manner.redirects {
            let message = format!("more than {} redirects, the next to {address}", manner.redirects);
            return Err(Trouble::new(Reason::Redirect, message));
        }
        self.addresses.push(address);
        Ok(())
    }
}

fn same_host(one: &Url, other: &Url) -> bool {
    one.scheme() == other.scheme()
        && one.host() == other.host()
        && one.port_or_known_default() == other.port_or_known_default()
}

/// Any header may hold a secret, whatever its name: what goes on is what every server is told, and the body's own.
fn leave_headers(headers: &mut HeaderMap, masks: &Masks) {
    let is_open = |name: &HeaderName, value: &HeaderValue| {
        let name = name.as_str();
        let known = matches!(name, "user-agent" | "accept" | "content-type")
            || (name.starts_with("accept-") && !is_secret_header(name));
        known && !masks.are_in(&String::from_utf8_lossy(value.as_bytes()))
    };
    let open = headers.iter().filter(|(name, value)| is_open(name, value));
    *headers = open.map(|(name, value)| (name.clone(), value.clone())).collect();
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(method: Method, url: &str) -> Hop {
        Hop::first(&Ask { method, ..Ask::get(url.parse().expect(url)) })
    }

    fn to(location: &str) -> HeaderMap {
        HeaderMap::from_iter([(LOCATION, location.parse().expect(location))])
    }

    #[test]
    fn methods_change_as_browsers_change_them() {
        for (status, method, next, keeps_body) in [
            (301, Method::POST, Method::GET, false),
            (302, Method::POST, Method::GET, false),
            (302, Method::PUT, Method::PUT, true),
            (303, Method::PUT, Method::GET, false),
            (303, Method::HEAD, Method::HEAD, true),
            (307, Method::POST, Method::POST, true),
            (308, Method::POST, Method::POST, true),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            let hop = hop(method.clone(), "http://a.example/").next(status, &to("/b")).expect("fine").expect("a hop");
            assert_eq!((hop.method, hop.bodiless), (next, !keeps_body), "{status} {method}");
        }
    }

    #[test]
    fn credentials_stay_with_their_host_and_never_come_back() {
        let first = hop(Method::GET, "https://a.example/");
        for (location, foreign) in [
            ("/b", false),
            ("https://a.example:443/b", false),
            ("https://A.EXAMPLE/b", false),
            ("http://a.example/b", true),
            ("https://a.example:8443/", true),
            ("//b.example/", true),
        ] {
            let next = first.next(StatusCode::FOUND, &to(location)).expect("fine").expect("a hop");
            assert_eq!(next.foreign, foreign, "{location}");
        }
        let away = first.next(StatusCode::FOUND, &to("https://b.example/")).expect("fine").expect("a hop");
        assert!(away.next(StatusCode::FOUND, &to("https://a.example/")).expect("fine").expect("a hop").foreign);
    }

    #[test]
    fn only_redirects_with_an_address_lead_on() {
        let hop = hop(Method::GET, "http://a.example/");
        assert_eq!(hop.next(StatusCode::OK, &to("/b")), Ok(None));
        assert_eq!(hop.next(StatusCode::NOT_MODIFIED, &to("/b")), Ok(None));
        assert_eq!(hop.next(StatusCode::FOUND, &HeaderMap::new()), Ok(None));
        for wrong in ["ftp://a.example/", "javascript:alert(1)", "http://", "https://a b/"] {
            let trouble = hop.next(StatusCode::FOUND, &to(wrong)).expect_err(wrong);
            assert_eq!(trouble.reason, Reason::Redirect, "{wrong}");
        }
    }

    #[test]
    fn user_info_in_a_location_is_not_used() {
        let next = hop(Method::GET, "http://a.example/").next(StatusCode::FOUND, &to("http://me:pw@a.example/b#top"));
        assert_eq!(next.expect("fine").expect("a hop").url.as_str(), "http://a.example/b");
    }
}
