//! Version 4 of the signatures of AWS, for requests that only ask and have no body.

use std::fmt::Write;

use model::Timestamp;
use ring::{digest, hmac};

/// What a body of no bytes comes to.
const NO_BODY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Who signs.
pub(super) struct Keys {
    pub(super) access: String,
    pub(super) secret: String,
    /// Of a key that lasts a while.
    pub(super) session: Option<String>,
}

impl Keys {
    /// The headers that sign a request, besides `host`. The path and the query are escaped, the query is [`query`]'s.
    pub(super) fn headers(
        &self,
        region: &str,
        at: Timestamp,
        host: &str,
        path: &str,
        query: &str,
    ) -> Vec<(&'static str, String)> {
        let time = at.utc().format("%Y%m%dT%H%M%SZ").to_string();
        let day = time.get(..8).unwrap_or_default();
        let mut headers = vec![("x-amz-content-sha256", NO_BODY.to_owned()), ("x-amz-date", time.clone())];
        headers.extend(self.session.clone().map(|token| ("x-amz-security-token", token)));

        let signed_headers: Vec<(&str, &str)> = std::iter::once(("host", host))
            .chain(headers.iter().map(|(name, value)| (*name, value.as_str())))
            .collect();
        let lines = signed_headers.iter().fold(String::new(), |lines, (name, value)| lines + name + ":" + value + "\n");
        let names = signed_headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let request = format!("GET\n{path}\n{query}\n{lines}\n{names}\n{NO_BODY}");
        let scope = format!("{day}/{region}/s3/aws4_request");
        let hashed = hex(digest::digest(&digest::SHA256, request.as_bytes()).as_ref());
        let signed = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashed}");

        let first = format!("AWS4{}", self.secret).into_bytes();
        let parts = [day, region, "s3", "aws4_request", &signed];
        let signature = parts.iter().fold(first, |key, part| {
            hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), part.as_bytes()).as_ref().to_vec()
        });
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={}/{scope}, SignedHeaders={names}, Signature={}",
            self.access,
            hex(&signature)
        );
        headers.push(("authorization", value));
        headers
    }
}

/// A query as it is signed and sent: escaped, in the order of the names.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let mut pairs: Vec<String> =
        pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.sort();
    pairs.join("&")
}

/// As signatures want it: all but letters, digits, `-`, `.`, `_` and `~`.
pub(super) fn escaped(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len()), |mut escaped, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => escaped.push(char::from(byte)),
            _ => {
                // Writing to a text cannot fail.
                let _written = write!(escaped, "%{byte:02X}");
            }
        }
        escaped
    })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a text cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{Keys, query};

    /// The examples of "Signature Calculations for the Authorization Header" in the manual of Amazon S3.
    #[test]
    fn the_published_examples_come_out() {
        let keys = Keys {
            access: "AKIAIOSFODNN7EXAMPLE".to_owned(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".to_owned(),
            session: None,
        };
        let at = Timestamp::parse("2013-05-24T00:00:00Z").expect("a time");
        for (pairs, signature) in [
            (
                &[("prefix", "J"), ("max-keys", "2")][..],
                "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
            ),
            (&[("lifecycle", "")], "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        ] {
            let headers = keys.headers("us-east-1", at, "examplebucket.s3.amazonaws.com", "/", &query(pairs));
            let authorization = &headers.iter().find(|(name, _)| *name == "authorization").expect("signed").1;
            assert_eq!(
                authorization,
                &format!(
                    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, \
                     SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature={signature}"
                )
            );
        }
    }

    #[test]
    fn a_query_is_sorted_and_escaped() {
        assert_eq!(query(&[("prefix", "a/b c+ä~"), ("list-type", "2")]), "list-type=2&prefix=a%2Fb%20c%2B%C3%A4~");
    }
}
