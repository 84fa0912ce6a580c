//! Ranges of performance data: what was read and is written again is the same range.

use rules::perfdata::Range;

/// Whether it is one.
pub fn check(input: &[u8]) -> bool {
    let Some(range) = std::str::from_utf8(input).ok().and_then(Range::parse) else { return false };
    let written = range.to_string();
    assert_eq!(Range::parse(&written), Some(range), "written as {written:?}");
    let beyond = [f64::NEG_INFINITY, f64::INFINITY].map(|value| range.alerts(value));
    assert!(beyond[0] || beyond[1] || written.contains('@') || written.ends_with(':'), "{written:?} has no end");
    true
}
