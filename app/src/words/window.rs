//! When a window opens and over what, as a sentence says it.

use chrono_tz::Tz;
use model::{DayOfMonth, Opening, Opens, Timestamp, Weekday, WindowSpec};

use super::moment;

/// `Sat, Sun 22:00 to 02:00 Europe/Berlin`, `on the last Sun of the month 22:00 to 02:00 UTC`, `at 0 2 * * * for 1h UTC`.
pub fn opens(opens: &Opens, now: Timestamp, zone: Tz) -> String {
    match opens {
        Opens::Once { from, to } => format!("once, {}", opening(Opening { from: *from, to: *to }, now, zone)),
        Opens::Weekly { days, from, to, time_zone } => format!("{} {from} to {to} {time_zone}", weekdays(days)),
        Opens::Monthly { on, from, to, time_zone } => {
            format!("on the {} of the month {from} to {to} {time_zone}", day_of_month(*on))
        }
        Opens::Cron { at, lasts, time_zone } => format!("at {at} for {lasts} {time_zone}"),
        Opens::Rrule { rule, starts, lasts, time_zone } => {
            format!("{rule} from {} for {lasts} {time_zone}", starts.to_string().replace('T', " "))
        }
    }
}

/// `Sat 22:00 to Sun 02:00`; the day is said once where both are on the same.
pub fn opening(opening: Opening, now: Timestamp, zone: Tz) -> String {
    let (from, to) = (moment::short(opening.from, now, zone), moment::short(opening.to, now, zone));
    let same_day = moment::day(opening.from, zone) == moment::day(opening.to, zone);
    let to = if same_day { to.rsplit(' ').next().unwrap_or(&to).to_owned() } else { to };
    format!("{from} to {to}")
}

/// `everything`, `systems erp, shop; tags finance`.
pub fn scope(spec: &WindowSpec) -> String {
    if spec.everything {
        return "everything".to_owned();
    }
    let parts = [
        ("integration", "integrations", &spec.integrations),
        ("system", "systems", &spec.systems),
        ("tag", "tags", &spec.tags),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(.., slugs)| !slugs.is_empty())
        .map(|(one, many, slugs)| {
            let names: Vec<&str> = slugs.iter().map(model::Slug::as_str).collect();
            format!("{} {}", if names.len() == 1 { one } else { many }, names.join(", "))
        })
        .collect();
    said.join("; ")
}

fn weekdays(days: &[Weekday]) -> String {
    if days.len() == Weekday::ALL.len() {
        return "every day".to_owned();
    }
    days.iter().map(|day| weekday(*day)).collect::<Vec<_>>().join(", ")
}

/// `Sat`.
pub const fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Mon",
        Weekday::Tue => "Tue",
        Weekday::Wed => "Wed",
        Weekday::Thu => "Thu",
        Weekday::Fri => "Fri",
        Weekday::Sat => "Sat",
        Weekday::Sun => "Sun",
    }
}

/// `15th`, `last day`, `2nd day from the end`, `2nd Tue`, `last Sun`.
fn day_of_month(on: DayOfMonth) -> String {
    match on {
        DayOfMonth::Day { day: -1 } => "last day".to_owned(),
        DayOfMonth::Day { day } if day < 0 => format!("{} day from the end", nth(day)),
        DayOfMonth::Day { day } => nth(day),
        DayOfMonth::Nth { nth: -1, weekday: day } => format!("last {}", weekday(day)),
        DayOfMonth::Nth { nth: number, weekday: day } if number < 0 => {
            format!("{} {} from the end", nth(number), weekday(day))
        }
        DayOfMonth::Nth { nth: number, weekday: day } => format!("{} {}", nth(number), weekday(day)),
    }
}

fn nth(number: i8) -> String {
    let number = number.unsigned_abs();
    let is_teen = (11..=13).contains(&(number % 100));
    let end = match number % 10 {
        1 if !is_teen => "st",
        2 if !is_teen => "nd",
        3 if !is_teen => "rd",
        _ => "th",
    };
    format!("{number}{end}")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn spec(opens: &Value) -> WindowSpec {
        let mut written = json!({"slug": "patch", "systems": ["erp"], "tags": ["finance", "month-end"]});
        written.as_object_mut().expect("a map").extend(opens.as_object().expect("a map").clone());
        serde_json::from_value(written).expect("a window")
    }

    #[test]
    fn every_form_of_a_window_reads_as_a_sentence() {
        let now = Timestamp::parse("2026-11-23T10:00:00Z").expect("a moment");
        for (written, said) in [
            (
                json!({"once": {"from": "2026-11-24T20:00:00Z", "to": "2026-11-24T22:00:00Z"}}),
                "once, Tue 21:00 to 23:00",
            ),
            (
                json!({"once": {"from": "2026-11-24T20:00:00Z", "to": "2026-11-25T04:00:00Z"}}),
                "once, Tue 21:00 to Wed 05:00",
            ),
            (
                json!({"weekly": {"days": ["sat", "sun"], "from": "22:00", "to": "02:00"}}),
                "Sat, Sun 22:00 to 02:00 UTC",
            ),
            (
                json!({"monthly": {"day": -1, "from": "22:00", "to": "02:00"}}),
                "on the last day of the month 22:00 to 02:00 UTC",
            ),
            (
                json!({"monthly": {"nth": 2, "weekday": "tue", "from": "22:00", "to": "02:00"}}),
                "on the 2nd Tue of the month 22:00 to 02:00 UTC",
            ),
            (
                json!({"cron": {"at": "0 2 * * *", "lasts": "1h", "time_zone": "Europe/Berlin"}}),
                "at 0 2 * * * for 1h Europe/Berlin",
            ),
            (
                json!({"rrule": {"rule": "FREQ=DAILY", "starts": "2026-11-28T22:00", "lasts": "4h"}}),
                "FREQ=DAILY from 2026-11-28 22:00 for 4h UTC",
            ),
        ] {
            assert_eq!(opens(&spec(&written).opens, now, Tz::Europe__Berlin), said);
        }
    }

    #[test]
    fn days_of_the_month_are_counted_from_both_ends() {
        for (day, said) in
            [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (22, "22nd"), (-2, "2nd day from the end")]
        {
            assert_eq!(day_of_month(DayOfMonth::Day { day }), said);
        }
    }

    #[test]
    fn a_window_names_what_it_is_over() {
        let mut spec = spec(&json!({"cron": {"at": "0 2 * * *", "lasts": "1h"}}));
        assert_eq!(scope(&spec), "system erp; tags finance, month-end");
        spec.everything = true;
        assert_eq!(scope(&spec), "everything");
    }
}
