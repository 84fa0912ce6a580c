use std::collections::BTreeMap;

use model::{Held, Outcome, ProbeId, Rollup, Step, Subject, Timestamp, rollup::Summary};
use proptest::prelude::*;

use super::{Accumulator, LARGEST, RunFigures, SMALLEST, mean, merge, quantile};

fn figures(outcome: Outcome, latency_us: Option<i64>, depth: f64) -> RunFigures {
    RunFigures {
        outcome,
        latency_us,
        measures: BTreeMap::from([("depth".to_owned(), depth)]),
        units_counted: 2.0,
        run_counted: outcome == Outcome::Ok,
    }
}

fn rolled_up(runs: &[RunFigures]) -> Rollup {
    let mut whole = Accumulator::new(Subject::Probe(ProbeId(1)), Step::Hour, Timestamp(0));
    for run in runs {
        whole.add(run);
    }
    whole.finish(Held::default())
}

fn absorbed<'a>(parts: impl IntoIterator<Item = &'a Rollup>) -> Rollup {
    let mut whole = Accumulator::new(Subject::Probe(ProbeId(1)), Step::Hour, Timestamp(0));
    for part in parts {
        whole.absorb(part);
    }
    whole.finish(Held::default())
}

/// Everything but the last digits of sums.
fn same(one: &Rollup, other: &Rollup) -> bool {
    let alike = |one: &Summary, other: &Summary| {
        one.count == other.count
            && (one.count == 0 || (one.min.to_bits(), one.max.to_bits()) == (other.min.to_bits(), other.max.to_bits()))
            && (one.sum - other.sum).abs() <= 1e-9 * (1.0 + one.sum.abs() + 1e6)
            && [0.0, 0.5, 0.95, 0.99, 1.0].iter().all(|&q| quantile(one, q) == quantile(other, q))
    };
    let latency = match (&one.latency, &other.latency) {
        (None, None) => true,
        (Some(one), Some(other)) => alike(one, other),
        _ => false,
    };
    latency
        && one.counts == other.counts
        && one.unit_runs == other.unit_runs
        && (one.units - other.units).abs() < 1e-9
        && one.measures.keys().eq(other.measures.keys())
        && one.measures.values().zip(other.measures.values()).all(|(one, other)| alike(one, other))
}

#[test]
fn a_bucket_holds_counts_units_latency_and_measures() {
    let rollup = rolled_up(&[
        figures(Outcome::Ok, Some(1_000), 5.0),
        figures(Outcome::Failed, Some(3_000), -7.0),
        figures(Outcome::Unknown, Some(9_000_000), 99.0),
        figures(Outcome::Running, None, 99.0),
    ]);
    assert_eq!((rollup.counts.ok, rollup.counts.failed, rollup.counts.unknown), (1, 1, 1));
    assert_eq!(rollup.unit_runs, 1);
    let latency = rollup.latency.expect("latency");
    assert_eq!((latency.count, mean(&latency)), (2, Some(2_000.0)), "our own fault says nothing of the target");
    assert_eq!((latency.min.to_bits(), latency.max.to_bits()), (1_000_f64.to_bits(), 3_000_f64.to_bits()));
    assert_eq!(quantile(&rollup.measures["depth"], 0.0), Some(-7.0));
}

#[test]
fn where_nothing_was_measured_there_is_no_summary() {
    let rollup = rolled_up(&[RunFigures { measures: BTreeMap::new(), ..figures(Outcome::Missed, None, 0.0) }]);
    assert_eq!((rollup.latency, rollup.measures.len()), (None, 0));
    assert_eq!(quantile(&Summary::default(), 0.5), None);
    assert_eq!(mean(&Summary::default()), None);
}

#[test]
fn held_time_comes_from_the_timeline_and_is_not_added_up() {
    let held = Held { up_ms: 60_000, ..Held::default() };
    let minute = Accumulator::new(Subject::All, Step::Minute, Timestamp(0)).finish(held);
    assert_eq!(minute.held, held);
    assert_eq!(absorbed([&minute, &minute]).held, Held::default());
}

#[test]
fn a_damaged_sketch_makes_the_quantile_unknown_and_nothing_else() {
    let good = rolled_up(&[figures(Outcome::Ok, Some(1_000), 5.0)]);
    let mut bad = good.clone();
    if let Some(latency) = &mut bad.latency {
        latency.sketch[9] ^= 0x40;
    }
    let whole = absorbed([&good, &bad, &good]);
    let latency = whole.latency.expect("latency");
    assert_eq!((latency.count, mean(&latency), quantile(&latency, 0.5)), (3, Some(1_000.0), None));
    assert!(quantile(&whole.measures["depth"], 0.5).is_some(), "the other sketch is whole");
}

#[test]
fn quantiles_out_of_range_are_not_known() {
    let latency = rolled_up(&[figures(Outcome::Ok, Some(1_000), 5.0)]).latency.expect("latency");
    for q in [-0.1, 1.1, f64::NAN] {
        assert_eq!(quantile(&latency, q), None);
    }
}

#[test]
fn the_bytes_of_a_sketch_stay_readable() {
    // Written once and kept: what is stored today must be read for ever.
    let latency = rolled_up(&[figures(Outcome::Ok, Some(1_000), 5.0)]).latency.expect("latency");
    let hex = latency.sketch.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let stored = "01c0a9028aa002880000000000408f408c0000000000408f40840000000000408f4002fd4a815abf52f03f00000000000000000501b20502";
    assert_eq!(hex, stored);
}

fn summary(values: &[f64]) -> Summary {
    let runs: Vec<RunFigures> = values.iter().map(|&value| figures(Outcome::Ok, None, value)).collect();
    rolled_up(&runs).measures.remove("depth").unwrap_or_default()
}

/// Numbers of every size that a sender may think of.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        (-1e6..1e6_f64),
        (0.0..1e-3_f64),
        (1e9..1e300_f64),
        any::<f64>().prop_filter("finite", |value| value.is_finite()).prop_map(|value| value / 1e3),
        Just(0.0),
    ]
}

fn run() -> impl Strategy<Value = RunFigures> {
    let outcome = prop::sample::select(Outcome::ALL.to_vec());
    (outcome, prop::option::of(0_i64..60_000_000), -1e5..1e5_f64)
        .prop_map(|(outcome, latency, depth)| figures(outcome, latency, depth.round()))
}

proptest! {
    #[test]
    fn runs_add_up_the_same_in_any_order_and_grouping(
        runs in prop::collection::vec(run(), 0..60),
        cuts in (0_usize..60, 0_usize..60),
        turn in 0_usize..60,
    ) {
        let whole = rolled_up(&runs);
        let (a, b) = (cuts.0.min(cuts.1).min(runs.len()), cuts.0.max(cuts.1).min(runs.len()));
        let (first, second, third) = (rolled_up(&runs[..a]), rolled_up(&runs[a..b]), rolled_up(&runs[b..]));
        prop_assert!(same(&whole, &absorbed([&first, &second, &third])));
        prop_assert!(same(&whole, &absorbed([&third, &first, &second])));
        prop_assert!(same(&whole, &absorbed([&first, &absorbed([&second, &third])])));
        let mut turned = runs.clone();
        turned.rotate_left(turn.min(runs.len()));
        prop_assert!(same(&whole, &rolled_up(&turned)));
    }

    #[test]
    fn a_quantile_is_within_the_error_of_the_sketch(
        mut values in prop::collection::vec(1.0..1e9_f64, 1..300),
        q in 0.0..=1.0_f64,
    ) {
        let sketched = quantile(&summary(&values), q).expect("a quantile");
        values.sort_by(f64::total_cmp);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a rank of at most 300")]
        let exact = values[(q * (values.len() - 1) as f64) as usize];
        prop_assert!((sketched - exact).abs() <= exact * 0.010_001, "{sketched} for {exact}");
    }

    #[test]
    fn numbers_of_every_size_merge_without_panic_in_any_order(
        one in prop::collection::vec(number(), 0..50),
        other in prop::collection::vec(number(), 0..50),
        q in 0.0..=1.0_f64,
    ) {
        let (first, second) = (summary(&one), summary(&other));
        let (there, back) = (merge(&[&first, &second]), merge(&[&second, &first]));
        prop_assert_eq!(quantile(&there, q), quantile(&back, q));
        prop_assert_eq!(quantile(&there, q), quantile(&summary(&[one, other].concat()), q));
        if there.count > 0 {
            let value = quantile(&there, q).expect("a quantile");
            prop_assert!((there.min..=there.max).contains(&value));
        }
    }

    #[test]
    fn whatever_bytes_are_stored_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300), flip in 0_usize..2_000) {
        let broken = |sketch| Summary { count: 3, sum: 6.0, min: 1.0, max: 3.0, sketch };
        prop_assert_eq!(quantile(&broken(bytes), 0.5), None);
        let mut sketch = summary(&[1.0, 2.0, 3.0]).sketch;
        let at = flip % (sketch.len() * 8);
        sketch[at / 8] ^= 1 << (at % 8);
        prop_assert_eq!(quantile(&broken(sketch), 0.5), None);
    }
}

#[test]
fn the_range_of_magnitudes_fits_the_bins_of_a_sketch() {
    let bins = (LARGEST / SMALLEST).ln() / sketches_ddsketch::Config::defaults().gamma.ln();
    assert!(bins < f64::from(sketches_ddsketch::Config::defaults().max_num_bins));
}
