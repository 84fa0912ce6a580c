//! Field tables of AMQP 0-9-1 (section 4.2.5.5), with the types as RabbitMQ writes them.

use std::collections::BTreeMap;

use rules::assess::Fact;

use super::frame::{long_text, short_text};
use crate::octets::Octets;

/// How deep tables may nest.
const DEEPEST: usize = 4;

/// Entries of a table at most.
const MOST: usize = 200;

/// What a table tells; `None` where it is not written as it should be, or tells too much.
pub(super) fn read(octets: &mut Octets<'_>) -> Option<BTreeMap<String, Fact>> {
    table(octets, 0)
}

fn table(octets: &mut Octets<'_>, depth: usize) -> Option<BTreeMap<String, Fact>> {
    let length = usize::try_from(octets.u32()?).ok()?;
    let mut within = Octets::of(octets.take(length)?);
    let mut found = BTreeMap::new();
    while !within.is_empty() {
        let name = short_text(&mut within)?;
        let value = value(&mut within, depth + 1)?;
        found.insert(name, value);
        if found.len() > MOST {
            return None;
        }
    }
    Some(found)
}

fn value(octets: &mut Octets<'_>, depth: usize) -> Option<Fact> {
    if depth > DEEPEST {
        return None;
    }
    Some(match octets.u8()? {
        b't' => Fact::Bool(octets.u8()? != 0),
        b'b' => Fact::Int(i8::from_be_bytes(octets.array()?).into()),
        b'B' => Fact::Int(octets.u8()?.into()),
        b's' => Fact::Int(octets.i16()?.into()),
        b'u' => Fact::Int(octets.u16()?.into()),
        b'I' => Fact::Int(octets.i32()?.into()),
        b'i' => Fact::Int(octets.u32()?.into()),
        b'l' => Fact::Int(octets.i64()?),
        b'T' => Fact::Int(i64::try_from(octets.u64()?).ok()?),
        b'f' => Fact::Double(f32::from_be_bytes(octets.array()?).into()),
        b'd' => Fact::Double(f64::from_be_bytes(octets.array()?)),
        b'D' => {
            let (scale, number) = octets.u8().zip(octets.i32())?;
            Fact::Double(f64::from(number) / 10_f64.powi(scale.into()))
        }
        b'S' | b'x' => Fact::Text(long_text(octets)?),
        b'F' => Fact::Map(table(octets, depth)?),
        b'A' => {
            let length = usize::try_from(octets.u32()?).ok()?;
            let mut within = Octets::of(octets.take(length)?);
            let mut items = Vec::new();
            while !within.is_empty() {
                items.push(value(&mut within, depth + 1)?);
                if items.len() > MOST {
                    return None;
                }
            }
            Fact::List(items)
        }
        b'V' => Fact::Null,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use rules::assess::Fact;

    use super::{DEEPEST, read};
    use crate::octets::Octets;

    fn table(entries: &[u8]) -> Vec<u8> {
        [&u32::try_from(entries.len()).expect("small").to_be_bytes()[..], entries].concat()
    }

    #[test]
    fn a_table_tells_texts_numbers_and_tables() {
        let mut entries = b"\x07productS\0\0\0\x08RabbitMQ\x01nI\xff\xff\xff\xfe\x01yt\x01\x01aF".to_vec();
        entries.extend(table(b"\x01bB\x07"));
        let told = read(&mut Octets::of(&table(&entries))).expect("a table");
        assert_eq!(told["product"], Fact::from("RabbitMQ"));
        assert_eq!(told["n"], Fact::Int(-2));
        assert_eq!(told["y"], Fact::Bool(true));
        assert_eq!(told["a"], Fact::Map([("b".to_owned(), Fact::Int(7))].into()));
    }

    #[test]
    fn what_nests_too_deep_or_ends_too_soon_is_refused() {
        let mut nested = table(b"");
        for _ in 0..=DEEPEST {
            nested = table(&[b"\x01aF".as_slice(), &nested].concat());
        }
        assert_eq!(read(&mut Octets::of(&nested)), None);
        for wrong in [b"".as_slice(), b"\0\0\0\x09\x01a", b"\0\0\0\x03\x01a?", b"\0\0\0\x07\x01aS\xff\xff\xff\xff"] {
            assert_eq!(read(&mut Octets::of(wrong)), None, "{wrong:?}");
        }
    }
}
