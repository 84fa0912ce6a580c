//! Forms about windows: adding one, deleting one.

use axum::{Router, extract::State, response::Response, routing::post};
use chrono_tz::Tz;
use model::{Api, Fault, Problem, Slug, Weekday};
use serde_json::{Map, Value, json};

use super::{Form, local};
use crate::http::{Door, edge::Named};

const PAGE: &str = "/maintenance";

/// Their routes.
pub(super) fn router() -> Router<Door> {
    Router::new().route("/maintenance", post(add)).route("/maintenance/{slug}/delete", post(delete))
}

async fn add(State(door): State<Door>, form: Form) -> Response {
    let added = match body(&form, door.zone) {
        Ok(body) => door.service.acting_as(form.caller.clone()).create_window(body).await.map(drop),
        Err(fault) => Err(Problem::invalid(vec![fault])),
    };
    form.became(&door, PAGE, added.map_err(by_field), "/maintenance?done=window").await
}

async fn delete(State(door): State<Door>, Named(slug): Named<Slug>, form: Form) -> Response {
    let deleted = door.service.acting_as(form.caller.clone()).delete_window(slug).await;
    form.became(&door, PAGE, deleted, "/maintenance?done=window-deleted").await
}

/// What the API takes: the fields that are filled in, of the chosen form of opening alone.
fn body(form: &Form, zone: Tz) -> Result<Value, Fault> {
    let mut body = Map::new();
    put(&mut body, form, "name", "name");
    put(&mut body, form, "kind", "kind");
    put(&mut body, form, "slug", "slug");
    if !body.contains_key("slug")
        && let Some(slug) = Slug::from_words(form.text("name"))
    {
        body.insert("slug".to_owned(), slug.as_str().into());
    }
    for truth in ["counts", "everything"] {
        if is_ticked(form, truth) {
            body.insert(truth.to_owned(), true.into());
        }
    }
    for scope in ["integrations", "systems", "tags"] {
        let lines = form.lines(scope);
        if !lines.is_empty() {
            body.insert(scope.to_owned(), json!(lines));
        }
    }
    let (opens, fields) = opens(form, zone)?;
    body.insert(opens.to_owned(), Value::Object(fields));
    Ok(Value::Object(body))
}

/// The form of opening that was chosen, and its fields.
fn opens(form: &Form, zone: Tz) -> Result<(&'static str, Map<String, Value>), Fault> {
    let mut fields = Map::new();
    let opens = match form.text("form") {
        "weekly" => {
            let is_on = |day: &&Weekday| is_ticked(form, &format!("weekly.days.{day}"));
            let days: Vec<Weekday> = Weekday::ALL.iter().filter(is_on).copied().collect();
            if !days.is_empty() {
                fields.insert("days".to_owned(), json!(days));
            }
            "weekly"
        }
        "monthly" => {
            day_of_month(form.text("monthly.day"), &mut fields);
            "monthly"
        }
        "cron" => "cron",
        "rrule" => "rrule",
        _ => return once(form, zone).map(|fields| ("once", fields)),
    };
    for field in ["from", "to", "at", "rule", "starts", "lasts"] {
        put(&mut fields, form, &format!("{opens}.{field}"), field);
    }
    put(&mut fields, form, "time_zone", "time_zone");
    Ok((opens, fields))
}

/// Once is said by moments, so the clocks are asked here.
fn once(form: &Form, zone: Tz) -> Result<Map<String, Value>, Fault> {
    let zone = match form.text("time_zone").trim() {
        "" => zone,
        name => name.parse().map_err(|_| {
            Fault::at("time_zone", format!("`{name}` is no zone")).allowed("an IANA name such as Europe/Berlin")
        })?,
    };
    let mut fields = Map::new();
    for (name, field) in [("once.from", "from"), ("once.to", "to")] {
        let text = form.text(name).trim();
        if !text.is_empty() {
            fields.insert(field.to_owned(), json!(local::moment(name, text, zone)?));
        }
    }
    Ok(fields)
}

/// `15` is a day, `2 tue` the second Tuesday. What is no number goes as it is: the API names what would be right.
fn day_of_month(text: &str, fields: &mut Map<String, Value>) {
    let number = |word: &str| word.parse::<i64>().map_or_else(|_| word.into(), Value::from);
    match text.split_whitespace().collect::<Vec<_>>()[..] {
        [] => {}
        [nth, weekday] => {
            fields.insert("nth".to_owned(), number(nth));
            fields.insert("weekday".to_owned(), weekday.to_lowercase().into());
        }
        _ => {
            fields.insert("day".to_owned(), number(text.trim()));
        }
    }
}

/// A field that is filled in.
fn put(into: &mut Map<String, Value>, form: &Form, name: &str, key: &str) {
    let text = form.text(name).trim();
    if !text.is_empty() {
        into.insert(key.to_owned(), text.into());
    }
}

fn is_ticked(form: &Form, name: &str) -> bool {
    form.given.contains_key(name)
}

/// Faults by the names of the form's fields: a list is one field, each form of opening has the same zone, and a day of the month is
/// one line.
fn by_field(mut problem: Problem) -> Problem {
    for fault in &mut problem.errors {
        let whole = fault.field.split('[').next().unwrap_or_default();
        fault.field = match whole.split_once('.') {
            Some((_, "time_zone")) => "time_zone".to_owned(),
            Some(("monthly", "nth" | "weekday")) => "monthly.day".to_owned(),
            _ => whole.to_owned(),
        };
    }
    problem
}

#[cfg(test)]
mod tests {
    use model::Caller;
    use service::Visit;

    use super::*;

    fn form(given: &[(&str, &str)]) -> Form {
        let given = given.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Form { to: PAGE.to_owned(), caller: Caller::Local, visit: Visit::default(), session: None, given }
    }

    #[test]
    fn the_chosen_form_of_opening_is_sent_and_no_other() {
        let given = [
            ("name", "ERP patch night"),
            ("slug", ""),
            ("kind", "maintenance"),
            ("form", "weekly"),
            ("weekly.days.sat", "on"),
            ("weekly.days.sun", "on"),
            ("weekly.from", "22:00"),
            ("weekly.to", "02:00"),
            ("once.from", "2026-12-05T20:00"),
            ("time_zone", "Europe/Berlin"),
            ("systems", "erp\n\nshop"),
            ("tags", ""),
        ];
        assert_eq!(
            body(&form(&given), Tz::UTC).expect("a body"),
            json!({
                "name": "ERP patch night", "slug": "erp-patch-night", "kind": "maintenance", "systems": ["erp", "shop"],
                "weekly": {"days": ["sat", "sun"], "from": "22:00", "to": "02:00", "time_zone": "Europe/Berlin"},
            })
        );
    }

    #[test]
    fn once_is_said_on_the_clocks_of_its_zone() {
        let given = [("form", "once"), ("once.from", "2026-12-05T20:00"), ("everything", "on"), ("time_zone", "")];
        let body = body(&form(&given), Tz::Europe__Berlin).expect("a body");
        assert_eq!(body, json!({"everything": true, "once": {"from": "2026-12-05T19:00:00.000Z"}}));
        let wrong = [("form", "once"), ("time_zone", "Mars/Olympus")];
        assert_eq!(super::body(&form(&wrong), Tz::UTC).expect_err("no zone").field, "time_zone");
    }

    #[test]
    fn a_day_of_the_month_is_a_number_or_a_day_of_the_week() {
        let read = |text| {
            let mut fields = Map::new();
            day_of_month(text, &mut fields);
            Value::Object(fields)
        };
        assert_eq!(read("-1"), json!({"day": -1}));
        assert_eq!(read(" 2 Tue "), json!({"nth": 2, "weekday": "tue"}));
        assert_eq!(read("the last"), json!({"nth": "the", "weekday": "last"}));
        assert_eq!(read(""), json!({}));
    }

    #[test]
    fn faults_go_to_the_fields_of_the_form() {
        let faults =
            ["systems[1]", "weekly.time_zone", "monthly.nth", "once.to", "slug"].map(|field| Fault::at(field, "no"));
        let fields: Vec<String> =
            by_field(Problem::invalid(faults.into())).errors.into_iter().map(|fault| fault.field).collect();
        assert_eq!(fields, ["systems", "time_zone", "monthly.day", "once.to", "slug"]);
    }
}
