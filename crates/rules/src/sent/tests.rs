use model::{Outcome, Reason, SentRun, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{check, content_hash};

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T12:00:00Z").expect("a time")
}

fn full() -> Value {
    json!({
        "external_id": "2026-11-23/1",
        "started_at": "2026-11-23T11:59:00+01:00",
        "duration_ms": 8_420,
        "outcome": "partial",
        "reason": "data_rejected",
        "message": "12 of 300 orders were refused",
        "units": 288.0,
        "records": {"read": 300, "written": 288, "failed": 12, "skipped": 0},
        "measures": {"backlog": 4, "oldest_age_s": 12.5},
        "business_key": "batch-7",
        "event_at": "2026-11-23T10:58:00Z",
        "delivered_at": "2026-11-23T10:59:08Z",
        "touches": 1,
        "touch_s": 90,
        "environment": "production",
        "steps": [{"name": "load", "outcome": "ok", "started_at": "2026-11-23T10:59:00Z", "duration_ms": 3, "message": "done"}]
    })
}

fn one(body: &Value) -> SentRun {
    check(body, now()).expect("a right run").remove(0)
}

/// Path, message and what is allowed of every fault.
fn faults(body: &Value) -> Vec<(String, String, String)> {
    let faults = check(body, now()).expect_err("a wrong body");
    faults.into_iter().map(|fault| (fault.field, fault.message, fault.allowed.expect("what is allowed"))).collect()
}

fn fields(body: &Value) -> Vec<String> {
    faults(body).into_iter().map(|(field, ..)| field).collect()
}

#[test]
fn a_full_run_is_read_as_it_was_sent() {
    let run = one(&full());
    assert_eq!((run.outcome, run.reason), (Outcome::Partial, Some(Reason::DataRejected)));
    assert_eq!(run.started_at.map(|at| at.to_string()).as_deref(), Some("2026-11-23T10:59:00.000Z"));
    let sent: SentRun = serde_json::from_value(full()).expect("the same by its type");
    assert_eq!(run, sent, "the checker reads what the type reads");
}

#[test]
fn the_least_run_is_an_outcome_and_null_is_absent() {
    let least = one(&json!({"outcome": "ok"}));
    let nulls =
        one(&json!({"outcome": "ok", "units": null, "records": null, "measures": null, "steps": null, "reason": null}));
    assert_eq!(least, nulls);
    assert_eq!(least.started_at, None);
}

#[test]
fn an_array_is_read_in_its_order() {
    let runs = check(&json!([{"outcome": "ok", "external_id": "b"}, {"outcome": "failed", "external_id": "a"}]), now());
    let ids: Vec<_> = runs.expect("right runs").into_iter().filter_map(|run| run.external_id).collect();
    assert_eq!(ids, ["b", "a"]);
}

#[test]
fn every_wrong_field_is_named_with_what_would_be_right() {
    let long = "x".repeat(2_001);
    let table = [
        (json!({"outcome": "ok", "unitz": 3}), "unitz", "no such field"),
        (json!({}), "outcome", "missing"),
        (json!({"outcome": "good"}), "outcome", "`good` is none of these"),
        (json!({"outcome": "missed"}), "outcome", "`missed` is none of these"),
        (json!({"outcome": 1}), "outcome", "a number where a text is wanted"),
        (json!({"outcome": "ok", "external_id": ""}), "external_id", "0 characters"),
        (json!({"outcome": "ok", "external_id": "x".repeat(201)}), "external_id", "201 characters"),
        (json!({"outcome": "ok", "external_id": "a\u{0}b"}), "external_id", "holds a NUL character"),
        (json!({"outcome": "ok", "duration_ms": -1}), "duration_ms", "-1"),
        (json!({"outcome": "ok", "duration_ms": 1.5}), "duration_ms", "a fraction where a whole number is wanted"),
        (json!({"outcome": "ok", "units": -0.5}), "units", "-0.5"),
        (json!({"outcome": "ok", "units": "3"}), "units", "a text where a number is wanted"),
        (json!({"outcome": "ok", "message": long}), "message", "2001 characters"),
        (json!({"outcome": "failed", "reason": "weather"}), "reason", "`weather` is none of these"),
        (json!({"outcome": "failed", "reason": "store"}), "reason", "`store` is none of these"),
        (
            json!({"outcome": "ok", "started_at": "noon"}),
            "started_at",
            "`noon` is not a time: write RFC 3339, such as 2026-11-23T09:41:00Z",
        ),
        (json!({"outcome": "ok", "started_at": "2026-11-23T12:05:01Z"}), "started_at", "in the future"),
        (json!({"outcome": "ok", "started_at": "2025-10-19T11:59:59Z"}), "started_at", "too long ago"),
        (json!({"outcome": "ok", "records": 3}), "records", "a number where an object is wanted"),
        (json!({"outcome": "ok", "records": {"read": -1}}), "records.read", "-1"),
        (json!({"outcome": "ok", "records": {"lost": 1}}), "records.lost", "no such field"),
        (json!({"outcome": "ok", "measures": [1]}), "measures", "an array where an object is wanted"),
        (json!({"outcome": "ok", "measures": {"Queue Depth": 1}}), "measures.Queue Depth", "not a name of a measure"),
        (json!({"outcome": "ok", "measures": {"depth": null}}), "measures.depth", "null where a number is wanted"),
        (json!({"outcome": "ok", "touches": true}), "touches", "true or false where a whole number is wanted"),
        (json!({"outcome": "ok", "steps": {}}), "steps", "an object where an array is wanted"),
        (json!({"outcome": "ok", "steps": [{"outcome": "ok"}]}), "steps[0].name", "missing"),
        (
            json!({"outcome": "ok", "steps": [{"name": "a", "outcome": "ok", "took": 1}]}),
            "steps[0].took",
            "no such field",
        ),
        (json!("ok"), "body", "neither a run nor an array of runs"),
        (json!([]), "body", "an array of 0 runs"),
    ];
    for (body, field, message) in table {
        let found = faults(&body);
        assert_eq!(found.len(), 1, "{body}: {found:?}");
        assert_eq!((found[0].0.as_str(), found[0].1.as_str()), (field, message), "{body}");
        assert!(!found[0].2.is_empty(), "{body}");
    }
}

#[test]
fn all_faults_of_an_array_come_at_once_with_their_paths() {
    let body = json!([
        {"outcome": "ok"},
        {"outcome": "ok", "units": -1, "records": {"read": "many"}},
        7,
        {"outcome": "ok", "steps": [{"name": "a", "outcome": "ok"}, {"name": "b"}], "colour": "red"}
    ]);
    let expected = ["[1].units", "[1].records.read", "[2]", "[3].colour", "[3].steps[1].outcome"];
    assert_eq!(fields(&body), expected);
}

#[test]
fn an_external_id_may_stand_once_in_an_array() {
    let run = |id: &str| json!({"outcome": "ok", "external_id": id});
    let body = json!([run("a"), run("b"), run("a"), {"outcome": "ok"}, {"outcome": "ok"}]);
    assert_eq!(fields(&body), ["[2].external_id"]);
    assert_eq!(faults(&body)[0].1, "the same as that of [0]");
}

#[test]
fn the_numbers_of_runs_measures_and_steps_are_limited() {
    let runs = |number| Value::from(vec![json!({"outcome": "ok"}); number]);
    assert_eq!(check(&runs(1_000), now()).map(|runs| runs.len()).ok(), Some(1_000));
    assert_eq!(fields(&runs(1_001)), ["body"]);
    let measures = |number| -> Value { (0..number).map(|index| (format!("m{index}"), json!(1))).collect() };
    assert_eq!(one(&json!({"outcome": "ok", "measures": measures(32)})).measures.len(), 32);
    assert_eq!(fields(&json!({"outcome": "ok", "measures": measures(33)})), ["measures"]);
    let steps = |number| vec![json!({"name": "a", "outcome": "ok"}); number];
    assert_eq!(one(&json!({"outcome": "ok", "steps": steps(100)})).steps.len(), 100);
    assert_eq!(fields(&json!({"outcome": "ok", "steps": steps(101)})), ["steps"]);
}

#[test]
fn the_edges_of_what_is_allowed_are_allowed() {
    for body in [
        json!({"outcome": "ok", "started_at": "2026-11-23T12:05:00Z"}),
        json!({"outcome": "ok", "started_at": "2025-10-19T12:00:00Z"}),
        json!({"outcome": "ok", "units": 0, "duration_ms": 0, "message": "ü".repeat(2_000)}),
        json!({"outcome": "ok", "measures": {"a": -1.5, (format!("a{}", "_".repeat(63))): 0}}),
    ] {
        one(&body);
    }
}

#[test]
fn the_same_content_hashes_alike_and_other_content_does_not() {
    let hash = |body: &Value| content_hash(&one(body));
    let text = r#"{"units": 3, "outcome": "ok", "measures": {"b": 1, "a": 2.0}, "message": null}"#;
    let turned: Value = serde_json::from_str(text).expect("json");
    assert_eq!(hash(&turned), hash(&json!({"outcome": "ok", "measures": {"a": 2, "b": 1}, "units": 3.0})));
    assert_ne!(hash(&turned), hash(&json!({"outcome": "ok", "measures": {"a": 2, "b": 1}, "units": 4})));
    assert_eq!(
        hash(&json!({"outcome": "ok"})),
        // SHA-256 of {"outcome":"ok"}: stored for as long as runs are, so it must not change.
        "9b60cd7b1eaf94a288fb90172f3d60983336f205470c4bd5c27609d62c67046d"
    );
}

/// Any JSON, the names of fields among its keys.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(|number| json!(number)),
        ".{0,20}".prop_map(Value::from),
        Just(json!("ok")),
        Just(json!("2026-11-23T11:00:00Z")),
    ];
    let name = prop_oneof![
        prop::sample::select(vec!["outcome", "units", "records", "measures", "steps", "started_at", "read", "name"])
            .prop_map(str::to_owned),
        ".{0,8}"
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(name.clone(), inner, 0..6)
                .prop_map(|fields| fields.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn whatever_is_sent_is_read_or_refused_and_what_is_read_is_what_the_type_reads(body in any_json()) {
        match check(&body, now()) {
            Ok(runs) => {
                let bodies = body.as_array().cloned().unwrap_or_else(|| vec![body.clone()]);
                prop_assert_eq!(runs.len(), bodies.len());
                for run in &runs {
                    let again = serde_json::to_value(run).expect("json");
                    prop_assert_eq!(&one(&again), run);
                    prop_assert_eq!(content_hash(&one(&again)), content_hash(run));
                }
            }
            Err(faults) => prop_assert!(!faults.is_empty()),
        }
    }
}
