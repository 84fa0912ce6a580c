//! Windows on clocks that change, at the ends of months, and of rules made to cost.

mod laws;
mod named;
mod rules;

use model::{Opens, Timestamp};
use serde_json::Value;

use super::{Opening, Window};

fn at(text: &str) -> Timestamp {
    let text = if text.len() == 16 { format!("{text}:00Z") } else { text.to_owned() };
    Timestamp::parse(&text).expect("a moment")
}

/// A window as it is written.
fn window(opens: Value) -> Window {
    let text = opens.to_string();
    let opens: Opens = serde_json::from_value(opens).expect(&text);
    Window::compile(&opens).expect(&text)
}

/// `2026-11-28T21:00 to 2026-11-29T01:00`, in UTC.
fn told(opening: Opening) -> String {
    let minute = |moment: Timestamp| moment.to_string().trim_end_matches(":00.000Z").to_owned();
    format!("{} to {}", minute(opening.from), minute(opening.to))
}

fn covering(window: &Window, from: &str, to: &str) -> Vec<String> {
    let covered = window.covering(at(from), at(to));
    assert_eq!(covered.told_to, at(to));
    covered.openings.into_iter().map(told).collect()
}
