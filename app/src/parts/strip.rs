//! The last 90 days, a bar a day. Height and notch say the level as colour does.

use leptos::prelude::*;
use model::{Level, views::DayMark};

use crate::words::amount::counted;

const WIDTH: usize = 10;
const HEIGHT: usize = 32;

/// One bar a day, oldest first. Full: okay; cut at the top: attention; cut twice: problem; a stump: no evidence.
pub fn strip(days: &[DayMark]) -> AnyView {
    let bars = days.iter().enumerate().map(|(index, day)| bar(index, day)).collect_view();
    let width = days.len().max(1) * WIDTH;
    view! {
        <svg
            class="strip"
            viewBox=format!("0 0 {width} {HEIGHT}")
            preserveAspectRatio="none"
            role="img"
            aria-label=summary(days)
        >
            {bars}
        </svg>
    }
    .into_any()
}

fn bar(index: usize, day: &DayMark) -> AnyView {
    let x = index * WIDTH + 1;
    let right = x + WIDTH - 2;
    let path = match day.level {
        Level::Okay => format!("M{x} 0H{right}V{HEIGHT}H{x}Z"),
        Level::Attention => format!("M{x} 0H{right}V8H{x}ZM{x} 11H{right}V{HEIGHT}H{x}Z"),
        Level::Problem => format!("M{x} 0H{right}V8H{x}ZM{x} 11H{right}V18H{x}ZM{x} 21H{right}V{HEIGHT}H{x}Z"),
        Level::Unknown => format!("M{x} 26H{right}V{HEIGHT}H{x}Z"),
        Level::Paused => format!("M{x} 14H{right}V{HEIGHT}H{x}Z"),
    };
    view! {
        <path class=day.level.as_str() d=path>
            <title>{said(day)}</title>
        </path>
    }
    .into_any()
}

fn said(day: &DayMark) -> String {
    let judged = day.counts.judged();
    if judged == 0 {
        return format!("{}: no data", day.day);
    }
    let down = if day.down_minutes > 0 { format!(", {}\u{a0}min down", day.down_minutes) } else { String::new() };
    format!("{}: {}, {} failed{down}", day.day, counted(judged, "run", "runs"), day.counts.failures())
}

fn summary(days: &[DayMark]) -> String {
    let of = |level| days.iter().filter(|day| day.level == level).count();
    format!(
        "{} days: {} okay, {} with warnings or failures, {} with time down, {} without evidence",
        days.len(),
        of(Level::Okay),
        of(Level::Attention),
        of(Level::Problem),
        of(Level::Unknown)
    )
}

/// A bar of `part` of `whole` that begins at `start`, as a waterfall has it; all in the same unit.
pub fn bar_of(start: i64, part: i64, whole: i64, class: &'static str) -> AnyView {
    let scaled = |value: i64| (value.max(0) * 1_000) / whole.max(1);
    let (x, width) = (scaled(start).min(997), scaled(part).max(3));
    view! {
        <svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true">
            <rect class=class x=x y="0" width=width height="10"></rect>
        </svg>
    }
    .into_any()
}
