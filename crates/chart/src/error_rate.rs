//! Failures per judged runs.

use chrono_tz::Tz;
use model::Series;

use crate::{
    ChartError,
    axis::Axis,
    draw::draw,
    palette::FAILURE,
    plot::{Mark, Plot, Shape, blanks, bucket_end, period},
};

/// The axis goes to 1 % at least, so that one failure of ten thousand does not look like a disaster.
const LEAST_TOP: f64 = 1.0;

/// Draws the error rate of each bucket in percent: a bar where runs failed, nothing where all went well, shade where no run
/// was judged.
pub fn error_rate(series: &Series, zone: Tz) -> Result<String, ChartError> {
    let bars: Vec<_> = series
        .points
        .iter()
        .filter_map(|point| {
            let rate = point.counts.error_rate()?;
            Some((point.at, bucket_end(series.step, point.at).min(series.to), rate * 100.0))
        })
        .collect();
    let total = series.total.counts;
    let said = match series.total.error_rate {
        Some(rate) => {
            format!("{} of {} runs failed or were missed, {:.2} %.", total.failures(), total.judged(), rate * 100.0)
        }
        None => "No run was judged.".to_owned(),
    };
    draw(&Plot {
        title: "Error rate".to_owned(),
        description: format!("{said} {}.", period(series, zone)),
        zone,
        from: series.from,
        to: series.to,
        step: series.step,
        axis: Axis::over(bars.iter().map(|(_, _, rate)| *rate), LEAST_TOP, "%"),
        blanks: blanks(series, |point| point.counts.judged() > 0),
        marks: vec![Mark { name: "error rate".to_owned(), colour: FAILURE, shape: Shape::Bars(bars) }],
    })
}
