//! Answers of the health service.

use super::health;

/// Whether it is one. Of a field that stands there twice the last one counts, so one more changes the answer.
pub(crate) fn answer(input: &[u8]) -> bool {
    let Some(status) = health::status(input) else { return false };
    assert!(!health::named(status).is_empty());
    let message = [&input[5..], &[0x08, 0x02]].concat();
    let length = u32::try_from(message.len()).expect("a short message").to_be_bytes();
    assert_eq!(health::status(&[&[0][..], &length, &message].concat()), Some(2));
    true
}
