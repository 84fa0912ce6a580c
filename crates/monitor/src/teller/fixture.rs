//! An integration whose checks a test makes up, and the rows that follow.

use std::{collections::BTreeMap, sync::Arc};

use chrono_tz::Tz;
use model::{
    Counts, Handling, Integration, IntegrationId, IntegrationSpec, Muted, Origin, Outcome, Paused, Probe, ProbeId,
    ProbeSpec, Reason, Run, Slug, Span, Timestamp,
};
use rules::{
    level::{Circumstances, Maintenance, StandingFacts, standing},
    state::{ProbeState, SentState},
};
use serde_json::json;

use crate::{
    BoardProbe, BoardRow,
    ids::RunIds,
    testing::{START, probe, run},
};

/// So many seconds after the test began.
pub(super) fn at(second: i64) -> Timestamp {
    START + Span::seconds(second)
}

pub(super) fn slug(text: &str) -> Slug {
    text.parse().expect("a slug")
}

pub(super) fn muted(until: i64) -> Handling {
    let muted = Muted { by: "Ada".to_owned(), since: START, until: at(until), note: None };
    Handling { muted: Some(muted), ..Handling::default() }
}

pub(super) fn paused() -> Handling {
    let paused = Paused { by: "Ada".to_owned(), since: START, until: None, note: None };
    Handling { paused: Some(paused), ..Handling::default() }
}

pub(super) fn acknowledged(second: i64) -> Handling {
    let said = model::Acknowledged { by: "Ada".to_owned(), at: at(second), note: None };
    Handling { acknowledged: Some(said), ..Handling::default() }
}

/// One integration of Team Blue.
pub(super) struct Bridge {
    pub(super) integration: Arc<Integration>,
    probes: Vec<(Arc<Probe>, ProbeState)>,
    pub(super) sent: SentState,
    pub(super) handling: Handling,
    pub(super) probe_handling: BTreeMap<Slug, Handling>,
    pub(super) maintenance: Option<Maintenance>,
    ids: RunIds,
}

/// What is written of the integration of this slug.
pub(super) fn spec(slug: &str) -> IntegrationSpec {
    let spec = json!({
        "slug": slug, "name": "Orders", "from": "shop", "to": "erp", "owner": "Team Blue", "tier": 1,
        "runbook": "https://wiki.example/orders", "expect": {"every": "1h", "grace": "1m"},
    });
    serde_json::from_value(spec).expect("an integration")
}

impl Bridge {
    /// With the probes `api` and `web`, which ask hourly and are down after one failure.
    pub(super) fn new(id: IntegrationId, name: &str) -> Self {
        let integration = Integration { id, spec: spec(name), catalogue: None, created_at: START, retired_at: None };
        let made = |name: &str| {
            let made = Probe {
                id: ProbeId(1),
                integration_id: id,
                integration: integration.spec.slug.clone(),
                spec: probe(name, "1h", &json!({}), &json!({"down_after": 1})),
                ping_key: None,
                created_at: START,
            };
            (Arc::new(made), ProbeState::default())
        };
        Self {
            probes: vec![made("api"), made("web")],
            integration: Arc::new(integration),
            sent: SentState::default(),
            handling: Handling::default(),
            probe_handling: BTreeMap::new(),
            maintenance: None,
            ids: RunIds::new(u64::try_from(id.0).expect("an id")),
        }
    }

    /// A check of a probe ended so.
    pub(super) fn check(&mut self, name: &str, second: i64, outcome: Outcome) {
        let run = self.run(second, outcome);
        let named = |(probe, _): &&mut (Arc<Probe>, ProbeState)| probe.spec.slug.as_str() == name;
        let (probe, state) = self.probes.iter_mut().find(named).expect("a probe");
        *state = state.step(&run, probe.spec.down_after, probe.spec.up_after);
    }

    /// A run was sent that ended so, or was missed.
    pub(super) fn sends(&mut self, second: i64, outcome: Outcome) {
        let run = Run { origin: Origin::Integration, ..self.run(second, outcome) };
        self.sent = self.sent.step(&run, true);
    }

    fn run(&self, second: i64, outcome: Outcome) -> Run {
        let run = run(self.ids.next(at(second)), at(second), outcome);
        match outcome {
            Outcome::Ok => run,
            _ => Run { reason: Some(Reason::Connect), message: Some("connection refused".to_owned()), ..run },
        }
    }

    /// Switches a probe on or off.
    pub(super) fn enable(&mut self, name: &str, enabled: bool) {
        self.written(name).enabled = enabled;
    }

    /// Whether the integration stands or falls with a probe.
    pub(super) fn counts(&mut self, name: &str, counts: bool) {
        self.written(name).counts = counts;
    }

    /// What is written of a probe.
    fn written(&mut self, name: &str) -> &mut ProbeSpec {
        let named = |(probe, _): &&mut (Arc<Probe>, ProbeState)| probe.spec.slug.as_str() == name;
        let (probe, _) = self.probes.iter_mut().find(named).expect("a probe");
        &mut Arc::make_mut(probe).spec
    }

    /// What was done with a probe.
    pub(super) fn handle(&mut self, name: &str, handling: Handling) {
        self.probe_handling.insert(slug(name), handling);
    }

    /// How it stands then.
    pub(super) fn row(&self, second: i64) -> Arc<BoardRow> {
        let states: Vec<(&ProbeSpec, &ProbeState)> =
            self.probes.iter().map(|(probe, state)| (&probe.spec, state)).collect();
        let facts = StandingFacts {
            integration: &self.integration.spec,
            to_name: "ERP",
            probes: &states,
            sent: &self.sent,
            worth: None,
            period: "this month",
            zone: Tz::UTC,
            circumstances: Circumstances {
                handling: Some(&self.handling),
                probes: Some(&self.probe_handling),
                maintenance: self.maintenance,
                cause: None,
            },
        };
        let probe = |(probe, state): &(Arc<Probe>, ProbeState)| BoardProbe {
            probe: Arc::clone(probe),
            state: state.clone(),
            next_at: None,
        };
        Arc::new(BoardRow {
            standing: standing(&facts, at(second)),
            integration: Arc::clone(&self.integration),
            from_name: "Shop".to_owned(),
            to_name: "ERP".to_owned(),
            via_names: Vec::new(),
            probes: self.probes.iter().map(probe).collect(),
            sent: self.sent.clone(),
            today: Counts::default(),
            baselines: Vec::new(),
            handling: self.handling.clone(),
            probe_handling: Arc::new(self.probe_handling.clone()),
            maintenance: self.maintenance,
            cause: None,
        })
    }
}
