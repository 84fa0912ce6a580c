mod aside;

use chrono_tz::Tz;
use model::{
    BaselineMethod, BaselineSpec, Expectation, IntegrationSpec, Level, Lifecycle, Outcome, Per, ProbeSpec, Reason, Run,
    Schedule, Span, Standing, Timestamp, Unit, hours::HoursRange, integration::chrono_date::Day,
};
use serde_json::json;

use super::{Circumstances, StandingFacts, of_probe, standing};
use crate::state::{
    ProbeState, SentState,
    fixture::{at, failed, run},
};

const MINUTE: i64 = 60;
const HOUR: i64 = 3_600;

/// "Orders to NetSuite", as it stands in the tests: probes with their runs, and what it sent.
struct Bridge {
    spec: IntegrationSpec,
    probes: Vec<(ProbeSpec, ProbeState)>,
    sent: SentState,
    worth: Option<HoursRange>,
}

fn bridge() -> Bridge {
    let spec = json!({"slug": "orders", "name": "Orders to NetSuite", "from": "shop", "to": "netsuite"});
    let mut spec: IntegrationSpec = serde_json::from_value(spec).expect("an integration");
    spec.unit = Some(Unit { one: "order".to_owned(), many: "orders".to_owned() });
    Bridge { spec, probes: Vec::new(), sent: SentState::default(), worth: None }
}

fn every(span: Span) -> Schedule {
    Schedule::Every { every: span }
}

impl Bridge {
    /// With a probe that asks every 30 seconds and saw these runs.
    fn probed(self, slug: &str, runs: &[Run]) -> Self {
        let spec = json!({"slug": slug, "kind": "http", "every": "30s", "up_after": 2});
        self.with(serde_json::from_value(spec).expect("a probe"), runs)
    }

    /// With a heartbeat that expects a ping every 10 minutes.
    fn beating(self, runs: &[Run]) -> Self {
        let spec = json!({"slug": "beat", "kind": "heartbeat", "every": "10m", "options": {"grace": "5m"}});
        self.with(serde_json::from_value(spec).expect("a probe"), runs)
    }

    fn with(mut self, spec: ProbeSpec, runs: &[Run]) -> Self {
        let state =
            runs.iter().fold(ProbeState::default(), |state, run| state.step(run, spec.down_after, spec.up_after));
        self.probes.push((spec, state));
        self
    }

    fn promising(mut self, schedule: Schedule, min_units: Option<f64>) -> Self {
        self.spec.expect = Some(Expectation { schedule, grace: Span::minutes(30), min_units });
        self
    }

    fn sending(mut self, runs: &[Run]) -> Self {
        self.sent = runs.iter().fold(self.sent, |state, run| state.step(run, true));
        self
    }

    fn at(&self, second: i64) -> Standing {
        self.within(Circumstances::default(), second)
    }

    fn within(&self, circumstances: Circumstances<'_>, second: i64) -> Standing {
        let probes: Vec<_> = self.probes.iter().map(|(spec, state)| (spec, state)).collect();
        let facts = StandingFacts {
            integration: &self.spec,
            to_name: "NetSuite",
            probes: &probes,
            sent: &self.sent,
            worth: self.worth,
            period: "November",
            zone: Tz::UTC,
            circumstances,
        };
        standing(&facts, at(second))
    }
}

fn oks(seconds: &[i64]) -> Vec<Run> {
    seconds.iter().map(|&second| run(second, Outcome::Ok)).collect()
}

fn refused(second: i64) -> Run {
    failed(second, Reason::Auth, "401 Unauthorized", Some(401))
}

fn missed(second: i64) -> Run {
    Run { scheduled_at: Some(at(second)), ..run(second, Outcome::Missed) }
}

/// The level, and the worst reason with its since.
fn worst(standing: &Standing) -> (Level, &str, Option<Timestamp>) {
    let why = standing.why.first().expect("a reason");
    (standing.level, why.sentence.as_str(), why.since)
}

#[test]
fn a_bridge_is_okay_on_the_evidence_named() {
    let bridge = bridge().probed("api", &oks(&[0, 30])).probed("login", &oks(&[10, 40])).sending(&oks(&[20]));
    let standing = bridge.at(50);
    assert_eq!((standing.level, standing.since, standing.why.len()), (Level::Okay, Some(at(10)), 0));
    assert_eq!(standing.evidence, ["2 probes", "runs it sends"]);
    let answers = standing.answers;
    assert_eq!((answers.stands.level, answers.stands.says.as_str()), (Level::Okay, "2 probes okay"));
    assert_eq!((answers.runs.level, answers.runs.says.as_str()), (Level::Okay, "newest 00:00 UTC, none promised"));
    assert_eq!((answers.whole.level, answers.whole.says.as_str()), (Level::Unknown, "not evidenced"));
    assert_eq!((answers.worth.level, answers.worth.says.as_str()), (Level::Unknown, "no baseline"));
}

#[test]
fn a_refused_probe_is_confirmed_first_and_a_problem_then() {
    // Given a probe that is okay, when it is refused once, then that is attention, being confirmed.
    let mut runs = oks(&[0]);
    runs.push(refused(30));
    let standing = bridge().probed("api", &runs).at(35);
    assert_eq!(worst(&standing), (Level::Attention, "401 from NetSuite", Some(at(30))));
    assert_eq!(standing.why[0].confirming, Some((1, 3)));
    assert_eq!(standing.answers.stands.says, "401 from NetSuite since 00:00 UTC (1 of 3, confirming)");

    // After three times it is a problem since the first.
    runs.extend([refused(40), refused(50)]);
    let standing = bridge().probed("api", &runs).at(55);
    assert_eq!(worst(&standing), (Level::Problem, "401 from NetSuite", Some(at(30))));
    assert_eq!((standing.why[0].confirming, standing.since), (None, Some(at(30))));
    assert_eq!((standing.why[0].reason, standing.why[0].run), (Some(Reason::Auth), Some(refused(50).id)));
    assert_eq!(standing.answers.stands.level, Level::Problem);

    // While it comes back, it is a problem that is being confirmed to be over; then it is okay.
    runs.push(run(60, Outcome::Ok));
    let standing = bridge().probed("api", &runs).at(65);
    assert_eq!((standing.level, standing.why[0].confirming), (Level::Problem, Some((1, 2))));
    runs.push(run(70, Outcome::Ok));
    let standing = bridge().probed("api", &runs).at(75);
    assert_eq!((standing.level, standing.since), (Level::Okay, Some(at(60))));
}

#[test]
fn what_a_probe_found_is_said_in_words() {
    let cases = [
        (Reason::Auth, "401 Unauthorized", Some(401), "401 from NetSuite"),
        (Reason::ServerError, "NetSuite answered 503", Some(503), "503 from NetSuite"),
        (
            Reason::Connect,
            "error sending request: tcp connect: Connection refused (os error 111)",
            None,
            "no connection to NetSuite: connection refused",
        ),
        (Reason::Connect, "", None, "no connection to NetSuite"),
        (
            Reason::Connect,
            "127.0.0.1:80 closed the connection before it answered",
            None,
            "NetSuite closed the connection before it answered",
        ),
        (Reason::Dns, "no such host", None, "no address for NetSuite: no such host"),
        (Reason::Tls, "certificate has expired", None, "no trusted connection to NetSuite: certificate has expired"),
        (Reason::Timeout, "deadline has elapsed", None, "no answer from NetSuite within 10 s"),
        (Reason::TooLarge, "more than 1 MiB", Some(200), "the answer from NetSuite is too large"),
        (Reason::Parse, "EOF at line 1", Some(200), "the answer from NetSuite cannot be read: EOF at line 1"),
        (Reason::Assertion, "json.items.size() > 0: 0 > 0.", Some(200), "json.items.size() > 0: 0 > 0"),
        (Reason::Assertion, "", Some(200), "NetSuite does not answer as asserted"),
    ];
    for (reason, message, status, sentence) in cases {
        let standing = bridge().probed("api", &[failed(0, reason, message, status)]).at(5);
        assert_eq!(worst(&standing).1, sentence, "{reason} {message}");
    }
}

#[test]
fn no_evidence_for_two_cadences_is_unknown_whatever_was_before() {
    for runs in [oks(&[0]), vec![refused(0), refused(0), refused(0)]] {
        let bridge = bridge().probed("api", &runs);
        assert_ne!(bridge.at(70).level, Level::Unknown, "two periods of 30 s and a timeout of 10 s");
        assert_eq!(worst(&bridge.at(71)), (Level::Unknown, "no run", Some(at(0))));
        assert_eq!(bridge.at(71).answers.stands.says, "no run since 00:00 UTC");
    }
    // A fault of our own is told as such.
    let late = Run { reason: Some(Reason::SchedulerLate), ..run(60, Outcome::Unknown) };
    let standing = bridge().probed("api", &[run(0, Outcome::Ok), late]).at(71);
    assert_eq!(worst(&standing), (Level::Unknown, "nothing known: our scheduler was late", Some(at(0))));
    assert_eq!(worst(&bridge().probed("api", &[]).at(0)), (Level::Unknown, "no run yet", None));
}

#[test]
fn evidence_of_a_cron_probe_ends_after_two_moments_of_its_calendar() {
    // Given a probe that asks on weekdays at 2, and did on Monday,
    let spec = json!({"slug": "api", "kind": "http", "cron": "0 2 * * 1-5", "time_zone": "UTC"});
    let bridge = bridge().with(serde_json::from_value(spec).expect("a probe"), &oks(&[2 * HOUR]));
    // then its word holds until Wednesday at 2, and the timeout.
    assert_eq!(bridge.at(50 * HOUR + 10).level, Level::Okay);
    assert_eq!(bridge.at(50 * HOUR + 11).level, Level::Unknown);
}

#[test]
fn green_probes_do_not_hide_that_nothing_crosses() {
    // Given a probe that is okay all morning and a promise of a run every hour, kept last at 6,
    let bridge = |missed: &[Run]| {
        bridge()
            .probed("api", &oks(&[9 * HOUR]))
            .promising(every(Span::hours(1)), None)
            .sending(&oks(&[6 * HOUR]))
            .sending(missed)
    };
    let first = 7 * HOUR + 30 * MINUTE;

    // then one missed is attention, and two are a problem, though it stands.
    assert_eq!(worst(&bridge(&[missed(first)]).at(9 * HOUR)), (Level::Attention, "no orders", Some(at(6 * HOUR))));
    let standing = bridge(&[missed(first), missed(first + HOUR)]).at(9 * HOUR);
    assert_eq!(worst(&standing), (Level::Problem, "no orders", Some(at(6 * HOUR))));
    assert_eq!((standing.why[0].reason, standing.why[0].probe.clone()), (Some(Reason::Overdue), None));
    assert_eq!(standing.since, Some(at(6 * HOUR)));
    assert_eq!((standing.answers.stands.level, standing.answers.runs.level), (Level::Okay, Level::Problem));
    assert_eq!(standing.answers.runs.says, "no orders since 06:00 UTC");
}

#[test]
fn an_overdue_run_of_a_calendar_tells_its_hour_and_how_late_it_is() {
    // Given the pay-roll export, promised at 02:00 in Berlin (01:00 UTC) with 30 minutes of grace, and missed,
    let cron = Schedule::Cron { cron: "0 2 * * *".to_owned(), time_zone: "Europe/Berlin".to_owned() };
    let deadline = HOUR + 30 * MINUTE;
    let late = bridge().promising(cron.clone(), None).sending(&[missed(deadline)]);

    // then its sentence tells the time itself, and the standing when it began.
    let standing = late.at(HOUR + 32 * MINUTE + 20);
    assert_eq!(worst(&standing), (Level::Attention, "expected 02:00 Berlin, 32 min late", None));
    assert_eq!(standing.since, Some(at(HOUR)));
    assert_eq!(standing.answers.runs.says, "expected 02:00 Berlin, 32 min late");

    // The next night it is two in a row, since the first.
    let standing = late.sending(&[missed(deadline + 24 * HOUR)]).at(26 * HOUR);
    assert_eq!(worst(&standing), (Level::Problem, "expected Mon 02:00 Berlin, 1 day 1 h late, 2 in a row", None));
}

#[test]
fn fewer_units_than_promised_are_told_apart_from_none() {
    let mut bridge = bridge().promising(every(Span::hours(1)), Some(10.0)).sending(&oks(&[0]));
    bridge.sent = bridge.sent.step(&run(HOUR, Outcome::Ok), false).step(&missed(HOUR + 30 * MINUTE), true);
    assert_eq!(worst(&bridge.at(2 * HOUR)).1, "fewer than the 10 orders promised");
    let none = self::bridge().promising(every(Span::hours(1)), None).sending(&[missed(0)]);
    assert_eq!(worst(&none.at(60)).1, "no orders yet, expected every 1 h");
}

#[test]
fn sent_runs_that_fail_or_deliver_a_part_are_told() {
    let part = Run { message: Some("12 orders refused.".to_owned()), ..run(0, Outcome::Partial) };
    let refused_records =
        Run { records: model::Records { failed: Some(12), ..model::Records::default() }, ..run(0, Outcome::Partial) };
    let cases = [
        (
            vec![failed(0, Reason::Timeout, "", None)],
            Level::Attention,
            "the newest run failed: no answer from NetSuite in time",
        ),
        (vec![refused(0), refused(60)], Level::Problem, "2 runs failed in a row: 401 Unauthorized"),
        (vec![run(0, Outcome::Warn)], Level::Attention, "the newest run warns"),
        (vec![part], Level::Attention, "the newest run delivered only a part: 12 orders refused"),
        (vec![refused_records], Level::Attention, "12 records rejected in the newest run"),
    ];
    for (runs, level, sentence) in cases {
        let standing = bridge().sending(&runs).at(120);
        assert_eq!(worst(&standing), (level, sentence, Some(at(0))));
        assert_eq!(standing.answers.runs.level, level);
        assert_eq!(standing.evidence, ["runs it sends"]);
    }
}

#[test]
fn a_heartbeat_answers_for_runs_and_not_for_standing() {
    let beating = bridge().beating(&oks(&[0]));
    let answers = beating.at(60).answers;
    assert_eq!((answers.stands.says.as_str(), answers.runs.says.as_str()), ("no probe", "newest 00:00 UTC"));
    assert_eq!(beating.at(60).evidence, ["1 heartbeat"]);

    // One ping missed is attention, two in a row are a problem, though three would be needed to be hard down.
    let once = bridge().beating(&[run(0, Outcome::Ok), missed(900)]);
    assert_eq!(worst(&once.at(905)), (Level::Attention, "no ping", Some(at(0))));
    let twice = bridge().beating(&[run(0, Outcome::Ok), missed(900), missed(1_500)]);
    assert_eq!(worst(&twice.at(1_505)), (Level::Problem, "no ping", Some(at(0))));
    assert_eq!(twice.at(1_505).answers.runs.level, Level::Problem);
}

#[test]
fn the_level_is_the_worst_of_all_reasons_and_the_worst_comes_first() {
    let warned = Run { message: Some("latency < 300 ms: 842 ms".to_owned()), ..run(0, Outcome::Warn) };
    let down = [refused(10), refused(20), refused(30)];
    let standing = bridge().probed("slow", &[warned]).probed("api", &down).probed("new", &[]).at(35);
    let levels: Vec<Level> = standing.why.iter().map(|why| why.level).collect();
    assert_eq!(levels, [Level::Problem, Level::Attention, Level::Unknown]);
    assert_eq!((standing.level, standing.since), (Level::Problem, Some(at(10))));
    assert_eq!(standing.why[1].sentence, "latency < 300 ms: 842 ms");
    assert_eq!(standing.why[0].probe.as_ref().map(ToString::to_string).as_deref(), Some("api"));
}

#[test]
fn probes_that_do_not_count_or_are_switched_off_move_no_level() {
    let down = [refused(10), refused(20), refused(30)];
    let mut bridge = bridge().probed("api", &down).probed("other", &down);
    bridge.probes[0].0.counts = false;
    bridge.probes[1].0.enabled = false;
    let standing = bridge.at(35);
    assert_eq!(worst(&standing), (Level::Unknown, "never evidenced: no probe, and no run was ever sent", None));
    assert_eq!(standing.answers.stands.says, "no probe");
    let (spec, state) = &bridge.probes[1];
    assert_eq!(of_probe(spec, state, "NetSuite", at(35)).level, Level::Paused);
}

#[test]
fn nothing_is_asked_of_what_is_paused_or_not_live() {
    let down = [refused(10), refused(20), refused(30)];
    for (lifecycle, level, sentence) in [
        (Lifecycle::Paused, Level::Paused, "paused"),
        (Lifecycle::Proposed, Level::Unknown, "not live yet"),
        (Lifecycle::Building, Level::Unknown, "not live yet"),
        (Lifecycle::Retired, Level::Unknown, "retired"),
    ] {
        let mut bridge = bridge().probed("api", &down);
        bridge.spec.lifecycle = lifecycle;
        let standing = bridge.at(35);
        assert_eq!(worst(&standing), (level, sentence, None));
        assert_eq!((standing.answers.stands.level, standing.answers.runs.says.as_str()), (level, sentence));
    }
}

#[test]
fn a_promise_that_waits_for_its_first_run_is_not_evidence() {
    let mut bridge = bridge().promising(every(Span::hours(1)), None);
    assert_eq!(worst(&bridge.at(0)).1, "no run yet");
    bridge.sent = bridge.sent.expecting(Some(at(HOUR)), Some(at(HOUR + 30 * MINUTE)));
    assert_eq!(worst(&bridge.at(0)), (Level::Unknown, "no run yet, the first is expected by 01:30 UTC", None));
    assert_eq!(bridge.at(0).answers.runs.says, "no run yet");
}

#[test]
fn worth_is_grey_until_there_is_a_baseline_and_something_counted() {
    let mut bridge = bridge();
    let says = |bridge: &Bridge| bridge.at(0).answers.worth.says;
    assert_eq!(says(&bridge), "no baseline");
    bridge.spec.baseline = Some(BaselineSpec {
        per: Per::Unit,
        low_minutes: 3.0,
        likely_minutes: 5.0,
        high_minutes: 9.0,
        method: BaselineMethod::Interview,
        source: "accounting".to_owned(),
        valid_from: Day::parse("2026-01-01").expect("a day"),
    });
    assert_eq!(says(&bridge), "no data");
    bridge.worth = Some(HoursRange { low: 20.0, mean: 26.2, high: 31.0, units: 312.0 });
    assert_eq!(says(&bridge), "26 h in November, unverified");
    assert_eq!(bridge.at(0).answers.worth.level, Level::Okay);
}

#[test]
fn a_probe_says_how_it_is_on_its_own_row() {
    let says = |runs: &[Run], second| {
        let bridge = bridge().probed("api", runs);
        let (spec, state) = &bridge.probes[0];
        of_probe(spec, state, "NetSuite", at(second)).says
    };
    assert_eq!(says(&oks(&[0, 3 * HOUR]), 3 * HOUR + 5), "okay for 3 h");
    assert_eq!(says(&[refused(0)], 5), "401 from NetSuite (1 of 3, confirming)");
    assert_eq!(says(&[refused(0), refused(10), refused(20)], 25), "401 from NetSuite");
    assert_eq!(says(&[], 25), "no run yet");
}
