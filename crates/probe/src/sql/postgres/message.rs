//! Messages of PostgreSQL: a letter, a length, and that much.

use model::Reason;
use rules::assess::Trouble;

use crate::{attempt::Attempt, wire::Wire};

/// Notices and settings that are passed over at most, until something that is waited for.
const MOST_ASIDE: usize = 10_000;

/// A message as it is sent.
pub(super) fn framed(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &length(body), body].concat()
}

/// The length before a body, itself included. What is sent is far shorter than the most that fits.
pub(super) fn length(body: &[u8]) -> [u8; 4] {
    u32::try_from(body.len() + 4).unwrap_or(u32::MAX).to_be_bytes()
}

/// Bytes as text.
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A connection that speaks in messages.
pub(super) struct Talk<'p> {
    pub(super) wire: Wire,
    pub(super) peer: &'p str,
    /// Bytes of one message at most.
    pub(super) longest: usize,
}

impl Talk<'_> {
    /// The next message that is no notice and no setting. One that says an error is trouble.
    pub(super) async fn message(
        &mut self,
        attempt: &mut Attempt,
        what: &'static str,
    ) -> Result<(u8, Vec<u8>), Trouble> {
        for _aside in 0..MOST_ASIDE {
            let head = self.wire.exactly(attempt, 5, what).await?;
            let mut fields = Fields(&head);
            let (kind, length) = (fields.byte().unwrap_or_default(), fields.int().unwrap_or_default());
            let length = usize::try_from(length).ok().and_then(|length| length.checked_sub(4));
            let length = length.filter(|_| kind.is_ascii_alphanumeric()).ok_or_else(|| self.unlike())?;
            if length > self.longest {
                let message =
                    format!("{} announced {length} bytes at once, at most {} are read", self.peer, self.longest);
                return Err(Trouble::new(Reason::TooLarge, message));
            }
            let body = self.wire.exactly(attempt, length, what).await?;
            match kind {
                b'N' | b'S' | b'A' => {}
                b'E' => return Err(self.refused(&body)),
                _ => return Ok((kind, body)),
            }
        }
        Err(Trouble::new(Reason::Protocol, format!("{} sent {MOST_ASIDE} notices instead of {what}", self.peer)))
    }

    /// Runs statements of our own that give nothing.
    pub(super) async fn run(&mut self, attempt: &mut Attempt, statements: &str) -> Result<(), Trouble> {
        self.wire.send(attempt, &framed(b'Q', &[statements.as_bytes(), b"\0"].concat())).await?;
        while self.message(attempt, "the transaction").await?.0 != b'Z' {}
        Ok(())
    }

    /// What is no message of the protocol, or not one that belongs here.
    pub(super) fn unlike(&self) -> Trouble {
        let message = format!("{} does not speak the protocol of PostgreSQL as it is known here", self.peer);
        Trouble::new(Reason::Protocol, message)
    }

    /// What an error says.
    fn refused(&self, body: &[u8]) -> Trouble {
        let (mut code, mut said) = (String::new(), String::new());
        let mut fields = Fields(body);
        while let Some((kind, value)) = fields.byte().filter(|kind| *kind != 0).zip(fields.until_nul()) {
            match kind {
                b'C' => code = text(value),
                b'M' => said = text(value),
                _ => {}
            }
        }
        Trouble::new(reason(&code), format!("{} answered {code}: {said}", self.peer))
    }
}

/// By PostgreSQL's table of error codes (its manual, appendix A).
fn reason(code: &str) -> Reason {
    match code {
        "57014" | "55P03" => Reason::Timeout,
        "25006" => Reason::Config,
        "42501" => Reason::Auth,
        "3D000" => Reason::NotFound,
        "53300" => Reason::RateLimit,
        // What the query asks for cannot be sent: it has parameters.
        "08P01" => Reason::ClientError,
        _ => match code.get(..2) {
            Some("28") => Reason::Auth,
            Some("08" | "40" | "53" | "54" | "57" | "58" | "F0" | "XX") => Reason::ServerError,
            _ => Reason::ClientError,
        },
    }
}

/// What is left of a body. `None` where it ends too early.
pub(super) struct Fields<'b>(pub(super) &'b [u8]);

impl<'b> Fields<'b> {
    pub(super) fn take(&mut self, count: usize) -> Option<&'b [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    pub(super) fn short(&mut self) -> Option<u16> {
        Some(u16::from_be_bytes(self.take(2)?.try_into().ok()?))
    }

    pub(super) fn int(&mut self) -> Option<u32> {
        Some(u32::from_be_bytes(self.take(4)?.try_into().ok()?))
    }

    /// Up to a zero, which is passed.
    pub(super) fn until_nul(&mut self) -> Option<&'b [u8]> {
        let end = self.0.iter().position(|byte| *byte == 0)?;
        let taken = self.take(end)?;
        self.take(1)?;
        Some(taken)
    }
}

#[cfg(test)]
mod tests {
    use model::Reason;

    use super::{Fields, framed, reason};

    #[test]
    fn a_message_counts_its_length_in() {
        assert_eq!(framed(b'Q', b"x\0"), b"Q\0\0\0\x06x\0");
        assert_eq!(framed(b'S', b""), b"S\0\0\0\x04");
    }

    #[test]
    fn a_body_that_ends_too_early_has_no_more_fields() {
        let mut fields = Fields(b"ab\0\0\x01\0\0\0\x02z");
        assert_eq!(fields.until_nul(), Some(&b"ab"[..]));
        assert_eq!((fields.short(), fields.int(), fields.byte()), (Some(1), Some(2), Some(b'z')));
        assert_eq!((fields.byte(), fields.short(), fields.int()), (None, None, None));
        assert_eq!(Fields(b"no end").until_nul(), None);
    }

    #[test]
    fn an_error_code_says_whose_matter_it_is() {
        for (code, whose) in [
            ("28P01", Reason::Auth),
            ("42501", Reason::Auth),
            ("57014", Reason::Timeout),
            ("25006", Reason::Config),
            ("3D000", Reason::NotFound),
            ("53300", Reason::RateLimit),
            ("57P03", Reason::ServerError),
            ("42P01", Reason::ClientError),
            ("", Reason::ClientError),
        ] {
            assert_eq!(reason(code), whose, "{code}");
        }
    }
}
