//! The company's name server: it is in charge of one small zone and answers over UDP (RFC 1035).

use std::{net::Ipv4Addr, sync::Arc};

use model::Clock;
use tokio::net::UdpSocket;

use super::think;

/// The zone.
const ZONE: &str = "alderandfinch.example";
/// Seconds for which its records may be kept.
const TTL: u32 = 300;
/// Bytes of a question that are read.
const LONGEST: usize = 1_232;
/// Bytes before the questions.
const HEAD: usize = 12;
/// Where the name of the only question stands, as a pointer to it.
const ITS_NAME: [u8; 2] = [0xc0, 12];

const NO_ERROR: u8 = 0;
const FORMAT_ERROR: u8 = 1;
const NAME_ERROR: u8 = 3;
const NOT_IMPLEMENTED: u8 = 4;
const REFUSED: u8 = 5;

/// Answers whoever asks, one after the other.
pub async fn answer(socket: UdpSocket, clock: Arc<dyn Clock>) {
    let mut buffer = [0; LONGEST];
    loop {
        // What one asker's network does is no matter of the others.
        let Ok((count, from)) = socket.recv_from(&mut buffer).await else { continue };
        if let Some(answer) = buffer.get(..count).and_then(answer_to) {
            think("dns", clock.as_ref()).await;
            let _sent = socket.send_to(&answer, from).await;
        }
    }
}

/// The answer; `None` to what is no question at all.
fn answer_to(asked: &[u8]) -> Option<Vec<u8>> {
    let (head, rest) = asked.split_first_chunk::<HEAD>()?;
    let flags = head[2];
    if flags & 0x80 != 0 {
        return None;
    }
    let question = question(rest).filter(|_| head[4..6] == [0, 1]);
    let (code, records) = match &question {
        _ if flags & 0x78 != 0 => (NOT_IMPLEMENTED, Vec::new()),
        None => (FORMAT_ERROR, Vec::new()),
        Some(question) => records(&question.name, question.kind),
    };
    let asked = question.map_or(&[][..], |question| question.bytes);
    let (questions, answers) = (u8::from(!asked.is_empty()), u8::try_from(records.len()).unwrap_or(u8::MAX));
    // An answer, of who is in charge, with the wish for recursion as it came.
    let mut answer = vec![head[0], head[1], 0x84 | (flags & 0x01), code, 0, questions, 0, answers, 0, 0, 0, 0];
    answer.extend_from_slice(asked);
    for (kind, data) in records {
        answer.extend_from_slice(&ITS_NAME);
        answer.extend_from_slice(&kind.to_be_bytes());
        answer.extend_from_slice(&[0, 1]);
        answer.extend_from_slice(&TTL.to_be_bytes());
        answer.extend_from_slice(&u16::try_from(data.len()).unwrap_or(0).to_be_bytes());
        answer.extend_from_slice(&data);
    }
    Some(answer)
}

/// What is asked.
struct Question<'a> {
    /// In lower case, without the dot of the root.
    name: String,
    /// The type of the records.
    kind: u16,
    /// As it came.
    bytes: &'a [u8],
}

/// Reads labels, type and class.
fn question(bytes: &[u8]) -> Option<Question<'_>> {
    let (mut labels, mut at) = (Vec::new(), 0);
    loop {
        let length = usize::from(*bytes.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        // Longer ones are pointers, which no question has.
        let label = bytes.get(at..at + length).filter(|_| length < 64)?;
        labels.push(String::from_utf8_lossy(label).to_ascii_lowercase());
        at += length;
    }
    let kind = u16::from_be_bytes(*bytes.get(at..)?.first_chunk::<2>()?);
    Some(Question { name: labels.join("."), kind, bytes: bytes.get(..at + 4)? })
}

/// The code, and the records with their data.
fn records(name: &str, kind: u16) -> (u8, Vec<(u16, Vec<u8>)>) {
    let mail = format!("mail.{ZONE}");
    let all = match name {
        ZONE => vec![(15, [vec![0, 10], labels(&mail)].concat()), (16, text("v=spf1 mx -all"))],
        _ if name == mail => vec![(1, Ipv4Addr::LOCALHOST.octets().to_vec())],
        _ if name.ends_with(&format!(".{ZONE}")) => return (NAME_ERROR, Vec::new()),
        _ => return (REFUSED, Vec::new()),
    };
    (NO_ERROR, all.into_iter().filter(|(of, _)| *of == kind).collect())
}

/// A name as a message holds it.
fn labels(name: &str) -> Vec<u8> {
    name.split('.').flat_map(text).chain([0]).collect()
}

/// A text of up to 255 bytes with its length before it.
fn text(text: &str) -> Vec<u8> {
    [&[u8::try_from(text.len()).unwrap_or(0)][..], text.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::{answer_to, labels};

    fn asked(name: &str, kind: u8) -> Vec<u8> {
        [&[7, 8, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0][..], &labels(name), &[0, kind, 0, 1]].concat()
    }

    #[test]
    fn a_question_is_answered_by_its_zone_and_noise_is_not() {
        let answer = answer_to(&asked("AlderAndFinch.example", 15)).expect("an answer");
        assert_eq!(answer[..8], [7, 8, 0x85, 0, 0, 1, 0, 1]);
        assert!(answer.ends_with(&labels("mail.alderandfinch.example")));
        for (name, kind, code, count) in [
            ("mail.alderandfinch.example", 1, 0, 1),
            ("mail.alderandfinch.example", 28, 0, 0),
            ("shop.alderandfinch.example", 1, 3, 0),
            ("elsewhere.example", 1, 5, 0),
        ] {
            let answer = answer_to(&asked(name, kind)).expect("an answer");
            assert_eq!((answer[3], answer[7]), (code, count), "{name} {kind}");
        }
        let cut = &asked("alderandfinch.example", 15)[..20];
        assert_eq!(answer_to(cut).expect("an answer")[3], 1);
        assert_eq!(answer_to(&[0; 5]), None);
        assert_eq!(answer_to(&answer), None, "an answer is no question");
    }
}
