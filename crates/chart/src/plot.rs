//! What a chart shows, as plain data: each kind of chart makes one of these, `draw` alone turns it into SVG.

use chrono_tz::Tz;
use model::{Series, SeriesPoint, Span, Step, Timestamp};

use crate::{axis::Axis, palette::Sentinel};

/// Everything that is drawn, before anything is drawn.
pub(crate) struct Plot {
    /// What it is, for those who hear it.
    pub title: String,
    /// What it says, for those who hear it.
    pub description: String,
    /// The zone of its time labels.
    pub zone: Tz,
    /// The first moment.
    pub from: Timestamp,
    /// The end.
    pub to: Timestamp,
    /// How long a bucket is.
    pub step: Step,
    /// The value axis.
    pub axis: Axis,
    /// Stretches without data, shaded.
    pub blanks: Vec<(Timestamp, Timestamp)>,
    /// Lines and bars, the last on top.
    pub marks: Vec<Mark>,
}

/// One thing with a colour and a name in the legend.
pub(crate) struct Mark {
    pub name: String,
    pub colour: Sentinel,
    pub shape: Shape,
}

/// How it looks.
pub(crate) enum Shape {
    /// Lines through moments, one for each stretch without a gap.
    Line(Vec<Vec<(Timestamp, f64)>>),
    /// Bars from 0: from, to, value.
    Bars(Vec<(Timestamp, Timestamp, f64)>),
}

impl Plot {
    /// Whether there is nothing to draw.
    pub fn is_empty(&self) -> bool {
        self.marks.iter().all(|mark| match &mark.shape {
            Shape::Line(stretches) => stretches.is_empty(),
            Shape::Bars(bars) => bars.is_empty() && self.blanks.as_slice() == [(self.from, self.to)],
        })
    }
}

/// When the bucket that begins at `at` ends, as far as a drawing needs it: days are taken as 24 hours.
pub(crate) fn bucket_end(step: Step, at: Timestamp) -> Timestamp {
    at + match step {
        Step::Minute => Span::minutes(1),
        Step::Hour => Span::hours(1),
        Step::Day => Span::hours(24),
    }
}

/// Whether the bucket at `next` follows the one at `at` with none between: half a bucket of slack lets days of 25 hours join.
fn follows(step: Step, at: Timestamp, next: Timestamp) -> bool {
    let end = bucket_end(step, at);
    next <= end + Span::ms((end.0 - at.0) / 2)
}

/// Lines through the middles of the buckets that have a value; a new one after every gap.
pub(crate) fn stretches(series: &Series, value: impl Fn(&SeriesPoint) -> Option<f64>) -> Vec<Vec<(Timestamp, f64)>> {
    let mut lines: Vec<Vec<(Timestamp, f64)>> = Vec::new();
    let mut last: Option<Timestamp> = None;
    for point in &series.points {
        let Some(value) = value(point).filter(|value| value.is_finite()) else { continue };
        let end = bucket_end(series.step, point.at);
        let middle = Timestamp(i64::midpoint(point.at.0, end.0)).min(series.to);
        match (lines.last_mut(), last) {
            (Some(line), Some(at)) if follows(series.step, at, point.at) => line.push((middle, value)),
            _ => lines.push(vec![(middle, value)]),
        }
        last = Some(point.at);
    }
    lines
}

/// The stretches in which no bucket `holds` anything, joined.
pub(crate) fn blanks(series: &Series, holds: impl Fn(&SeriesPoint) -> bool) -> Vec<(Timestamp, Timestamp)> {
    let mut blanks = Vec::new();
    let mut known_until = series.from;
    let mut last = None;
    for point in series.points.iter().filter(|point| holds(point)) {
        // Between two buckets that join, an hour that a clock change put there is no gap.
        let joins = last.is_some_and(|last| follows(series.step, last, point.at));
        if point.at > known_until && !joins {
            blanks.push((known_until, point.at));
        }
        known_until = bucket_end(series.step, point.at);
        last = Some(point.at);
    }
    if known_until < series.to {
        blanks.push((known_until, series.to));
    }
    blanks
}

/// "2026-11-22 10:00 to 2026-11-23 10:00, Europe/Berlin".
pub(crate) fn period(series: &Series, zone: Tz) -> String {
    let local = |at: Timestamp| at.utc().with_timezone(&zone).format("%Y-%m-%d %H:%M");
    format!("{} to {}, {}", local(series.from), local(series.to), zone.name())
}
