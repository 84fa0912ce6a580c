//! A notice as a mail: text and simple HTML of the same words.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Message,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{HeaderName, HeaderValue},
    },
};
use model::{Notice, NoticeKind};
use ring::digest::{SHA256, digest};

use crate::{Composed, NotifyError, Result};

/// Digits of a key's hash in an id.
const DIGITS: usize = 40;

/// The `Message-ID` of the notice with this key: the same at each attempt, so that a receiver can tell a second one. The domain is that
/// of the sender; it changes only when the sender is given another one.
pub fn message_id(key: &str, domain: &str) -> String {
    format!("<{}@{domain}>", hash(key))
}

/// The same bytes for the same notice, sender and receivers.
pub(super) fn write(notice: &Notice, said: &Composed, from: &Mailbox, to: &[Mailbox]) -> Result<Message> {
    let domain = from.email.domain();
    let key = notice.key();
    let sent_at = UNIX_EPOCH + Duration::from_millis(u64::try_from(notice.at.0).unwrap_or(0));
    let mut letter = Message::builder()
        .from(from.clone())
        .date(sent_at)
        .message_id(Some(message_id(&key, domain)))
        .subject(&said.subject)
        // RFC 3834: nobody's holiday answers it.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Bridgewatch-Key", &key));
    for to in to {
        letter = letter.to(to.clone());
    }
    if matches!(notice.kind, NoticeKind::Worse | NoticeKind::Over) {
        // What comes later stands below what began.
        let began = message_id(&Notice::key_of(notice.change, NoticeKind::Began, &notice.channel), domain);
        letter = letter.in_reply_to(began.clone()).references(began);
    }
    let parts = MultiPart::alternative()
        .boundary(hash(&format!("{key} boundary")))
        .singlepart(SinglePart::plain(text(notice, said)))
        .singlepart(SinglePart::html(html(notice, said)));
    letter
        .multipart(parts)
        .map_err(|why| NotifyError::Refused { why: format!("no mail can be made of it: {why}"), answer: None })
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn text(notice: &Notice, said: &Composed) -> String {
    let links: Vec<String> = said.links.iter().map(|(what, link)| format!("{what}: {link}")).collect();
    let parts = [said.lead.clone(), said.lines(), links.join("\n"), format!("-- \n{}", signed(notice))];
    let mut text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n");
    text.push('\n');
    text
}

fn html(notice: &Notice, said: &Composed) -> String {
    let row = |(what, said): &(&str, String)| {
        format!("<tr><th align=\"left\" scope=\"row\">{what}</th><td>{}</td></tr>\n", escaped(said))
    };
    let link = |(what, link): &(&str, String)| format!("<p><a href=\"{}\">{what}</a></p>\n", escaped(link));
    let rows: String = said.facts.iter().map(row).collect();
    let links: String = said.links.iter().map(link).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{}</title></head>\n<body>\n<p>{}</p>\n\
         <table cellpadding=\"4\">\n{rows}</table>\n{links}<p><small>{}</small></p>\n</body>\n</html>\n",
        escaped(&said.subject),
        escaped(&said.lead),
        escaped(&signed(notice)),
    )
}

fn signed(notice: &Notice) -> String {
    format!("Bridgewatch sends this to the channel {}.", notice.channel)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

fn hash(text: &str) -> String {
    let hash = digest(&SHA256, text.as_bytes());
    let digits = hash.as_ref().iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
    digits.take(DIGITS).filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}
