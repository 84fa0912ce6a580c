//! Forms about what people do with an integration or a probe while it is as it is: pause, mute, acknowledge, and taking that back.

use axum::{Router, extract::State, response::Response, routing::post};
use chrono_tz::Tz;
use model::{Api, Fault, HandlingAction, Problem, Slug, Span, Timestamp};
use serde_json::{Value, json};

use super::{Form, local};
use crate::http::{Door, edge::Named};

/// Their routes.
pub(super) fn router() -> Router<Door> {
    Router::new()
        .route("/integrations/{slug}/handling", post(of_integration))
        .route("/integrations/{slug}/probes/{probe}/handling", post(of_probe))
}

async fn of_integration(State(door): State<Door>, Named(slug): Named<Slug>, form: Form) -> Response {
    let page = format!("/integrations/{slug}");
    let handled = match body(&form, &door) {
        Ok(body) => door.service.acting_as(form.caller.clone()).handle_integration(slug, body).await.map(drop),
        Err(problem) => Err(problem),
    };
    answer(&door, form, &page, handled).await
}

async fn of_probe(State(door): State<Door>, Named((slug, probe)): Named<(Slug, Slug)>, form: Form) -> Response {
    let page = format!("/integrations/{slug}");
    let handled = match body(&form, &door) {
        Ok(body) => door.service.acting_as(form.caller.clone()).handle_probe(slug, probe, body).await.map(drop),
        Err(problem) => Err(problem),
    };
    answer(&door, form, &page, handled).await
}

/// On to the page with a word of what was done, or the page with why not.
async fn answer(door: &Door, form: Form, page: &str, handled: Result<(), Problem>) -> Response {
    let done = form.text("action").parse().map_or("", done);
    form.became(door, page, handled, &format!("{page}?done={done}")).await
}

const fn done(action: HandlingAction) -> &'static str {
    match action {
        HandlingAction::Pause => "paused",
        HandlingAction::Resume => "resumed",
        HandlingAction::Mute => "muted",
        HandlingAction::Unmute => "unmuted",
        HandlingAction::Acknowledge => "acknowledged",
        HandlingAction::Withdraw => "withdrawn",
    }
}

/// What the API takes.
fn body(form: &Form, door: &Door) -> Result<Value, Problem> {
    let end = end(form.text("until"), form.text("for"), door.zone, door.clock.now());
    let end = end.map_err(|fault| Problem::invalid(vec![fault]))?;
    let mut body = json!({ "action": form.text("action") });
    if let Some(end) = end {
        body["until"] = json!(end);
    }
    let note = form.text("note").trim();
    if !note.is_empty() {
        body["note"] = note.into();
    }
    Ok(body)
}

/// Until when: the moment that was typed, else after the length of time that was chosen.
fn end(until: &str, span: &str, zone: Tz, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
    if !until.is_empty() {
        return local::moment("until", until, zone).map(Some);
    }
    if span.is_empty() {
        return Ok(None);
    }
    let span = Span::parse(span).map_err(|why| Fault::at("for", why.to_string()))?;
    Ok(Some(now + span))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_goes_before_a_length_of_time_and_nothing_is_no_end() {
        let now = Timestamp::parse("2026-11-23T10:00:00Z").expect("a moment");
        let until = |until, span| end(until, span, Tz::Europe__Berlin, now);
        let moment = |text| Ok(Some(Timestamp::parse(text).expect("a moment")));
        assert_eq!(until("", ""), Ok(None));
        assert_eq!(until("", "4h"), moment("2026-11-23T14:00:00Z"));
        assert_eq!(until("2026-11-23T18:00", "4h"), moment("2026-11-23T17:00:00Z"));
        assert_eq!(until("", "soon").expect_err("no length").field, "for");
        assert_eq!(until("soon", "4h").expect_err("no moment").field, "until");
    }
}
