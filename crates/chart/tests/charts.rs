//! What every chart promises, and how each looks.

use chrono_tz::{Europe::Berlin, Tz};
use model::{Counts, Held, Series, SeriesPoint, Span, Step, Timestamp, series::SeriesTotal};

const START: &str = "2026-11-22T09:00:00Z";

fn start() -> Timestamp {
    Timestamp::parse(START).expect("a moment")
}

/// A day of hours; those in `silent` hold nothing.
fn a_day(silent: &[i64]) -> Series {
    let points: Vec<SeriesPoint> = (0..24)
        .filter(|hour| !silent.contains(hour))
        .map(|hour| SeriesPoint {
            at: start() + Span::hours(hour),
            counts: Counts { ok: 100 - hour, failed: hour % 5, ..Counts::default() },
            p50_us: Some(80_000 + 1_000 * hour),
            p95_us: Some(160_000 + 3_000 * hour),
            p99_us: Some(400_000 + 9_000 * (hour % 7)),
            held: Held { up_ms: 3_600_000, ..Held::default() },
            measures: [("queue_depth".to_owned(), 3.5 * f64::from(u8::try_from(hour).expect("small")))].into(),
            units: 0.0,
        })
        .collect();
    let counts = points.iter().fold(Counts::default(), |sum, point| sum.plus(point.counts));
    let total = SeriesTotal {
        counts,
        error_rate: counts.error_rate(),
        p50_us: (!points.is_empty()).then_some(91_000),
        p95_us: (!points.is_empty()).then_some(195_000),
        p99_us: (!points.is_empty()).then_some(454_000),
        ..SeriesTotal::default()
    };
    Series {
        from: start(),
        to: start() + Span::hours(24),
        step: Step::Hour,
        time_zone: "Europe/Berlin".to_owned(),
        points,
        total,
    }
}

/// Every kind of chart of one series.
fn all_charts(series: &Series, zone: Tz) -> Vec<(&'static str, String)> {
    vec![
        ("latency", chart::latency(series, zone).expect("drawn")),
        ("error_rate", chart::error_rate(series, zone).expect("drawn")),
        ("measure", chart::measure(series, "queue_depth", "jobs", zone).expect("drawn")),
        ("failures", chart::failures(series, zone).expect("drawn")),
    ]
}

/// The elements and their attributes, read strictly enough to fail on anything that is no well-formed XML of this plain sort.
fn elements(svg: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    let mut rest = svg.trim();
    while let Some(at) = rest.find('<') {
        assert!(!rest[..at].contains('>'), "a stray > before: {rest}");
        let (tag, after) = rest[at + 1..].split_once('>').expect("every tag ends");
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name), "closed in order");
            continue;
        }
        let (inside, closed) = tag.strip_suffix('/').map_or((tag, false), |inside| (inside, true));
        let (name, attributes) = inside.split_once(' ').unwrap_or((inside, ""));
        let mut quoted = attributes.split('"');
        let mut pairs = Vec::new();
        while let (Some(key), Some(value)) = (quoted.next(), quoted.next()) {
            pairs.push((key.trim().trim_end_matches('=').to_owned(), value.to_owned()));
        }
        found.push((name.to_owned(), pairs));
        if !closed {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    found
}

fn attribute<'a>(element: &'a (String, Vec<(String, String)>), key: &str) -> Option<&'a str> {
    element.1.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
}

#[test]
fn charts_look_as_they_did() {
    for (name, svg) in all_charts(&a_day(&[3, 4, 12]), Berlin) {
        insta::assert_snapshot!(name, svg);
    }
}

#[test]
fn every_chart_is_well_formed_named_scalable_and_without_style() {
    for series in [a_day(&[]), a_day(&[0, 5, 6, 23]), a_day(&(0..24).collect::<Vec<_>>())] {
        for (name, svg) in all_charts(&series, Berlin) {
            let elements = elements(&svg);
            let root = &elements[0];
            assert_eq!(attribute(root, "viewBox"), Some("0 0 760 220"), "{name}");
            assert_eq!((attribute(root, "width"), attribute(root, "height")), (None, None), "{name}");
            assert_eq!(attribute(root, "role"), Some("img"), "{name}");
            assert_eq!((elements[1].0.as_str(), elements[2].0.as_str()), ("title", "desc"), "{name}");
            assert!(elements.iter().all(|element| attribute(element, "style").is_none()), "{name}");
        }
    }
}

#[test]
fn every_colour_is_a_sentinel() {
    for (name, svg) in all_charts(&a_day(&[7]), Berlin) {
        for element in elements(&svg) {
            for colour in ["fill", "stroke"].iter().filter_map(|key| attribute(&element, key)) {
                let known = colour == "none" || chart::palette::ALL.iter().any(|sentinel| sentinel.hex == colour);
                assert!(known, "{name}: {colour}");
            }
        }
    }
}

#[test]
fn no_line_crosses_a_gap() {
    let lines = |series: &Series| {
        let svg = chart::latency(series, Berlin).expect("drawn");
        elements(&svg)
            .iter()
            .filter(|element| {
                element.0 == "polyline" && attribute(element, "stroke") == Some(chart::palette::SERIES_1.hex)
            })
            .map(|line| attribute(line, "points").expect("points").split_whitespace().count())
            .collect::<Vec<_>>()
    };
    assert_eq!(lines(&a_day(&[])), [24], "without a gap one line");
    assert_eq!(lines(&a_day(&[3, 4, 12])), [3, 7, 11], "a line for each stretch");
}

#[test]
fn a_bucket_alone_between_gaps_can_be_seen() {
    let silent: Vec<i64> = (0..24).filter(|hour| *hour != 9).collect();
    let svg = chart::latency(&a_day(&silent), Berlin).expect("drawn");
    assert_eq!(elements(&svg).iter().filter(|element| element.0 == "circle").count(), 3, "one for each quantile");
}

#[test]
fn a_period_without_data_says_so_and_draws_nothing() {
    for (name, svg) in all_charts(&a_day(&(0..24).collect::<Vec<_>>()), Berlin) {
        assert!(svg.contains("no data in this period"), "{name}");
        assert!(
            elements(&svg).iter().all(
                |element| element.0 != "polyline" || attribute(element, "stroke") == Some(chart::palette::AXIS.hex)
            ),
            "{name}"
        );
    }
}

#[test]
fn a_period_in_which_all_went_well_is_not_one_without_data() {
    let mut series = a_day(&[]);
    for point in &mut series.points {
        point.counts.failed = 0;
    }
    let svg = chart::error_rate(&series, Berlin).expect("drawn");
    assert!(!svg.contains("no data"), "{svg}");
    assert!(
        !elements(&svg)
            .iter()
            .any(|element| element.0 == "rect" && attribute(element, "fill") == Some(chart::palette::NO_DATA.hex))
    );
}

#[test]
fn what_hovers_is_told_where_the_plot_is_and_what_time_it_spans() {
    let series = a_day(&[]);
    let svg = chart::latency(&series, Berlin).expect("drawn");
    let elements = elements(&svg);
    let plot: Vec<i32> = attribute(&elements[0], "data-plot")
        .expect("there")
        .split(' ')
        .map(|number| number.parse().expect("a number"))
        .collect();
    let [x, _, width, _] = plot[..] else { panic!("four numbers: {plot:?}") };
    assert_eq!(attribute(&elements[0], "data-from"), Some(series.from.0.to_string().as_str()));
    assert_eq!(attribute(&elements[0], "data-to"), Some(series.to.0.to_string().as_str()));
    // The first point is the middle of the first of 24 hours: a forty-eighth of the width from the left.
    let line = elements
        .iter()
        .find(|element| attribute(element, "stroke") == Some(chart::palette::SERIES_1.hex))
        .expect("a line");
    let (first, _) = attribute(line, "points").expect("points").split_once(',').expect("a pair");
    let first: i32 = first.parse().expect("a number");
    assert!((first - (x + width / 48)).abs() <= 1, "{first} against {x} + {width} / 48");
}

#[test]
fn names_that_look_like_markup_stay_words() {
    let svg = chart::measure(&a_day(&[]), "<script>&\"'", "", Berlin).expect("drawn");
    assert!(!svg.contains("<script>"), "{svg}");
    elements(&svg);
}

#[test]
fn buckets_of_days_join_where_clocks_change() {
    let midnight = |text: &str| Timestamp::parse(text).expect("a moment");
    let mut series = a_day(&[]);
    series.step = Step::Day;
    series.points.truncate(3);
    for (point, at) in
        series.points.iter_mut().zip(["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"])
    {
        point.at = midnight(at);
    }
    (series.from, series.to) = (midnight("2026-10-24T22:00:00Z"), midnight("2026-10-27T23:00:00Z"));
    let svg = chart::latency(&series, Berlin).expect("drawn");
    assert!(!svg.contains("no data"), "a day of 25 hours leaves no gap: {svg}");
}
