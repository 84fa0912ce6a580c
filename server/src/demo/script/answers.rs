//! What a system answers over HTTP.

use model::{Span, Timestamp};
use serde_json::{Value, json};

use super::busy;
use crate::demo::{
    dice::{about, bits, share},
    story::Story,
};

/// Where Okta hands out tokens.
const TOKEN_PATH: &str = "/oauth2/v1/token";
/// Where it takes them back.
const REVOKE_PATH: &str = "/oauth2/v1/revoke";

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// How long the system takes for it, in microseconds.
    pub delay_us: i64,
    /// Headers beside those that every answer has.
    pub headers: Vec<(&'static str, &'static str)>,
    /// The body, JSON.
    pub body: String,
}

/// What the system of this slug answers to a request of this path at `t`.
pub fn answer(story: &Story, system: &str, path: &str, t: Timestamp) -> Answer {
    if story.is_out(system, t) {
        return refused(503, system, t, &json!({"error": "unavailable"}), vec![("retry-after", "60")]);
    }
    match system {
        "netsuite" if path.contains("salesOrder") && t >= story.token_expired_at => refused(
            401,
            system,
            t,
            &json!({"error": "invalid_token", "error_description": "The access token has expired."}),
            vec![(
                "www-authenticate",
                "Bearer error=\"invalid_token\", error_description=\"The access token has expired\"",
            )],
        ),
        "netsuite" => {
            let depth = about("queue", t.floor(Span::minutes(1)), 60.0 * busy(t), 0.5);
            let body = json!({"links": [], "count": 1, "hasMore": true, "queue": {"depth": depth}});
            answered(delay("netsuite", t, 62.0), &body)
        }
        "salesforce" if path.contains("Lead") => {
            let ms = if t >= story.slowed_at { 212.0 } else { 41.0 };
            answered(delay("lead", t, ms), &json!({"name": "Lead", "createable": true}))
        }
        "salesforce" => answered(delay("order", t, 45.0), &json!({"name": "Order", "createable": true})),
        "stripe" if stumbles(story, t) => refused(
            503,
            system,
            t,
            &json!({"error": {"type": "api_error", "message": "Please try again."}}),
            Vec::new(),
        ),
        "stripe" => answered(delay("stripe", t, 84.0), &json!({"object": "list", "data": [], "livemode": true})),
        "snowflake" => {
            let backlog = about("backlog", t.floor(Span::minutes(5)), 110.0 * busy(t), 0.6);
            answered(
                delay("snowflake", t, 118.0),
                &json!({"pipe": "OPPORTUNITIES", "state": "RUNNING", "backlog": backlog}),
            )
        }
        "okta" if path.starts_with(TOKEN_PATH) => {
            let token = format!("{:016x}", bits("token", t));
            let body = json!({"token_type": "Bearer", "expires_in": 3_600, "access_token": token});
            answered(delay("token", t, 52.0), &body)
        }
        "okta" if path.starts_with(REVOKE_PATH) => answered(delay("revoke", t, 21.0), &json!({})),
        "okta" => answered(delay("okta", t, 37.0), &json!([{"id": "00u1", "status": "ACTIVE"}])),
        "jira" => answered(delay("jira", t, 93.0), &json!({"deploymentType": "Cloud", "serverTitle": "Jira"})),
        other => refused(404, other, t, &json!({"error": "not_found"}), Vec::new()),
    }
}

/// Whether Stripe stumbles: in bursts of some seconds, about one request in four while it is flaky. Asked again after some
/// seconds it answers as a rule.
pub fn stumbles(story: &Story, t: Timestamp) -> bool {
    t >= story.flaky_since && share("burst", t.floor(Span::seconds(4))) < 0.26
}

fn answered(delay_us: i64, body: &Value) -> Answer {
    Answer { status: 200, delay_us, headers: Vec::new(), body: body.to_string() }
}

fn refused(
    status: u16,
    system: &str,
    t: Timestamp,
    body: &Value,
    headers: Vec<(&'static str, &'static str)>,
) -> Answer {
    Answer { status, delay_us: delay(system, t, 14.0), headers, body: body.to_string() }
}

/// Around so many milliseconds, in microseconds; one answer in a hundred takes twice as long.
pub(super) fn delay(name: &str, t: Timestamp, ms: f64) -> i64 {
    let usual = about(name, t, ms * 1_000.0, 0.18);
    if share("tail", t) > 0.99 { usual * 2 } else { usual }
}
