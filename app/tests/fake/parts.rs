//! Small makers of big things.

use model::{
    Answer, Answers, Counts, Held, Level, Origin, Outcome, Reason, RunId, Slug, Step, Tier, Timestamp,
    series::{Series, SeriesPoint, SeriesTotal},
    standing::Why,
};

use super::{NOW, at};

/// A slug.
pub fn slug(text: &str) -> Slug {
    Slug::parse(text).expect("a slug")
}

/// A tier.
pub fn tier(tier: u8) -> Tier {
    Tier::try_from(tier).expect("a tier")
}

/// The id of the n-th run.
pub fn run_id(number: u128) -> RunId {
    RunId(uuid::Uuid::from_u128(0x0198_0000_0000_7000_8000_0000_0000_0000 | number))
}

/// So many minutes before now.
pub fn minutes_ago(minutes: i64) -> Timestamp {
    at(NOW) - model::Span::minutes(minutes)
}

/// Counts of ok and failed runs.
pub fn counts(ok: i64, failed: i64) -> Counts {
    Counts { ok, failed, ..Counts::default() }
}

/// A reason.
pub fn why(level: Level, sentence: &str, since: Option<i64>, reason: Reason) -> Why {
    Why {
        level,
        sentence: sentence.to_owned(),
        since: since.map(minutes_ago),
        reason: Some(reason),
        probe: None,
        run: Some(run_id(1)),
        confirming: None,
    }
}

/// The four answers, as texts with their levels.
pub fn answers(stands: (Level, &str), runs: (Level, &str), whole: (Level, &str), worth: (Level, &str)) -> Answers {
    let answer = |(level, says): (Level, &str)| Answer { level, says: says.to_owned() };
    Answers { stands: answer(stands), runs: answer(runs), whole: answer(whole), worth: answer(worth) }
}

/// Four grey answers.
pub fn unearned() -> Answers {
    let grey = (Level::Unknown, "not evidenced");
    answers(grey, grey, grey, grey)
}

/// Where a run of a list comes from and how it ended.
pub fn run_kind(number: u128) -> (Origin, Outcome, Option<Reason>) {
    match number {
        1 => (Origin::Probe, Outcome::Failed, Some(Reason::Auth)),
        2 => (Origin::Integration, Outcome::Partial, Some(Reason::DataRejected)),
        3 => (Origin::Expectation, Outcome::Missed, Some(Reason::Overdue)),
        _ => (Origin::Probe, Outcome::Ok, None),
    }
}

/// 24 hours with figures.
pub fn series(filled: bool) -> Series {
    let to = at(NOW);
    let from = to - model::Span::hours(24);
    let point = SeriesPoint {
        at: from,
        counts: counts(118, 2),
        p50_us: Some(42_000),
        p95_us: Some(96_000),
        p99_us: Some(412_000),
        held: Held { up_ms: 3_600_000, ..Held::default() },
        measures: std::collections::BTreeMap::new(),
        units: 40.0,
    };
    let total = SeriesTotal {
        counts: counts(2_814, 31),
        error_rate: Some(31.0 / 2_845.0),
        p50_us: Some(42_000),
        p95_us: Some(96_000),
        p99_us: Some(412_000),
        held: Held { up_ms: 85_000_000, down_ms: 1_400_000, ..Held::default() },
        availability: Some(0.9838),
        coverage: 1.0,
    };
    Series {
        from,
        to,
        step: Step::Hour,
        time_zone: "Europe/Berlin".to_owned(),
        points: if filled { vec![point] } else { Vec::new() },
        total: if filled { total } else { SeriesTotal::default() },
    }
}

/// A chart in the sentinel colours.
pub const CHART: &str = concat!(
    r##"<svg class="chart-svg" viewBox="0 0 720 220" data-plot="48 12 660 180" data-from="1795341600000" data-to="1795428000000" data-step="hour" role="img">"##,
    r##"<title>Latency</title><desc>p50, p95 and p99</desc><rect x="300" y="12" width="60" height="180" fill="#F1F2F4"/>"##,
    r##"<line x1="48" y1="192" x2="708" y2="192" stroke="#B4B9C0"/><line x1="48" y1="102" x2="708" y2="102" stroke="#E3E5E8"/>"##,
    r##"<polyline fill="none" stroke="#0072B2" stroke-width="1.5" points="48,160 120,158 200,162 300,155"/>"##,
    r##"<polyline fill="none" stroke="#E69F00" stroke-width="1.5" points="48,130 120,126 200,134 300,120"/>"##,
    r##"<polyline fill="none" stroke="#CC79A7" stroke-width="1.5" points="360,60 480,90 600,40 708,70"/>"##,
    r##"<text x="8" y="106" font-size="11" fill="#5B626C">100 ms</text></svg>"##
);
