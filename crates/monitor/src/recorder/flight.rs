//! A batch: gathered, written in one transaction, and what follows from how that went.

use std::{
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use model::Receipt;
use store::{Batch, GroupRecorded, Recorded, RunRecord, StoreError};
use tokio::time::{Instant, timeout};

use super::{Away, FIRST_PAUSE, Recorder};
use crate::{MonitorError, error::is_lasting, execute::Done, spool::Chunk, work::Group};

/// A commit that takes longer has failed as far as we can tell.
const PATIENCE: Duration = Duration::from_secs(10);
/// A commit that takes longer is not waited for: its runs, and those that come meanwhile, go to the spool.
const SLOW: Duration = Duration::from_secs(1);

/// A batch, and who waits for it.
pub(super) struct Flight {
    pub(super) batch: Arc<Batch>,
    pub(super) dones: Vec<(usize, Done)>,
    pub(super) groups: Vec<Group>,
    pub(super) replay: Option<Chunk>,
}

pub(super) type Landed = (Flight, Result<Recorded, Refusal>);

/// A batch in the air.
pub(super) struct Air {
    flying: Pin<Box<dyn Future<Output = Landed> + Send>>,
    batch: Arc<Batch>,
    /// When it is slow; none once that was seen.
    pub(super) slow_at: Option<Instant>,
    /// Its runs are on the spool, be it that they come from there.
    pub(super) is_spooled: bool,
}

/// Why a batch was not written.
pub(super) enum Refusal {
    /// The store is locked, away, full or too slow: the same batch may pass later.
    Passing(String),
    /// It will never take this.
    Lasting(StoreError),
}

impl Recorder {
    /// A batch of what waits.
    pub(super) fn gathered(&mut self) -> Flight {
        let groups = if self.waiting.alone && !self.waiting.groups.is_empty() {
            vec![self.waiting.groups.remove(0)]
        } else {
            std::mem::take(&mut self.waiting.groups)
        };
        // The next batch will be about as large: it need not grow, and move all its runs, again and again.
        let next = Vec::with_capacity(self.waiting.runs.len());
        let runs = std::mem::replace(&mut self.waiting.runs, next);
        let dones = std::mem::take(&mut self.waiting.dones);
        self.waiting.since = None;
        let marks = runs.iter().chain(groups.iter().flat_map(|group| group.runs.runs.iter().map(|sent| &sent.record)));
        let dirty = self.waiting.marks.of(marks, self.desk.now());
        let (probe_states, sent_states) = self.desk.take_unsaved(self.waiting.closing);
        let sent = groups.iter().map(|group| group.runs.clone()).collect();
        let batch = Arc::new(Batch { runs, groups: sent, probe_states, sent_states, dirty });
        Flight { batch, dones, groups, replay: None }
    }

    pub(super) fn take_off(&self, flight: Flight) -> Air {
        let store = self.store.clone();
        let (batch, is_spooled) = (Arc::clone(&flight.batch), flight.replay.is_some());
        let flying = Box::pin(async move {
            let result = match timeout(PATIENCE, store.record(&flight.batch)).await {
                Ok(result) => result.map_err(refusal),
                Err(_elapsed) => Err(Refusal::Passing(format!("no answer within {} s", PATIENCE.as_secs()))),
            };
            (flight, result)
        });
        Air { flying, batch, slow_at: Some(Instant::now() + SLOW), is_spooled }
    }

    /// Copies the runs of a slow batch to the spool: they survive though its commit may still fail, or we may end. If it comes
    /// through after all, replaying them changes nothing.
    pub(super) async fn watch(&mut self, air: &mut Air, now: Instant) {
        if air.slow_at.is_none_or(|slow_at| now < slow_at) {
            return;
        }
        air.slow_at = None;
        self.waiting.away.get_or_insert(Away { until: now, pause: FIRST_PAUSE });
        if !air.is_spooled {
            air.is_spooled = self.put_on_spool(&air.batch.runs).await;
        }
    }

    /// What follows from how a batch went; `is_spooled`: its runs are on the spool.
    pub(super) async fn landed(&mut self, (flight, result): Landed, is_spooled: bool) {
        match (result, flight.replay.is_some()) {
            (Ok(recorded), false) => self.committed(flight, recorded),
            (Ok(recorded), true) => self.replayed(flight, recorded.runs).await,
            (Err(refusal), is_replay) => {
                self.gauges.commit_failures.fetch_add(1, Ordering::Relaxed);
                self.desk.not_saved(&flight.batch.probe_states, &flight.batch.sent_states);
                if is_replay {
                    self.replay_failed(flight, refusal).await;
                } else {
                    self.commit_failed(flight, refusal, is_spooled).await;
                }
            }
        }
        let touched = self.desk.look_for_causes_at_once();
        self.boarding.refresh(&self.desk, touched);
    }

    fn committed(&mut self, flight: Flight, recorded: Recorded) {
        let written = flight.batch.runs.len() + flight.batch.groups.iter().map(|group| group.runs.len()).sum::<usize>();
        self.gauges.commits.fetch_add(1, Ordering::Relaxed);
        self.gauges.recorded.fetch_add(u64::try_from(written).unwrap_or(0), Ordering::Relaxed);
        self.waiting.alone = false;
        self.waiting.marks.stored(&flight.batch.dirty);
        match &mut self.waiting.away {
            Some(_) if self.spool.is_empty() => self.waiting.away = None,
            Some(away) => *away = Away { until: Instant::now(), pause: FIRST_PAUSE },
            None => {}
        }
        self.safe(&flight.batch.runs, flight.dones);
        let sent = Arc::unwrap_or_clone(flight.batch).groups;
        for ((group, sent), stored) in flight.groups.into_iter().zip(sent).zip(recorded.groups) {
            let answer = match stored {
                GroupRecorded::Clash { index, run } => Err(MonitorError::Clash { index, run }),
                GroupRecorded::Stored(stored) => {
                    let mut receipts = Vec::with_capacity(stored.len());
                    for (mut sent, stored) in sent.runs.into_iter().zip(stored) {
                        let external_id = sent.record.run.external_id.clone();
                        receipts.push(Receipt { id: stored.id(), external_id, created: stored.is_new() });
                        if stored.is_new() {
                            sent.record.run.id = stored.id();
                            self.desk.came(&sent.record);
                            self.boarding.recorded(group.integration, &sent.record.run);
                            self.boarding.awaited(group.integration);
                        }
                    }
                    Ok(receipts)
                }
            };
            let _ = group.reply.send(answer);
        }
    }

    /// These runs survive whatever comes: whoever waits for them is told.
    pub(super) fn safe(&mut self, runs: &[RunRecord], dones: Vec<(usize, Done)>) {
        for record in runs {
            self.boarding.recorded(record.integration_id, &record.run);
        }
        for (place, done) in dones {
            if let Some(record) = runs.get(place) {
                self.boarding.awaited(record.integration_id);
                let _ = done.send(Ok(record.run.clone()));
            }
        }
    }

    async fn commit_failed(&mut self, flight: Flight, refusal: Refusal, is_spooled: bool) {
        let lasting = matches!(refusal, Refusal::Lasting(_));
        let Flight { batch, dones, mut groups, .. } = flight;
        match refusal {
            Refusal::Lasting(error) if groups.len() == 1 && batch.runs.is_empty() => {
                let _ = groups.remove(0).reply.send(Err(MonitorError::Store(error)));
            }
            Refusal::Lasting(error) => self.failed(&error.to_string()),
            Refusal::Passing(why) => self.failed(&why),
        }
        self.waiting.alone |= lasting;
        groups.append(&mut self.waiting.groups);
        self.waiting.groups = groups;
        if is_spooled {
            return self.safe(&batch.runs, dones);
        }
        // Before what has come meanwhile, so that the order stays.
        let (later, later_dones) = (std::mem::take(&mut self.waiting.runs), std::mem::take(&mut self.waiting.dones));
        let runs = Arc::unwrap_or_clone(batch).runs;
        let shift = runs.len();
        self.waiting.runs = runs;
        self.waiting.runs.extend(later);
        self.waiting.dones = dones;
        self.waiting.dones.extend(later_dones.into_iter().map(|(place, done)| (place + shift, done)));
        self.waiting.since.get_or_insert_with(Instant::now);
        self.spool_waiting().await;
    }
}

pub(super) async fn fly(air: &mut Option<Air>) -> Landed {
    match air {
        Some(air) => air.flying.as_mut().await,
        None => std::future::pending().await,
    }
}

fn refusal(error: StoreError) -> Refusal {
    if is_lasting(&error) { Refusal::Lasting(error) } else { Refusal::Passing(said(&error)) }
}

/// An error with what caused it.
fn said(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}
