//! The table that is printed, and the few sums that it needs.

use std::fmt;

/// Figures in the order in which they were measured, and what has to be said about them.
#[derive(Debug, Default)]
pub struct Table {
    title: String,
    rows: Vec<[String; 4]>,
    notes: Vec<String>,
}

impl Table {
    /// Empty, with a line about the machine above it.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    /// A figure that is no cost.
    pub fn row(&mut self, figure: &str, value: impl fmt::Display, unit: &str) {
        self.add([figure.to_owned(), value.to_string(), unit.to_owned(), String::new()]);
    }

    /// CPU time in microseconds, with its ratio to that of the bare loop.
    pub fn cost(&mut self, figure: &str, us: f64, unit: &str, bare_us: f64) {
        self.add([figure.to_owned(), format!("{us:.0}"), unit.to_owned(), format!("{:.2}", us / bare_us)]);
    }

    /// Something to know when reading it.
    pub fn note(&mut self, note: impl Into<String>) {
        self.notes.push(note.into());
    }

    fn add(&mut self, row: [String; 4]) {
        eprintln!("    {} = {} {} {}", row[0], row[1], row[2], row[3]);
        self.rows.push(row);
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.title)?;
        writeln!(f, "| figure | value | unit | ratio to the bare loop |\n| --- | ---: | --- | ---: |")?;
        for [figure, value, unit, ratio] in &self.rows {
            writeln!(f, "| {figure} | {value} | {unit} | {ratio} |")?;
        }
        writeln!(f)?;
        self.notes.iter().try_for_each(|note| writeln!(f, "- {note}"))
    }
}

/// Values in order, to read quantiles from.
#[derive(Debug, Clone, Default)]
pub struct Sorted(Vec<f64>);

impl FromIterator<f64> for Sorted {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        Self(values)
    }
}

impl Sorted {
    /// The least value that at least this many per mille of all do not exceed (nearest rank); 0 of none.
    pub fn per_mille(&self, q: usize) -> f64 {
        let rank = (self.0.len() * q).div_ceil(1_000).max(1);
        self.0.get(rank - 1).copied().unwrap_or_default()
    }

    /// The one in the middle.
    pub fn median(&self) -> f64 {
        self.per_mille(500)
    }

    /// The greatest.
    pub fn max(&self) -> f64 {
        self.0.last().copied().unwrap_or_default()
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts of a benchmark stay far below 2^52")]
pub fn number(count: impl TryInto<i64>) -> f64 {
    count.try_into().map_or(f64::NAN, |count| count as f64)
}

#[cfg(test)]
mod tests {
    use super::Sorted;

    #[test]
    fn quantiles_are_values_that_were_there() {
        let values: Sorted = [5.0, 1.0, 4.0, 2.0, 3.0].into_iter().collect();
        let said = [values.median(), values.per_mille(990), values.max(), values.per_mille(200), values.per_mille(201)];
        assert_eq!(said.map(|value| value.to_string()), ["3", "5", "5", "1", "2"]);
        assert_eq!(Sorted::default().median().to_string(), "0");
    }
}
