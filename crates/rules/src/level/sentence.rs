//! What happened, in the words of the page: to whom, what; never "check failed".

use model::{Expectation, Reason, Schedule, Span, Timestamp, Unit};

use super::words;
use crate::state::{Missed, SentState, Stretch};

/// Characters of somebody else's message in a sentence.
const SHOWN: usize = 120;

/// What a probe found: "401 from NetSuite", "no connection to NetSuite: connection refused".
pub(super) fn of_probe(stretch: &Stretch, to: &str, timeout: Span) -> String {
    let cause = stretch.message.as_deref().map(root_cause).filter(|cause| !cause.is_empty());
    let because = |what: String| match &cause {
        Some(cause) if !what.ends_with(cause.as_str()) => format!("{what}: {cause}"),
        _ => what,
    };
    let Some(reason) = stretch.reason else {
        return told(stretch).unwrap_or_else(|| format!("{to} did not answer as it should"));
    };
    match (reason, stretch.status) {
        (
            Reason::Auth | Reason::RateLimit | Reason::ClientError | Reason::NotFound | Reason::ServerError,
            Some(status),
        ) => format!("{status} from {to}"),
        (Reason::Dns, _) => because(format!("no address for {to}")),
        (Reason::Connect, _) => match stretch.message.as_deref().and_then(cut_off) {
            Some(what) => format!("{to} {what}"),
            None => because(format!("no connection to {to}")),
        },
        (Reason::Tls, _) => because(format!("no trusted connection to {to}")),
        (Reason::Timeout, _) => format!("no answer from {to} within {}", words::duration(timeout)),
        (Reason::Protocol, _) => because(format!("no proper answer from {to}")),
        (Reason::Redirect, _) => because(format!("{to} sends us elsewhere")),
        (Reason::TooLarge, _) => format!("the answer from {to} is too large"),
        (Reason::Parse, _) => because(format!("the answer from {to} cannot be read")),
        _ => told(stretch).unwrap_or_else(|| of_reason(reason, to)),
    }
}

/// What runs that were sent say: "2 runs failed in a row: 401 from NetSuite", "the newest run delivered only a part".
pub(super) fn of_sent(sent: &SentState, stretch: &Stretch, to: &str) -> String {
    let what = match (sent.failures, stretch.refused) {
        (0, Some(refused)) if refused > 0 => {
            format!("{} rejected in the newest run", words::count(usize::try_from(refused).unwrap_or(0), "record"))
        }
        (0, _) if sent.last.as_ref().is_some_and(|last| last.outcome == model::Outcome::Partial) => {
            "the newest run delivered only a part".to_owned()
        }
        (0, _) => "the newest run warns".to_owned(),
        (1, _) => "the newest run failed".to_owned(),
        (failures, _) => format!("{failures} runs failed in a row"),
    };
    match told(stretch).or_else(|| stretch.reason.map(|reason| of_reason(reason, to))) {
        Some(why) => format!("{what}: {why}"),
        None => what,
    }
}

/// A promise that was not kept, and since when, where the sentence itself does not tell the time: "no orders" since the last
/// run; "expected 02:00 Berlin, 32 min late".
pub(super) fn of_missed(
    expect: &Expectation,
    missed: &Missed,
    sent: &SentState,
    unit: &Unit,
    now: Timestamp,
) -> (String, Option<Timestamp>) {
    let due = missed.since - expect.grace;
    let came_since = sent.last.as_ref().is_some_and(|last| sent.satisfied_at.is_none_or(|kept| kept < last.at));
    match (&expect.schedule, expect.min_units) {
        (_, Some(least)) if came_since => {
            let words = if least < 1.5 { &unit.one } else { &unit.many };
            (format!("fewer than the {} {words} promised", words::grouped(least)), Some(due))
        }
        (Schedule::Every { every }, _) => match sent.satisfied_at {
            Some(kept) => (format!("no {}", unit.many), Some(kept)),
            None => (format!("no {} yet, expected every {}", unit.many, words::duration(*every)), None),
        },
        (Schedule::Cron { time_zone, .. }, _) => {
            let zone = time_zone.parse().unwrap_or(chrono_tz::Tz::UTC);
            let (clock, place) = (words::clock(due, zone, now), words::place(time_zone));
            let row = if missed.in_a_row > 1 { format!(", {} in a row", missed.in_a_row) } else { String::new() };
            (format!("expected {clock} {place}, {} late{row}", words::minutes(now.since(due))), None)
        }
    }
}

/// What a class of trouble is, where nothing more is told.
fn of_reason(reason: Reason, to: &str) -> String {
    match reason {
        Reason::Dns => format!("no address for {to}"),
        Reason::Connect => format!("no connection to {to}"),
        Reason::Tls => format!("no trusted connection to {to}"),
        Reason::Timeout => format!("no answer from {to} in time"),
        Reason::Protocol => format!("no proper answer from {to}"),
        Reason::Redirect => format!("{to} sends us elsewhere"),
        Reason::TooLarge => format!("the answer from {to} is too large"),
        Reason::Auth => format!("{to} does not let us in"),
        Reason::RateLimit => format!("{to} is asked too often"),
        Reason::ClientError => format!("{to} refuses the request"),
        Reason::NotFound => format!("{to} does not find it"),
        Reason::ServerError => format!("{to} answers with an error"),
        Reason::Parse => format!("the answer from {to} cannot be read"),
        Reason::Assertion => format!("{to} does not answer as asserted"),
        Reason::Stale => format!("data in {to} is stale"),
        Reason::DataRejected => format!("{to} refuses records"),
        Reason::RecordMissing => format!("records are missing in {to}"),
        Reason::RecordExtra => format!("{to} has records that were never sent"),
        Reason::RecordUnequal => format!("records arrived changed in {to}"),
        Reason::RecordDuplicate => format!("records arrived twice in {to}"),
        Reason::Overdue => "a promised run is overdue".to_owned(),
        Reason::Crashed => "its program ended by itself".to_owned(),
        Reason::SchedulerLate => "our scheduler was late".to_owned(),
        Reason::Store => "our store was away".to_owned(),
        Reason::Config => "our configuration is wrong".to_owned(),
        Reason::Internal => "a fault of our own".to_owned(),
    }
}

/// Why our side could not tell.
pub(super) fn of_ours(reason: Option<Reason>) -> String {
    of_reason(reason.filter(|reason| reason.is_ours()).unwrap_or(Reason::Internal), "")
}

/// The first line of the newest run's message, shortened, without its full stop.
fn told(stretch: &Stretch) -> Option<String> {
    let line = stretch.message.as_deref()?.lines().find(|line| !line.trim().is_empty())?;
    Some(shortened(line.trim().trim_end_matches('.')))
}

/// The innermost part of a chain such as "error sending: tcp connect: Connection refused (os error 111)".
fn root_cause(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default().trim().trim_end_matches('.');
    let line = line.split(" (os error").next().unwrap_or(line);
    let inner = line.rsplit(": ").find(|part| !part.trim().is_empty()).unwrap_or(line).trim();
    let mut signs = inner.chars();
    match (signs.next(), signs.next()) {
        (Some(first), Some(second)) if first.is_uppercase() && second.is_lowercase() => {
            shortened(&first.to_lowercase().chain(inner.chars().skip(1)).collect::<String>())
        }
        _ => shortened(inner),
    }
}

/// What the other side did to a connection, of "127.0.0.1:80 closed the connection before it answered".
fn cut_off(message: &str) -> Option<&str> {
    let (_peer, what) = message.split_once(' ')?;
    (what.starts_with("closed the connection") || what.starts_with("reset the connection")).then_some(what)
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= SHOWN { text.to_owned() } else { text.chars().take(SHOWN).chain(['…']).collect() }
}
