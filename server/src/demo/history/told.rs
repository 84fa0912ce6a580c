//! What one integration did: the checks of its probes, and what it sent.

use model::{ProbeId, Run, Timestamp};
use store::{Batch, RunRecord, SentGroup, SentRecord};

use super::{
    Stretch,
    checks::{self, Checks},
    flow::{Flow, Way},
    sent::{self, Sent},
};
use crate::{ServerError, demo::story::Story};

/// What one integration did in a stretch.
pub(crate) struct Told {
    /// Of each of its probes.
    pub checks: Vec<(ProbeId, Checks)>,
    /// What it sent and owed.
    pub sent: Option<Sent>,
}

impl Told {
    /// What the script says of it.
    pub fn of(flow: &Flow, story: &Story, stretch: Stretch) -> Self {
        let checks = flow.probes.iter().map(|watch| {
            let checks = match watch.way {
                Way::Pings => sent::pings(flow, watch, story, stretch),
                Way::Http(..) | Way::Tcp(..) | Way::Other(..) => checks::fold(flow, watch, story, stretch),
            };
            (watch.id, checks)
        });
        Self { checks: checks.collect(), sent: sent::fold(flow, story, stretch) }
    }

    /// Every run, each with its probe.
    pub fn runs(&self) -> impl Iterator<Item = (&Run, Option<ProbeId>)> {
        let checks = self.checks.iter().flat_map(|(id, checks)| checks.runs.iter().map(|run| (run, Some(*id))));
        let sent = self.sent.iter().flat_map(|sent| sent.runs.iter().map(|(run, _)| run).chain(&sent.missed));
        checks.chain(sent.map(|run| (run, None)))
    }

    /// What of it is stored first: the states, runs of probes since `fresh`, and what was sent and missed since `from`.
    pub fn record(self, flow: &Flow, from: Timestamp, fresh: Timestamp, batch: &mut Batch) -> Result<(), ServerError> {
        let json = |why: serde_json::Error| ServerError::Config(format!("a state of the demo: {why}"));
        let record = |run: Run, probe_id| RunRecord { run, integration_id: flow.id, probe_id };
        for (id, checks) in self.checks {
            batch.probe_states.push((id, serde_json::to_string(&checks.state).map_err(json)?));
            let runs = checks.runs.into_iter().filter(|run| run.started_at >= fresh);
            batch.runs.extend(runs.map(|run| record(run, Some(id))));
        }
        if let Some(sent) = self.sent {
            batch.sent_states.push((flow.id, serde_json::to_string(&sent.state).map_err(json)?));
            let missed = sent.missed.into_iter().filter(|run| run.started_at >= from);
            batch.runs.extend(missed.map(|run| record(run, None)));
            let runs = sent.runs.into_iter().filter(|(run, _)| run.started_at >= from);
            batch.groups.extend(runs.map(|(run, content_hash)| SentGroup {
                runs: vec![SentRecord { record: record(run, None), content_hash }],
            }));
        }
        Ok(())
    }
}
