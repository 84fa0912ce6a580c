//! What the jobs report of their runs.

use std::collections::BTreeMap;

use model::{Outcome, Reason, Records, RunStep, Schedule, SentRun, Span, Timestamp};

use super::busy;
use crate::demo::{
    dice::{about, share},
    story::Story,
};

/// A job of an integration that sends word of its runs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Job {
    /// Whose runs.
    pub integration: &'static str,
    /// When a run begins.
    pub every: Every,
    /// The system that it writes to, if a visitor may stop it.
    pub target: Option<&'static str>,
    /// Units of a run in office hours.
    units: f64,
    /// Seconds that a run takes.
    seconds: f64,
}

/// When a job runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Every {
    /// Once in so many minutes, on the full ones.
    Minutes(i64),
    /// Every night at two in Berlin.
    Night,
}

/// Every job.
pub const JOBS: [Job; 11] = [
    Job {
        integration: "orders-to-netsuite",
        every: Every::Minutes(5),
        target: Some("netsuite"),
        units: 7.5,
        seconds: 21.0,
    },
    Job {
        integration: "web-orders-to-salesforce",
        every: Every::Minutes(30),
        target: Some("salesforce"),
        units: 11.0,
        seconds: 48.0,
    },
    Job { integration: "payroll-export", every: Every::Night, target: None, units: 1.0, seconds: 660.0 },
    Job {
        integration: "leads-to-salesforce",
        every: Every::Minutes(15),
        target: Some("salesforce"),
        units: 9.0,
        seconds: 12.0,
    },
    Job {
        integration: "usage-to-billing",
        every: Every::Minutes(15),
        target: Some("stripe"),
        units: 2_400.0,
        seconds: 95.0,
    },
    Job { integration: "people-to-okta", every: Every::Minutes(60), target: Some("okta"), units: 1.6, seconds: 16.0 },
    Job {
        integration: "opportunities-to-warehouse",
        every: Every::Minutes(60),
        target: Some("snowflake"),
        units: 180.0,
        seconds: 130.0,
    },
    Job {
        integration: "supplier-invoices-to-netsuite",
        every: Every::Minutes(20),
        target: Some("netsuite"),
        units: 6.0,
        seconds: 27.0,
    },
    Job { integration: "tickets-to-jira", every: Every::Minutes(10), target: Some("jira"), units: 2.2, seconds: 5.0 },
    Job { integration: "stock-to-web-shop", every: Every::Minutes(15), target: None, units: 14.0, seconds: 22.0 },
    Job { integration: "confirmations-by-mail", every: Every::Minutes(10), target: None, units: 5.0, seconds: 6.0 },
];

impl Every {
    /// The same as a schedule.
    pub fn schedule(self) -> Schedule {
        match self {
            Self::Minutes(minutes) => Schedule::Every { every: Span::minutes(minutes) },
            Self::Night => Schedule::Cron { cron: "0 2 * * *".to_owned(), time_zone: "Europe/Berlin".to_owned() },
        }
    }
}

impl Job {
    /// The job of an integration.
    pub fn of(integration: &str) -> Option<&'static Self> {
        JOBS.iter().find(|job| job.integration == integration)
    }

    /// What it reports of its run that began at `t`; `None`: there was no such run. `away`: its target takes no connections.
    pub fn report(&self, story: &Story, t: Timestamp, away: bool) -> Option<SentRun> {
        let stopped = match self.integration {
            "web-orders-to-salesforce" => t > story.orders_stopped_at,
            "payroll-export" => t >= story.payroll_stopped_at,
            _ => false,
        };
        if stopped {
            return None;
        }
        let out = self.target.is_some_and(|target| story.is_out(target, t));
        let expired = self.integration == "orders-to-netsuite" && t >= story.token_expired_at;
        Some(match () {
            () if away => self.failed(t, Reason::Connect, "refused the connection"),
            () if out => self.failed(t, Reason::ServerError, "answered 503 Service Unavailable"),
            () if expired => self.failed(t, Reason::Auth, "answered 401: the access token has expired"),
            () if self.integration == "usage-to-billing" && t >= story.flaky_since => self.stumbled(t),
            () => self.done(t),
        })
    }

    fn done(&self, t: Timestamp) -> SentRun {
        let units = self.units(t);
        let records = Records { read: Some(units), written: Some(units), ..Records::default() };
        SentRun { records, units: Some(as_f64(units)), ..self.blank(t, Outcome::Ok) }
    }

    fn failed(&self, t: Timestamp, reason: Reason, why: &str) -> SentRun {
        let waiting = self.units(t);
        let target = self.target.map_or("The target", name);
        let step = |name: &str, outcome, message| RunStep {
            name: name.to_owned(),
            outcome,
            started_at: None,
            duration_ms: None,
            message,
        };
        SentRun {
            reason: Some(reason),
            message: Some(format!("{target} {why}")),
            records: Records { read: Some(waiting), written: Some(0), ..Records::default() },
            duration_ms: Some(about(self.integration, t, 900.0, 0.3)),
            steps: vec![
                step("read what is new", Outcome::Ok, None),
                step("write it", Outcome::Failed, Some(format!("{target} {why}"))),
            ],
            ..self.blank(t, Outcome::Failed)
        }
    }

    /// Some batches were answered with 503, and taken at the second or third try.
    fn stumbled(&self, t: Timestamp) -> SentRun {
        let batches = 24;
        let again = about("batches", t, 4.5, 0.7).max(1);
        let were = if again == 1 { "batch" } else { "batches" };
        let message = format!("Stripe answered 503 to {again} {were} of {batches}; sent again, all were taken");
        let mut run = self.done(t);
        run.outcome = Outcome::Warn;
        run.reason = Some(Reason::ServerError);
        run.message = Some(message);
        run.measures = BTreeMap::from([("batches_sent_again".to_owned(), as_f64(again))]);
        run
    }

    fn units(&self, t: Timestamp) -> i64 {
        if self.every == Every::Night { 1 } else { about("units", t + phase(self), self.units * busy(t), 0.45).max(0) }
    }

    fn blank(&self, t: Timestamp, outcome: Outcome) -> SentRun {
        let ms = about(self.integration, t, self.seconds * 1_000.0, 0.25);
        SentRun {
            external_id: Some(format!("{}-{}", self.integration, t.utc().format("%Y%m%dT%H%MZ"))),
            started_at: Some(t),
            duration_ms: Some(if share("slow run", t) > 0.985 { ms * 2 } else { ms }),
            outcome,
            reason: None,
            message: None,
            units: None,
            records: Records::default(),
            measures: BTreeMap::new(),
            business_key: None,
            event_at: None,
            delivered_at: None,
            touches: None,
            touch_s: None,
            environment: None,
            steps: Vec::new(),
        }
    }
}

/// When a run is over: only then it is told of.
pub fn ends_at(run: &SentRun) -> Option<Timestamp> {
    Some(run.started_at? + Span::ms(run.duration_ms.unwrap_or(0)))
}

/// Jobs that run at the same moment must not do the same number of units.
fn phase(job: &Job) -> Span {
    Span::ms(i64::try_from(job.integration.len()).unwrap_or(0))
}

/// What people call a system that jobs write to.
fn name(system: &str) -> &str {
    match system {
        "netsuite" => "NetSuite",
        "salesforce" => "Salesforce",
        "stripe" => "Stripe",
        "okta" => "Okta",
        "snowflake" => "Snowflake",
        "jira" => "Jira",
        other => other,
    }
}

/// As a number with a fraction.
#[expect(clippy::cast_precision_loss, reason = "the demo's numbers are small")]
pub fn as_f64(number: i64) -> f64 {
    number as f64
}
