//! Windows as JSON: their openings stand in order and apart, and every question about a moment is answered alike.

use model::{Opens, Span, Timestamp};
use rules::window::{Opening, Window};

/// In a spring, the day before clocks change in Europe.
const FROM: Timestamp = Timestamp(1_774_659_600_000);

/// What is looked at from there.
const AHEAD: Span = Span::hours(70 * 24);

/// Whether it is one.
pub fn check(input: &[u8]) -> bool {
    let Ok(opens) = serde_json::from_slice::<Opens>(input) else { return false };
    let Ok(window) = Window::compile(&opens) else { return false };
    let (from, to) = (FROM, FROM + AHEAD);
    let covered = window.covering(from, to);
    assert!(from <= covered.told_to && covered.told_to <= to);
    for Opening { from: opens, to: closes } in &covered.openings {
        assert!(from <= *opens && opens < closes && *closes <= to, "{opens} to {closes}");
    }
    assert!(covered.openings.windows(2).all(|pair| pair[0].to < pair[1].from), "they stand apart and in order");
    for opening in covered.openings.iter().filter(|opening| opening.to < covered.told_to).take(20) {
        assert!(window.is_open(opening.from), "open at {}", opening.from);
        assert!(!window.is_open(opening.to), "closed at {}", opening.to);
        assert_eq!(window.open_at(opening.from).map(|open| open.to), Some(opening.to));
    }
    assert_eq!(window.is_open(from), window.open_at(from).is_some());
    if let Some(next) = window.next(from) {
        assert!(from < next.from && window.is_open(next.from), "next at {}", next.from);
    }
    true
}
