//! p50, p95 and p99 of latency.

use chrono_tz::Tz;
use model::{Series, SeriesPoint};

use crate::{
    ChartError,
    axis::Axis,
    draw::draw,
    palette::{SERIES_1, SERIES_2, SERIES_3},
    plot::{Mark, Plot, Shape, blanks, period, stretches},
};

/// Draws the quantiles of latency in milliseconds over `series`, with times of `zone`. Buckets without a latency are shaded.
pub fn latency(series: &Series, zone: Tz) -> Result<String, ChartError> {
    let line = |name: &str, colour, quantile: fn(&SeriesPoint) -> Option<i64>| Mark {
        name: name.to_owned(),
        colour,
        shape: Shape::Line(stretches(series, |point| quantile(point).map(as_ms))),
    };
    let highest =
        series.points.iter().flat_map(|point| [point.p50_us, point.p95_us, point.p99_us]).flatten().map(as_ms);
    draw(&Plot {
        title: "Latency".to_owned(),
        description: format!("{} {}.", totals(series), period(series, zone)),
        zone,
        from: series.from,
        to: series.to,
        step: series.step,
        axis: Axis::over(highest, 0.0, "ms"),
        blanks: blanks(series, |point| point.p50_us.is_some()),
        marks: vec![
            line("p99", SERIES_3, |point| point.p99_us),
            line("p95", SERIES_2, |point| point.p95_us),
            line("p50", SERIES_1, |point| point.p50_us),
        ],
    })
}

fn totals(series: &Series) -> String {
    let total = &series.total;
    match (total.p50_us, total.p95_us, total.p99_us) {
        (Some(p50), Some(p95), Some(p99)) => {
            format!(
                "p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms over the whole period.",
                as_ms(p50),
                as_ms(p95),
                as_ms(p99)
            )
        }
        _ => "No run had a latency.".to_owned(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a latency in microseconds stays far below 2^52")]
fn as_ms(us: i64) -> f64 {
    us as f64 / 1_000.0
}
