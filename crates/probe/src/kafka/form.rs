//! How Kafka writes texts, bytes and lists in the versions of its messages that are spoken here: with their length in front, -1 for
//! nothing.

use crate::octets::Octets;

/// A text; who makes one has bounded it.
pub(super) fn put_text(bytes: &mut Vec<u8>, text: &str) {
    let length = i16::try_from(text.len()).unwrap_or(i16::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(&text.as_bytes()[..text.len().min(usize::from(length.unsigned_abs()))]);
}

/// Bytes.
pub(super) fn put_bytes(bytes: &mut Vec<u8>, more: &[u8]) {
    put_count(bytes, more.len());
    bytes.extend_from_slice(more);
}

/// How many entries a list has.
pub(super) fn put_count(bytes: &mut Vec<u8>, count: usize) {
    bytes.extend_from_slice(&i32::try_from(count).unwrap_or(i32::MAX).to_be_bytes());
}

/// The next text, which may be nothing.
#[expect(clippy::option_option, reason = "unreadable, absent and there are three answers")]
pub(super) fn maybe_text(octets: &mut Octets<'_>) -> Option<Option<String>> {
    match usize::try_from(octets.i16()?) {
        Ok(length) => Some(Some(String::from_utf8_lossy(octets.take(length)?).into_owned())),
        Err(_nothing) => Some(None),
    }
}

/// The next text.
pub(super) fn text(octets: &mut Octets<'_>) -> Option<String> {
    maybe_text(octets)?
}

/// The next bytes; nothing is none.
pub(super) fn bytes<'b>(octets: &mut Octets<'b>) -> Option<&'b [u8]> {
    match usize::try_from(octets.i32()?) {
        Ok(length) => octets.take(length),
        Err(_nothing) => Some(&[]),
    }
}

/// The next list; nothing is an empty one. Every entry takes bytes, so there are no more of them than the answer has.
pub(super) fn list<'b, T>(octets: &mut Octets<'b>, entry: impl Fn(&mut Octets<'b>) -> Option<T>) -> Option<Vec<T>> {
    let count = octets.i32()?.max(0);
    let mut entries = Vec::new();
    for _ in 0..count {
        entries.push(entry(octets)?);
    }
    Some(entries)
}

#[cfg(test)]
mod tests {
    use super::{bytes, list, maybe_text, put_bytes, put_count, put_text, text};
    use crate::octets::Octets;

    #[test]
    fn what_is_written_is_read_again() {
        let mut written = Vec::new();
        put_text(&mut written, "orders");
        put_bytes(&mut written, b"\0\x01");
        put_count(&mut written, 2);
        written.extend_from_slice(&[7, 8]);
        let mut octets = Octets::of(&written);
        assert_eq!(text(&mut octets).as_deref(), Some("orders"));
        assert_eq!(bytes(&mut octets), Some(b"\0\x01".as_slice()));
        assert_eq!(list(&mut octets, Octets::u8), Some(vec![7, 8]));
        assert!(octets.is_empty());
    }

    #[test]
    fn nothing_is_no_text_and_a_list_of_more_than_there_is_none() {
        assert_eq!(maybe_text(&mut Octets::of(&[0xff, 0xff])), Some(None));
        assert_eq!(text(&mut Octets::of(&[0xff, 0xff])), None);
        assert_eq!(list(&mut Octets::of(&[0xff; 4]), Octets::u8), Some(Vec::new()));
        assert_eq!(list(&mut Octets::of(&[0x7f, 0xff, 0xff, 0xff, 1]), Octets::u8), None);
        assert_eq!(bytes(&mut Octets::of(&[0, 0, 0, 9, 1])), None);
    }
}
