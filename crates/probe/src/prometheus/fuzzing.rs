//! Answers to a query.

use hyper::{HeaderMap, StatusCode, Version};
use rules::assess::{Fact, Facts};

use super::samples::read_any;
use crate::http::answer::Answer;

/// Whether it holds samples. There are as many as it says, unless some could not be read.
pub(crate) fn answer(input: &[u8]) -> bool {
    let mut samples = false;
    for status in [StatusCode::OK, StatusCode::UNPROCESSABLE_ENTITY] {
        let answer = Answer {
            status,
            version: Version::HTTP_11,
            headers: HeaderMap::new(),
            peer: None,
            certificate: None,
            body: input.to_vec(),
            cut: false,
            unmasked: None,
        };
        let mut facts = Facts::default();
        let read = read_any(&answer, &mut facts, "peer.example:9090");
        for trouble in [&read.trouble, &read.of_status].into_iter().flatten() {
            assert!(trouble.message.chars().count() <= 400 && !trouble.message.contains('\n'), "{}", trouble.message);
        }
        if let (Some(Fact::List(list)), Some(Fact::Int(count))) = (facts.get("samples"), facts.get("count")) {
            assert!(i64::try_from(list.len()).is_ok_and(|length| length <= *count), "{} of {count}", list.len());
            samples |= read.trouble.is_none();
        }
    }
    samples
}
