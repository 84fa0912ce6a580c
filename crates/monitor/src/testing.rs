//! For tests under paused time: a clock that follows tokio's, and probes that answer by script.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use model::{
    Clock, Integration, IntegrationId, IntegrationSpec, Origin, Outcome, Probe, ProbeId, ProbeSpec, Reason, Run, RunId,
    Slug, Span, Timestamp,
};
use probe::{Asking, HostKey};
use rules::assess::Observation;
use serde_json::{Value, json};
use store::Snapshot;
use tokio::{
    sync::{Semaphore, mpsc},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use crate::{
    MonitorConfig,
    desk::{Around, Desk},
    execute::Executor,
    figures::Gauges,
    ids::RunIds,
    landscape::{Landscape, Maker},
    late::LATE_AT_ONCE,
    limits::Limits,
    schedule::{Command, Schedule},
    tasks::Tasks,
    work::{Work, blank_run},
};

/// When every test begins: a whole minute.
pub(crate) const START: Timestamp = Timestamp(1_795_000_020_000);

/// Tokio's time, from [`START`].
pub(crate) struct Ticking(Instant);

impl Ticking {
    pub(crate) fn new() -> Self {
        Self(Instant::now())
    }
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        START + Span::ms(i64::try_from(self.0.elapsed().as_millis()).expect("a short test"))
    }
}

/// What a scripted probe did: which, when, and until when.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) slug: String,
    pub(crate) at: Timestamp,
    pub(crate) ended: Option<Timestamp>,
}

pub(crate) type Log = Arc<Mutex<Vec<Asked>>>;

struct Scripted {
    slug: String,
    host: String,
    takes: Duration,
    answer: String,
    clock: Arc<dyn Clock>,
    log: Log,
}

#[async_trait]
impl probe::Probe for Scripted {
    async fn ask(&self, asking: &Asking) -> Observation {
        let place = {
            let mut log = self.log.lock().expect("the log");
            log.push(Asked { slug: self.slug.clone(), at: self.clock.now(), ended: None });
            log.len() - 1
        };
        tokio::time::sleep(self.takes).await;
        assert_ne!(self.answer, "panic", "as the script says");
        self.log.lock().expect("the log")[place].ended = Some(self.clock.now());
        let took = i64::try_from(self.takes.as_micros()).expect("a short answer");
        match self.answer.as_str() {
            "fail" => Observation::troubled(asking.at, took, Reason::Connect, "connection refused"),
            _ => Observation::answered(asking.at, took),
        }
    }

    fn peer(&self) -> Option<HostKey> {
        Some(HostKey::new("tcp", &self.host, 1))
    }
}

/// A probe by script: `host`, `takes_ms` and `answer` (`ok`, `fail`, `panic`, `panic when made`) are its options, `more` its further fields.
pub(crate) fn probe(slug: &str, every: &str, options: &Value, more: &Value) -> ProbeSpec {
    let mut spec = json!({"slug": slug, "kind": "tcp", "every": every, "timeout": "1s", "options": options});
    let fields = spec.as_object_mut().expect("an object");
    fields.extend(more.as_object().expect("an object").clone());
    serde_json::from_value(spec).expect("a probe")
}

/// What the store would hold: an integration for each list of probes.
pub(crate) fn snapshot(integrations: &[Vec<ProbeSpec>]) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for (index, probes) in integrations.iter().enumerate() {
        let slug = Slug::parse(&format!("bridge-{index}")).expect("a slug");
        let id = IntegrationId(i64::try_from(index).expect("few") + 1);
        let spec: IntegrationSpec =
            serde_json::from_value(json!({"slug": slug, "name": "A bridge", "from": "a", "to": "b"})).expect("a spec");
        snapshot.integrations.push(Integration { id, spec, catalogue: None, created_at: START, retired_at: None });
        for probe in probes {
            snapshot.probes.push(Probe {
                id: ProbeId(id.0 * 100_000 + i64::try_from(snapshot.probes.len()).expect("few")),
                integration_id: id,
                integration: slug.clone(),
                spec: probe.clone(),
                ping_key: None,
                created_at: START,
            });
        }
    }
    snapshot
}

/// An engine without a store: what would be recorded is folded and kept.
pub(crate) struct Bench {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) executor: Arc<Executor>,
    pub(crate) maker: Arc<Maker>,
    pub(crate) landscape: Arc<Landscape>,
    pub(crate) schedule: mpsc::Sender<Command>,
    pub(crate) record: mpsc::Sender<Work>,
    pub(crate) tasks: Tasks,
    pub(crate) gauges: Arc<Gauges>,
    log: Log,
    runs: Arc<Mutex<Vec<Run>>>,
}

impl Bench {
    /// With a schedule that runs.
    pub(crate) async fn start(integrations: &[Vec<ProbeSpec>], config: &MonitorConfig) -> Self {
        let (bench, commands, inbox) = Self::idle(integrations, config);
        let schedule = Schedule::new(Arc::clone(&bench.executor), bench.record.clone());
        bench.tasks.spawn("the schedule", schedule.run(commands, CancellationToken::new()));
        bench.tasks.spawn("the recorder", bench.in_memory(inbox));
        bench.schedule.send(Command::Landscape(Arc::clone(&bench.landscape))).await.expect("a schedule");
        bench
    }

    /// With nothing that runs, and the receiving ends.
    pub(crate) fn idle(
        integrations: &[Vec<ProbeSpec>],
        config: &MonitorConfig,
    ) -> (Self, mpsc::Receiver<Command>, mpsc::Receiver<Work>) {
        let clock: Arc<dyn Clock> = Arc::new(Ticking::new());
        let (log, gauges) = (Log::default(), Arc::new(Gauges::default()));
        let tasks = Tasks::new(Arc::clone(&gauges));
        let script = (Arc::clone(&clock), Arc::clone(&log));
        let build = move |spec: &ProbeSpec| {
            let text = |name: &str| spec.options.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            let takes = spec.options.get("takes_ms").and_then(Value::as_u64).unwrap_or(1);
            let (clock, log) = script.clone();
            let (slug, host, answer) = (spec.slug.to_string(), text("host"), text("answer"));
            assert_ne!(answer, "panic when made", "as the script says");
            let scripted = Scripted { slug, host, answer, takes: Duration::from_millis(takes), clock, log };
            Ok(Arc::new(scripted) as Arc<dyn probe::Probe>)
        };
        let maker = Arc::new(Maker { kinds: probe::kinds(), build: Arc::new(build), limits: Limits::new(config) });
        let landscape = Arc::new(Landscape::make(snapshot(integrations), &Landscape::default(), &maker));
        let (record, inbox) = mpsc::channel(config.queue_rows);
        let (schedule, commands) = mpsc::channel(1_024);
        let executor = Arc::new(Executor {
            clock: Arc::clone(&clock),
            ids: Arc::new(RunIds::new(1)),
            maker: Arc::clone(&maker),
            record: record.clone(),
            checks: tasks.apart(),
            stop: CancellationToken::new(),
            gauges: Arc::clone(&gauges),
            late_places: Semaphore::new(LATE_AT_ONCE),
            hurry: Arc::default(),
        });
        let runs = Arc::default();
        let bench = Self { clock, executor, maker, landscape, schedule, record, tasks, gauges, log, runs };
        (bench, commands, inbox)
    }

    fn in_memory(&self, mut inbox: mpsc::Receiver<Work>) -> impl Future<Output = ()> + use<> {
        let (runs, schedule) = (Arc::clone(&self.runs), self.schedule.clone());
        let mut desk = self.desk();
        async move {
            while let Some(work) = inbox.recv().await {
                if let Work::Attempt(mut attempt) = work {
                    desk.attempt(&attempt.watched, &mut attempt.run);
                    runs.lock().expect("the runs").push(attempt.run);
                    for command in desk.commands.drain(..) {
                        schedule.send(command).await.expect("a schedule");
                    }
                }
            }
        }
    }

    /// States in memory, with nothing known yet.
    pub(crate) fn desk(&self) -> Desk {
        Desk {
            clock: Arc::clone(&self.clock),
            ids: Arc::clone(&self.executor.ids),
            zone: chrono_tz::UTC,
            landscape: Arc::clone(&self.landscape),
            probes: HashMap::new(),
            sent: HashMap::new(),
            books: HashMap::new(),
            around: Around::default(),
            unsaved_probes: std::collections::HashSet::new(),
            unsaved_sent: std::collections::HashSet::new(),
            went_on: std::collections::HashSet::new(),
            went_on_since: None,
            commands: Vec::new(),
            missed: Vec::new(),
        }
    }

    /// Lets time pass; everything that is due in it happens in order.
    pub(crate) async fn pass(&self, span: Span) {
        tokio::time::sleep(span.as_duration()).await;
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.log.lock().expect("the log").clone()
    }

    /// When a probe was asked so far.
    pub(crate) fn asked_at(&self, slug: &str) -> Vec<Timestamp> {
        self.asked().into_iter().filter(|asked| asked.slug == slug).map(|asked| asked.at).collect()
    }

    /// What was recorded so far.
    pub(crate) fn runs(&self) -> Vec<Run> {
        self.runs.lock().expect("the runs").clone()
    }
}

/// A bare run of `bridge-0/a`.
pub(crate) fn run(id: RunId, at: Timestamp, outcome: Outcome) -> Run {
    let slug = Slug::parse("bridge-0").expect("a slug");
    blank_run(id, slug, Origin::Probe, "production".to_owned(), at, outcome)
}
