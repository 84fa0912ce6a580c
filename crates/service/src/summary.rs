//! Sums over all integrations that lists and the overview share: each one statement, made at most once a second (slower ones
//! less often) for everybody together.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::Datelike;
use chrono_tz::Tz;
use model::{Baseline, Counts, IntegrationId, Problem, Span, Step, Subject, Timestamp, hours::HoursRange};
use rules::{
    bucket::{day_start, start_of},
    hours::{DayUnits, saved},
};
use store::{Family, Store, UnitsAt};

use crate::{cached::Cached, problem::of_store};

type ById<T> = HashMap<IntegrationId, T>;
type Hourly = Arc<Vec<UnitsAt>>;

/// The usual flow of an integration is read again after this long.
const USUAL_FRESH: Span = Span::seconds(60);

/// The sums, made from the store when they are asked for.
pub(crate) struct Summary {
    store: Store,
    zone: Tz,
    last_24h: Arc<Cached<(), ById<Counts>>>,
    yesterday: Arc<Cached<Timestamp, ById<Counts>>>,
    month_past: Arc<Cached<Timestamp, ById<Vec<DayUnits>>>>,
    month_today: Arc<Cached<Timestamp, ById<Vec<DayUnits>>>>,
    failures_chart: Arc<Cached<(), String>>,
    hourly: Mutex<HashMap<(IntegrationId, Timestamp), (Timestamp, Hourly)>>,
}

/// This month's units of every integration.
pub(crate) struct Month {
    /// Its first moment.
    pub from: Timestamp,
    /// What it is called: "November".
    pub name: String,
    zone: Tz,
    past: Arc<ById<Vec<DayUnits>>>,
    today: Arc<ById<Vec<DayUnits>>>,
}

impl Month {
    /// Hours saved by one integration; `None` where nothing is known.
    pub fn hours(&self, integration: IntegrationId, baselines: &[Baseline]) -> Option<HoursRange> {
        if baselines.is_empty() {
            return None;
        }
        let days: Vec<DayUnits> = [&self.past, &self.today]
            .into_iter()
            .filter_map(|days| days.get(&integration))
            .flatten()
            .copied()
            .collect();
        saved(baselines, &days, self.zone)
    }
}

impl Summary {
    pub fn new(store: Store, zone: Tz) -> Self {
        Self {
            store,
            zone,
            last_24h: Cached::new(Span::seconds(1)),
            yesterday: Cached::new(Span::seconds(10)),
            month_past: Cached::new(Span::seconds(60)),
            month_today: Cached::new(Span::seconds(1)),
            failures_chart: Cached::new(Span::seconds(5)),
            hourly: Mutex::default(),
        }
    }

    /// Runs of the hours that began within the last 24.
    pub async fn last_24h(&self, now: Timestamp) -> Result<Arc<ById<Counts>>, Problem> {
        let store = self.store.clone();
        let make = async move { counts(&store, Step::Hour, now - Span::hours(24), now).await };
        self.last_24h.get((), now, make).await
    }

    /// Runs of yesterday up to the same time of day, to the minute.
    pub async fn yesterday(&self, now: Timestamp) -> Result<Arc<ById<Counts>>, Problem> {
        let (store, zone) = (self.store.clone(), self.zone);
        let today = start_of(Step::Day, zone, now);
        let make = async move {
            let from = start_of(Step::Day, zone, today - Span::ms(1));
            let until = (from + now.since(today)).min(today);
            let hour = start_of(Step::Hour, zone, until);
            let mut sums = counts(&store, Step::Hour, from, hour).await?;
            for (integration, rest) in counts(&store, Step::Minute, hour, until).await? {
                let sum = sums.entry(integration).or_default();
                *sum = sum.plus(rest);
            }
            Ok(sums)
        };
        self.yesterday.get(today, now, make).await
    }

    /// Units of this month. Days that are over change seldom (a late run) and are read once a minute.
    pub async fn month(&self, now: Timestamp) -> Result<Month, Problem> {
        let zone = self.zone;
        let local = rules::bucket::day_of(zone, now);
        let from = day_start(zone, local.with_day(1).unwrap_or(local));
        let today = start_of(Step::Day, zone, now);
        let past = units(self.store.clone(), from, today);
        let rest = units(self.store.clone(), today, now + Span::ms(1));
        let (past, today) =
            futures::try_join!(self.month_past.get(today, now, past), self.month_today.get(today, now, rest))?;
        Ok(Month { from, name: local.format("%B").to_string(), zone, past, today })
    }

    /// The overview's chart, drawn by `make` every 5 to 10 seconds.
    pub async fn failures_chart(
        &self,
        now: Timestamp,
        make: impl Future<Output = Result<String, Problem>> + Send + 'static,
    ) -> Result<Arc<String>, Problem> {
        self.failures_chart.get((), now, make).await
    }

    /// Units by hour of one integration, from 7 days before `since` until now.
    pub async fn hourly_units(
        &self,
        integration: IntegrationId,
        since: Timestamp,
        now: Timestamp,
    ) -> Result<Hourly, Problem> {
        let key = (integration, since);
        let kept = || self.hourly.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, hourly)) = kept().get(&key)
            && now.since(*at) < USUAL_FRESH
        {
            return Ok(Arc::clone(hourly));
        }
        let from = since - Span::hours(7 * 24 + 1);
        let hourly = Arc::new(self.store.units_by_hour(integration, from, now).await.map_err(of_store)?);
        let mut kept = kept();
        kept.retain(|_, (at, _)| now.since(*at) < USUAL_FRESH);
        kept.insert(key, (now, Arc::clone(&hourly)));
        Ok(hourly)
    }
}

async fn counts(store: &Store, step: Step, from: Timestamp, to: Timestamp) -> Result<ById<Counts>, Problem> {
    let sums = store.sums(Family::Integrations, step, from, to).await.map_err(of_store)?;
    Ok(sums
        .into_iter()
        .filter_map(|sum| match sum.subject {
            Subject::Integration(id) => Some((id, sum.counts)),
            Subject::Probe(_) | Subject::Sent(_) | Subject::All => None,
        })
        .collect())
}

async fn units(store: Store, from: Timestamp, to: Timestamp) -> Result<ById<Vec<DayUnits>>, Problem> {
    let mut days: ById<Vec<DayUnits>> = HashMap::new();
    for UnitsAt { integration, at, units, runs } in store.units(Step::Day, from, to).await.map_err(of_store)? {
        days.entry(integration).or_default().push(DayUnits { day: at, units, runs });
    }
    Ok(days)
}
