//! The script: what the systems answer and what the jobs report at any moment, as pure functions of the [`Story`]. The servers
//! and jobs play it at the present time, the history folds it over the past.
//!
//! [`Story`]: super::story::Story

pub mod answers;
pub mod figures;
pub mod reports;

#[cfg(test)]
mod tests;

use model::{Span, Timestamp};

/// How busy Alder & Finch is at `t`, 0.1 to 1: most in the office hours of its customers in Europe, little at night, and less on
/// Saturdays and Sundays.
fn busy(t: Timestamp) -> f64 {
    let hour = t.0.div_euclid(Span::hours(1).as_ms()).rem_euclid(24);
    let by_hour = match hour {
        7..=17 => 1.0,
        5..=6 | 18..=20 => 0.6,
        _ => 0.25,
    };
    // 1970-01-01 was a Thursday.
    let weekday = (t.0.div_euclid(Span::hours(24).as_ms()) + 3).rem_euclid(7);
    if weekday >= 5 { by_hour * 0.4 } else { by_hour }
}
