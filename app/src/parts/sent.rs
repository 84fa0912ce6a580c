//! What became of a form: refused, done, or something that is shown once.

use leptos::prelude::*;
use model::Timestamp;

use super::{button, time};
use crate::{
    surroundings::{Surroundings, here},
    visitor::{Made, Refusal, Sent},
    words::length,
};

/// The id of what says why a form was refused: at most one form of a page was sent.
pub const REFUSAL: &str = "refusal";

/// Why the form was refused, with the faults of fields that it does not have; sets the status. Nothing if it was not.
///
/// Readers begin where something is to be done: at a field with a fault, else at this.
pub fn refusal(sent: Sent<'_>, fields: &[&str]) -> Option<AnyView> {
    let refusal = sent.refusal()?;
    let (status, said) = match refusal {
        Refusal::Wrong => (401, "Email and password do not go together.".to_owned()),
        Refusal::Wait(span) => (429, format!("Too many tries. Try again in {}.", length::duration(span.as_ms()))),
        Refusal::Problem(problem) => (problem.kind.status(), problem.detail.clone()),
    };
    here().status.set(status);
    let elsewhere = sent.elsewhere(fields);
    // A single fault that has its field here says all of it there.
    let only_at_its_field =
        matches!(refusal, Refusal::Problem(problem) if problem.errors.len() == 1 && elsewhere.is_empty());
    let said = if only_at_its_field { "One field is not right; nothing was changed.".to_owned() } else { said };
    let begins = matches!(refusal, Refusal::Problem(problem) if problem.errors.len() == elsewhere.len());
    let elsewhere = (!elsewhere.is_empty()).then(|| {
        let rows = elsewhere.into_iter().map(|fault| view! { <li>{fault}</li> }).collect_view();
        view! { <ul class="faults">{rows}</ul> }
    });
    Some(
        view! {
            <div class="notice bad" role="alert" id=REFUSAL tabindex="-1" autofocus=begins>
                <p>{said}</p>
                {elsewhere}
            </div>
        }
        .into_any(),
    )
}

/// What went well before this page was opened, by the word in `?done`.
pub fn done(word: Option<&str>) -> Option<AnyView> {
    let said = match word? {
        "saved" => "Saved.",
        "disabled" => "They can no longer sign in, and their sessions have ended.",
        "enabled" => "They can sign in again.",
        "password" => "Your password is changed. Your other sessions have ended, and your tokens are revoked.",
        "session" => "The session has ended.",
        "sessions" => "All other sessions have ended.",
        "revoked" => "The token is revoked: it is refused from now on.",
        "secret" => "The secret is saved.",
        "removed" => "The secret is removed.",
        "paused" => "Paused: it is not asked until the pause ends.",
        "resumed" => "Resumed: it is asked again as planned.",
        "muted" => "Muted: its owner is told nothing until then.",
        "unmuted" => "No longer muted: its owner is told of changes.",
        "acknowledged" => "Acknowledged: you take care of it.",
        "withdrawn" => "The acknowledgement is withdrawn.",
        "window" => "The window is added.",
        "window-deleted" => "The window is deleted. What failed while it was open still does not count.",
        _ => return None,
    };
    Some(
        view! {
            <div class="notice good" role="status">
                <p>{said}</p>
            </div>
        }
        .into_any(),
    )
}

/// What is shown once, with a button that copies it.
pub fn shown_once(made: Option<&Made>, here: &Surroundings) -> Option<AnyView> {
    let (title, text, says) = match made? {
        Made::Tested { .. } => return None,
        Made::Link { email, address, expires_at } => (
            format!("The link for {email}"),
            address.clone(),
            view! { "Give it to nobody else: whoever opens it chooses the password. It works once, until " {until(*expires_at, here)} "." }
                .into_any(),
        ),
        Made::Token(new) => (
            format!("The token {}", new.view.name),
            new.token.clone(),
            view! {
                "Send it as " <code>"authorization: Bearer …"</code> ". It works "
                {match new.view.expires_at {
                    Some(at) => view! { "until " {until(at, here)} }.into_any(),
                    None => "until it is revoked".into_any(),
                }} "."
            }
            .into_any(),
        ),
    };
    Some(
        view! {
            <section class="once" aria-labelledby="once-title">
                <h2 id="once-title">{title}</h2>
                <p>"It is shown this once. Copy it now: only its hash is kept."</p>
                <div class="code">
                    {button::copy("once", "Copy")} <pre id="once" tabindex="0">
                        {text}
                    </pre>
                </div>
                <p class="muted">{says}</p>
            </section>
        }
        .into_any(),
    )
}

/// What came of trying a channel.
pub fn tested(made: Option<&Made>) -> Option<AnyView> {
    let Some(Made::Tested { channel, answer }) = made else { return None };
    let (class, said) = if answer.ok {
        ("notice good", format!("{channel} took the test."))
    } else {
        ("notice bad", format!("{channel} did not take the test."))
    };
    Some(
        view! {
            <div class=class role="status">
                <p>{said}</p>
                <p class="tested-answer">{answer.answer.clone()}</p>
            </div>
        }
        .into_any(),
    )
}

fn until(moment: Timestamp, here: &Surroundings) -> AnyView {
    time::at(moment, here)
}
