//! Asking in clear for TLS, in the words of several protocols.

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;

use model::Reason;
use rules::{
    assess::Trouble,
    kind::{OptionKind, OptionSpec},
};

use crate::{attempt::Attempt, dial::Stream, options::optional, wire::Wire};

/// Lines of one answer at most.
const MOST_LINES: usize = 100;

/// How we name ourselves where a protocol asks for it.
pub(crate) const OUR_NAME: &str = "bridgewatch.invalid";

/// The protocol to ask in.
pub(crate) const STARTTLS: OptionSpec = optional(
    "starttls",
    OptionKind::OneOf(&["smtp", "imap", "pop3", "postgres"]),
    None,
    "The protocol in which to ask for TLS on a connection that begins in clear",
);

/// A protocol that begins in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartTls {
    Smtp,
    Imap,
    Pop3,
    Postgres,
}

impl StartTls {
    /// By the option's word.
    pub(crate) fn of(word: &str) -> Option<Self> {
        match word {
            "smtp" => Some(Self::Smtp),
            "imap" => Some(Self::Imap),
            "pop3" => Some(Self::Pop3),
            "postgres" => Some(Self::Postgres),
            _ => None,
        }
    }

    /// Asks for TLS and gives the connection back, on which the handshake can begin.
    pub(crate) async fn ask(self, attempt: &mut Attempt, stream: Stream, peer: &str) -> Result<Stream, Trouble> {
        let mut wire = Wire::new(stream, peer);
        match self {
            Self::Smtp => {
                expect(peer, &reply(&mut wire, attempt, peer, "the greeting").await?, 220)?;
                wire.send(attempt, format!("EHLO {OUR_NAME}\r\n").as_bytes()).await?;
                expect(peer, &reply(&mut wire, attempt, peer, "the answer to EHLO").await?, 250)?;
                wire.send(attempt, b"STARTTLS\r\n").await?;
                let answer = reply(&mut wire, attempt, peer, "the answer to STARTTLS").await?;
                allowed(peer, answer.code == 220, &answer.text())?;
            }
            Self::Imap => {
                let greeting = wire.line(attempt, "the greeting").await?;
                if !greeting.starts_with("* OK") {
                    return Err(unlike(peer, "IMAP", &greeting));
                }
                wire.send(attempt, b"a1 STARTTLS\r\n").await?;
                for _ in 0..MOST_LINES {
                    let line = wire.line(attempt, "the answer to STARTTLS").await?;
                    if let Some(answer) = line.strip_prefix("a1 ") {
                        allowed(peer, answer.starts_with("OK"), answer)?;
                        return wire.into_stream();
                    }
                }
                return Err(endless(peer));
            }
            Self::Pop3 => {
                let greeting = wire.line(attempt, "the greeting").await?;
                if !greeting.starts_with("+OK") {
                    return Err(unlike(peer, "POP3", &greeting));
                }
                wire.send(attempt, b"STLS\r\n").await?;
                let answer = wire.line(attempt, "the answer to STLS").await?;
                allowed(peer, answer.starts_with("+OK"), &answer)?;
            }
            Self::Postgres => {
                // SSLRequest: its length, then 1234 and 5679 (PostgreSQL, "Message Formats").
                wire.send(attempt, &[0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]).await?;
                let answer = wire.exactly(attempt, 1, "the answer to SSLRequest").await?;
                match answer.as_slice() {
                    b"S" => {}
                    b"N" => allowed(peer, false, "N")?,
                    other => return Err(unlike(peer, "PostgreSQL", &String::from_utf8_lossy(other))),
                }
            }
        }
        wire.into_stream()
    }
}

/// An answer of SMTP: RFC 5321, section 4.2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    /// Three digits.
    pub(crate) code: u16,
    /// What follows them, line by line.
    pub(crate) lines: Vec<String>,
}

impl Reply {
    /// `535 5.7.8 authentication failed`.
    pub(crate) fn text(&self) -> String {
        format!("{} {}", self.code, self.lines.join(" ")).trim_end().to_owned()
    }
}

/// Reads one.
pub(crate) async fn reply(
    wire: &mut Wire,
    attempt: &mut Attempt,
    peer: &str,
    what: &'static str,
) -> Result<Reply, Trouble> {
    let mut lines = Vec::new();
    while lines.len() < MOST_LINES {
        let line = wire.line(attempt, what).await?;
        let (code, rest) = line.split_at_checked(3).unwrap_or((&line, ""));
        let digits = code.bytes().all(|byte| byte.is_ascii_digit());
        let (Ok(code), true) = (code.parse(), digits && matches!(rest.bytes().next(), None | Some(b' ' | b'-'))) else {
            return Err(unlike(peer, "SMTP", &line));
        };
        let more = rest.starts_with('-');
        lines.push(rest.get(1..).unwrap_or_default().to_owned());
        if !more {
            return Ok(Reply { code, lines });
        }
    }
    Err(endless(peer))
}

/// Another code than this is trouble, of the class that the code says (RFC 5321, section 4.2.1).
pub(crate) fn expect(peer: &str, reply: &Reply, code: u16) -> Result<(), Trouble> {
    if reply.code == code {
        return Ok(());
    }
    let reason = match reply.code {
        530 | 534 | 535 | 538 => Reason::Auth,
        400..500 => Reason::ServerError,
        500..600 => Reason::ClientError,
        _ => Reason::Protocol,
    };
    Err(Trouble::new(reason, format!("{peer} answered {}", reply.text())))
}

fn allowed(peer: &str, yes: bool, answer: &str) -> Result<(), Trouble> {
    if yes {
        Ok(())
    } else {
        Err(Trouble::new(Reason::Tls, format!("{peer} does not begin TLS: it answered `{answer}`")))
    }
}

fn unlike(peer: &str, protocol: &str, line: &str) -> Trouble {
    let shown: String = line.chars().take(80).collect();
    Trouble::new(Reason::Protocol, format!("{peer} does not speak {protocol}: it said `{shown}`"))
}

fn endless(peer: &str) -> Trouble {
    Trouble::new(Reason::TooLarge, format!("{peer} answered more than {MOST_LINES} lines"))
}
