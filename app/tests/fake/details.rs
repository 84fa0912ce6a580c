//! One integration and two runs of each world, with all that is known of them.

use std::collections::BTreeMap;

use model::{
    Assertion, Baseline, BaselineId, BaselineMethod, BaselineSpec, Body, Exchange, Expectation, Integration,
    IntegrationDetail, IntegrationId, IntegrationSpec, Level, Link, Outcome, Per, Phases, Probe, ProbeId, ProbeSpec,
    ProbeStanding, Reason, Records, Request, Response, Run, RunDetail, RunId, RunStep, Schedule, Slug, Span, Standing,
    Unit,
    hours::Cost,
    integration::chrono_date::Day,
    views::{DayMark, ExpectationState},
};

use super::{NOW, World, at, parts::*};

impl World {
    /// Only the first has details; in the world of nothing it has just been added.
    pub fn detail(self, wanted: &Slug) -> Option<IntegrationDetail> {
        if wanted.as_str() != "orders-to-netsuite" {
            return None;
        }
        let rich = self != Self::Nothing;
        let standing = Standing {
            level: if rich { Level::Problem } else { Level::Unknown },
            since: rich.then(|| minutes_ago(19)),
            why: if rich {
                vec![
                    why(Level::Problem, "401 from NetSuite", Some(19), Reason::Auth),
                    why(Level::Attention, "expected 09:30 Berlin, 14 min late", None, Reason::Overdue),
                ]
            } else {
                Vec::new()
            },
            evidence: Vec::new(),
            answers: if rich {
                answers(
                    (Level::Problem, "401 from NetSuite since 10:41"),
                    (Level::Attention, "14 min late"),
                    (Level::Unknown, "not evidenced"),
                    (Level::Okay, "26 h in November, unverified"),
                )
            } else {
                unearned()
            },
        };
        Some(IntegrationDetail {
            integration: self.integration(rich),
            from_name: self.name("Salesforce"),
            to_name: self.name("NetSuite"),
            via_names: if rich { vec![self.name("Workato")] } else { Vec::new() },
            standing,
            cost: if rich {
                Cost::HandWork { units: 312.0, unit: "orders".to_owned(), hours: 26.0 }
            } else {
                Cost::without_baseline()
            },
            probe_states: if rich { vec![self.probe()] } else { Vec::new() },
            days: if rich { days() } else { Vec::new() },
            availability: if rich { Some(0.9991) } else { None },
            coverage: if rich { 0.998 } else { 0.0 },
            hours: self.hours(),
            baselines: if rich { vec![baseline()] } else { Vec::new() },
            expects: rich.then(|| ExpectationState {
                last_at: Some(minutes_ago(74)),
                due_at: Some(minutes_ago(30)),
                deadline: Some(minutes_ago(14)),
                missed_in_a_row: 1,
            }),
            measures: if rich { vec!["queue_depth".to_owned()] } else { Vec::new() },
            demo_history: self == Self::Rich,
            handling: if rich { self.handling() } else { model::Handling::default() },
            notices: if rich { self.notices() } else { Vec::new() },
            channels: if rich { vec![slug("finance-mail"), slug("on-call")] } else { Vec::new() },
        })
    }

    fn integration(self, rich: bool) -> Integration {
        let named = |text: &str| rich.then(|| self.name(text));
        Integration {
            id: IntegrationId(1),
            spec: IntegrationSpec {
                slug: slug("orders-to-netsuite"),
                name: self.name("Orders to NetSuite"),
                from: slug("salesforce"),
                to: slug("netsuite"),
                via: Vec::new(),
                description: named("Closed orders become sales orders, so that finance can bill the same day."),
                owner: named("Finance Systems"),
                business_owner: named("Dana Fields"),
                analyst: None,
                department: named("Finance"),
                business_process: named("order-to-cash"),
                tier: tier(1),
                lifecycle: model::Lifecycle::Live,
                live_since: Day::parse("2025-04-01"),
                classification: None,
                environment: "production".to_owned(),
                runbook: rich.then(|| "https://wiki.example.com/orders".to_owned()),
                documents: if rich {
                    vec![Link { title: "Field mapping".to_owned(), url: "https://wiki.example.com/mapping".to_owned() }]
                } else {
                    Vec::new()
                },
                building_blocks: Vec::new(),
                tags: Vec::new(),
                unit: rich.then(|| Unit { one: "order".to_owned(), many: "orders".to_owned() }),
                expect: rich.then(|| Expectation {
                    schedule: Schedule::Cron { cron: "30 * * * *".to_owned(), time_zone: "Europe/Berlin".to_owned() },
                    grace: Span::minutes(15),
                    min_units: None,
                }),
                baseline: None,
                probes: Vec::new(),
                formerly: None,
            },
            catalogue: rich.then(|| "landscape".to_owned()),
            created_at: at("2026-08-01T08:00:00Z"),
            retired_at: None,
        }
    }

    fn probe(self) -> ProbeStanding {
        ProbeStanding {
            probe: Probe {
                id: ProbeId(1),
                integration_id: IntegrationId(1),
                integration: slug("orders-to-netsuite"),
                spec: ProbeSpec {
                    slug: slug("api"),
                    name: Some(self.name("API answers")),
                    kind: "http".to_owned(),
                    options: serde_json::Map::new(),
                    schedule: Schedule::Every { every: Span::seconds(30) },
                    timeout: Span::seconds(10),
                    retries: model::Retries::default(),
                    down_after: 3,
                    up_after: 1,
                    retry_interval: None,
                    assert: vec!["status == 200".to_owned()],
                    warn: Vec::new(),
                    measures: BTreeMap::new(),
                    counts: true,
                    enabled: true,
                    upside_down: false,
                    environment: None,
                },
                ping_key: None,
                created_at: at("2026-08-01T08:00:00Z"),
            },
            level: Level::Problem,
            says: "401 from NetSuite".to_owned(),
            since: Some(minutes_ago(19)),
            last_run: Some(run_id(1)),
            last_at: Some(minutes_ago(0)),
            last_latency_us: Some(842_000),
            next_at: Some(at(NOW) + Span::seconds(12)),
            handling: self.probe_handling(),
        }
    }

    /// The failed run of a probe, number 1, and a run that the integration sent, number 2.
    pub fn run(self, id: RunId) -> Option<RunDetail> {
        let number = (1..=2).find(|&number| run_id(number) == id)?;
        let rich = self != Self::Nothing;
        let (origin, outcome, reason) = run_kind(number);
        let probed = number == 1 && rich;
        let run = Run {
            id,
            integration: slug("orders-to-netsuite"),
            probe: (number == 1).then(|| slug("api")),
            origin,
            external_id: (number == 2).then(|| "job-4711".to_owned()),
            environment: "production".to_owned(),
            scheduled_at: probed.then(|| minutes_ago(5)),
            started_at: minutes_ago(5),
            duration_ms: rich.then_some(842),
            latency_us: rich.then_some(842_000),
            outcome,
            reason,
            message: rich.then(|| self.name("NetSuite answered 401 Unauthorized; the last good run got 200")),
            cause: None,
            in_maintenance: false,
            attempt: 1,
            last_attempt: true,
            skipped: None,
            records: if number == 2 {
                Records { read: Some(40), written: Some(38), failed: Some(2), skipped: None }
            } else {
                Records::default()
            },
            units: (number == 2).then_some(40.0),
            units_counted: 38.0,
            run_counted: false,
            measures: if rich { BTreeMap::from([("queue_depth".to_owned(), 412.0)]) } else { BTreeMap::new() },
            business_key: None,
            event_at: None,
            delivered_at: None,
            touches: None,
            touch_s: None,
            phases: probed.then_some(Phases {
                dns_us: Some(4_000),
                connect_us: Some(22_000),
                tls_us: Some(41_000),
                first_byte_us: Some(770_000),
                transfer_us: Some(5_000),
            }),
            assertions: if probed { assertions() } else { Vec::new() },
            exchange: probed.then(exchange),
            steps: if number == 2 && rich { steps() } else { Vec::new() },
            demo_history: false,
        };
        Some(RunDetail {
            run,
            integration_name: self.name("Orders to NetSuite"),
            tier: tier(1),
            owner: rich.then(|| self.name("Finance Systems")),
            runbook: rich.then(|| "https://wiki.example.com/orders".to_owned()),
            to_name: self.name("NetSuite"),
            last_good: if rich { self.runs().into_iter().nth(4) } else { None },
            since: rich.then(|| minutes_ago(19)),
            like_it: 31,
            differences: if probed {
                vec![
                    "status 200 -> 401".to_owned(),
                    "header www-authenticate added".to_owned(),
                    "body keys -items +error".to_owned(),
                ]
            } else {
                Vec::new()
            },
            curl: probed.then(|| {
                "curl 'https://netsuite.example.com/rest/orders?limit=1' --header 'accept: application/json'".to_owned()
            }),
            cost: if rich {
                Cost::HandWork { units: 312.0, unit: "orders".to_owned(), hours: 26.0 }
            } else {
                Cost::without_baseline()
            },
        })
    }
}

fn days() -> Vec<DayMark> {
    let first = Day::parse("2026-08-26").expect("a day").0;
    (0..90_u32)
        .map(|index| {
            let level = match index {
                0..=5 => Level::Unknown,
                31 | 89 => Level::Problem,
                48 | 63 => Level::Attention,
                _ => Level::Okay,
            };
            let failed = if matches!(level, Level::Problem | Level::Attention) { 4 } else { 0 };
            DayMark {
                day: first.checked_add_days(chrono::Days::new(index.into())).expect("a day").to_string(),
                level,
                counts: if level == Level::Unknown { counts(0, 0) } else { counts(2_876, failed) },
                down_minutes: if level == Level::Problem { 19 } else { 0 },
            }
        })
        .collect()
}

fn baseline() -> Baseline {
    Baseline {
        id: BaselineId(1),
        integration: IntegrationId(1),
        version: 2,
        spec: BaselineSpec {
            per: Per::Unit,
            low_minutes: 4.0,
            likely_minutes: 5.0,
            high_minutes: 6.0,
            method: BaselineMethod::TimedSample,
            source: "Order desk, 40 orders timed in March 2025".to_owned(),
            valid_from: Day::parse("2025-04-01").expect("a day"),
        },
        created_at: at("2026-08-01T08:00:00Z"),
    }
}

fn assertions() -> Vec<Assertion> {
    let assertion = |expr: &str, passed, left: &str, right: &str| Assertion {
        expr: expr.to_owned(),
        passed,
        warns: false,
        left: Some(left.to_owned()),
        right: Some(right.to_owned()),
        error: None,
    };
    vec![
        assertion("latency < duration('2s')", true, "842ms", "2s"),
        assertion("status == 200", false, "401", "200"),
        Assertion {
            error: Some("json.items: no such key".to_owned()),
            left: None,
            right: None,
            ..assertion("json.items.size() > 0", false, "", "")
        },
    ]
}

fn exchange() -> Exchange {
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Exchange {
        request: Request {
            method: "GET".to_owned(),
            url: "https://netsuite.example.com/rest/orders?limit=1".to_owned(),
            headers: vec![header("accept", "application/json"), header("authorization", "(redacted)")],
            body: None,
        },
        response: Some(Response {
            status: Some(401),
            version: Some("HTTP/1.1".to_owned()),
            headers: vec![header("content-type", "application/json"), header("www-authenticate", "Bearer")],
            body: Some(Body {
                excerpt: r#"{"error": "invalid_token", "hint": "<b>expired</b> 2026-11-23T09:41:00Z"}"#.to_owned(),
                bytes: 71,
                cut: false,
            }),
            peer: Some("127.0.0.1:8443".to_owned()),
        }),
        redirects: Vec::new(),
    }
}

fn steps() -> Vec<RunStep> {
    vec![
        RunStep {
            name: "read orders".to_owned(),
            outcome: Outcome::Ok,
            started_at: None,
            duration_ms: Some(1_200),
            message: None,
        },
        RunStep {
            name: "write orders".to_owned(),
            outcome: Outcome::Partial,
            started_at: Some(minutes_ago(4)),
            duration_ms: Some(4_100),
            message: Some("2 refused: unknown customer".to_owned()),
        },
    ]
}
