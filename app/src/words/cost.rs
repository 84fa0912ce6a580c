//! What it costs while it lasts, and a reason as a sentence.

use chrono_tz::Tz;
use model::{Timestamp, hours::Cost, standing::Why};

use super::{amount, moment};

/// `312 orders not delivered = 26 h of hand work`, `cost unknown (no baseline)`, `nothing waits`.
pub fn cost(cost: &Cost) -> String {
    match cost {
        Cost::Unknown { why } => format!("cost unknown ({why})"),
        Cost::None => "nothing waits".to_owned(),
        Cost::HandWork { units, unit, hours } => {
            format!("{} {unit} not delivered = {} of hand work", amount::number(*units), amount::hours(*hours))
        }
    }
}

/// The sentence with its "since": `401 from NetSuite since 09:41`. What tells its time in the sentence has no since.
pub fn why(why: &Why, now: Timestamp, zone: Tz) -> String {
    let mut text = why.sentence.clone();
    if let Some(since) = why.since
        && !text.contains(" since ")
    {
        text.push_str(" since ");
        text.push_str(&moment::short(since, now, zone));
    }
    if let Some((done, of)) = why.confirming
        && !text.contains("confirming")
    {
        text = format!("{text} ({done} of {of}, confirming)");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::FIXED;
    use super::*;
    use model::{Level, Reason};

    #[test]
    fn costs_say_what_waits_or_that_it_is_not_known() {
        let hand = Cost::HandWork { units: 312.0, unit: "orders".to_owned(), hours: 26.0 };
        assert_eq!(cost(&hand).replace(FIXED, " "), "312 orders not delivered = 26 h of hand work");
        assert_eq!(cost(&Cost::without_baseline()), "cost unknown (no baseline)");
        assert_eq!(cost(&Cost::None), "nothing waits");
    }

    #[test]
    fn a_reason_says_since_when_unless_it_names_its_moment() {
        let at = |text| Timestamp::parse(text).expect("a moment");
        let now = at("2026-11-23T10:00:00Z");
        let mut reason = Why {
            level: Level::Problem,
            sentence: "401 from NetSuite".to_owned(),
            since: Some(at("2026-11-23T09:41:00Z")),
            reason: Some(Reason::Auth),
            probe: None,
            run: None,
            confirming: None,
        };
        assert_eq!(why(&reason, now, Tz::UTC), "401 from NetSuite since 09:41");
        reason.confirming = Some((1, 3));
        assert_eq!(why(&reason, now, Tz::UTC), "401 from NetSuite since 09:41 (1 of 3, confirming)");
        reason.sentence = "expected 02:00 Berlin, 32 min late".to_owned();
        (reason.since, reason.confirming) = (None, None);
        assert_eq!(why(&reason, now, Tz::UTC), "expected 02:00 Berlin, 32 min late");
    }
}
