//! What people do with an integration or a probe, as it is written.

use model::{HandlingAction, Timestamp};
use serde_json::{Value, json};

use crate::catalogue::check_act;

const NOW: &str = "2026-11-23T09:41:00Z";

fn now() -> Timestamp {
    Timestamp::parse(NOW).expect("a moment")
}

#[test]
fn an_act_is_read_with_its_end_and_its_note() {
    for (written, action, until, note) in [
        (json!({"action": "pause"}), HandlingAction::Pause, None, None),
        (
            json!({"action": "pause", "until": "2027-11-24T06:00:00+01:00", "note": " moving\nhouse "}),
            HandlingAction::Pause,
            Some("2027-11-24T05:00:00.000Z"),
            Some("moving\nhouse"),
        ),
        (
            json!({"action": "mute", "until": "2027-02-21T09:41:00Z"}),
            HandlingAction::Mute,
            Some("2027-02-21T09:41:00.000Z"),
            None,
        ),
        (
            json!({"action": "acknowledge", "note": "SAP is on it"}),
            HandlingAction::Acknowledge,
            None,
            Some("SAP is on it"),
        ),
        // As a form sends what was left empty.
        (json!({"action": "withdraw", "until": "", "note": " "}), HandlingAction::Withdraw, None, None),
        (json!({"action": "unmute", "until": null, "note": null}), HandlingAction::Unmute, None, None),
    ] {
        let act = check_act(&written, now()).unwrap_or_else(|faults| panic!("{written}: {faults:?}"));
        let said = (act.action, act.until.map(|until| until.to_string()), act.note);
        assert_eq!(said, (action, until.map(str::to_owned), note.map(str::to_owned)), "{written}");
    }
}

#[test]
fn every_wrong_field_of_an_act_is_named_with_a_remedy() {
    let wrong: [(Value, &str, &str); 12] = [
        (json!([]), "document", "must be a map"),
        (json!({}), "action", "is missing"),
        (json!({"action": "mut"}), "action", "did you mean `mute`?"),
        (json!({"action": "mute"}), "until", "is missing"),
        (json!({"action": "mute", "until": " "}), "until", "is missing"),
        (json!({"action": "mute", "until": "2027-02-21T09:41:01Z"}), "until", "too far ahead"),
        (json!({"action": "mute", "until": NOW}), "until", "is over"),
        (json!({"action": "pause", "until": "tomorrow"}), "until", "`tomorrow` is not a moment"),
        (json!({"action": "resume", "until": "2026-12-01T00:00:00Z"}), "until", "says nothing"),
        (json!({"action": "resume", "note": "done"}), "note", "kept nowhere"),
        (json!({"action": "pause", "note": "x".repeat(501)}), "note", "too long"),
        (json!({"action": "pause", "by": "Eve"}), "by", "is no field of this"),
    ];
    for (written, field, part) in wrong {
        let faults = check_act(&written, now()).expect_err(field);
        let fault = faults.first().expect("a fault");
        assert_eq!((faults.len(), fault.field.as_str()), (1, field), "{written}: {faults:?}");
        assert!(fault.message.contains(part), "{written}: {}", fault.message);
        assert!(fault.allowed.as_deref().is_some_and(|allowed| !allowed.is_empty()), "{written}: {fault:?}");
    }
    let several = check_act(&json!({"action": "mute", "until": 5, "note": "x".repeat(501)}), now());
    assert_eq!(several.expect_err("two faults").len(), 2);
}
