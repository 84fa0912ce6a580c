//! Putting the engine together: what is known is loaded first, then the tasks start.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono_tz::Tz;
use model::{Clock, Counts, IntegrationId, Origin, Outcome, ProbeId, Settings, Span, Step, Subject, Timestamp};
use rules::{
    bucket,
    expectation::Came,
    outcome::is_excused,
    state::{ProbeState, SentState},
};
use serde::de::DeserializeOwned;
use store::{Family, RunsFilter, Store};
use tokio::{
    runtime,
    sync::{Mutex, Semaphore, broadcast, mpsc, watch},
};
use tokio_util::sync::CancellationToken;

use crate::{
    Board, Handle, Monitor, MonitorConfig, MonitorError,
    boarding::Boarding,
    desk::{Around, Desk},
    execute::Executor,
    expect::{Book, heartbeat_due},
    figures::Gauges,
    handle::Inner,
    ids::RunIds,
    landscape::{Build, Landscape, Maker},
    late::LATE_AT_ONCE,
    limits::Limits,
    ping::only_logs,
    recorder::{Recorder, Waiting},
    retain::Retention,
    rollup::RollUp,
    schedule::{Command, Schedule},
    spool::Spool,
    stored::Stored,
    tasks::Tasks,
    teller::Teller,
    watchdog::Watchdog,
};

/// Events that a slow listener may be late.
const EVENTS: usize = 1_024;
/// Runs of an integration that are looked at for what a crash left out of its state.
const MOST_HEALED: u32 = 1_000;
/// Commands that wait for the schedule; it takes them at once.
const COMMANDS: usize = 1_024;

/// Starts everything; `build` makes probes.
pub(crate) async fn start(
    settings: Settings,
    config: MonitorConfig,
    store: Store,
    clock: Arc<dyn Clock>,
    build: Build,
    seed: u64,
) -> Result<Monitor, MonitorError> {
    let zone: Tz = settings.reporting_zone.parse().map_err(|_| {
        MonitorError::Setting(format!("reporting_zone: `{}` is not a time zone", settings.reporting_zone))
    })?;
    let now = clock.now();
    let gauges = Arc::new(Gauges::default());
    let tasks = Tasks::new(Arc::clone(&gauges));
    let checks = tasks.apart();
    let stop = CancellationToken::new();
    let ids = Arc::new(RunIds::new(seed));
    let maker = Arc::new(Maker { kinds: probe::kinds(), build, limits: Limits::new(&config) });
    let stored = Stored::read(&store).await?;
    let revision = stored.revision;
    let landscape = Arc::new(Landscape::make(stored, &Landscape::default(), &maker));

    let mut rollup = RollUp::new(zone, settings.keep);
    rollup.run(&store, &landscape, now, &gauges).await?;
    let (board, board_seen) = watch::channel(Arc::new(Board { as_of: now, rows: Vec::new() }));
    let (events, _) = broadcast::channel(EVENTS);
    let today = today(&store, zone, now).await?;

    let (record, inbox) = mpsc::channel(config.queue_rows);
    let (schedule, commands) = mpsc::channel(COMMANDS);
    let executor = Arc::new(Executor {
        clock: Arc::clone(&clock),
        ids: Arc::clone(&ids),
        maker: Arc::clone(&maker),
        record: record.clone(),
        checks: checks.clone(),
        stop: stop.clone(),
        gauges: Arc::clone(&gauges),
        late_places: Semaphore::new(LATE_AT_ONCE),
        hurry: Arc::default(),
    });
    // The schedule runs first: loading tells it of more deadlines than its channel holds.
    let calendar = Schedule::new(Arc::clone(&executor), record.clone());
    tasks.spawn("the schedule", calendar.run(commands, stop.clone()));

    let mut recorder = Recorder {
        inbox,
        schedule: schedule.clone(),
        store: store.clone(),
        config: config.clone(),
        gauges: Arc::clone(&gauges),
        desk: desk(&store, &clock, &ids, zone).await?,
        boarding: Boarding::new(zone, today, now, board, events.clone()),
        spool: Spool::open(config.spool.clone()).await?,
        waiting: Waiting::default(),
        hurry: Arc::clone(&executor.hurry),
    };
    resume(&mut recorder.desk, &store, &landscape, now).await?;
    recorder.follow(Arc::clone(&landscape));
    recorder.recover().await;
    // The board shows landscape and states by now, so nothing is decided on less than all that is known.
    let teller = Teller::load(&store, &executor, config.tellers.clone(), zone).await?;
    tasks.spawn("the teller", teller.run(board_seen.clone()));
    tasks.spawn("the recorder", recorder.run());
    // A schedule that ended already has panicked, which `failed` tells.
    let _ = schedule.send(Command::Landscape(Arc::clone(&landscape))).await;

    let landscape = watch::Sender::new(landscape);
    let watchdog = Watchdog {
        executor: Arc::clone(&executor),
        landscape: landscape.subscribe(),
        schedule: schedule.clone(),
        record: record.clone(),
    };
    tasks.spawn("the watchdog", watchdog.run(stop.clone()));
    let inner = Inner {
        engine: runtime::Handle::current(),
        clock,
        ids,
        store,
        maker,
        executor,
        send_wait: config.send_wait.as_duration(),
        record,
        schedule,
        landscape,
        changing: Mutex::new(revision),
        board: board_seen,
        events,
        rollup: Mutex::new(rollup),
        retention: Retention { keep: settings.keep },
        gauges,
        tasks: tasks.clone(),
    };
    Ok(Monitor { handle: Handle(Arc::new(inner)), stop, checks, tasks })
}

/// States as they were stored. One that cannot be read begins anew, which the log says.
async fn desk(store: &Store, clock: &Arc<dyn Clock>, ids: &Arc<RunIds>, zone: Tz) -> Result<Desk, MonitorError> {
    let probes: HashMap<_, ProbeState> = read(store.probe_states().await?);
    let sent: HashMap<_, SentState> = read(store.sent_states().await?);
    for last in probes.values().filter_map(|state| state.last.as_ref()) {
        ids.go_on_after(last.id);
    }
    Ok(Desk {
        clock: Arc::clone(clock),
        ids: Arc::clone(ids),
        zone,
        landscape: Arc::default(),
        probes,
        sent,
        books: HashMap::new(),
        around: Around::default(),
        unsaved_probes: HashSet::new(),
        unsaved_sent: HashSet::new(),
        went_on: HashSet::new(),
        went_on_since: None,
        commands: Vec::new(),
        missed: Vec::new(),
    })
}

fn read<K: Eq + std::hash::Hash + std::fmt::Display, S: DeserializeOwned>(texts: Vec<(K, String)>) -> HashMap<K, S> {
    let state = |(id, text): (K, String)| match serde_json::from_str(&text) {
        Ok(state) => Some((id, state)),
        Err(error) => {
            tracing::error!(%id, %error, "a stored state cannot be read and begins anew");
            None
        }
    };
    texts.into_iter().filter_map(state).collect()
}

/// Goes on with the promises that were made before.
async fn resume(
    desk: &mut Desk,
    store: &Store,
    landscape: &Arc<Landscape>,
    now: Timestamp,
) -> Result<(), MonitorError> {
    desk.landscape = Arc::clone(landscape);
    heal(desk, store, landscape).await?;
    let integrations = landscape.bridges.iter().filter_map(|bridge| {
        let due = desk.sent.get(&bridge.id()).and_then(|state| state.next_due);
        Some((Subject::Sent(bridge.id()), bridge.promise.clone()?, &bridge.pauses, due))
    });
    let heartbeats = landscape.probes.values().filter(|watched| watched.active).filter_map(|watched| {
        let promise = watched.promise()?;
        let due = desk.probes.get(&watched.id()).and_then(|state| heartbeat_due(promise, state));
        Some((Subject::Probe(watched.id()), promise.clone(), &watched.pauses, due))
    });
    let promises: Vec<_> = integrations.chain(heartbeats).collect();
    for (subject, promise, pauses, due) in promises {
        if pauses.hold_at(now) {
            desk.make_promise(subject, Some(promise), pauses);
            continue;
        }
        // What was due in a pause that ended while we were down is owed by nobody.
        let due = due.filter(|due| !pauses.hold_at(*due));
        let came = match due {
            Some(due) => came(store, subject, promise.owed(due).from, now).await?,
            None => Vec::new(),
        };
        desk.promise(subject, Some(Book::resumed(promise, due, came, now)));
    }
    Ok(())
}

/// What was committed before a crash may not be in the states yet: it is folded in now.
async fn heal(desk: &mut Desk, store: &Store, landscape: &Landscape) -> Result<(), MonitorError> {
    // The state of a probe that asks is saved with the run that moved it, unless it only went on being good: the newest is enough.
    let asking = landscape.probes.values().filter(|watched| watched.promise().is_none());
    let asking: Vec<ProbeId> = asking.map(|watched| watched.id()).collect();
    for newest in store.verdict_runs_before(&asking, Timestamp::MIN, Timestamp::MAX).await? {
        let last = desk.probes.get(&newest.probe_id).and_then(|state| state.last.as_ref());
        if last.is_some_and(|last| newest.run > last.id)
            && let Some(record) = store.run(newest.run).await?
        {
            desk.ids.go_on_after(newest.run);
            desk.recovered(&record);
        }
    }
    for bridge in &landscape.bridges {
        let sent = desk.sent.get(&bridge.id()).and_then(|state| state.last.as_ref());
        let pinged = bridge.probes.iter().filter(|watched| watched.promise().is_some());
        let pinged = pinged.filter_map(|watched| desk.probes.get(&watched.id())?.last.as_ref());
        let newest = sent.into_iter().chain(pinged).map(|last| (last.at, last.id)).max();
        let filter = RunsFilter {
            integration: Some(bridge.id()),
            origin: Some(Origin::Integration),
            from: newest.map(|(at, _)| at),
            limit: MOST_HEALED,
            ..RunsFilter::default()
        };
        for row in store.runs(&filter).await?.into_iter().rev() {
            if newest.is_none_or(|(_, id)| row.id > id)
                && let Some(record) = store.run(row.id).await?
                && !only_logs(&record)
            {
                desk.fold_sent(&record, record.run.outcome != Outcome::Running);
            }
        }
    }
    Ok(())
}

/// What came since a moment, for a promise.
async fn came(store: &Store, subject: Subject, from: Timestamp, now: Timestamp) -> Result<Vec<Came>, MonitorError> {
    let runs = store.run_figures(subject, from, now).await?;
    let of_subject = runs.into_iter().filter(|run| {
        // What a heartbeat's job only logged keeps no promise.
        let logs = run.probe_id.is_some() && run.outcome == Outcome::Unknown;
        run.origin == Origin::Integration && !logs && (run.probe_id.is_some() == matches!(subject, Subject::Probe(_)))
    });
    Ok(of_subject.map(|run| Came { at: run.started_at, units: run.units_counted }).collect())
}

/// Runs of each integration since midnight: whole hours, then whole minutes, then raw rows.
async fn today(store: &Store, zone: Tz, now: Timestamp) -> Result<HashMap<IntegrationId, Counts>, MonitorError> {
    let midnight = bucket::start_of(Step::Day, zone, now);
    let (hour, minute) = (bucket::start_of(Step::Hour, zone, now), bucket::start_of(Step::Minute, zone, now));
    let mut today: HashMap<IntegrationId, Counts> = HashMap::new();
    for (step, from, to) in [(Step::Hour, midnight, hour), (Step::Minute, hour, minute)] {
        for sums in store.sums(Family::Integrations, step, from, to).await? {
            if let Subject::Integration(id) = sums.subject {
                let counts = today.entry(id).or_default();
                *counts = counts.plus(sums.counts);
            }
        }
    }
    for run in store.run_figures(Subject::All, minute, now + Span::minutes(1)).await? {
        if !is_excused(run.outcome, run.in_maintenance) {
            today.entry(run.integration_id).or_default().add(run.outcome);
        }
    }
    Ok(today)
}
