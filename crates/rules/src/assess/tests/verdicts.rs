//! What comes out: outcome, reason, the words for it, both sides and measures.

use model::{Outcome, Reason};

use super::*;

#[test]
fn an_answer_without_assertions_is_judged_by_its_status() {
    for (status, outcome, reason) in [
        (200, Outcome::Ok, None),
        (302, Outcome::Ok, None),
        (400, Outcome::Failed, Some(Reason::ClientError)),
        (401, Outcome::Failed, Some(Reason::Auth)),
        (403, Outcome::Failed, Some(Reason::Auth)),
        (404, Outcome::Failed, Some(Reason::NotFound)),
        (410, Outcome::Failed, Some(Reason::NotFound)),
        (418, Outcome::Failed, Some(Reason::ClientError)),
        (429, Outcome::Failed, Some(Reason::RateLimit)),
        (500, Outcome::Failed, Some(Reason::ServerError)),
        (599, Outcome::Failed, Some(Reason::ServerError)),
    ] {
        let judgement = judged(&[], &answered(status, ""));
        assert_eq!((judgement.outcome, judgement.reason), (outcome, reason), "{status}");
    }
}

#[test]
fn an_assertion_on_the_status_decides_about_it() {
    let expected = judged(&["status == 401"], &answered(401, ""));
    assert_eq!(expected.outcome, Outcome::Ok);

    let refused = judged(&["status == 200"], &answered(401, ""));
    assert_eq!(refused.reason, Some(Reason::Auth));
    assert_eq!(refused.message.as_deref(), Some("answered 401 Unauthorized"));
    assert_eq!(refused.assertions[0].left.as_deref(), Some("401"));

    let unmentioned = judged(&["latency < duration('5s')"], &answered(401, ""));
    assert_eq!(unmentioned.reason, Some(Reason::Auth));
    assert!(unmentioned.assertions[0].passed);

    let unclassed = judged(&["status == 201"], &answered(200, ""));
    assert_eq!(unclassed.reason, Some(Reason::Assertion));
    assert_eq!(unclassed.message.as_deref(), Some("`status == 201` does not hold: 200 == 201"));
}

#[test]
fn a_warning_about_the_status_does_not_excuse_it() {
    let mut spec = spec(&[]);
    spec.warn = vec!["status == 200".to_owned()];
    let judgement = assess(&compiled(&spec), &answered(503, ""));
    assert_eq!((judgement.outcome, judgement.reason), (Outcome::Failed, Some(Reason::ServerError)));
}

#[test]
fn a_status_may_warn_by_itself() {
    let warns = |asserts: &[&str]| {
        let mut observation = answered(1, "");
        observation.status_trouble = None;
        observation.status_warning = Some(Trouble::new(Reason::Assertion, "DISK WARNING"));
        judged(asserts, &observation)
    };
    for (asserts, outcome, message) in [
        (&[][..], Outcome::Warn, Some("DISK WARNING")),
        (&["latency < duration('5s')"], Outcome::Warn, Some("DISK WARNING")),
        (&["status <= 1"], Outcome::Ok, None),
        (&["status == 0"], Outcome::Failed, Some("`status == 0` does not hold: 1 == 0")),
        (&["latency > duration('5s')", "body == ''"], Outcome::Failed, None),
    ] {
        let judgement = warns(asserts);
        assert_eq!(judgement.outcome, outcome, "{asserts:?}");
        assert!(message.is_none() || judgement.message.as_deref() == message, "{asserts:?}: {:?}", judgement.message);
    }
}

#[test]
fn a_status_that_says_that_we_could_not_tell_is_no_failure_of_the_target() {
    let mut observation = answered(3, "");
    observation.status_trouble = Some(Trouble::new(Reason::Config, "no such option"));
    let judgement = judged(&[], &observation);
    assert_eq!((judgement.outcome, judgement.reason), (Outcome::Unknown, Some(Reason::Config)));
}

#[test]
fn what_the_target_told_by_itself_is_measured_unless_something_else_is_written_for_its_name() {
    let mut observation = answered(200, "");
    observation
        .facts
        .put_measures([("free".to_owned(), 7.0), ("used".to_owned(), 1.0), ("lost".to_owned(), 2.0)].into());
    let spec = measuring(&[("used", "status"), ("lost", "json.none")]);
    let judgement = assess(&compiled(&spec), &observation);
    assert_eq!(judgement.measures, [("free".to_owned(), 7.0), ("used".to_owned(), 200.0)].into());
    assert_eq!(judgement.untold, ["lost"]);
}

#[test]
fn the_first_cause_is_told() {
    let no_json = "<html>";
    for (what, observation, asserts, reason) in [
        (
            "transport before all",
            Observation::troubled(Timestamp(0), 1, Reason::Tls, "expired"),
            vec!["json.a == 1"],
            Reason::Tls,
        ),
        ("status before parse", answered(500, no_json), vec!["json.a == 1"], Reason::ServerError),
        (
            "parse before assertion",
            answered(200, no_json),
            vec!["latency < duration('1ms')", "json.a == 1"],
            Reason::Parse,
        ),
        ("an empty body is no JSON", answered(200, ""), vec!["json.a == 1"], Reason::Parse),
        ("assertion", answered(200, "{}"), vec!["json.a == 1"], Reason::Assertion),
    ] {
        let judgement = judged(&asserts, &observation);
        assert_eq!((judgement.outcome, judgement.reason), (Outcome::Failed, Some(reason)), "{what}");
    }
}

#[test]
fn trouble_of_our_own_is_never_the_targets() {
    let late = Observation::troubled(Timestamp(0), 0, Reason::SchedulerLate, "could not start in time");
    let judgement = judged(&["status == 200"], &late);
    assert_eq!(judgement.outcome, Outcome::Unknown);
    assert_eq!(judgement.message.as_deref(), Some("could not start in time"));
}

#[test]
fn a_failed_warning_warns() {
    let mut spec = spec(&["status == 200"]);
    spec.warn = vec!["latency < duration('100ms')".to_owned()];
    let judgement = assess(&compiled(&spec), &answered(200, ""));
    assert_eq!((judgement.outcome, judgement.reason), (Outcome::Warn, Some(Reason::Assertion)));
    assert_eq!(judgement.message.as_deref(), Some("slower than 100 ms (123 ms)"));
    assert_eq!(
        judgement.assertions.iter().map(|line| (line.passed, line.warns)).collect::<Vec<_>>(),
        [(true, false), (false, true)]
    );
}

#[test]
fn a_failed_assertion_shows_both_sides() {
    let body = r#"{"items": [], "state": "failed", "rate": 0.5, "big": 18446744073709551615, "none": null, "o": {"b": 1, "a": [1, "x"]}}"#;
    for (expression, left, right) in [
        ("json.items.size() > 0", "0", "0"),
        ("json.state == 'ok'", "\"failed\"", "\"ok\""),
        ("json.state in ['ok', 'idle']", "\"failed\"", "[\"ok\", \"idle\"]"),
        ("status == 200 && json.rate > 0.75", "0.5", "0.75"),
        ("json.big < 1", "18446744073709551615", "1"),
        ("json.none != null", "null", "null"),
        ("json.o == {}", "{a: [1, \"x\"], b: 1}", "{}"),
        ("latency < duration('90ms')", "123 ms", "90 ms"),
        ("headers['content-type'] == 'text/html'", "\"application/json\"", "\"text/html\""),
    ] {
        let judgement = judged(&[expression], &answered(200, body));
        let line = &judgement.assertions[0];
        assert!(!line.passed, "{expression}");
        assert_eq!((line.left.as_deref(), line.right.as_deref()), (Some(left), Some(right)), "{expression}");
        assert_eq!(line.error, None, "{expression}");
    }
}

#[test]
fn what_cannot_be_told_fails_with_its_path() {
    let body = r#"{"a": {"b": 1}, "list": [1], "text": "x"}"#;
    for (expression, error) in [
        ("json.a.missing == 1", "json.a.missing: no such key"),
        ("json.a.missing != 1", "json.a.missing: no such key"),
        ("json.list[3] == 1", "there is no item [3]"),
        ("json.text > 5", "`>` does not work on string and int"),
        ("json.a.b", "it is 1, not true or false"),
        ("headers.etag == 'x'", "headers.etag: no such key"),
        ("rows.size() > 0", "rows: nothing was seen under this name"),
        ("cert.expires_in > duration('336h')", "cert: nothing was seen under this name"),
    ] {
        let judgement = judged(&[expression], &answered(200, body));
        assert_eq!(judgement.reason, Some(Reason::Assertion), "{expression}");
        assert_eq!(judgement.assertions[0].error.as_deref(), Some(error), "{expression}");
        assert_eq!(judgement.message, Some(format!("`{expression}` cannot be told: {error}")));
    }
}

#[test]
fn only_what_is_asked_for_is_looked_at() {
    let body = r#"{"a": {"b": 1, "c": [1, 2, 3]}, "items": [{"id": 1, "ok": true}, {"id": 2, "ok": true}]}"#;
    for expression in [
        "json.a.b == 1",
        "json.a.c[1] == 2 && json.items[1].id == 2",
        "json['a']['b'] == 1",
        "json.items.all(item, item.ok) && json.items[0].id == 1",
        "json.items.map(item, item.id) == [1, 2]",
        "json.a.c[json.a.b] == 2",
        "has(json.a.b) && !has(json.a.d)",
        "json == json",
        "body.contains('items') && size(json.items) == 2",
    ] {
        assert_eq!(outcome(expression, body), Outcome::Ok, "{expression}");
    }
}

#[test]
fn measures_are_numbers_or_left_out() {
    let spec = measuring(&[
        ("depth", "json.queue.depth"),
        ("share", "double(json.failed) / 4.0"),
        ("seconds", "latency"),
        ("up", "status == 200"),
        ("missing", "json.nothing"),
        ("text", "json.name"),
        ("infinite", "1.0 / double(json.zero)"),
    ]);
    let body = r#"{"queue": {"depth": 12}, "failed": 3, "name": "x", "zero": 0}"#;
    let judgement = assess(&compiled(&spec), &answered(200, body));
    assert_eq!(judgement.outcome, Outcome::Ok);
    let told: Vec<_> = judgement.measures.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(told, [("depth", 12.0), ("seconds", 0.1234), ("share", 0.75), ("up", 1.0)]);
    assert_eq!(judgement.untold, ["infinite", "missing", "text"]);
}
