//! The script: what the systems answer and what the jobs report at any moment, as pure functions of the [`Story`]. The servers
//! and jobs play it at the present time, the history folds it over the past.
//!
//! [`Story`]: super::story::Story

pub mod answers;
pub mod reports;

#[cfg(test)]
mod tests;

use model::{Span, Timestamp};

/// How busy Alder & Finch is at `t`, 0.4 to 1: office hours of its customers, who are spread over the time zones of Europe and
/// the Atlantic, and less on Saturdays and Sundays.
fn busy(t: Timestamp) -> f64 {
    let hour = t.0.div_euclid(Span::hours(1).as_ms()).rem_euclid(24);
    let by_hour = match hour {
        7..=17 => 1.0,
        5..=6 | 18..=20 => 0.7,
        _ => 0.45,
    };
    // 1970-01-01 was a Thursday.
    let weekday = (t.0.div_euclid(Span::hours(24).as_ms()) + 3).rem_euclid(7);
    if weekday >= 5 { f64::max(by_hour * 0.6, 0.4) } else { by_hour }
}
