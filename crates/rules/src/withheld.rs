//! What of a sentence is kept from those who do not see what crosses an integration: the values in it, and of what is marked red
//! whatever somebody else said.

use std::borrow::Cow;

use model::{Classification, IntegrationSpec};

/// Begins what a message tells of the two sides of an assertion, or of why it could not be told.
const VALUES: [&str; 2] = ["` does not hold: ", "` cannot be told: "];

/// Whether what crosses is marked so that not even words about it are for others than its engineers.
pub fn is_red(spec: &IntegrationSpec) -> bool {
    spec.classification == Some(Classification::Red)
}

/// A sentence without the values of an assertion; of what is marked red, without the assertion and whatever somebody else said.
pub fn words(text: &str, red: bool) -> String {
    if red {
        let ours = text.split_once(": ").map_or(text, |(ours, _)| ours);
        return if text.starts_with('`') { "an assertion does not hold".to_owned() } else { ours.to_owned() };
    }
    match VALUES.iter().filter_map(|begins| text.find(begins)).min() {
        Some(at) => format!("{}` does not hold", &text[..at]),
        None => text.to_owned(),
    }
}

/// A sentence as it leaves the house in a message: whole, but of what is marked red without what somebody else said, since nobody knows
/// who reads it.
pub fn in_message<'s>(spec: &IntegrationSpec, sentence: &'s str) -> Cow<'s, str> {
    if is_red(spec) { Cow::Owned(words(sentence, true)) } else { Cow::Borrowed(sentence) }
}

#[cfg(test)]
mod tests {
    use model::{Classification, IntegrationSpec};
    use serde_json::json;

    use super::{in_message, words};

    #[test]
    fn a_sentence_tells_which_assertion_failed_and_not_what_was_in_the_answer() {
        for (whole, told) in [
            ("`json.salary < 9000` does not hold: 12345 < 9000", "`json.salary < 9000` does not hold"),
            ("`int(json.iban) > 0` cannot be told: `DE02` is no number", "`int(json.iban) > 0` does not hold"),
            ("401 from NetSuite", "401 from NetSuite"),
            ("no connection to NetSuite: refused", "no connection to NetSuite: refused"),
        ] {
            assert_eq!(words(whole, false), told);
        }
    }

    #[test]
    fn of_what_is_marked_red_only_our_own_words_are_left() {
        for (whole, told) in [
            ("the newest run failed: salary of A. Lovelace", "the newest run failed"),
            ("the newest run failed: `json.iban == 'DE02'` does not hold: 1 == 2", "the newest run failed"),
            ("`json.iban == 'DE02'` does not hold: DE03 == DE02 (1 of 3, confirming)", "an assertion does not hold"),
            ("`json.iban == 'DE02'` does not hold since 09:41 UTC", "an assertion does not hold"),
        ] {
            assert_eq!(words(whole, true), told);
        }
    }

    #[test]
    fn a_message_tells_all_but_of_what_is_marked_red() {
        let spec = json!({"slug": "pay", "name": "Pay", "from": "hr", "to": "bank"});
        let spec: IntegrationSpec = serde_json::from_value(spec).expect("an integration");
        let sentence = "`json.salary < 9000` does not hold: 12345 < 9000";
        let marked = |classification| IntegrationSpec { classification, ..spec.clone() };
        for (classification, told) in [
            (None, sentence),
            (Some(Classification::Orange), sentence),
            (Some(Classification::Red), "an assertion does not hold"),
        ] {
            assert_eq!(in_message(&marked(classification), sentence), told);
        }
    }
}
