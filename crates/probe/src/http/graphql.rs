//! What a GraphQL server answers (GraphQL specification, section 7): errors come with status 200.

use model::Reason;
use rules::assess::Trouble;
use serde_json::Value;

use super::{answer::Answer, ask::Read};

/// Characters of an error that are said.
const LONGEST: usize = 200;

/// Looks for errors. One that the status tells already is told with its words.
pub(super) fn read(answer: &Answer, peer: &str) -> Read {
    let said = serde_json::from_slice::<Value>(&answer.body).ok();
    let errors = said.as_ref().and_then(|said| said.get("errors")).and_then(Value::as_array);
    let first = errors.and_then(|errors| errors.first());
    let status = answer.status.as_u16();
    if status >= 400 {
        let of_status = Trouble::of_status(status, answer.status.canonical_reason());
        let with_words = of_status.zip(first).map(|(trouble, first)| {
            let message = format!("{}: {}", trouble.message, words(first));
            Trouble { message, ..trouble }
        });
        return Read { of_status: with_words, ..Read::default() };
    }
    let trouble = match (&said, errors, first) {
        (_, Some(errors), Some(first)) => {
            let more = if errors.len() > 1 { format!(" and {} more", errors.len() - 1) } else { String::new() };
            Some(Trouble::new(
                reason(first),
                format!("{peer} answered the query with an error: {}{more}", words(first)),
            ))
        }
        (Some(Value::Object(fields)), ..) if fields.contains_key("data") => None,
        _ => Some(Trouble::new(Reason::Parse, format!("the answer of {peer} is no GraphQL result"))),
    };
    Read { trouble, ..Read::default() }
}

fn words(error: &Value) -> String {
    let message = error.get("message").and_then(Value::as_str).unwrap_or("without a message");
    message.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(LONGEST).collect()
}

/// By the codes that servers agree on, where there is one.
fn reason(error: &Value) -> Reason {
    match error.pointer("/extensions/code").and_then(Value::as_str).unwrap_or_default() {
        "UNAUTHENTICATED" | "FORBIDDEN" => Reason::Auth,
        "GRAPHQL_PARSE_FAILED" | "GRAPHQL_VALIDATION_FAILED" | "BAD_USER_INPUT" => Reason::ClientError,
        _ => Reason::ServerError,
    }
}
