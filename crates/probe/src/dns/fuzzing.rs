//! Messages of DNS that are told of.

use hickory_proto::{op::Message, rr::RecordType};

use super::told;
use crate::attempt::Attempt;

/// Whether it is one. What it tells is the same in capitals.
pub(crate) fn answer(attempt: &mut Attempt, input: &[u8]) -> bool {
    let Ok(message) = Message::from_vec(input) else { return false };
    for asked in [RecordType::ANY, RecordType::A, RecordType::SOA] {
        let answers = told::tell(attempt, &message, asked);
        assert!(answers.len() <= message.answers.len());
        assert!(answers.iter().all(|answer| told::same(answer, &answer.to_ascii_uppercase())));
    }
    true
}
