//! What can be done with an integration or a probe: pause, mute, acknowledge. A form each, which opens, so that it works without
//! scripts; what is taken back is one button.

use leptos::prelude::*;
use model::{Handling, HandlingAction};

use crate::{href::href, parts::field::Field, surroundings::Surroundings, visitor::May};

/// The fields of these forms.
pub const FIELDS: [&str; 3] = ["for", "until", "note"];

const PAUSED_FOR: [(&str, &str); 6] = [
    ("", "Until somebody resumes it"),
    ("1h", "1 hour"),
    ("4h", "4 hours"),
    ("12h", "12 hours"),
    ("1day", "1 day"),
    ("7days", "7 days"),
];
const MUTED_FOR: [(&str, &str); 6] = [
    ("1h", "1 hour"),
    ("4h", "4 hours"),
    ("12h", "12 hours"),
    ("1day", "1 day"),
    ("7days", "7 days"),
    ("30days", "30 days"),
];

/// What it is done with.
pub struct Of<'a> {
    /// Where its forms are sent, below the base.
    pub path: String,
    /// What tells the ids of its fields from those of others.
    pub id: String,
    /// Its name, for those who do not see what stands around a button.
    pub name: &'a str,
    /// What holds.
    pub handling: &'a Handling,
    /// Whether there is trouble that somebody can take care of.
    pub is_in_trouble: bool,
}

/// What whoever asks may do; nothing for those who only look.
pub fn acts(of: &Of<'_>, here: &Surroundings) -> Option<AnyView> {
    let now = here.now();
    let mut forms = Vec::new();
    if here.may(May::Operate) {
        let is_paused = of.handling.paused_at(now).is_some();
        forms.push(if is_paused { button(of, HandlingAction::Resume, "Resume") } else { pause(of, here) });
    }
    if here.may(May::Handle) {
        let is_muted = of.handling.muted_at(now).is_some();
        forms.push(if is_muted { button(of, HandlingAction::Unmute, "Unmute") } else { mute(of, here) });
        if of.handling.acknowledged.is_some() {
            forms.push(button(of, HandlingAction::Withdraw, "Withdraw the acknowledgement"));
        } else if of.is_in_trouble {
            forms.push(acknowledge(of, here));
        }
    }
    (!forms.is_empty()).then(|| view! { <div class="acts">{forms}</div> }.into_any())
}

fn pause(of: &Of<'_>, here: &Surroundings) -> AnyView {
    let says = "It is not asked, and nothing is expected of it, until the pause ends.";
    let fields =
        vec![Field::choice("for", "For how long", "text", &PAUSED_FOR), until(here), note("Planned work on the ERP")];
    form(of, HandlingAction::Pause, "Pause", says, fields, here)
}

fn mute(of: &Of<'_>, here: &Surroundings) -> AnyView {
    let says =
        "It is asked and judged as ever; its owner is told nothing until then. What still holds is told after it.";
    let fields =
        vec![Field::choice("for", "For how long", "text", &MUTED_FOR), until(here), note("Known, being worked on")];
    form(of, HandlingAction::Mute, "Mute", says, fields, here)
}

fn acknowledge(of: &Of<'_>, here: &Surroundings) -> AnyView {
    let says = "Say that you take care of the present trouble. It holds for this trouble alone; if it gets worse after it was told, that is told.";
    form(of, HandlingAction::Acknowledge, "Acknowledge", says, vec![note("Asked the vendor, ticket 4711")], here)
}

fn until(here: &Surroundings) -> Field {
    Field::typed("datetime-local", "until", "Or until", "")
        .help(format!("On the clocks of {}; it goes before the length of time.", here.zone.name()))
}

fn note(hint: &'static str) -> Field {
    Field::text("note", "Note", hint)
}

/// A form that opens.
fn form(
    of: &Of<'_>,
    action: HandlingAction,
    verb: &'static str,
    says: &'static str,
    fields: Vec<Field>,
    here: &Surroundings,
) -> AnyView {
    let sent = here.visitor.sent(&of.path).with("action", action.as_str());
    let id = format!("-{}-{action}", of.id);
    let fields = fields.into_iter().map(|field| field.of_form(id.clone()).sent(sent).show()).collect_view();
    view! {
        <details class="act" open=sent.refusal().is_some()>
            <summary class="button small" aria-label=format!("{verb}: {}", of.name)>
                {verb}
            </summary>
            <form class="act-form" method="post" action=href(&of.path)>
                <p class="muted">{says}</p>
                <input type="hidden" name="action" value=action.as_str() />
                <div class="fields">{fields}</div>
                <div class="row">
                    <button type="submit" class="button primary" aria-label=format!("{verb} {}", of.name)>
                        {verb}
                    </button>
                </div>
            </form>
        </details>
    }
    .into_any()
}

/// What takes back: one button.
fn button(of: &Of<'_>, action: HandlingAction, verb: &'static str) -> AnyView {
    view! {
        <form method="post" action=href(&of.path)>
            <input type="hidden" name="action" value=action.as_str() />
            <button type="submit" class="button small" aria-label=format!("{verb}: {}", of.name)>
                {verb}
            </button>
        </form>
    }
    .into_any()
}
