//! False greens that were seen in other engines: none of them may be one here. Either the expression is refused when it is
//! loaded, or it fails.

use model::Outcome;

use super::*;

#[test]
fn what_can_never_be_right_is_refused_at_load() {
    for (expression, part) in [
        ("cert.expires_in > duration('7d')", "`7d` is no duration: write 336h"),
        ("latency < duration('soon')", "is no duration"),
        ("timestamp('yesterday') < timestamp(json.at)", "`yesterday` is no timestamp: write RFC 3339"),
        ("body.matches('(ok')", "`(ok` is no regular expression"),
        ("json.ids.all(id, id.matches('*'))", "`*` is no regular expression"),
        ("latency < 300", "a length of time is never equal to, more or less than a number"),
        ("status == '200'", "a number is never equal to"),
        ("status != '500'", "a number is never equal to"),
        ("status == 200 == 200", "true or false is never equal to"),
        ("json.items.size() == '3'", "a number is never equal to"),
        ("status", "it is a number, where true or false is needed"),
        ("'ok'", "it is a text, where true or false is needed"),
        ("true", "says nothing of the answer"),
        ("1 == 1", "says nothing of the answer"),
        ("statuss == 200", "`statuss` is not known here"),
        ("cert.expiry > duration('1h')", "`cert.expiry` is not known here"),
        ("jsn.items.all(i, i.ok)", "`jsn` is not known here"),
        ("json.items.length() > 0", "the function `length` is not known here"),
        ("json.items.all(json, json.ok)", "hides the name"),
        ("headers['Content-Type'] != 'text/html'", "names of headers are in lower case"),
        ("status = 200", "it could not be read"),
        ("status ==", "it could not be read"),
        ("[STATUS] == 200", "`STATUS` is not known here"),
        ("", "empty"),
        ("   ", "empty"),
    ] {
        let fault = objection(expression);
        assert_eq!(fault.field, "assert[0]");
        assert!(fault.message.contains(part), "{expression}: {}", fault.message);
    }
    assert_eq!(
        objection("statuss == 200").allowed.as_deref(),
        Some("status, latency, headers, body, json, cert.expires_in, cert.issuer, rows")
    );
    assert_eq!(objection("cert.expiry == 1").allowed.as_deref(), Some("cert.expires_in, cert.issuer"));
}

#[test]
fn every_fault_is_told_at_once() {
    let mut spec = spec(&["statuss == 200", "status == 200", "latency < 3"]);
    spec.warn = vec!["bdy.size() > 0".to_owned()];
    spec.measures = measuring(&[("depth", "jsn.depth")]).measures;
    let faults = Compiled::compile(&spec, &KIND).expect_err("four faults");
    let fields: Vec<_> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["assert[0]", "assert[2]", "warn[0]", "measures.depth.value"]);
}

#[test]
fn comparisons_compare_numbers_as_numbers() {
    for (expression, body, expected) in [
        ("json.n >= 1.6", r#"{"n": 1.5}"#, Outcome::Failed),
        ("json.n > 1", r#"{"n": 1.5}"#, Outcome::Ok),
        ("json.n == 1000000", r#"{"n": 1000000}"#, Outcome::Ok),
        ("json.n == 1000000", r#"{"n": 1e6}"#, Outcome::Ok),
        ("json.n == 10", r#"{"n": 10.0}"#, Outcome::Ok),
        ("json.n == 9007199254740993", r#"{"n": 9007199254740992}"#, Outcome::Failed),
        ("json.n > 0", r#"{"n": 18446744073709551615}"#, Outcome::Ok),
        ("json.n < 0", r#"{"n": 1e400}"#, Outcome::Failed),
    ] {
        assert_eq!(outcome(expression, body), expected, "{expression} over {body}");
    }
}

#[test]
fn nothing_passes_because_something_is_missing_or_of_another_type() {
    for (expression, body) in [
        ("json.a != 'x'", "{}"),
        ("json.a != 'x'", r#"{"a": 5}"#),
        ("json.a != 5", r#"{"a": "5"}"#),
        ("json.a == 5", r#"{"a": "5"}"#),
        ("!(json.a == 'x')", "{}"),
        ("!json.broken", "{}"),
        ("!json.broken", r#"{"broken": 0}"#),
        ("json.a > 1", r#"{"a": "abc"}"#),
        ("json.a < 1", r#"{"a": null}"#),
        ("json.a", r#"{"a": 1}"#),
        ("json.a", r#"{"a": "true"}"#),
        ("json.items.size() == 0", "{}"),
        ("json.items.size() >= 0", r#"{"items": 3}"#),
        ("json.items.all(i, i.ok)", r#"{"items": {"a": 1}}"#),
        ("json.items.all(i, i.ok)", r#"{"items": null}"#),
        ("json.items.all(i, i.ok)", r#"{"items": [{"ok": true}, {}]}"#),
        ("json.items.all(i, i.state != 'late')", r#"{"items": [{}]}"#),
        ("!json.items.exists(i, i.state == 'late')", r#"{"items": [{}]}"#),
        ("!has(json.error)", "[]"),
        ("!has(json.error)", "\"oops\""),
        ("!has(json.a.error)", "{}"),
        ("json.x[0] == 1", "[1, 2]"),
        ("json.x[0] == 1", "\"text\""),
        ("json.x[0] == 1", "42"),
        ("json[0] == 1", r#"{"0": 1}"#),
        ("json.a[0] != 1", r#"{"a": {}}"#),
        ("json.a[1] == 1", r#"{"a": [1]}"#),
        ("json.a[-1] == 1", r#"{"a": [1]}"#),
        ("json.a / 0 == 0", r#"{"a": 1}"#),
        ("json.a + 1 > 0", r#"{"a": 9223372036854775807}"#),
        ("timestamp(json.at) + duration('1h') > timestamp('2026-01-01T00:00:00Z')", r#"{"at": "never"}"#),
        (
            "timestamp(json.at) - duration('2000000h') < timestamp('2026-01-01T00:00:00Z')",
            r#"{"at": "0001-01-01T00:00:00Z"}"#,
        ),
        ("json != null", ""),
        ("json != null", "<html>"),
        ("json != null", r#"{"a": 1} trailing"#),
        ("json.a == 1", "\u{feff}{\"a\": 1}"),
    ] {
        let judgement = judged(&[expression], &answered(200, body));
        assert_eq!(judgement.outcome, Outcome::Failed, "{expression} over {body}");
        assert!(judgement.reason.is_some() && judgement.message.is_some());
    }
}

#[test]
fn every_part_of_an_and_counts() {
    assert_eq!(outcome("status == 200 && json.a == 1", r#"{"a": 1}"#), Outcome::Ok);
    for body in [r#"{"a": 2}"#, "{}", "[]", ""] {
        assert_eq!(outcome("status == 200 && json.a == 1", body), Outcome::Failed, "{body}");
        assert_eq!(outcome("json.a == 1 && status == 200", body), Outcome::Failed, "{body}");
    }
}
