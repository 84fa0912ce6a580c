//! Taking runs in: one batch, one transaction.

use model::{IntegrationId, ProbeId, Run, Step, Subject, Timestamp};

use super::{desk, insert, insert::NewRow};
use crate::{GroupRecorded, Result, SentGroup, Store, rollups, states};

/// A run and the rows it belongs to. On the way in the slugs in the run are not looked at; on the way out they are those of now.
#[derive(Debug, Clone, PartialEq)]
pub struct RunRecord {
    /// The run.
    pub run: Run,
    /// Whose it is.
    pub integration_id: IntegrationId,
    /// The probe that asked, or whose ping was expected.
    pub probe_id: Option<ProbeId>,
}

/// What one transaction writes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Runs of probes and `missed` ones. One whose id is stored already (a replay), and a second `missed` run of the same
    /// subject and `scheduled_at`, are left out in silence.
    pub runs: Vec<RunRecord>,
    /// Runs that integrations sent, as they came.
    pub groups: Vec<SentGroup>,
    /// States of probes, as JSON; the last of one probe wins.
    pub probe_states: Vec<(ProbeId, String)>,
    /// States of what integrations send, as JSON; the last of one integration wins.
    pub sent_states: Vec<(IntegrationId, String)>,
    /// Minutes that have to be rolled up anew.
    pub dirty: Vec<(Subject, Timestamp)>,
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recorded {
    /// How many of `Batch::runs` were written; the others were there already.
    pub runs: usize,
    /// What became of each group, in the batch's order.
    pub groups: Vec<GroupRecorded>,
}

impl Store {
    /// Writes a batch in one transaction; on return it survives power loss. Safe to call again with the same batch.
    pub async fn record(&self, batch: &Batch) -> Result<Recorded> {
        let mut tx = self.write().await?;
        let rows: Vec<NewRow<'_>> = batch.runs.iter().map(NewRow::of).collect();
        let runs = insert::insert(&mut tx, &rows).await?;
        let groups = desk::take_in(&mut tx, &batch.groups).await?;
        states::put_probe_states(&mut tx, &batch.probe_states).await?;
        states::put_sent_states(&mut tx, &batch.sent_states).await?;
        let minutes: Vec<_> = batch.dirty.iter().map(|&(subject, minute)| (subject, Step::Minute, minute)).collect();
        rollups::mark(&mut tx, &minutes).await?;
        tx.commit().await?;
        Ok(Recorded { runs: usize::try_from(runs).unwrap_or(usize::MAX), groups })
    }
}
