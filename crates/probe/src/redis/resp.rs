//! The protocol of Redis, version 2 of RESP, as far as these commands need it: what nests is skipped, all sizes are bounded.

use model::Reason;
use rules::assess::Trouble;

use crate::{attempt::Attempt, wire::Wire};

/// Bytes of one text at most; INFO takes 5 to 20 kB.
const LONGEST_TEXT: usize = 1_048_576;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    /// A text.
    Text(String),
    /// Nothing.
    Nil,
    /// A whole number.
    Int(i64),
    /// An error: `WRONGPASS invalid username-password pair`.
    Error(String),
}

impl Value {
    pub(super) fn is(&self, text: &str) -> bool {
        self.text() == Some(text)
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(super) fn int(&self) -> Option<i64> {
        if let Self::Int(number) = self { Some(*number) } else { None }
    }

    /// What it is, in a sentence.
    pub(super) fn noun(&self) -> String {
        match self {
            Self::Text(text) => format!("`{}`", text.chars().take(80).collect::<String>()),
            Self::Nil => "nothing".to_owned(),
            Self::Int(number) => format!("the number {number}"),
            Self::Error(error) => error.clone(),
        }
    }
}

/// A command as it is sent.
pub(super) fn command(words: &[&str]) -> Vec<u8> {
    let mut bytes = format!("*{}\r\n", words.len()).into_bytes();
    for word in words {
        bytes.extend_from_slice(format!("${}\r\n{word}\r\n", word.len()).as_bytes());
    }
    bytes
}

/// The next answer.
pub(super) async fn read(wire: &mut Wire, attempt: &mut Attempt, peer: &str, what: &str) -> Result<Value, Trouble> {
    let line = wire.line(attempt, what.to_owned()).await?;
    match head(&line) {
        Some(Head::Whole(value)) => Ok(value),
        Some(Head::Text(length)) if length > LONGEST_TEXT => {
            let message = format!("{peer} announced {length} bytes as {what}, at most {LONGEST_TEXT} are read");
            Err(Trouble::new(Reason::TooLarge, message))
        }
        Some(Head::Text(length)) => {
            let mut text = wire.exactly(attempt, length + 2, what.to_owned()).await?;
            if !text.ends_with(b"\r\n") {
                return Err(unlike(peer, &line));
            }
            text.truncate(length);
            Ok(Value::Text(String::from_utf8_lossy(&text).into_owned()))
        }
        None => Err(unlike(peer, &line)),
    }
}

/// What the first line of an answer says.
#[derive(Debug, PartialEq, Eq)]
enum Head {
    /// All of it.
    Whole(Value),
    /// So many bytes follow.
    Text(usize),
}

fn head(line: &str) -> Option<Head> {
    let (sign, rest) = line.split_at_checked(1)?;
    Some(match sign {
        "+" => Head::Whole(Value::Text(rest.to_owned())),
        "-" => Head::Whole(Value::Error(rest.to_owned())),
        ":" => Head::Whole(Value::Int(rest.parse().ok()?)),
        "$" if rest == "-1" => Head::Whole(Value::Nil),
        "$" => Head::Text(rest.parse().ok()?),
        _ => return None,
    })
}

fn unlike(peer: &str, line: &str) -> Trouble {
    let shown: String = line.chars().take(80).collect();
    Trouble::new(Reason::Protocol, format!("{peer} does not speak the protocol of Redis: it said `{shown}`"))
}

#[cfg(test)]
mod tests {
    use super::{Head, Value, command, head};

    #[test]
    fn a_command_is_a_list_of_texts_with_their_lengths_in_bytes() {
        assert_eq!(command(&["AUTH", "pä"]), b"*2\r\n$4\r\nAUTH\r\n$3\r\np\xc3\xa4\r\n");
    }

    #[test]
    fn a_first_line_says_what_comes() {
        for (line, said) in [
            ("+PONG", Some(Head::Whole(Value::Text("PONG".to_owned())))),
            ("-ERR no", Some(Head::Whole(Value::Error("ERR no".to_owned())))),
            (":-12", Some(Head::Whole(Value::Int(-12)))),
            ("$-1", Some(Head::Whole(Value::Nil))),
            ("$5", Some(Head::Text(5))),
            ("$-5", None),
            (":1.5", None),
            ("$99999999999999999999999", None),
            ("*2", None),
            ("ä", None),
            ("", None),
            ("HTTP/1.1 400 Bad Request", None),
        ] {
            assert_eq!(head(line), said, "{line}");
        }
    }
}
