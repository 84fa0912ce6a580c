//! What S3 answers: a page of objects, or an error.

use model::{Reason, Timestamp};
use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};
use rules::assess::Trouble;

use crate::files::Seen;

/// Elements within each other at most; S3 needs four.
const DEEPEST: usize = 8;

/// Objects of one page at most.
const MOST: usize = 1_000;

/// Signs of the server's words that are shown at most.
const LONGEST_SAID: usize = 200;

/// One page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) objects: Vec<Seen>,
    /// Where the next one begins, if there is one.
    pub(super) next: Option<String>,
}

impl Page {
    /// Of an answer; `None` if it is no such page.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        let mut page = Self { objects: Vec::new(), next: None };
        let (mut key, mut size, mut changed) = (None, None, None);
        let (mut more, mut is_list) = (None, false);
        each(body, |path, text| {
            match path {
                ["ListBucketResult"] => is_list = true,
                ["ListBucketResult", "IsTruncated"] => more = Some(text == "true"),
                ["ListBucketResult", "NextContinuationToken"] => page.next = Some(text),
                ["ListBucketResult", "Contents", "Key"] => key = Some(text),
                ["ListBucketResult", "Contents", "Size"] => size = text.parse().ok().filter(|size: &i64| *size >= 0),
                ["ListBucketResult", "Contents", "LastModified"] => changed = Timestamp::parse(&text).ok(),
                ["ListBucketResult", "Contents"] => {
                    if page.objects.len() == MOST {
                        return None;
                    }
                    let (name, size, changed) = (key.take()?, size.take()?, changed.take()?);
                    page.objects.push(Seen { name, size, changed });
                }
                _ => {}
            }
            Some(())
        })?;
        match more.filter(|_| is_list)? {
            // A page that says that there are more says where.
            true if page.next.is_none() => None,
            true => Some(page),
            false => Some(Self { next: None, ..page }),
        }
    }
}

/// The trouble of an answer that is no page of objects.
pub(super) fn unlike(peer: &str) -> Trouble {
    Trouble::new(Reason::Protocol, format!("{peer} did not answer as S3 lists objects"))
}

/// The trouble of an answer with another status than 200.
pub(super) fn refused(peer: &str, status: u16, body: &[u8]) -> Trouble {
    let (mut code, mut said) = (String::new(), String::new());
    // What cannot be read is told by its status alone.
    let _unread = each(body, |path, text| {
        match path {
            ["Error", "Code"] => code = text,
            ["Error", "Message"] => said = text,
            _ => {}
        }
        Some(())
    });
    let reason = match (status, code.as_str()) {
        (_, "SlowDown" | "TooManyRequests") | (429, _) => Reason::RateLimit,
        (_, "RequestTimeTooSkewed" | "AuthorizationHeaderMalformed") => Reason::Config,
        (401 | 403, _) => Reason::Auth,
        (404, _) => Reason::NotFound,
        (300..=399, _) => Reason::Redirect,
        (500..=599, _) => Reason::ServerError,
        _ => Reason::ClientError,
    };
    let words = [code, said].into_iter().filter(|words| !words.is_empty()).collect::<Vec<_>>().join(": ");
    let words: String = words.chars().take(LONGEST_SAID).collect();
    let gap = if words.is_empty() { "" } else { " " };
    Trouble::new(reason, format!("{peer} answered {status}{gap}{words}"))
}

/// Tells every element when it ends, with the names of those around it and the text directly in it. `None` for what is no XML, nests
/// too deep, or is refused by who is told.
fn each(body: &[u8], mut tell: impl FnMut(&[&str], String) -> Option<()>) -> Option<()> {
    let mut reader = Reader::from_reader(body);
    let mut open: Vec<(String, String)> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => {
                if open.len() == DEEPEST {
                    return None;
                }
                let name = start.local_name().into_inner().to_owned();
                open.push((name, String::new()));
            }
            Event::Empty(start) => {
                let name = start.local_name().into_inner().to_owned();
                let path: Vec<&str> = open.iter().map(|(name, _)| name.as_str()).chain([name.as_str()]).collect();
                tell(&path, String::new())?;
            }
            Event::Text(text) => {
                if let Some((_, within)) = open.last_mut() {
                    within.push_str(&text.xml10_content());
                }
            }
            Event::GeneralRef(reference) => {
                let (_, within) = open.last_mut()?;
                match reference.resolve_char_ref().ok()? {
                    Some(sign) => within.push(sign),
                    None => within.push_str(resolve_predefined_entity(&reference)?),
                }
            }
            Event::End(_) => {
                let (_, text) = open.last_mut()?;
                let text = std::mem::take(text);
                let path: Vec<&str> = open.iter().map(|(name, _)| name.as_str()).collect();
                tell(&path, text)?;
                open.pop();
            }
            Event::Eof if open.is_empty() => return Some(()),
            // It broke off; or it declares names of its own, by which it may mean anything.
            Event::Eof | Event::DocType(_) => return None,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use model::{Reason, Timestamp};

    use super::{Page, Seen, refused};

    fn page(within: &str) -> Option<Page> {
        let start = r#"<?xml version="1.0" encoding="UTF-8"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">"#;
        Page::read(format!("{start}{within}</ListBucketResult>").as_bytes())
    }

    fn object(key: &str) -> String {
        format!(
            "<Contents>\n<Key>{key}</Key><LastModified>2026-11-22T23:00:00.000Z</LastModified>\
             <ETag>&quot;0&quot;</ETag><Size>12</Size><Owner><ID>x</ID></Owner></Contents>"
        )
    }

    #[test]
    fn a_page_tells_of_its_objects_and_of_the_next_one() {
        let within = format!(
            "<IsTruncated>true</IsTruncated>{}<NextContinuationToken>a+b=</NextContinuationToken>",
            object("a&amp;b &#228;.csv")
        );
        let seen = Seen {
            name: "a&b ä.csv".to_owned(),
            size: 12,
            changed: Timestamp::parse("2026-11-22T23:00:00Z").expect("a time"),
        };
        assert_eq!(page(&within), Some(Page { objects: vec![seen], next: Some("a+b=".to_owned()) }));
        let last = page("<Prefix/><IsTruncated>false</IsTruncated>");
        assert_eq!(last, Some(Page { objects: Vec::new(), next: None }));
    }

    #[test]
    fn what_is_no_page_is_none() {
        for within in [
            String::new(),
            "<IsTruncated>true</IsTruncated>".to_owned(),
            format!("<IsTruncated>false</IsTruncated>{}", object("&unknown;")),
            "<IsTruncated>false</IsTruncated><Contents><Key>a</Key></Contents>".to_owned(),
            format!("<IsTruncated>false</IsTruncated>{}", object("a").replace("12", "-12")),
            format!("<IsTruncated>false</IsTruncated>{}", object("a").repeat(1_001)),
            "<a>".repeat(100),
        ] {
            assert_eq!(page(&within), None, "{within}");
        }
        assert_eq!(Page::read(b"<html><body>no</body></html>"), None);
        assert_eq!(Page::read(b"not xml"), None);
        assert_eq!(Page::read(b"<!DOCTYPE x [<!ENTITY a 'b'>]><ListBucketResult/>"), None);
    }

    #[test]
    fn an_error_is_told_in_its_own_words() {
        let body = |code: &str| format!("<Error><Code>{code}</Code><Message>No.</Message></Error>");
        for (status, code, reason) in [
            (403, "SignatureDoesNotMatch", Reason::Auth),
            (403, "RequestTimeTooSkewed", Reason::Config),
            (404, "NoSuchBucket", Reason::NotFound),
            (301, "PermanentRedirect", Reason::Redirect),
            (503, "SlowDown", Reason::RateLimit),
            (500, "InternalError", Reason::ServerError),
            (400, "InvalidArgument", Reason::ClientError),
        ] {
            let trouble = refused("s3:443", status, body(code).as_bytes());
            assert_eq!(trouble.reason, reason);
            assert_eq!(trouble.message, format!("s3:443 answered {status} {code}: No."));
        }
        assert_eq!(refused("s3:443", 502, b"<html>").message, "s3:443 answered 502");
    }
}
