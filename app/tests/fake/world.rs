//! The three worlds as lists.

use model::{
    HoursSaved, IntegrationRow, Level, Outcome, Reason, RunRow, Series, Slug, System, SystemId, SystemSpec, Tier,
    hours::{Cost, HoursRange},
    overview::{AnswerTally, AttentionItem, Demo, DemoServer, Overview, TierLevels, Tile},
};

use super::{NOW, at, parts::*};

/// Which world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum World {
    /// Installed a minute ago.
    Nothing,
    /// A dozen integrations, some in trouble.
    Rich,
    /// The same with the longest names that anyone would type, and markup in them.
    Long,
}

/// Slug, name, from, to, tier, level, owner.
type Story = (&'static str, &'static str, &'static str, &'static str, u8, Level, Option<&'static str>);

const STORIES: [Story; 12] = [
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

const LONG: &str =
    "Rechnungsstellungsdatenübernahmeschnittstelle der Konzerntochtergesellschaft Nordwestdeutschland </title><b>R&D";

impl World {
    pub fn name(self, name: &str) -> String {
        if self == Self::Long { format!("{name} / {LONG}") } else { name.to_owned() }
    }

    fn stories(self) -> &'static [Story] {
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

    pub fn hours(self) -> HoursSaved {
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
            (3, slow, 0, Cost::without_baseline()),
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
                    depends_on: Vec::new(),
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
                    cause: None,
                    in_maintenance: false,
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
}
