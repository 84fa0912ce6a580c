//! Windows: exactly one form of when they open, and what they are over.

use model::{Weekday, WindowKind};
use serde_json::{Map, Value, json};

use super::{at, closed, described, put, refers, words};

/// Adds `window`, and what its forms share.
pub(super) fn define(definitions: &mut Map<String, Value>) {
    let part = |pattern: &str| json!({"type": "string", "pattern": pattern});
    let moment = "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}";
    definitions.insert("moment".to_owned(), part(moment));
    definitions.insert("clock".to_owned(), part("^[0-9]{2}:[0-9]{2}$"));
    let days: Vec<&str> = Weekday::ALL.iter().map(|day| day.as_str()).collect();
    definitions.insert("weekday".to_owned(), json!({"enum": days}));
    definitions.insert("window".to_owned(), window());
}

fn window() -> Value {
    let mut schema = closed(
        &["slug"],
        json!({
            "slug": refers("slug", "Its name in URLs"),
            "name": refers("line", "Its name for people"),
            "kind": words(WindowKind::ALL.iter().map(|kind| kind.as_str()), "Why; maintenance if not said"),
            "once": described(once(), "Once"),
            "weekly": described(weekly(), "On days of the week"),
            "monthly": described(monthly(), "On a day of every month"),
            "cron": described(cron(), "At the moments of a cron expression"),
            "rrule": described(rrule(), "By a recurrence rule of RFC 5545"),
            "counts": {"type": "boolean", "description": "Whether failures count all the same"},
            "everything": {"type": "boolean", "description": "Whether it is over everything"},
            "integrations": refers("slugs", "Integrations that it is over"),
            "systems": refers("slugs", "Systems whose integrations it is over"),
            "tags": refers("slugs", "Tags whose integrations it is over"),
        }),
    );
    let one = |names: &[&str]| names.iter().map(|name| json!({"required": [name]})).collect::<Vec<_>>();
    let forms = json!({"oneOf": one(&["once", "weekly", "monthly", "cron", "rrule"])});
    let mut scopes = one(&["integrations", "systems", "tags"]);
    scopes.push(json!({"required": ["everything"], "properties": {"everything": {"const": true}}}));
    put(&mut schema, "allOf", json!([forms, {"anyOf": scopes}]));
    schema
}

fn once() -> Value {
    closed(
        &["from", "to"],
        json!({"from": refers("moment", "When it opens: 2026-12-05T20:00:00Z"), "to": refers("moment", "When it closes")}),
    )
}

fn by_the_clock(required: &[&str], more: Value) -> Value {
    let mut fields = json!({
        "from": refers("clock", "When it opens: 22:00"),
        "to": refers("clock", "When it closes; at or before `from`: on the next day"),
        "time_zone": refers("line", "On whose clocks; UTC if not said"),
    });
    if let (Value::Object(fields), Value::Object(more)) = (&mut fields, more) {
        fields.extend(more);
    }
    closed(&[required, &["from", "to"]].concat(), fields)
}

fn weekly() -> Value {
    let days = json!({"anyOf": [at("weekday"), {"type": "array", "items": at("weekday"), "uniqueItems": true}]});
    by_the_clock(&["days"], json!({"days": days}))
}

fn monthly() -> Value {
    let number = |most: i64| json!({"type": "integer", "minimum": -most, "maximum": most, "not": {"const": 0}});
    let mut schema = by_the_clock(
        &[],
        json!({
            "day": described(number(31), "The day; -1 is the last"),
            "nth": described(number(5), "Which of them in the month; -1 is the last"),
            "weekday": at("weekday"),
        }),
    );
    put(&mut schema, "oneOf", json!([{"required": ["day"]}, {"required": ["nth", "weekday"]}]));
    schema
}

fn cron() -> Value {
    closed(
        &["at", "lasts"],
        json!({
            "at": refers("line", "When it opens: 0 2 * * *"),
            "lasts": refers("span", "For how long"),
            "time_zone": refers("line", "On whose clocks; UTC if not said"),
        }),
    )
}

fn rrule() -> Value {
    closed(
        &["rule", "starts", "lasts"],
        json!({
            "rule": refers("text", "FREQ=MONTHLY;BYDAY=-1SU"),
            "starts": refers("moment", "When it may open first, without a zone: 2026-11-28T22:00"),
            "lasts": refers("span", "For how long"),
            "time_zone": refers("line", "On whose clocks; UTC if not said"),
        }),
    )
}
