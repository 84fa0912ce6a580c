//! The HTTP client that is passed in, and what its answers mean.

use async_trait::async_trait;
use chrono::DateTime;
use model::{Span, Timestamp};
use url::Url;

use crate::{NotifyError, Receipt, Result, mask::Masks};

/// A peer may ask us to wait so long at most.
const LONGEST_WAIT: Span = Span::hours(24);

/// What is sent.
pub struct PostRequest {
    /// Where to: http or https, with a host.
    pub url: Url,
    /// Headers besides those that HTTP itself needs. Values are printable ASCII.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostAnswer {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The beginning of the body, as text.
    pub body: String,
}

/// Who makes HTTP requests. It is passed in, since where we may go, and which certificates are trusted, is nothing that channels
/// know. It follows no redirects, keeps no cookies and reads a few kB of an answer; the channel bounds the time.
#[async_trait]
pub trait Post: Send + Sync {
    /// Sends a request by POST. The error says why there is no answer, without the request's address.
    async fn post(&self, request: PostRequest) -> std::result::Result<PostAnswer, String>;
}

/// What an answer means: taken, to be tried again, or refused. What can be put right in our settings (a wrong password, an address
/// that moved) is tried again, since somebody may do so meanwhile.
pub(crate) fn judged(answer: &PostAnswer, now: Timestamp, masks: &Masks) -> Result<Receipt> {
    let status = answer.status;
    let said = match masks.answer(&answer.body) {
        body if body.is_empty() => status.to_string(),
        body => format!("{status} {body}"),
    };
    let later = |why: &str| NotifyError::Later { why: why.to_owned(), answer: Some(said.clone()), after: None };
    match status {
        200..=299 => Ok(Receipt { answer: said }),
        300..=399 => Err(later("it sends us elsewhere, which is not followed; the channel must name the new address")),
        401 | 403 | 407 => Err(later("it does not let us in; look at the channel's secret")),
        404 => Err(later("nothing is at this address; look at the channel's address")),
        408 | 425 | 429 | 500.. => Err(NotifyError::Later {
            why: if status == 429 { "it is asked too often" } else { "it cannot take it now" }.to_owned(),
            after: answer.retry_after.as_deref().and_then(|text| wait(text, now)),
            answer: Some(said),
        }),
        _ => Err(NotifyError::Refused { why: "it refuses the message".to_owned(), answer: Some(said) }),
    }
}

/// The header's seconds or moment as a length of time.
fn wait(text: &str, now: Timestamp) -> Option<Span> {
    let text = text.trim();
    let span = match text.parse::<u32>() {
        Ok(seconds) => Span::seconds(i64::from(seconds)),
        Err(_) => Timestamp::from(DateTime::parse_from_rfc2822(text).ok()?.to_utc()).since(now),
    };
    Some(span.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{NOW, answer};

    #[test]
    fn a_status_means_taken_again_or_never() {
        for (status, taken, again) in [
            (200, true, false),
            (202, true, false),
            (301, false, true),
            (400, false, false),
            (401, false, true),
            (403, false, true),
            (404, false, true),
            (410, false, false),
            (413, false, false),
            (422, false, false),
            (425, false, true),
            (429, false, true),
            (500, false, true),
            (503, false, true),
            (100, false, false),
        ] {
            let judged = judged(&answer(status, "so\nso"), NOW, &Masks::default());
            match judged {
                Ok(receipt) => assert_eq!((receipt.answer, taken), (format!("{status} so so"), true)),
                Err(error) => {
                    assert_eq!((taken, error.is_passing()), (false, again), "{status}");
                    assert!(error.to_string().ends_with(&format!(": {status} so so")), "{error}");
                }
            }
        }
    }

    #[test]
    fn a_peer_says_how_long_to_wait_in_seconds_or_by_a_moment() {
        for (text, seconds) in [
            ("30", Some(30)),
            (" 0 ", Some(0)),
            ("999999999", Some(86_400)),
            ("Mon, 23 Nov 2026 08:42:00 GMT", Some(60)),
            ("Mon, 23 Nov 2026 08:00:00 GMT", Some(0)),
            ("-5", None),
            ("soon", None),
            ("", None),
        ] {
            assert_eq!(wait(text, NOW), seconds.map(Span::seconds), "{text:?}");
            let asked = PostAnswer { retry_after: Some(text.to_owned()), ..answer(429, "") };
            let error = judged(&asked, NOW, &Masks::default()).expect_err("not taken");
            assert_eq!(error.after(), seconds.map(Span::seconds), "{text:?}");
        }
    }
}
