//! The value axis: where it begins and ends, its nice numbers, and how they are written.

/// A value axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Axis {
    /// Where it begins: 0, or lower where values are negative.
    pub bottom: f64,
    /// Where it ends: a nice number at or above every value.
    pub top: f64,
    /// The numbers that are written, from bottom to top.
    pub ticks: Vec<f64>,
    /// What they are followed by: `ms`, `%`.
    pub unit: String,
}

/// As many steps as an axis is cut into, at most.
const STEPS: f64 = 5.0;

impl Axis {
    /// From 0 (or the lowest, if that is below) to at least `least_top` and every value.
    pub fn over(values: impl IntoIterator<Item = f64>, least_top: f64, unit: &str) -> Self {
        let (low, high) = values
            .into_iter()
            .filter(|value| value.is_finite())
            .fold((0.0_f64, least_top), |(low, high), value| (low.min(value), high.max(value)));
        let high = if high > low { high } else { low + 1.0 };
        let step = nice_step((high - low) / STEPS);
        let (first, last) = ((low / step).floor(), (high / step).ceil());
        let ticks: Vec<f64> = std::iter::successors(Some(first), |at| (at + 1.0 <= last).then_some(at + 1.0))
            .map(|at| at * step)
            .collect();
        Self { bottom: first * step, top: last * step, ticks, unit: unit.to_owned() }
    }

    /// The same with whole numbers only: for counts.
    pub fn of_counts(values: impl IntoIterator<Item = f64>) -> Self {
        let mut axis = Self::over(values, 4.0, "");
        axis.ticks.retain(|tick| tick.fract() == 0.0);
        axis
    }

    /// How a number of this axis is written: "0", "250 ms", "1.5 M".
    pub fn label(&self, value: f64) -> String {
        if value == 0.0 {
            return "0".to_owned();
        }
        let most = self.top.abs().max(self.bottom.abs());
        let (scale, prefix) = match most {
            most if most >= 1e9 => (1e9, "G"),
            most if most >= 1e6 => (1e6, "M"),
            most if most >= 1e5 => (1e3, "k"),
            _ => (1.0, ""),
        };
        let step = self.ticks.get(1).map_or(1.0, |second| second - self.ticks[0]) / scale;
        let mut text = grouped(value / scale, decimals(step));
        let unit = format!("{prefix}{}", self.unit);
        if !unit.is_empty() {
            text.push('\u{202f}');
            text.push_str(&unit);
        }
        text
    }
}

/// The smallest of 1, 2, 2.5 or 5 times a power of ten that is at least `raw`.
fn nice_step(raw: f64) -> f64 {
    let power = 10_f64.powf(raw.log10().floor());
    [1.0, 2.0, 2.5, 5.0]
        .into_iter()
        .map(|digit| digit * power)
        .find(|step| *step >= raw * 0.999_999)
        .unwrap_or(10.0 * power)
}

/// As few decimals as write multiples of `step` exactly; at most 6.
fn decimals(step: f64) -> usize {
    let mut scaled = step.abs();
    for digits in 0..6 {
        if (scaled - scaled.round()).abs() < 1e-6 * scaled.max(1e-6) {
            return digits;
        }
        scaled *= 10.0;
    }
    6
}

/// With thin spaces between thousands.
fn grouped(value: f64, decimals: usize) -> String {
    let written = format!("{:.decimals$}", value.abs());
    let (whole, rest) = written.split_once('.').map_or((written.as_str(), ""), |(whole, rest)| (whole, rest));
    let mut text = String::from(if value < 0.0 { "\u{2212}" } else { "" });
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    if !rest.is_empty() {
        text.push('.');
        text.push_str(rest);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Axis;

    fn labels(axis: &Axis) -> Vec<String> {
        axis.ticks.iter().map(|tick| axis.label(*tick).replace('\u{202f}', " ")).collect()
    }

    #[test]
    fn ticks_are_numbers_that_people_count_in() {
        for (values, unit, want) in [
            (vec![873.0], "ms", vec!["0", "200 ms", "400 ms", "600 ms", "800 ms", "1 000 ms"]),
            (vec![0.9, 1.2], "ms", vec!["0", "0.25 ms", "0.50 ms", "0.75 ms", "1.00 ms", "1.25 ms"]),
            (vec![12_400.0], "ms", vec!["0", "2 500 ms", "5 000 ms", "7 500 ms", "10 000 ms", "12 500 ms"]),
            (vec![-3.0, 5.0], "", vec!["\u{2212}4", "\u{2212}2", "0", "2", "4", "6"]),
            (vec![1_900_000.0], "", vec!["0", "0.5 M", "1.0 M", "1.5 M", "2.0 M"]),
        ] {
            assert_eq!(labels(&Axis::over(values.clone(), 0.0, unit)), want, "{values:?}");
        }
    }

    #[test]
    fn counts_have_whole_ticks_only() {
        assert_eq!(labels(&Axis::of_counts([1.0])), ["0", "1", "2", "3", "4"]);
        assert_eq!(labels(&Axis::of_counts([12.0])), ["0", "5", "10"]);
    }

    #[test]
    fn every_value_lies_within_the_axis_and_no_axis_is_empty() {
        for values in [vec![], vec![0.0], vec![f64::NAN], vec![1e-9], vec![3.3, 1e12], vec![-7.0]] {
            let axis = Axis::over(values.clone(), 0.0, "");
            assert!(axis.top > axis.bottom, "{values:?}: {axis:?}");
            for value in values.into_iter().filter(|value| value.is_finite()) {
                assert!((axis.bottom..=axis.top).contains(&value), "{value}: {axis:?}");
            }
        }
    }
}
