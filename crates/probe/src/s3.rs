//! Asking a bucket of anything that speaks like S3: did the export arrive, how many, how old, how large?
//!
//! The objects are listed page by page over HTTP/1.1, signed by version 4 of the signatures. Nothing is read of the objects themselves.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod link;
mod listing;
mod place;
mod sign;

use std::sync::Arc;

use async_trait::async_trait;
use model::{Fault, ProbeSpec, Reason};
use rules::{
    assess::Trouble,
    kind::{CelKind, Kind, OptionKind},
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial, Target},
    files::{self, Pattern, Tally},
    options::{Options, name, optional, required, secret},
    secure::{self, Tls},
    table::Entry,
};
use link::Link;
use listing::Page;
use place::{Place, keys};
use sign::Keys;

/// Objects of a page, which is the most that S3 gives.
const PAGE: i64 = 1_000;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "s3",
    summary: "Lists objects of an S3-compatible bucket: how many, how old the newest, how large",
    options: &[
        required("bucket", OptionKind::Text, "The bucket"),
        optional("prefix", OptionKind::Text, None, "What the names of the objects begin with: exports/orders-"),
        files::PATTERN,
        optional(
            "endpoint",
            OptionKind::Url,
            None,
            "The address of the service: https://minio.example:9000; without one that of AWS in the region",
        ),
        optional("region", OptionKind::Text, Some("us-east-1"), "The region, which is part of the signature"),
        optional(
            "style",
            OptionKind::OneOf(&["path", "virtual"]),
            Some("path"),
            "Where the bucket stands: in the path, or before the host",
        ),
        optional("access_key", OptionKind::Text, None, "Whose key it is; without one the bucket is asked unsigned"),
        secret("secret_key", "The key to sign with"),
        secret("session_token", "What goes with a key that lasts a while"),
        optional(
            "max_objects",
            OptionKind::Int { min: 1, max: 100_000 },
            Some("10000"),
            "More are not listed and fail as too_large",
        ),
        dial::IP,
        dial::RESOLVE,
        secure::CA,
        secure::SERVER_NAME,
        secure::CLIENT_CERTIFICATE,
        secure::CLIENT_KEY,
        secure::INSECURE,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call to the last page"),
        files::COUNT,
        files::NEWEST_AGE,
        files::OLDEST_AGE,
        files::NEWEST_NAME,
        files::NEWEST_SIZE,
        files::SMALLEST_SIZE,
        files::TOTAL_SIZE,
        files::LISTED,
        name("status", CelKind::Int, "The status of the last answer: 200"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let resolve = dial::resolve(&mut options);
    let place = Place::read(&mut options);
    let keys = keys(&mut options);
    let prefix = options.text("prefix").unwrap_or_default();
    let pattern = Pattern::read(&mut options);
    let most = options.int("max_objects");
    let made = match (place, keys, pattern, most) {
        (Some(place), Some(keys), Some(pattern), Some(most)) => {
            let target = Target::new(place.scheme(), &place.host, place.port, resolve);
            let party = Party { url: place.shown(&prefix), ..Party::of(&target, "GET") };
            let dial = Dial::to(target, &mut options, clients, resolve);
            let tls = if place.secure { Tls::read(&mut options, clients, &dial.target, &[b"http/1.1"]) } else { None };
            let complete = tls.is_some() == place.secure;
            complete.then(|| (party, S3 { dial, tls, place, keys, prefix, pattern, most }))
        }
        _ => None,
    };
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    let mut options = Options::of(&KIND, spec);
    let resolve = dial::resolve(&mut options);
    let place = Place::read(&mut options)?;
    Some(Target::new(place.scheme(), &place.host, place.port, resolve).key)
}

struct S3 {
    dial: Dial,
    tls: Option<Tls>,
    place: Place,
    keys: Option<Keys>,
    prefix: String,
    pattern: Pattern,
    most: i64,
}

#[async_trait]
impl Conversation for S3 {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let mut link = Link::new(&self.dial, self.tls.as_ref());
        let mut tally = Tally::default();
        let mut after: Option<String> = None;
        for _page in 0..=self.most / PAGE + 1 {
            let page = self.page(attempt, &mut link, after.as_deref()).await?;
            for seen in page.objects {
                if tally.listed == self.most {
                    return Err(self.too_many());
                }
                tally.look(seen, &self.pattern);
            }
            match page.next {
                Some(next) if after.as_deref() != Some(&next) => after = Some(next),
                Some(_) => return Err(listing::unlike(&self.dial.target.peer)),
                None => {
                    tally.tell(attempt);
                    return Ok(());
                }
            }
        }
        Err(self.too_many())
    }
}

impl S3 {
    async fn page(&self, attempt: &mut Attempt, link: &mut Link<'_>, after: Option<&str>) -> Result<Page, Trouble> {
        let mut query = vec![("list-type", "2"), ("max-keys", "1000"), ("prefix", self.prefix.as_str())];
        query.extend(after.map(|token| ("continuation-token", token)));
        let query = sign::query(&query);
        let at = attempt.asking.at;
        let Place { authority, path, region, .. } = &self.place;
        let signed = self.keys.as_ref().map(|keys| keys.headers(region, at, authority, path, &query));
        let address = format!("{path}?{query}");
        let answer = link.get(attempt, authority, &address, &signed.unwrap_or_default()).await?;
        attempt.status = Some(answer.status);
        attempt.put("status", i64::from(answer.status));
        let peer = &self.dial.target.peer;
        if answer.status != 200 {
            return Err(listing::refused(peer, answer.status, &answer.body));
        }
        Page::read(&answer.body).ok_or_else(|| listing::unlike(peer))
    }

    fn too_many(&self) -> Trouble {
        let message = format!(
            "{} listed more than {} objects: write a longer prefix, or max_objects",
            self.dial.target.peer, self.most
        );
        Trouble::new(Reason::TooLarge, message)
    }
}
