//! What each outcome counts for: the table of the design, as one exhaustive match.

use model::{Outcome, Records};
use serde::{Deserialize, Serialize};

/// What a run says of the target's availability. Ordered from good to bad, so that the worst is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It works.
    Up,
    /// It works, with a warning; counts as up for availability.
    Warn,
    /// It does not work.
    Down,
}

/// Which units of a run count for hours saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnitsCount {
    /// All that it did.
    All,
    /// Those that were delivered.
    Delivered,
    /// None.
    None,
}

/// What one outcome counts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Counting {
    /// What it says of availability; `None`: nothing.
    pub verdict: Option<Verdict>,
    /// Whether it is a failure in the error rate; `None`: it is in neither part of the fraction.
    pub error: Option<bool>,
    /// Which of its units count for hours.
    pub units: UnitsCount,
}

/// What a run that ended so counts for.
pub const fn counting(outcome: Outcome) -> Counting {
    let (verdict, error, units) = match outcome {
        Outcome::Ok => (Some(Verdict::Up), Some(false), UnitsCount::All),
        Outcome::Warn => (Some(Verdict::Warn), Some(false), UnitsCount::All),
        Outcome::Partial => (Some(Verdict::Up), Some(false), UnitsCount::Delivered),
        Outcome::Failed | Outcome::Missed => (Some(Verdict::Down), Some(true), UnitsCount::None),
        Outcome::Unknown | Outcome::Cancelled | Outcome::Running => (None, None, UnitsCount::None),
    };
    Counting { verdict, error, units }
}

/// The same of a run in maintenance: what failed is recorded and is in neither part of any fraction; all else counts as ever.
pub const fn counting_in_maintenance(outcome: Outcome) -> Counting {
    match counting(outcome) {
        Counting { verdict: Some(Verdict::Down), units, .. } => Counting { verdict: None, error: None, units },
        counts => counts,
    }
}

/// Whether a run failed in maintenance: it is recorded, and no count, rate or verdict knows of it.
pub const fn is_excused(outcome: Outcome, in_maintenance: bool) -> bool {
    in_maintenance && matches!(counting(outcome).error, Some(true))
}

/// The units of a sent run that count for hours, before its business key is looked up. `units` is what the sender says was
/// done; of a `partial` run never more than the records that it says were written, or, where it tells only those refused,
/// what is left without them. Nothing said is 0.
#[expect(clippy::cast_precision_loss, reason = "records of one run stay far below 2^52")]
pub fn units_counted(outcome: Outcome, units: Option<f64>, records: &Records) -> f64 {
    let said = units.unwrap_or(0.0).max(0.0);
    match counting(outcome).units {
        UnitsCount::All => said,
        UnitsCount::Delivered => match (records.written, records.failed) {
            (Some(written), _) => said.min(written.max(0) as f64),
            (None, Some(refused)) => (said - refused.max(0) as f64).max(0.0),
            (None, None) => said,
        },
        UnitsCount::None => 0.0,
    }
}

/// Whether the run itself counts for hours, where a baseline is stated per run.
pub fn run_counted(outcome: Outcome) -> bool {
    counting(outcome).units != UnitsCount::None
}

#[cfg(test)]
mod tests {
    use super::{
        Counting, Outcome, Records, UnitsCount, Verdict, counting, counting_in_maintenance, is_excused, run_counted,
        units_counted,
    };
    use model::Counts;

    #[test]
    fn outcomes_count_as_the_table_of_the_design_says() {
        use UnitsCount::{All, Delivered, None as Nothing};
        use Verdict::{Down, Up, Warn};
        let table = [
            (Outcome::Ok, Some(Up), Some(false), All),
            (Outcome::Warn, Some(Warn), Some(false), All),
            (Outcome::Partial, Some(Up), Some(false), Delivered),
            (Outcome::Failed, Some(Down), Some(true), Nothing),
            (Outcome::Missed, Some(Down), Some(true), Nothing),
            (Outcome::Unknown, None, None, Nothing),
            (Outcome::Cancelled, None, None, Nothing),
            (Outcome::Running, None, None, Nothing),
        ];
        assert_eq!(table.len(), Outcome::ALL.len());
        for (outcome, verdict, error, units) in table {
            assert_eq!(counting(outcome), Counting { verdict, error, units }, "{outcome}");
        }
    }

    #[test]
    fn what_fails_in_maintenance_counts_for_nothing() {
        for &outcome in Outcome::ALL {
            let (ever, kept) = (counting(outcome), counting_in_maintenance(outcome));
            let fails = ever.error == Some(true);
            assert_eq!(kept, if fails { Counting { verdict: None, error: None, ..ever } } else { ever }, "{outcome}");
            assert_eq!((is_excused(outcome, true), is_excused(outcome, false)), (fails, false), "{outcome}");
        }
    }

    #[test]
    fn the_error_rate_of_counts_agrees_with_the_table() {
        for &outcome in Outcome::ALL {
            let mut counts = Counts::default();
            counts.add(outcome);
            let error = (counts.judged() > 0).then(|| counts.failures() > 0);
            assert_eq!(error, counting(outcome).error, "{outcome}");
        }
    }

    #[test]
    fn of_a_partial_run_only_what_was_delivered_counts() {
        let records = |written, failed| Records { written, failed, ..Records::default() };
        let cases = [
            (Outcome::Ok, Some(300.0), records(Some(288), Some(12)), 300.0),
            (Outcome::Partial, Some(300.0), records(Some(288), Some(12)), 288.0),
            (Outcome::Partial, Some(288.0), records(Some(288), Some(12)), 288.0),
            (Outcome::Partial, Some(300.0), records(None, Some(12)), 288.0),
            (Outcome::Partial, Some(3.0), records(None, Some(12)), 0.0),
            (Outcome::Partial, Some(300.0), records(None, None), 300.0),
            (Outcome::Partial, None, records(Some(288), None), 0.0),
            (Outcome::Failed, Some(300.0), records(Some(300), None), 0.0),
            (Outcome::Running, Some(300.0), records(None, None), 0.0),
        ];
        for (outcome, units, records, counted) in cases {
            let got = units_counted(outcome, units, &records);
            assert!((got - counted).abs() < f64::EPSILON, "{outcome} {units:?} {records:?}: {got}");
        }
        assert!(run_counted(Outcome::Partial) && !run_counted(Outcome::Cancelled));
    }
}
