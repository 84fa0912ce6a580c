//! The three worlds.

use std::collections::BTreeMap;

use model::{
    Assertion, Baseline, BaselineId, BaselineMethod, BaselineSpec, Body, Exchange, Expectation, HoursSaved,
    Integration, IntegrationDetail, IntegrationId, IntegrationRow, IntegrationSpec, Level, Link, Outcome, Per, Phases,
    Probe, ProbeId, ProbeSpec, ProbeStanding, Reason, Records, Request, Response, Run, RunDetail, RunId, RunRow,
    RunStep, Schedule, Series, Slug, Span, Standing, System, SystemId, SystemSpec, Tier, Unit,
    hours::{Cost, HoursRange},
    integration::chrono_date::Day,
    overview::{AnswerTally, AttentionItem, Demo, DemoServer, Overview, TierLevels, Tile},
    views::{DayMark, ExpectationState},
};

use super::{NOW, at, parts::*};

/// Which world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Installed a minute ago.
    Nothing,
    /// A dozen integrations, some in trouble.
    Rich,
    /// The same with the longest names that anyone would type.
    Long,
}

const STORIES: [(&str, &str, &str, &str, u8, Level, Option<&str>); 12] = [
    ("orders-to-netsuite", "Orders to NetSuite", "Salesforce", "NetSuite", 1, Level::Problem, Some("Finance Systems")),
    ("payroll-export", "Payroll export", "Workday", "ADP", 1, Level::Problem, Some("People Ops")),
    (
        "invoices-to-warehouse",
        "Invoices to the warehouse",
        "NetSuite",
        "Snowflake",
        2,
        Level::Attention,
        Some("Data Platform"),
    ),
    ("leads-to-salesforce", "Leads to Salesforce", "Marketo", "Salesforce", 2, Level::Attention, Some("Sales Ops")),
    ("contracts-to-zuora", "Contracts to Zuora", "Salesforce", "Zuora", 1, Level::Okay, Some("Finance Systems")),
    ("new-hires-to-okta", "New hires to Okta", "Workday", "Okta", 1, Level::Okay, Some("IT Ops")),
    ("tickets-to-warehouse", "Tickets to the warehouse", "Zendesk", "Snowflake", 3, Level::Okay, Some("Data Platform")),
    ("expenses-to-netsuite", "Expenses to NetSuite", "Expensify", "NetSuite", 2, Level::Okay, Some("Finance Systems")),
    ("usage-to-salesforce", "Usage to Salesforce", "Snowflake", "Salesforce", 2, Level::Okay, Some("Sales Ops")),
    ("laptops-to-jamf", "Laptops to Jamf", "Okta", "Jamf", 3, Level::Paused, Some("IT Ops")),
    ("badges-to-door-system", "Badges to the door system", "Okta", "Kisi", 3, Level::Unknown, None),
    ("sanctions-list", "Sanctions list", "Refinitiv", "Salesforce", 1, Level::Unknown, Some("Legal Ops")),
];

const LONG: &str = "Rechnungsstellungsdatenübernahmeschnittstelle der Konzerntochtergesellschaft Nordwestdeutschland";

impl World {
    fn name(self, name: &str) -> String {
        if self == Self::Long { format!("{name} / {LONG}") } else { name.to_owned() }
    }

    fn stories(
        self,
    ) -> &'static [(&'static str, &'static str, &'static str, &'static str, u8, Level, Option<&'static str>)] {
        if self == Self::Nothing { &[] } else { &STORIES }
    }

    pub fn overview(self) -> Overview {
        let mut tiers = Tier::ALL.map(TierLevels::of);
        let mut tiles = Vec::new();
        for &(slug_text, name, _, _, number, level, _) in self.stories() {
            tiers[usize::from(number) - 1].add(level);
            tiles.push(Tile { slug: slug(slug_text), name: self.name(name), tier: tier(number), level });
        }
        let some = !tiles.is_empty();
        Overview {
            as_of: at(NOW),
            time_zone: "Europe/Berlin".to_owned(),
            attention: if some { self.attention() } else { Vec::new() },
            tiers: tiers.to_vec(),
            stands: if some {
                AnswerTally { okay: 7, attention: 1, problem: 1, unearned: 3 }
            } else {
                AnswerTally::default()
            },
            runs: if some {
                AnswerTally { okay: 6, attention: 0, problem: 2, unearned: 4 }
            } else {
                AnswerTally::default()
            },
            whole: if some { AnswerTally { unearned: 12, ..AnswerTally::default() } } else { AnswerTally::default() },
            worth: if some {
                AnswerTally { okay: 5, unearned: 7, ..AnswerTally::default() }
            } else {
                AnswerTally::default()
            },
            today: if some { counts(18_173, 31) } else { counts(0, 0) },
            yesterday: if some { counts(17_900, 19) } else { counts(0, 0) },
            hours: self.hours(),
            chart: some.then(|| CHART.to_owned()),
            tiles,
            departments: if some {
                vec!["Finance".to_owned(), "People".to_owned(), "Sales".to_owned()]
            } else {
                Vec::new()
            },
            demo: (self == Self::Rich).then(|| Demo {
                servers: vec![
                    DemoServer { system: slug("netsuite"), name: "NetSuite".to_owned(), running: true },
                    DemoServer { system: slug("salesforce"), name: "Salesforce".to_owned(), running: false },
                    DemoServer { system: slug("snowflake"), name: "Snowflake".to_owned(), running: true },
                ],
                history: 0.62,
            }),
        }
    }

    fn hours(self) -> HoursSaved {
        HoursSaved {
            from: at("2026-10-31T23:00:00Z"),
            to: at(NOW),
            period: "November".to_owned(),
            hours: (self != Self::Nothing).then_some(HoursRange {
                low: 371.2,
                mean: 412.4,
                high: 460.0,
                units: 4_948.0,
            }),
            counted: 5,
            without: 7,
        }
    }

    fn attention(self) -> Vec<AttentionItem> {
        let hand = |units, unit: &str, hours| Cost::HandWork { units, unit: unit.to_owned(), hours };
        let mut slow =
            why(Level::Attention, "p95 of 1.84 s, three times its usual, since Tue 14:10", None, Reason::Assertion);
        slow.confirming = Some((1, 3));
        let items = [
            (0, why(Level::Problem, "401 from NetSuite", Some(19), Reason::Auth), 2, hand(312.0, "orders", 26.0)),
            (
                1,
                why(Level::Problem, "expected 02:00 Berlin, 9 h late", None, Reason::Overdue),
                0,
                hand(1.0, "pay run", 6.5),
            ),
            (
                2,
                why(Level::Attention, "no invoices since 06:00 though its probe answers", None, Reason::Overdue),
                0,
                Cost::None,
            ),
            (3, slow, 0, Cost::Unknown),
        ];
        items
            .into_iter()
            .map(|(index, why, further, cost)| {
                let (slug_text, name, _, _, number, level, owner) = self.stories()[index];
                AttentionItem {
                    integration: slug(slug_text),
                    name: self.name(name),
                    tier: tier(number),
                    level,
                    why,
                    further,
                    cost,
                    owner: owner.map(|owner| self.name(owner)),
                }
            })
            .collect()
    }

    pub fn systems(self) -> Vec<System> {
        self.stories()
            .iter()
            .take(3)
            .map(|story| System {
                id: SystemId(1),
                spec: SystemSpec {
                    slug: Slug::from_words(story.3).expect("a slug"),
                    name: story.3.to_owned(),
                    kind: None,
                    owner: None,
                    description: None,
                    formerly: None,
                },
                catalogue: None,
                created_at: at(NOW),
                retired_at: None,
            })
            .collect()
    }

    pub fn rows(self) -> Vec<IntegrationRow> {
        self.stories()
            .iter()
            .map(|&(slug_text, name, from, to, number, level, owner)| {
                let known = level != Level::Unknown;
                IntegrationRow {
                    slug: slug(slug_text),
                    name: self.name(name),
                    from: self.name(from),
                    to: self.name(to),
                    tier: tier(number),
                    owner: owner.map(|owner| self.name(owner)),
                    department: known.then(|| "Finance".to_owned()),
                    level,
                    answers: if known {
                        answers(
                            (level, "2 probes"),
                            (Level::Okay, "17 of 18 came"),
                            (Level::Unknown, "not evidenced"),
                            (Level::Okay, "26 h in November, unverified"),
                        )
                    } else {
                        unearned()
                    },
                    last_24h: if known {
                        counts(2_814, if level == Level::Okay { 0 } else { 31 })
                    } else {
                        counts(0, 0)
                    },
                    hours: known.then_some(26.0),
                }
            })
            .collect()
    }

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
                Cost::Unknown
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
        }
    }

    pub fn series(self) -> Series {
        series(self != Self::Nothing)
    }

    pub fn chart(self) -> String {
        if self == Self::Nothing { String::new() } else { CHART.to_owned() }
    }

    pub fn runs(self) -> Vec<RunRow> {
        if self == Self::Nothing {
            return Vec::new();
        }
        (1..=14)
            .map(|number| {
                let (origin, outcome, reason) = run_kind(number);
                let minutes = i64::try_from(number).expect("small") * 7;
                RunRow {
                    id: run_id(number),
                    integration: slug("orders-to-netsuite"),
                    integration_name: self.name("Orders to NetSuite"),
                    probe: (origin == model::Origin::Probe).then(|| slug("api")),
                    origin,
                    outcome,
                    reason,
                    message: (outcome != Outcome::Ok).then(|| self.name("NetSuite answered 401 Unauthorized")),
                    started_at: minutes_ago(minutes),
                    duration_ms: (outcome != Outcome::Missed).then_some(842),
                    latency_us: (outcome != Outcome::Missed).then_some(842_000),
                    units: (outcome == Outcome::Partial).then_some(40.0),
                    written: (outcome == Outcome::Partial).then_some(38),
                    rejected: (outcome == Outcome::Partial).then_some(2),
                    demo_history: number > 12,
                }
            })
            .collect()
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
                Cost::Unknown
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
