//! A maintenance window or change freeze, field by field.

use model::{DayOfMonth, LocalTime, Opens, Span, TimeOfDay, Timestamp, Weekday, WindowKind, WindowSpec};

use super::{
    faults::{Faults, one_of, quoted},
    fields::{At, Fields},
    timing::time_zone,
    values::{SLUG, SPAN, flag, int, line, one_or_more, slug, slugs, span, word},
};
use crate::window::{LASTS, Window};

const FORMS: [&str; 5] = ["once", "weekly", "monthly", "cron", "rrule"];
const FORM: &str = "one of once, weekly, monthly, cron and rrule";
const SCOPE: &str = "integrations, systems or tags; or everything: true";
const TIME: &str = "a moment such as 2026-12-05T20:00:00Z";

/// Reads a window. Whether what it is over exists is told by the document.
pub(super) fn window(at: &At<'_>, faults: &mut Faults) -> Option<WindowSpec> {
    let kinds: Vec<&str> = WindowKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let mut fields = Fields::open(at, faults)?;
    let slug = fields.required("slug", SLUG, slug);
    let name = fields.read("name", line);
    let kind = fields.read("kind", |at, faults| word(at, &kinds, faults)).unwrap_or(WindowKind::Maintenance);
    let opens = opens(&mut fields);
    let counts = fields.read("counts", flag).unwrap_or(false);
    let everything = fields.get("everything");
    let everything = everything.map(|at| (flag(&at, fields.faults).unwrap_or(false), at));
    let scope = ["integrations", "systems", "tags"]
        .map(|name| (fields.get(name), fields.read(name, |at, faults| Some(slugs(at, faults))).unwrap_or_default()));
    let names_something = scope.iter().any(|(at, _)| at.as_ref().is_some_and(|at| !one_or_more(at).is_empty()));
    match &everything {
        Some((true, at)) if names_something => {
            fields.faults.add(at, "leaves nothing to be named; one of both must go", SCOPE);
        }
        Some((true, _)) => {}
        _ if !names_something => fields.missing("systems", SCOPE),
        _ => {}
    }
    fields.close();
    let opens = opens?;
    if let Err(mut fault) = Window::compile(&opens) {
        let place = at.node.deepest(&fault.field);
        fault.file = place.file.as_deref().map(str::to_owned);
        fault.line = place.line;
        fault.field = at.path_of(&fault.field);
        faults.push(fault);
        return None;
    }
    let [integrations, systems, tags] = scope.map(|(_, slugs)| slugs);
    let everything = everything.is_some_and(|(everything, _)| everything);
    Some(WindowSpec { slug: slug?, name, kind, opens, counts, everything, integrations, systems, tags })
}

/// Exactly one of the forms.
fn opens(fields: &mut Fields<'_, '_>) -> Option<Opens> {
    let mut written: Vec<(&str, At<'_>)> = Vec::new();
    for form in FORMS {
        written.extend(fields.get(form).map(|at| (form, at)));
    }
    if written.is_empty() {
        fields.missing("once", FORM);
        return None;
    }
    let (form, at) = written.remove(0);
    for (_, other) in &written {
        fields.faults.add(other, format!("stands beside `{form}`; one of both must go"), FORM);
    }
    let mut inner = Fields::open(&at, fields.faults)?;
    let opens = match form {
        "once" => once(&mut inner),
        "weekly" => weekly(&mut inner),
        "monthly" => monthly(&mut inner),
        "cron" => cron(&mut inner),
        _ => rrule(&mut inner),
    };
    inner.close();
    opens.filter(|_| written.is_empty())
}

fn once(fields: &mut Fields<'_, '_>) -> Option<Opens> {
    let moment = |at: &At<'_>, faults: &mut Faults| parsed(at, TIME, |text| Timestamp::parse(text).ok(), faults);
    let (from, to) = (fields.required("from", TIME, moment), fields.required("to", TIME, moment));
    Some(Opens::Once { from: from?, to: to? })
}

fn weekly(fields: &mut Fields<'_, '_>) -> Option<Opens> {
    let names = weekdays();
    let days = fields.required("days", &one_of(names.iter().copied()), |at, faults| {
        let ats = one_or_more(at);
        let days: Vec<Weekday> = ats.iter().filter_map(|at| word(at, &names, faults)).collect();
        for (index, day) in days.iter().enumerate().filter(|(index, day)| days[..*index].contains(day)) {
            faults.add(ats.get(index).unwrap_or(at), format!("`{day}` stands here twice"), "each day once");
        }
        (days.len() == ats.len()).then_some(days)
    });
    let (from, to) = clock(fields);
    let time_zone = zone(fields);
    Some(Opens::Weekly { days: days?, from: from?, to: to?, time_zone: time_zone? })
}

fn monthly(fields: &mut Fields<'_, '_>) -> Option<Opens> {
    const ALLOWED: &str = "day: 15, or nth: 2 with weekday: tue";
    let names = weekdays();
    let small = |at: &At<'_>, most: i64, faults: &mut Faults| {
        let number = int(at, -most, most, faults)?;
        i8::try_from(number).ok()
    };
    let (day, nth, weekday) = (fields.get("day"), fields.get("nth"), fields.get("weekday"));
    let on = match (day, nth, weekday) {
        (Some(at), None, None) => small(&at, 31, fields.faults).map(|day| DayOfMonth::Day { day }),
        (None, Some(nth), Some(weekday)) => {
            let nth = small(&nth, 5, fields.faults);
            let weekday = word(&weekday, &names, fields.faults);
            nth.zip(weekday).map(|(nth, weekday)| DayOfMonth::Nth { nth, weekday })
        }
        (Some(_), Some(other), _) | (Some(_), None, Some(other)) => {
            fields.faults.add(&other, "stands beside `day`; one of both must go", ALLOWED);
            None
        }
        (None, nth, _) => {
            fields.missing(if nth.is_some() { "weekday" } else { "day" }, ALLOWED);
            None
        }
    };
    let (from, to) = clock(fields);
    let time_zone = zone(fields);
    Some(Opens::Monthly { on: on?, from: from?, to: to?, time_zone: time_zone? })
}

fn cron(fields: &mut Fields<'_, '_>) -> Option<Opens> {
    let at = fields.required("at", "a cron expression such as 0 2 * * *", line);
    let lasts = fields.required("lasts", SPAN, lasting);
    let time_zone = zone(fields);
    Some(Opens::Cron { at: at?, lasts: lasts?, time_zone: time_zone? })
}

fn rrule(fields: &mut Fields<'_, '_>) -> Option<Opens> {
    let rule = fields.required("rule", "a rule such as FREQ=MONTHLY;BYDAY=-1SU", super::values::long_text);
    let starts = fields.required("starts", LocalTime::ALLOWED, |at, faults| {
        parsed(at, LocalTime::ALLOWED, |text| LocalTime::parse(text).ok(), faults)
    });
    let lasts = fields.required("lasts", SPAN, lasting);
    let time_zone = zone(fields);
    Some(Opens::Rrule { rule: rule?, starts: starts?, lasts: lasts?, time_zone: time_zone? })
}

fn weekdays() -> Vec<&'static str> {
    Weekday::ALL.iter().map(|day| day.as_str()).collect()
}

/// `from` and `to` by the clock.
fn clock(fields: &mut Fields<'_, '_>) -> (Option<TimeOfDay>, Option<TimeOfDay>) {
    let time =
        |at: &At<'_>, faults: &mut Faults| parsed(at, TimeOfDay::ALLOWED, |text| TimeOfDay::parse(text).ok(), faults);
    (fields.required("from", TimeOfDay::ALLOWED, time), fields.required("to", TimeOfDay::ALLOWED, time))
}

/// The zone whose clocks count; UTC if not said. `None` only with a fault.
fn zone(fields: &mut Fields<'_, '_>) -> Option<String> {
    match fields.get("time_zone") {
        None => Some("UTC".to_owned()),
        Some(at) => time_zone(&at, fields.faults),
    }
}

fn lasting(at: &At<'_>, faults: &mut Faults) -> Option<Span> {
    span(at, LASTS.0, LASTS.1, faults)
}

/// A text on one line that reads as something.
fn parsed<T>(at: &At<'_>, allowed: &str, read: impl Fn(&str) -> Option<T>, faults: &mut Faults) -> Option<T> {
    let text = line(at, faults)?;
    let value = read(&text);
    if value.is_none() {
        faults.add(at, format!("{} is not {}", quoted(&text), first_part(allowed)), allowed);
    }
    value
}

/// "a time" of "a time such as 02:00, from 00:00 to 23:59".
fn first_part(allowed: &str) -> &str {
    allowed.split(" such as").next().unwrap_or(allowed)
}
