//! What somebody does with an integration or a probe, field by field.

use model::{HandlingAct, HandlingAction, Span, Timestamp};

use super::{
    faults::{Faults, one_of, quoted},
    fields::{At, Fields},
    values::{line, prose, word},
};

/// The longest silence: 90 days.
const LONGEST: Span = Span::hours(90 * 24);
/// Characters of a note at most.
const NOTE: usize = 500;
const UNTIL: &str = "a moment that lies ahead, such as 2026-12-05T20:00:00Z";
const NO_END: &str = "nothing; a pause may have an end, and a silence must";

/// Reads what is done at `now`.
pub(super) fn act(at: &At<'_>, now: Timestamp, faults: &mut Faults) -> Option<HandlingAct> {
    let words: Vec<&str> = HandlingAction::ALL.iter().map(|action| action.as_str()).collect();
    let mut fields = Fields::open(at, faults)?;
    let action: Option<HandlingAction> =
        fields.required("action", &one_of(words.iter().copied()), |at, faults| word(at, &words, faults));
    let until = fields.get("until").filter(|at| !is_blank(at));
    let until = match (action, until) {
        (Some(HandlingAction::Mute), None) => {
            fields.missing("until", UNTIL);
            None
        }
        (Some(HandlingAction::Mute), Some(at)) => ahead(&at, now, Some(LONGEST), fields.faults),
        (Some(HandlingAction::Pause), Some(at)) => ahead(&at, now, None, fields.faults),
        (Some(action), Some(at)) => {
            fields.faults.add(&at, format!("says nothing where the action is `{action}`"), NO_END);
            None
        }
        (_, None) | (None, Some(_)) => None,
    };
    let note = fields.get("note").filter(|at| !is_blank(at));
    let note = match (action, note) {
        (Some(HandlingAction::Resume | HandlingAction::Unmute | HandlingAction::Withdraw), Some(at)) => {
            fields.faults.add(&at, "would be kept nowhere: what it was about ends", "no note");
            None
        }
        (_, Some(at)) => note_of(&at, fields.faults),
        (_, None) => None,
    };
    fields.close();
    Some(HandlingAct { action: action?, until, note })
}

/// As a form sends a field that was left empty.
fn is_blank(at: &At<'_>) -> bool {
    at.node.as_text().is_some_and(|text| text.trim().is_empty())
}

fn ahead(at: &At<'_>, now: Timestamp, most: Option<Span>, faults: &mut Faults) -> Option<Timestamp> {
    let text = line(at, faults)?;
    match Timestamp::parse(text.trim()) {
        Err(_) => faults.add(at, format!("{} is not a moment", quoted(&text)), UNTIL),
        Ok(moment) if moment <= now => faults.add(at, format!("{moment} is over"), UNTIL),
        Ok(moment) if most.is_some_and(|most| moment.since(now) > most) => {
            faults.add(at, format!("{moment} is too far ahead"), "at most 90 days ahead");
        }
        Ok(moment) => return Some(moment),
    }
    None
}

fn note_of(at: &At<'_>, faults: &mut Faults) -> Option<String> {
    let note = prose(at, faults)?.trim().to_owned();
    let length = note.chars().count();
    if length <= NOTE {
        return Some(note);
    }
    faults.add(at, format!("is too long: {length} characters"), format!("a text of at most {NOTE} characters"));
    None
}
