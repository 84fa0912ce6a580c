//! What a peer said, fit to be kept: bounded, on one line, without what we sent in confidence.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::phrase;

/// Stands where a secret stood.
const REDACTED: &str = "(redacted)";
/// Secrets shorter than this are not looked for: masking every `a` of an answer hides nothing and spoils it.
const SHORTEST: usize = 4;
/// Characters kept of an answer.
const KEPT: usize = 300;
/// Characters looked at for them.
const LOOKED_AT: usize = 8_192;

/// What must not be kept, however the peer writes it.
#[derive(Default)]
pub(crate) struct Masks(Vec<String>);

impl Masks {
    /// Also of these: as they are, as JSON, HTML and addresses write them.
    pub(crate) fn add(&mut self, secrets: impl IntoIterator<Item = String>) {
        for secret in secrets {
            let json = serde_json::Value::from(secret.as_str()).to_string();
            let json = json.trim_matches('"').to_owned();
            let html = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
            let escaped = utf8_percent_encode(&secret, NON_ALPHANUMERIC).to_string();
            let addresses = [lower_escapes(&escaped), escaped.replace("%20", "+"), escaped];
            let pages = [html.replace('\'', "&#39;"), html.replace('\'', "&#x27;"), html];
            let forms = [secret.trim().to_owned(), json.replace('/', "\\/"), json, secret];
            let all = forms.into_iter().chain(addresses).chain(pages);
            self.0.extend(all.filter(|form| form.len() >= SHORTEST));
        }
        // The longest first, so that one within another leaves no rest.
        self.0.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        self.0.dedup();
    }

    /// The beginning of what was said.
    pub(crate) fn answer(&self, said: &str) -> String {
        let end = said.char_indices().nth(LOOKED_AT).map_or(said.len(), |(at, _)| at);
        let mut text = said[..end].to_owned();
        for secret in &self.0 {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), REDACTED);
            }
        }
        phrase::plain(&text, KEPT)
    }
}

/// `%2F` as `%2f`, where every sign that is no letter and no digit is escaped.
fn lower_escapes(escaped: &str) -> String {
    let mut parts = escaped.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let (digits, rest) = part.split_at(part.len().min(2));
        text + "%" + &digits.to_ascii_lowercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_kept_on_one_line_bounded_and_without_secrets() {
        let mut masks = Masks::default();
        masks.add(["s3cr/et\"x".to_owned(), "abc".to_owned(), "s3cr".to_owned()]);
        for (said, kept) in [
            ("250 ok\r\nX: y\u{0}", "250 ok X: y"),
            ("you sent s3cr/et\"x", "you sent (redacted)"),
            ("{\"you\":\"s3cr/et\\\"x\"}", "{\"you\":\"(redacted)\"}"),
            ("{\"you\":\"s3cr\\/et\\\"x\"}", "{\"you\":\"(redacted)\"}"),
            ("?you=s3cr%2Fet%22x", "?you=(redacted)"),
            ("?you=s3cr%2fet%22x", "?you=(redacted)"),
            ("<p>s3cr/et&quot;x</p>", "<p>(redacted)</p>"),
            ("s3cr and abc", "(redacted) and abc"),
        ] {
            assert_eq!(masks.answer(said), kept);
        }
        assert_eq!(masks.answer(&"x".repeat(100_000)).chars().count(), KEPT);
    }
}
