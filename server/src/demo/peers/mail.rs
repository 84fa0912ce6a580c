//! The mail relay: it greets, says what it can do, and takes senders and recipients of its own company. It takes no message.

use std::{io, sync::Arc};

use model::Clock;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use super::think;
use crate::demo::script::figures::{MAIL_HOST as HOST, greeting};

/// Whose mail it relays.
const OURS: &str = "@alderandfinch.example>";
/// Bytes that are read of one talk at most.
const LONGEST: u64 = 65_536;

/// How far a talk is.
#[derive(Debug, Default)]
struct Talk {
    greeted: bool,
    sender: bool,
}

/// Answers line by line (RFC 5321), until the other side quits.
pub async fn talk(stream: TcpStream, clock: Arc<dyn Clock>) -> io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut lines = BufReader::new(reading.take(LONGEST)).lines();
    think("smtp", clock.as_ref()).await;
    writing.write_all(format!("220 {}\r\n", greeting()).as_bytes()).await?;
    let mut talk = Talk::default();
    while let Some(line) = lines.next_line().await? {
        let answer = talk.answer(&line);
        writing.write_all(answer.as_bytes()).await?;
        if answer.starts_with("221") {
            break;
        }
    }
    Ok(())
}

impl Talk {
    fn answer(&mut self, line: &str) -> String {
        let line = line.trim_end();
        let upper = line.to_ascii_uppercase();
        let (verb, _) = upper.split_once(' ').unwrap_or((&upper, ""));
        match verb {
            "EHLO" => {
                *self = Self { greeted: true, sender: false };
                format!("250-{HOST}\r\n250-SIZE 26214400\r\n250-8BITMIME\r\n250 ENHANCEDSTATUSCODES\r\n")
            }
            "HELO" => {
                *self = Self { greeted: true, sender: false };
                format!("250 {HOST}\r\n")
            }
            "MAIL" if !self.greeted => said("503 5.5.1 say hello first"),
            "MAIL" if upper.starts_with("MAIL FROM:<") => {
                self.sender = true;
                said("250 2.1.0 sender ok")
            }
            "RCPT" if !self.sender => said("503 5.5.1 name a sender first"),
            "RCPT" if upper.starts_with("RCPT TO:<") && line.to_ascii_lowercase().contains(OURS) => {
                said("250 2.1.5 recipient ok")
            }
            "RCPT" => said("550 5.7.1 relaying denied"),
            "RSET" => {
                self.sender = false;
                said("250 2.0.0 ok")
            }
            "NOOP" => said("250 2.0.0 ok"),
            "QUIT" => said("221 2.0.0 bye"),
            "DATA" => said("554 5.3.2 this relay is of a demo and takes no message"),
            _ => said("502 5.5.2 command not recognized"),
        }
    }
}

fn said(line: &str) -> String {
    format!("{line}\r\n")
}

#[cfg(test)]
mod tests {
    use super::Talk;

    #[test]
    fn it_takes_recipients_of_its_company_after_a_greeting_and_a_sender() {
        let mut talk = Talk::default();
        for (line, code) in [
            ("MAIL FROM:<orders@alderandfinch.example>", "503"),
            ("ehlo bridgewatch", "250-"),
            ("RCPT TO:<orders@alderandfinch.example>", "503"),
            ("MAIL FROM:<orders@alderandfinch.example>", "250"),
            ("RCPT TO:<someone@elsewhere.example>", "550"),
            ("RCPT TO:<Orders@AlderAndFinch.example>", "250"),
            ("DATA", "554"),
            ("RSET", "250"),
            ("RCPT TO:<orders@alderandfinch.example>", "503"),
            ("TURN", "502"),
            ("QUIT", "221"),
        ] {
            assert!(talk.answer(line).starts_with(code), "{line}");
        }
    }
}
