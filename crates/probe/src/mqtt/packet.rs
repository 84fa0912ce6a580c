//! Packets of MQTT 3.1.1 and 5 (OASIS), as far as a probe says and hears them. Both versions share their frames.

use model::Reason;
use rules::assess::Trouble;

use crate::{attempt::Attempt, octets::Octets, wire::Wire};

/// Bytes of one packet at most; a server of version 5 is told so.
pub(super) const LARGEST: u32 = 262_144;

/// What a packet is, by its first four bits.
pub(super) mod kind {
    pub(in super::super) const CONNECT: u8 = 1;
    pub(in super::super) const CONNACK: u8 = 2;
    pub(in super::super) const PUBLISH: u8 = 3;
    pub(in super::super) const PUBACK: u8 = 4;
    pub(in super::super) const SUBSCRIBE: u8 = 8;
    pub(in super::super) const SUBACK: u8 = 9;
    pub(in super::super) const DISCONNECT: u8 = 14;
}

/// A packet as it came.
pub(super) struct Packet {
    pub(super) kind: u8,
    pub(super) flags: u8,
    pub(super) body: Vec<u8>,
}

/// Reads the next one. `greeting`: the first packet of a server is its CONNACK, and whoever begins otherwise speaks no MQTT.
pub(super) async fn read(
    wire: &mut Wire,
    attempt: &mut Attempt,
    peer: &str,
    what: &str,
    greeting: bool,
) -> Result<Packet, Trouble> {
    let first = one(wire, attempt, what).await?;
    let (kind, flags) = (first >> 4, first & 0x0f);
    let known = if greeting { first == kind::CONNACK << 4 } else { is_from_a_server(kind, flags) };
    if !known {
        let message = format!("{peer} does not speak MQTT: it sent the byte {first:#04x} where {what} should begin");
        return Err(Trouble::new(Reason::Protocol, message));
    }
    let mut length = 0_u32;
    for place in 0..4 {
        let byte = one(wire, attempt, what).await?;
        length |= u32::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            break;
        }
        if place == 3 {
            let message = format!("{peer} does not speak MQTT: the length of a packet has no end");
            return Err(Trouble::new(Reason::Protocol, message));
        }
    }
    if length > LARGEST {
        let message = format!("{peer} announced a packet of {length} bytes, at most {LARGEST} are read");
        return Err(Trouble::new(Reason::TooLarge, message));
    }
    let body = wire.exactly(attempt, length as usize, what.to_owned()).await?;
    Ok(Packet { kind, flags, body })
}

async fn one(wire: &mut Wire, attempt: &mut Attempt, what: &str) -> Result<u8, Trouble> {
    let byte = wire.exactly(attempt, 1, what.to_owned()).await?;
    Ok(byte.first().copied().unwrap_or_default())
}

/// The flags of all but PUBLISH are fixed.
fn is_from_a_server(kind: u8, flags: u8) -> bool {
    match kind {
        kind::PUBLISH => (flags >> 1) & 0b11 != 0b11,
        kind::PUBACK | kind::SUBACK | 5 | 7 | 11 | 13 | kind::DISCONNECT | 15 => flags == 0,
        6 => flags == 2,
        _ => false,
    }
}

/// A packet as it is sent.
pub(super) fn made(kind: u8, flags: u8, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![(kind << 4) | flags];
    let mut left = body.len();
    loop {
        let byte = u8::try_from(left % 128).unwrap_or_default();
        left /= 128;
        bytes.push(if left > 0 { byte | 0x80 } else { byte });
        if left == 0 {
            break;
        }
    }
    bytes.extend_from_slice(body);
    bytes
}

/// A text, or bytes, with their length in front; who makes one has bounded it.
pub(super) fn put_text(bytes: &mut Vec<u8>, text: &[u8]) {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&text[..usize::from(length)]);
}

/// The same as it came.
pub(super) fn text(octets: &mut Octets<'_>) -> Option<String> {
    let length = octets.u16()?;
    octets.take(usize::from(length)).map(|text| String::from_utf8_lossy(text).into_owned())
}

/// A message that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) topic: String,
    pub(super) retained: bool,
    /// Of QoS 1: it is to be acknowledged by this number.
    pub(super) id: Option<u16>,
    pub(super) payload: Vec<u8>,
}

/// What a PUBLISH holds.
pub(super) fn message(packet: &Packet, five: bool) -> Option<Message> {
    let mut octets = Octets::of(&packet.body);
    let topic = text(&mut octets)?;
    let id = if packet.flags & 0b0110 == 0 { None } else { Some(octets.u16()?) };
    if five {
        super::property::skip(&mut octets)?;
    }
    Some(Message { topic, retained: packet.flags & 1 == 1, id, payload: octets.rest().to_vec() })
}

#[cfg(test)]
mod tests {
    use super::{Message, Packet, kind, made, message};

    #[test]
    fn a_length_takes_seven_bits_a_byte() {
        assert_eq!(made(kind::DISCONNECT, 0, &[]), [0xe0, 0]);
        assert_eq!(made(kind::PUBLISH, 2, &[7; 127])[..2], [0x32, 127]);
        assert_eq!(made(kind::PUBLISH, 0, &[7; 128])[..3], [0x30, 0x80, 1]);
        assert_eq!(made(kind::PUBLISH, 0, &[7; 16_384])[..4], [0x30, 0x80, 0x80, 1]);
    }

    #[test]
    fn a_message_is_read_in_both_versions_and_never_past_its_end() {
        let published = |flags, body: &[u8]| Packet { kind: kind::PUBLISH, flags, body: body.to_vec() };
        let read = Message { topic: "a/b".to_owned(), retained: true, id: Some(9), payload: b"hi".to_vec() };
        assert_eq!(message(&published(3, b"\0\x03a/b\0\x09hi"), false), Some(read.clone()));
        assert_eq!(message(&published(3, b"\0\x03a/b\0\x09\x02\x01\x01hi"), true), Some(read));
        for short in [b"".as_slice(), b"\0\x09a", b"\0\x01a\0"] {
            assert_eq!(message(&published(2, short), false), None, "{short:?}");
        }
        assert_eq!(message(&published(0, b"\0\x01a\x7f"), true), None, "properties beyond the end");
    }
}
