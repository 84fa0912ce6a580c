//! The queue of reservations: a server that speaks version 2 of RESP, and knows the commands by which one looks at it.

use std::{io, sync::Arc};

use model::{Clock, Timestamp};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
};

use super::think;
use crate::demo::script::figures::{queue_clients, queue_memory, reservations};

/// The only key, a list.
const KEY: &str = "stock:reservations";
/// Words of a command at most.
const MOST_WORDS: usize = 16;
/// Bytes of a line or a word at most.
const LONGEST: usize = 1_024;

/// Answers command by command, until the other side closes.
pub async fn talk(stream: TcpStream, clock: Arc<dyn Clock>) -> io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut reading = BufReader::new(reading);
    let mut now = None;
    while let Some(words) = command(&mut reading).await? {
        let now = match now {
            Some(now) => now,
            // The time that it takes lies in its first answer.
            None => *now.insert(think("redis", clock.as_ref()).await),
        };
        writing.write_all(answer(&words, now).as_bytes()).await?;
        if words.first().is_some_and(|word| word.eq_ignore_ascii_case("QUIT")) {
            break;
        }
    }
    Ok(())
}

/// The next command: a list of texts, each with its length before it. `None` at the end.
async fn command(reading: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<Vec<String>>> {
    let Some(head) = line(reading).await? else { return Ok(None) };
    let count =
        length(&head, '*').filter(|count| (1..=MOST_WORDS).contains(count)).ok_or(io::ErrorKind::InvalidData)?;
    let mut words = Vec::with_capacity(count);
    for _ in 0..count {
        let head = line(reading).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let length = length(&head, '$').filter(|length| *length <= LONGEST).ok_or(io::ErrorKind::InvalidData)?;
        let mut word = vec![0; length + 2];
        reading.read_exact(&mut word).await?;
        word.truncate(length);
        words.push(String::from_utf8_lossy(&word).into_owned());
    }
    Ok(Some(words))
}

async fn line(reading: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<String>> {
    let mut text = String::new();
    let limit = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    let count = reading.take(limit).read_line(&mut text).await?;
    Ok((count > 0).then_some(text))
}

fn length(line: &str, sign: char) -> Option<usize> {
    line.strip_prefix(sign)?.trim_end().parse().ok()
}

fn answer(words: &[String], now: Timestamp) -> String {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let Some((command, arguments)) = words.split_first() else { return "-ERR empty command\r\n".to_owned() };
    let is_ours = arguments.first() == Some(&KEY);
    match (command.to_ascii_uppercase().as_str(), arguments) {
        ("PING", []) => "+PONG\r\n".to_owned(),
        ("PING", [text]) => bulk(text),
        ("QUIT", _) => "+OK\r\n".to_owned(),
        ("INFO", _) => bulk(&info(now)),
        ("TYPE", [_]) => format!("+{}\r\n", if is_ours { "list" } else { "none" }),
        ("LLEN", [_]) => format!(":{}\r\n", if is_ours { reservations(now) } else { 0 }),
        ("TTL", [_]) => format!(":{}\r\n", if is_ours { -1 } else { -2 }),
        ("PING" | "TYPE" | "LLEN" | "TTL", _) => {
            format!("-ERR wrong number of arguments for '{}' command\r\n", command.to_ascii_lowercase())
        }
        (other, _) => format!("-ERR unknown command '{other}'\r\n"),
    }
}

fn bulk(text: &str) -> String {
    format!("${}\r\n{text}\r\n", text.len())
}

fn info(now: Timestamp) -> String {
    format!(
        "# Server\r\nredis_version:7.2.4\r\nredis_mode:standalone\r\n\r\n# Clients\r\nconnected_clients:{}\r\n\r\n\
         # Memory\r\nused_memory:{}\r\n",
        queue_clients(now),
        queue_memory(now)
    )
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, answer, command};

    #[tokio::test]
    async fn commands_are_read_one_by_one_and_what_is_none_ends_the_talk() {
        let mut bytes = b"*1\r\n$4\r\nPING\r\n*2\r\n$4\r\nLLEN\r\n$1\r\nx\r\n".as_slice();
        assert_eq!(command(&mut bytes).await.expect("a command"), Some(vec!["PING".to_owned()]));
        assert_eq!(command(&mut bytes).await.expect("a command"), Some(vec!["LLEN".to_owned(), "x".to_owned()]));
        assert_eq!(command(&mut bytes).await.expect("the end"), None);
        for wrong in ["PING\r\n", "*0\r\n", "*99\r\n", "*1\r\n$9999\r\n", "*1\r\n$4\r\nPI", "*2\r\n$1\r\nx\r\n"] {
            assert!(command(&mut wrong.as_bytes()).await.is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_answer_fits_its_command() {
        let said = |words: &[&str]| {
            answer(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), Timestamp(1_795_392_000_000))
        };
        assert_eq!(said(&["ping"]), "+PONG\r\n");
        assert_eq!(said(&["TYPE", "stock:reservations"]), "+list\r\n");
        assert_eq!(said(&["LLEN", "nothing"]), ":0\r\n");
        assert!(said(&["INFO"]).contains("\r\nused_memory:"));
        assert!(said(&["FLUSHALL"]).starts_with("-ERR unknown command"));
        assert!(said(&["LLEN"]).starts_with("-ERR wrong number"));
    }
}
