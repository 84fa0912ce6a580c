//! The mean of one measure.

use chrono_tz::Tz;
use model::Series;

use crate::{
    ChartError,
    axis::Axis,
    draw::draw,
    palette::SERIES_1,
    plot::{Mark, Plot, Shape, blanks, period, stretches},
};

/// Draws the mean of the measure `name` in each bucket, in its `unit` (empty if it has none).
pub fn measure(series: &Series, name: &str, unit: &str, zone: Tz) -> Result<String, ChartError> {
    let values = || series.points.iter().filter_map(|point| point.measures.get(name).copied());
    let said = match values().reduce(f64::min).zip(values().reduce(f64::max)) {
        Some((least, most)) => format!("Means between {least:.3} and {most:.3} {unit}"),
        None => "No run carried it".to_owned(),
    };
    draw(&Plot {
        title: name.to_owned(),
        description: format!("{}. {}.", said.trim_end(), period(series, zone)),
        zone,
        from: series.from,
        to: series.to,
        step: series.step,
        axis: Axis::over(values(), 0.0, unit),
        blanks: blanks(series, |point| point.measures.contains_key(name)),
        marks: vec![Mark {
            name: name.to_owned(),
            colour: SERIES_1,
            shape: Shape::Line(stretches(series, |point| point.measures.get(name).copied())),
        }],
    })
}
