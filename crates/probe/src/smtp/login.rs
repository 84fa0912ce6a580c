//! Signing in to a mail server: RFC 4954, by PLAIN (RFC 4616) or LOGIN, whichever it offers.

use base64::{Engine, prelude::BASE64_STANDARD};
use model::Reason;
use rules::assess::Trouble;

use crate::{
    attempt::Attempt,
    starttls::{expect, reply},
    wire::Wire,
};

/// Who signs in.
pub(super) struct Login {
    pub(super) username: String,
    pub(super) password: String,
}

impl Login {
    /// Signs in by what the server offers.
    pub(super) async fn perform(
        &self,
        attempt: &mut Attempt,
        wire: &mut Wire,
        peer: &str,
        extensions: &[String],
    ) -> Result<(), Trouble> {
        let offered = mechanisms(extensions);
        let offers = |word: &str| offered.iter().any(|mechanism| mechanism.eq_ignore_ascii_case(word));
        let answer = if offers("PLAIN") {
            let words = BASE64_STANDARD.encode(format!("\0{}\0{}", self.username, self.password));
            wire.send_secret(attempt, format!("AUTH PLAIN {words}\r\n").as_bytes(), "AUTH PLAIN (redacted)\r\n")
                .await?;
            reply(wire, attempt, peer, "the answer to AUTH").await?
        } else if offers("LOGIN") {
            wire.send(attempt, b"AUTH LOGIN\r\n").await?;
            expect(peer, &reply(wire, attempt, peer, "the question for the user").await?, 334)?;
            for (word, what) in
                [(&self.username, "the question for the password"), (&self.password, "the answer to AUTH")]
            {
                let line = format!("{}\r\n", BASE64_STANDARD.encode(word));
                wire.send_secret(attempt, line.as_bytes(), "(redacted)\r\n").await?;
                let answer = reply(wire, attempt, peer, what).await?;
                if answer.code != 334 {
                    return expect(peer, &answer, 235);
                }
            }
            let message = format!("{peer} asks for more than user and password");
            return Err(Trouble::new(Reason::Protocol, message));
        } else {
            let found = if offered.is_empty() { "no way to sign in".to_owned() } else { offered.join(", ") };
            let message = format!("{peer} offers {found}, but neither PLAIN nor LOGIN");
            return Err(Trouble::new(Reason::Auth, message));
        };
        expect(peer, &answer, 235)
    }
}

/// The ways to sign in that are offered: `AUTH PLAIN LOGIN`, and `AUTH=PLAIN` of old servers.
fn mechanisms(extensions: &[String]) -> Vec<&str> {
    let lines = extensions.iter().filter_map(|line| {
        let (word, rest) = line.split_at_checked(4)?;
        (word.eq_ignore_ascii_case("AUTH") && rest.starts_with([' ', '='])).then(|| &rest[1..])
    });
    lines.flat_map(str::split_whitespace).collect()
}

#[cfg(test)]
mod tests {
    use super::mechanisms;

    #[test]
    fn what_is_offered_is_read_in_both_ways_of_writing() {
        for (line, offered) in [
            ("AUTH PLAIN LOGIN", vec!["PLAIN", "LOGIN"]),
            ("auth=plain", vec!["plain"]),
            ("AUTHX PLAIN", vec![]),
            ("AUTH", vec![]),
            ("SIZE 100", vec![]),
        ] {
            assert_eq!(mechanisms(&[line.to_owned()]), offered, "{line}");
        }
    }
}
