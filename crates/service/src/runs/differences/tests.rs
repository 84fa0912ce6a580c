use model::{Assertion, Body, Exchange, Origin, Outcome, Records, Response, Run, Slug, Timestamp};

use super::differences;

fn run() -> Run {
    serde_json::from_value(serde_json::json!({
        "id": "01890000-0000-7000-8000-000000000000",
        "integration": Slug::parse("orders").expect("a slug"),
        "origin": Origin::Probe,
        "environment": "production",
        "started_at": Timestamp(0),
        "outcome": Outcome::Ok,
    }))
    .expect("a run")
}

fn answered(status: u16, headers: &[(&str, &str)], body: &str) -> Run {
    let response = Response {
        status: Some(status),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: Some(Body { excerpt: body.to_owned(), bytes: 0, cut: false }),
        ..Response::default()
    };
    Run { exchange: Some(Exchange { response: Some(response), ..Exchange::default() }), ..run() }
}

#[test]
fn answers_are_compared_by_status_headers_and_keys() {
    let good = answered(
        200,
        &[("Content-Type", "application/json"), ("Date", "Mon"), ("X-Pod", "a")],
        r#"{"items": [], "n": 1}"#,
    );
    let bad = answered(
        401,
        &[("content-type", "text/html"), ("date", "Tue"), ("WWW-Authenticate", "Bearer")],
        r#"{"error": 1, "n": 2}"#,
    );
    assert_eq!(
        differences(&good, &bad),
        [
            "status 200 -> 401",
            "header content-type application/json -> text/html",
            "header www-authenticate added",
            "header x-pod gone",
            "body keys -items +error",
        ]
    );
}

#[test]
fn like_answers_do_not_differ() {
    let one = answered(200, &[("date", "Mon")], "plain");
    let other = answered(200, &[("Date", "Tue")], "other words");
    assert_eq!(differences(&one, &other), Vec::<String>::new());
}

#[test]
fn of_what_one_of_both_did_not_keep_nothing_is_said() {
    let whole = answered(401, &[("content-type", "text/html"), ("www-authenticate", "Bearer")], r#"{"error": 1}"#);
    let slim = |status| {
        let response = Response { status: Some(status), ..Response::default() };
        Run { exchange: Some(Exchange { response: Some(response), ..Exchange::default() }), ..run() }
    };
    assert_eq!(differences(&slim(200), &whole), ["status 200 -> 401"], "a good run kept neither headers nor body");
    assert_eq!(differences(&whole, &slim(503)), ["status 401 -> 503"]);
    assert_eq!(differences(&run(), &whole), Vec::<String>::new(), "nor an exchange");
}

#[test]
fn assertions_that_hold_no_more_are_named_with_both_sides() {
    let assertion = |passed| Assertion {
        expr: "status == 200".to_owned(),
        passed,
        warns: false,
        left: Some("401".to_owned()),
        right: Some("200".to_owned()),
        error: None,
    };
    let good = Run { assertions: vec![assertion(true)], ..run() };
    let bad = Run { assertions: vec![assertion(false)], ..run() };
    assert_eq!(differences(&good, &bad), ["`status == 200` holds no more: 401 against 200"]);
    assert_eq!(differences(&bad, &bad), Vec::<String>::new(), "it did not hold before either");
}

#[test]
fn sent_runs_are_compared_by_what_they_moved() {
    let good = Run { units: Some(312.0), records: Records { written: Some(312), ..Records::default() }, ..run() };
    let bad = Run { units: Some(0.0), records: Records { written: Some(0), ..Records::default() }, ..run() };
    assert_eq!(differences(&good, &bad), ["records written 312 -> 0", "units 312 -> 0"]);
}
