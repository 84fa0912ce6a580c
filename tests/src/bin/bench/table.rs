//! The table that is printed, and the few sums that it needs.

use std::fmt;

/// What a figure has to keep to.
#[derive(Debug, Clone, Copy)]
pub enum Promise {
    /// No more than this.
    AtMost(f64),
    /// No less than this.
    AtLeast(f64),
}

impl Promise {
    /// With whether it was held; what is not known was not.
    fn told(self, seen: f64) -> String {
        let (words, bound, is_held) = match self {
            Self::AtMost(bound) => ("at most", bound, seen <= bound),
            Self::AtLeast(bound) => ("at least", bound, seen >= bound),
        };
        format!("{words} {bound}: {}", if is_held { "held" } else { "NOT HELD" })
    }
}

/// Figures in the order in which they were measured, and what has to be said about them.
#[derive(Debug, Default)]
pub struct Table {
    title: String,
    rows: Vec<[String; 5]>,
    notes: Vec<String>,
}

impl Table {
    /// Empty, with a line about the machine above it.
    pub fn new(title: &str) -> Self {
        Self { title: title.to_owned(), ..Self::default() }
    }

    /// A figure that is no cost.
    pub fn row(&mut self, figure: &str, value: impl fmt::Display, unit: &str) {
        self.add([figure, &value.to_string(), unit, "", ""]);
    }

    /// The same, and something is promised of what was seen.
    pub fn promised(&mut self, figure: &str, value: impl fmt::Display, unit: &str, seen: f64, promise: Promise) {
        self.add([figure, &value.to_string(), unit, "", &promise.told(seen)]);
    }

    /// CPU time in microseconds, with its ratio to that of the bare loop.
    pub fn cost(&mut self, figure: &str, us: f64, unit: &str, bare_us: f64) {
        self.add([figure, &format!("{us:.0}"), unit, &format!("{:.2}", us / bare_us), ""]);
    }

    /// The same, and the ratio is promised to be at most so much.
    pub fn cost_within(&mut self, figure: &str, us: f64, unit: &str, bare_us: f64, most: f64) {
        let ratio = us / bare_us;
        let promised = Promise::AtMost(most).told(ratio);
        self.add([figure, &format!("{us:.0}"), unit, &format!("{ratio:.2}"), &promised]);
    }

    /// Something to know when reading it, said once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn add(&mut self, row: [&str; 5]) {
        eprintln!("    {} = {} {} {} {}", row[0], row[1], row[2], row[3], row[4]);
        self.rows.push(row.map(str::to_owned));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n", self.title)?;
        writeln!(
            f,
            "| figure | value | unit | ratio to the bare loop | promised |\n| --- | ---: | --- | ---: | --- |"
        )?;
        for [figure, value, unit, ratio, promised] in &self.rows {
            writeln!(f, "| {figure} | {value} | {unit} | {ratio} | {promised} |")?;
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
    use super::{Promise, Sorted, Table};

    #[test]
    fn quantiles_are_values_that_were_there() {
        let values: Sorted = [5.0, 1.0, 4.0, 2.0, 3.0].into_iter().collect();
        let said = [values.median(), values.per_mille(990), values.max(), values.per_mille(200), values.per_mille(201)];
        assert_eq!(said.map(|value| value.to_string()), ["3", "5", "5", "1", "2"]);
        assert_eq!(Sorted::default().median().to_string(), "0");
    }
    #[test]
    fn a_promise_is_held_up_to_its_bound_and_by_nothing_that_is_not_known() {
        let most = Promise::AtMost(1.5);
        let least = Promise::AtLeast(5_000.0);
        for (promise, seen, told) in [
            (most, 1.5, "at most 1.5: held"),
            (most, 1.51, "at most 1.5: NOT HELD"),
            (most, f64::NAN, "at most 1.5: NOT HELD"),
            (least, 5_000.0, "at least 5000: held"),
            (least, 4_999.9, "at least 5000: NOT HELD"),
            (least, f64::NAN, "at least 5000: NOT HELD"),
        ] {
            assert_eq!(promise.told(seen), told);
        }
    }

    #[test]
    fn a_cost_is_held_against_its_ratio() {
        let mut table = Table::new("A machine");
        table.cost_within("a check", 300.0, "us", 150.0, 1.5);
        assert!(table.to_string().contains("| a check | 300 | us | 2.00 | at most 1.5: NOT HELD |"), "{table}");
    }
}
