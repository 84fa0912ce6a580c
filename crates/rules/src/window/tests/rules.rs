use chrono::NaiveDateTime;
use chrono_tz::Tz;
use model::{IntegrationSpec, Span, WindowSpec};
use serde_json::json;

use super::{at, covering, told, window};
use crate::window::{Window, is_over, open_over, recur::Rule};

/// Europe/Berlin goes from 02:00 to 03:00 on 2026-03-29 (01:00 UTC) and from 03:00 to 02:00 on 2026-10-25 (01:00 UTC).
#[test]
fn a_night_lasts_as_long_as_its_clock_says() {
    let night = |from: &str, to: &str| {
        window(json!({"weekly": {"days": ["sat"], "from": from, "to": to, "time_zone": "Europe/Berlin"}}))
    };
    for (from, to, day, expected) in [
        ("22:00", "06:00", "2026-03-21", "2026-03-21T21:00 to 2026-03-22T05:00"),
        ("22:00", "06:00", "2026-03-28", "2026-03-28T21:00 to 2026-03-29T04:00"),
        ("22:00", "06:00", "2026-10-24", "2026-10-24T20:00 to 2026-10-25T05:00"),
        // An end in the hour that is left out, and in the hour that is there twice.
        ("22:00", "02:30", "2026-03-28", "2026-03-28T21:00 to 2026-03-29T01:00"),
        ("22:00", "02:30", "2026-10-24", "2026-10-24T20:00 to 2026-10-25T01:30"),
        ("00:00", "00:00", "2026-10-24", "2026-10-23T22:00 to 2026-10-24T22:00"),
    ] {
        let found = night(from, to).next(at(&format!("{day}T00:00")) - Span::hours(3)).map(told);
        assert_eq!(found.as_deref(), Some(expected), "{from} to {to} on {day}");
    }
    // What lies in the hour that is left out altogether does not open; the others of the year do.
    let gone =
        window(json!({"weekly": {"days": ["sun"], "from": "02:10", "to": "02:50", "time_zone": "Europe/Berlin"}}));
    assert_eq!(
        covering(&gone, "2026-03-22T00:00", "2026-04-06T00:00"),
        ["2026-03-22T01:10 to 2026-03-22T01:50", "2026-04-05T00:10 to 2026-04-05T00:50"]
    );
}

#[test]
fn a_time_that_a_window_lies_in_overlaps_it_though_it_is_closed_at_both_ends() {
    let patch = json!({"once": {"from": at("2026-11-23T02:10"), "to": at("2026-11-23T02:20")}});
    let nightly = json!({"cron": {"at": "10 2 * * *", "lasts": "10m", "time_zone": "UTC"}});
    let weekly = json!({"weekly": {"days": ["mon"], "from": "02:10", "to": "02:20", "time_zone": "UTC"}});
    for opens in [patch, nightly, weekly] {
        let window = window(opens.clone());
        for (from, to, overlaps) in [
            ("02:00", "02:30", true),
            ("02:15", "02:16", true),
            ("02:00", "02:10", true),
            ("02:19", "02:30", true),
            ("02:00", "02:09", false),
            ("02:20", "02:30", false),
        ] {
            let day = |clock: &str| at(&format!("2026-11-23T{clock}"));
            assert_eq!(window.is_open_between(day(from), day(to)), overlaps, "{opens}: {from} to {to}");
        }
    }
}

#[test]
fn what_lasts_a_length_of_time_does_so_on_every_day() {
    let nightly = window(json!({"cron": {"at": "0 1 * * *", "lasts": "4h", "time_zone": "Europe/Berlin"}}));
    assert_eq!(
        covering(&nightly, "2026-10-24T12:00", "2026-10-26T12:00"),
        ["2026-10-24T23:00 to 2026-10-25T03:00", "2026-10-26T00:00 to 2026-10-26T04:00"]
    );
    assert!(nightly.is_open(at("2026-10-25T02:59")));
    assert!(!nightly.is_open(at("2026-10-25T03:00")), "closed at its last moment");
    assert_eq!(
        nightly.open_at(at("2026-10-24T23:00")).map(told).as_deref(),
        Some("2026-10-24T23:00 to 2026-10-25T03:00")
    );
    // A part of it is cut at what was asked for.
    assert_eq!(covering(&nightly, "2026-10-25T01:00", "2026-10-25T02:00"), ["2026-10-25T01:00 to 2026-10-25T02:00"]);
}

#[test]
fn months_have_a_last_day_and_not_always_a_thirty_first() {
    let monthly = |on: serde_json::Value| {
        let mut written = json!({"from": "12:00", "to": "13:00"});
        written.as_object_mut().expect("a map").extend(on.as_object().expect("a map").clone());
        let window = window(json!({"monthly": written}));
        let days = covering(&window, "2027-01-01T00:00", "2027-06-01T00:00");
        days.iter().map(|day| day[5..10].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(monthly(json!({"day": 15})), ["01-15", "02-15", "03-15", "04-15", "05-15"]);
    assert_eq!(monthly(json!({"day": 31})), ["01-31", "03-31", "05-31"]);
    assert_eq!(monthly(json!({"day": -1})), ["01-31", "02-28", "03-31", "04-30", "05-31"]);
    assert_eq!(monthly(json!({"nth": 2, "weekday": "tue"})), ["01-12", "02-09", "03-09", "04-13", "05-11"]);
    assert_eq!(monthly(json!({"nth": -1, "weekday": "sun"})), ["01-31", "02-28", "03-28", "04-25", "05-30"]);
    assert_eq!(monthly(json!({"nth": 5, "weekday": "fri"})), ["01-29", "04-30"]);
}

fn rule(text: &str, starts: &str) -> Result<Window, model::Fault> {
    let starts = NaiveDateTime::parse_from_str(starts, "%Y-%m-%dT%H:%M").expect(starts);
    Rule::read(text, starts, Tz::America__New_York)?;
    Ok(window(json!({"rrule": {
        "rule": text, "starts": starts.format("%Y-%m-%dT%H:%M").to_string(), "lasts": "1h", "time_zone": "America/New_York"
    }})))
}

/// Days as python-dateutil 2.9 names them for the same rule and start, 09:00 in New York, up to 2000.
#[test]
fn rules_name_the_days_that_others_say_they_name() {
    for (text, days) in super::named::DAYS {
        let window = rule(text, "1997-09-02T09:00").expect(text);
        let mut found = Vec::new();
        let mut now = at("1997-01-01T00:00");
        while let Some(next) =
            window.next(now).filter(|next| next.from < at("2000-01-01T00:00") && found.len() < days.len() + 1)
        {
            found.push(next.from.utc().with_timezone(&Tz::America__New_York).format("%Y%m%d").to_string());
            now = next.from;
        }
        found.truncate(12);
        assert_eq!(found, *days, "{text}");
    }
}

#[test]
fn what_is_not_read_of_a_rule_is_refused_with_a_remedy() {
    for (text, part) in [
        ("", "is no part of a rule"),
        ("FREQ", "is no part of a rule"),
        ("INTERVAL=2", "does not say `FREQ`"),
        ("FREQ=SECONDLY", "more than once a day"),
        ("FREQ=HOURLY;INTERVAL=24", "more than once a day"),
        ("FREQ=FORTNIGHTLY", "does not say `FREQ`"),
        ("freq=daily", "`freq` is not read here"),
        ("FREQ=DAILY;BYSETPOS=1", "`BYSETPOS` is not read here"),
        ("FREQ=DAILY;FREQ=DAILY", "says `FREQ` twice"),
        ("FREQ=DAILY;INTERVAL=0", "`INTERVAL=0` is out of range"),
        ("FREQ=DAILY;INTERVAL=-1", "out of range"),
        ("FREQ=DAILY;COUNT=99999999999", "out of range"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20301231", "both `COUNT` and `UNTIL`"),
        ("FREQ=YEARLY;COUNT=100", "more than 40 years"),
        ("FREQ=DAILY;UNTIL=2030-12-31", "neither a day nor a moment"),
        ("FREQ=DAILY;UNTIL=20301231T120000", "neither a day nor a moment"),
        ("FREQ=DAILY;UNTIL=19970901", "never opens"),
        ("FREQ=WEEKLY;BYDAY=2TU", "outside of a month"),
        ("FREQ=YEARLY;BYDAY=20MO", "is nothing for `BYDAY`"),
        ("FREQ=YEARLY;BYDAY=1MO", "outside of a month"),
        ("FREQ=WEEKLY;BYMONTHDAY=3", "of a week"),
        ("FREQ=MONTHLY;BYDAY=", "is nothing for `BYDAY`"),
        ("FREQ=MONTHLY;BYDAY=é", "is nothing for `BYDAY`"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "is nothing for `BYMONTHDAY`"),
        ("FREQ=YEARLY;BYMONTH=13", "is nothing for `BYMONTH`"),
        ("FREQ=WEEKLY;WKST=XX", "names no day"),
        // The thirtieth of February, and a turn that never meets its month.
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never opens"),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTH=2", "never opens"),
    ] {
        let fault = rule(text, "1997-09-02T09:00").expect_err(text);
        assert!(fault.message.contains(part), "{text}: {}", fault.message);
        assert!(fault.allowed.is_some() && fault.field == "rrule.rule", "{text}: {fault:?}");
    }
}

#[test]
fn a_window_is_over_what_it_names_by_slug_system_or_tag() {
    let spec: IntegrationSpec = serde_json::from_value(json!({
        "slug": "orders", "name": "Orders", "from": "shop", "via": ["workato"], "to": "erp", "tags": ["finance"]
    }))
    .expect("an integration");
    let over = |scope: serde_json::Value| {
        let mut written = json!({"slug": "w", "once": {"from": "2026-12-05T20:00:00Z", "to": "2026-12-06T04:00:00Z"}});
        written.as_object_mut().expect("a map").extend(scope.as_object().expect("a map").clone());
        serde_json::from_value::<WindowSpec>(written).expect("a window")
    };
    for (scope, expected) in [
        (json!({"integrations": ["orders"]}), true),
        (json!({"systems": ["shop"]}), true),
        (json!({"systems": ["workato"]}), true),
        (json!({"systems": ["erp"]}), true),
        (json!({"tags": ["hr", "finance"]}), true),
        (json!({"everything": true}), true),
        (json!({"integrations": ["refunds"], "systems": ["crm"], "tags": ["hr"]}), false),
        (json!({}), false),
    ] {
        assert_eq!(is_over(&over(scope.clone()), &spec), expected, "{scope}");
    }

    // Of two that are open the one that closes last is told of, and a freeze in which failures count is none.
    let window = |from: &str, to: &str, counts: bool| {
        let spec = over(json!({"everything": true, "counts": counts, "once": {"from": from, "to": to}}));
        let compiled = Window::compile(&spec.opens).expect("a window");
        (spec, compiled)
    };
    let all = [
        window("2026-12-05T20:00:00Z", "2026-12-06T04:00:00Z", false),
        window("2026-12-05T22:00:00Z", "2026-12-06T06:00:00Z", false),
        window("2026-12-01T00:00:00Z", "2026-12-31T00:00:00Z", true),
    ];
    let found = |moment| {
        open_over(all.iter().map(|(spec, window)| (spec, window)), &spec, at(moment)).map(|(_, opening)| opening.to)
    };
    assert_eq!(found("2026-12-05T21:00"), Some(at("2026-12-06T04:00")));
    assert_eq!(found("2026-12-05T23:00"), Some(at("2026-12-06T06:00")));
    assert_eq!(found("2026-12-06T06:00"), None);
}
