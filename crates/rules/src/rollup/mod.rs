//! What runs add up to: counts, sums and quantile sketches of one bucket, made from runs or from finer buckets.
//!
//! A bucket is always made anew and replaced as a whole; so folding the same runs in any order, or merging the same buckets in
//! any grouping, gives the same roll-up (sums of floating-point numbers aside, in their last digits).

mod sketch;

use std::collections::BTreeMap;

use model::{Counts, Held, Outcome, Rollup, Step, Subject, Timestamp, rollup::Summary};

use crate::outcome::counting;
use sketch::Sketch;

pub use sketch::{LARGEST, SMALLEST};

/// What a roll-up needs to know of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct RunFigures {
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took, in microseconds.
    pub latency_us: Option<i64>,
    /// Named numbers.
    pub measures: BTreeMap<String, f64>,
    /// Units that count for hours.
    pub units_counted: f64,
    /// Whether the run itself counts for hours.
    pub run_counted: bool,
}

/// A bucket in the making.
#[derive(Clone)]
pub struct Accumulator {
    subject: Subject,
    step: Step,
    bucket: Timestamp,
    counts: Counts,
    latency: Tally,
    measures: BTreeMap<String, Tally>,
    units: f64,
    unit_runs: i64,
}

impl Accumulator {
    /// The bucket of `subject` that begins at `bucket`, empty.
    pub fn new(subject: Subject, step: Step, bucket: Timestamp) -> Self {
        Self {
            subject,
            step,
            bucket,
            counts: Counts::default(),
            latency: Tally::default(),
            measures: BTreeMap::new(),
            units: 0.0,
            unit_runs: 0,
        }
    }

    /// One more run. Latency and measures of a run that says nothing of the target (`unknown`, `cancelled`, `running`) are
    /// left out, and so are numbers that are not finite.
    #[expect(clippy::cast_precision_loss, reason = "a latency of 2^52 us is 142 years")]
    pub fn add(&mut self, run: &RunFigures) {
        self.counts.add(run.outcome);
        if counting(run.outcome).error.is_some() {
            if let Some(latency) = run.latency_us {
                self.latency.add(latency.max(0) as f64);
            }
            for (name, &value) in run.measures.iter().filter(|(_, value)| value.is_finite()) {
                self.measures.entry(name.clone()).or_default().add(value);
            }
        }
        self.units += run.units_counted;
        self.unit_runs += i64::from(run.run_counted);
    }

    /// All runs of a finer bucket, or of a part's same bucket. Held time is not added: it comes with [`Self::finish`].
    pub fn absorb(&mut self, finer: &Rollup) {
        self.counts = self.counts.plus(finer.counts);
        if let Some(latency) = &finer.latency {
            self.latency.absorb(latency);
        }
        for (name, summary) in &finer.measures {
            self.measures.entry(name.clone()).or_default().absorb(summary);
        }
        self.units += finer.units;
        self.unit_runs += finer.unit_runs;
    }

    /// The roll-up, with how long each verdict held in the bucket.
    pub fn finish(self, held: Held) -> Rollup {
        Rollup {
            subject: self.subject,
            step: self.step,
            bucket: self.bucket,
            counts: self.counts,
            held,
            latency: self.latency.finish(),
            measures: self
                .measures
                .into_iter()
                .filter_map(|(name, tally)| tally.finish().map(|summary| (name, summary)))
                .collect(),
            units: self.units,
            unit_runs: self.unit_runs,
        }
    }
}

/// The value below which the share `q` (0 to 1) of the values lies: within 1 % for magnitudes from [`SMALLEST`] to
/// [`LARGEST`], never outside of least and most. `None` without values, with `q` out of range, or where the sketch's bytes
/// cannot be read: then the quantile is not known, while count, sum, least and most still are.
pub fn quantile(summary: &Summary, q: f64) -> Option<f64> {
    if summary.count == 0 || summary.min > summary.max {
        return None;
    }
    Some(Sketch::read(&summary.sketch)?.quantile(q)?.clamp(summary.min, summary.max))
}

/// All values of these together. If the sketch of one cannot be read, that of the whole is left empty.
pub fn merge(summaries: &[&Summary]) -> Summary {
    let mut whole = Tally::default();
    for summary in summaries {
        whole.absorb(summary);
    }
    whole.finish().unwrap_or_default()
}

/// The mean of the values.
#[expect(clippy::cast_precision_loss, reason = "counts of runs stay far below 2^52")]
pub fn mean(summary: &Summary) -> Option<f64> {
    (summary.count > 0).then(|| summary.sum / summary.count as f64)
}

/// A summary in the making. `sketch` is `None` once one that was to be merged could not be read.
#[derive(Clone)]
struct Tally {
    count: i64,
    sum: f64,
    min: f64,
    max: f64,
    sketch: Option<Sketch>,
}

impl Default for Tally {
    fn default() -> Self {
        Self { count: 0, sum: 0.0, min: f64::INFINITY, max: f64::NEG_INFINITY, sketch: Some(Sketch::default()) }
    }
}

impl Tally {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        if let Some(sketch) = &mut self.sketch {
            sketch.add(value);
        }
    }

    fn absorb(&mut self, summary: &Summary) {
        if summary.count == 0 {
            return;
        }
        self.count += summary.count;
        self.sum += summary.sum;
        self.min = self.min.min(summary.min);
        self.max = self.max.max(summary.max);
        self.sketch = self.sketch.take().zip(Sketch::read(&summary.sketch)).and_then(|(own, other)| own.merged(&other));
    }

    fn finish(self) -> Option<Summary> {
        (self.count > 0).then(|| Summary {
            count: self.count,
            sum: self.sum,
            min: self.min,
            max: self.max,
            sketch: self.sketch.map(|sketch| sketch.write()).unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests;
