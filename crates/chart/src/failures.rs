//! How many runs failed, over all integrations.

use chrono_tz::Tz;
use model::Series;

use crate::{
    ChartError,
    axis::Axis,
    draw::draw,
    palette::FAILURE,
    plot::{Mark, Plot, Shape, blanks, bucket_end, period},
};

/// Draws failed and missed runs of each bucket as bars; buckets in which nothing ran are shaded.
pub fn failures(series: &Series, zone: Tz) -> Result<String, ChartError> {
    let bars: Vec<_> = series
        .points
        .iter()
        .filter(|point| point.counts.judged() > 0)
        .map(|point| (point.at, bucket_end(series.step, point.at).min(series.to), count(point.counts.failures())))
        .collect();
    let total = series.total.counts;
    draw(&Plot {
        title: "Failed runs".to_owned(),
        description: format!(
            "{} of {} runs failed or were missed. {}.",
            total.failures(),
            total.judged(),
            period(series, zone)
        ),
        zone,
        from: series.from,
        to: series.to,
        step: series.step,
        axis: Axis::of_counts(bars.iter().map(|(_, _, failed)| *failed)),
        blanks: blanks(series, |point| point.counts.judged() > 0),
        marks: vec![Mark { name: "failed runs".to_owned(), colour: FAILURE, shape: Shape::Bars(bars) }],
    })
}

#[expect(clippy::cast_precision_loss, reason = "counts of runs stay far below 2^52")]
fn count(runs: i64) -> f64 {
    runs as f64
}
