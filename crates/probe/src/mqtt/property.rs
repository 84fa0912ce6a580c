//! Properties of MQTT 5 (section 2.2.2), of which those of a CONNACK tell what a server can do.

use std::collections::BTreeMap;

use rules::assess::Fact;

use crate::octets::Octets;

/// How a property's value is written.
enum Form {
    Byte,
    Two,
    Four,
    Varying,
    Text,
    Bytes,
    Pair,
}

fn form(id: u8) -> Option<Form> {
    Some(match id {
        0x01 | 0x17 | 0x19 | 0x24 | 0x25 | 0x28..=0x2a => Form::Byte,
        0x13 | 0x21 | 0x22 | 0x23 => Form::Two,
        0x02 | 0x11 | 0x18 | 0x27 => Form::Four,
        0x0b => Form::Varying,
        0x03 | 0x08 | 0x12 | 0x15 | 0x1a | 0x1c | 0x1f => Form::Text,
        0x09 | 0x16 => Form::Bytes,
        0x26 => Form::Pair,
        _ => return None,
    })
}

/// Those that are told of, by the specification's names.
fn name(id: u8) -> Option<&'static str> {
    Some(match id {
        0x11 => "session_expiry_interval",
        0x12 => "assigned_client_identifier",
        0x13 => "server_keep_alive",
        0x1c => "server_reference",
        0x1f => "reason_string",
        0x21 => "receive_maximum",
        0x22 => "topic_alias_maximum",
        0x24 => "maximum_qos",
        0x25 => "retain_available",
        0x27 => "maximum_packet_size",
        0x28 => "wildcard_subscription_available",
        0x2a => "shared_subscription_available",
        _ => return None,
    })
}

/// Reads over all properties.
pub(super) fn skip(octets: &mut Octets<'_>) -> Option<()> {
    let length = varying(octets)?;
    octets.take(length).map(|_| ())
}

/// Those worth telling; `None` where they are not written as they should be.
pub(super) fn read(octets: &mut Octets<'_>) -> Option<BTreeMap<String, Fact>> {
    let length = varying(octets)?;
    let mut within = Octets::of(octets.take(length)?);
    let mut found = BTreeMap::new();
    while !within.is_empty() {
        let id = within.u8()?;
        let value = match form(id)? {
            Form::Byte => Fact::Int(within.u8()?.into()),
            Form::Two => Fact::Int(within.u16()?.into()),
            Form::Four => Fact::Int(within.u32()?.into()),
            Form::Varying => Fact::Int(i64::try_from(varying(&mut within)?).ok()?),
            Form::Text | Form::Bytes => Fact::Text(super::packet::text(&mut within)?),
            Form::Pair => {
                super::packet::text(&mut within)?;
                Fact::Text(super::packet::text(&mut within)?)
            }
        };
        if let Some(name) = name(id) {
            found.insert(name.to_owned(), value);
        }
    }
    Some(found)
}

/// A number of seven bits a byte, of four bytes at most.
fn varying(octets: &mut Octets<'_>) -> Option<usize> {
    let mut number = 0;
    for place in 0..4 {
        let byte = octets.u8()?;
        number |= usize::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use rules::assess::Fact;

    use super::{read, varying};
    use crate::octets::Octets;

    #[test]
    fn what_a_server_can_do_is_told_by_name() {
        let bytes = b"\x11\x21\0\x14\x24\x01\x26\0\x01a\0\x01b\x12\0\x02me";
        let told = read(&mut Octets::of(bytes)).expect("properties");
        assert_eq!(told["receive_maximum"], Fact::Int(20));
        assert_eq!(told["maximum_qos"], Fact::Int(1));
        assert_eq!(told["assigned_client_identifier"], Fact::from("me"));
        assert_eq!(told.len(), 3, "a user's own are not told: {told:?}");
    }

    #[test]
    fn what_is_written_otherwise_is_refused() {
        for wrong in [b"".as_slice(), b"\x05\x21", b"\x02\x7f\0", b"\x03\x12\0\x09", b"\xff\xff\xff\xff\x01"] {
            assert_eq!(read(&mut Octets::of(wrong)), None, "{wrong:?}");
        }
        assert_eq!(varying(&mut Octets::of(&[0x80, 0x80, 0x01])), Some(16_384));
    }
}
