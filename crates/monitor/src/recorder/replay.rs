//! While the store is away: runs go to the spool, and come back in order.

use std::{
    collections::HashSet,
    sync::{Arc, atomic::Ordering},
};

use model::Span;
use store::{Batch, RunRecord};
use tokio::time::Instant;

use super::{
    Away, FIRST_PAUSE, Recorder,
    flight::{Flight, Refusal, fly},
    marks::marks_of,
};
use crate::spool::Chunk;

impl Recorder {
    /// Puts the runs that wait on the spool. If even that fails they stay in memory, and no more are taken in than fit there.
    pub(super) async fn spool_waiting(&mut self) {
        if self.waiting.runs.is_empty() {
            return;
        }
        let runs = std::mem::take(&mut self.waiting.runs);
        if !self.put_on_spool(&runs).await {
            self.waiting.since = Some(Instant::now());
            if self.waiting.closing {
                self.gauges.lost.fetch_add(u64::try_from(runs.len()).unwrap_or(0), Ordering::Relaxed);
            } else {
                self.waiting.runs = runs;
            }
            return;
        }
        let dones = std::mem::take(&mut self.waiting.dones);
        self.waiting.since = None;
        self.waiting.away.get_or_insert_with(|| Away { until: Instant::now(), pause: FIRST_PAUSE });
        self.safe(&runs, dones);
        let touched = self.desk.look_for_causes_at_once();
        self.boarding.refresh(&self.desk, touched);
    }

    /// Appends runs to the spool; answers whether they are safe there.
    pub(super) async fn put_on_spool(&mut self, runs: &[RunRecord]) -> bool {
        if let Err(error) = self.spool.append(runs.iter()).await {
            tracing::error!(%error, runs = runs.len(), "the spool takes no runs; they wait in memory");
            return false;
        }
        self.gauges.spooled_ever.fetch_add(u64::try_from(runs.len()).unwrap_or(0), Ordering::Relaxed);
        self.gauges.spool_bytes.store(self.spool.bytes(), Ordering::Relaxed);
        true
    }

    /// A batch from the front of the spool.
    pub(super) async fn replay(&mut self) -> Option<Flight> {
        let limit = self.waiting.chunk.unwrap_or(self.config.batch_rows);
        let mut chunk = match self.spool.front(limit).await {
            Ok(chunk) => chunk,
            Err(error) => {
                self.failed(&format!("the spool cannot be read: {error}"));
                return None;
            }
        };
        let runs = std::mem::take(&mut chunk.runs);
        let dirty = runs.iter().flat_map(marks_of).collect::<HashSet<_>>().into_iter().collect();
        let (probe_states, sent_states) = self.desk.take_unsaved(self.waiting.closing);
        let batch = Arc::new(Batch { runs, groups: Vec::new(), probe_states, sent_states, dirty });
        Some(Flight { batch, dones: Vec::new(), groups: Vec::new(), replay: Some(chunk) })
    }

    pub(super) async fn replayed(&mut self, flight: Flight, written: usize) {
        self.gauges.commits.fetch_add(1, Ordering::Relaxed);
        self.gauges.recorded.fetch_add(u64::try_from(written).unwrap_or(0), Ordering::Relaxed);
        self.waiting.chunk = None;
        for record in &flight.batch.runs {
            self.desk.recovered(record);
        }
        if let Some(chunk) = &flight.replay {
            self.step_over(chunk).await;
        }
    }

    /// The front of the spool is done with.
    async fn step_over(&mut self, chunk: &Chunk) {
        if let Err(error) = self.spool.done(chunk).await {
            return self.failed(&format!("the spool cannot be emptied: {error}"));
        }
        self.gauges.spool_bytes.store(self.spool.bytes(), Ordering::Relaxed);
        if self.spool.is_empty() {
            tracing::info!("the store is back and has every run");
            self.waiting.away = None;
        } else {
            self.waiting.away = Some(Away { until: Instant::now(), pause: FIRST_PAUSE });
        }
    }

    /// A chunk that the store will never take is halved until the one bad run is found and put aside.
    pub(super) async fn replay_failed(&mut self, flight: Flight, refusal: Refusal) {
        let error = match refusal {
            Refusal::Passing(why) => return self.failed(&why),
            Refusal::Lasting(error) => error,
        };
        let [run] = flight.batch.runs.as_slice() else {
            self.waiting.chunk = Some((flight.batch.runs.len() / 2).max(1));
            return;
        };
        tracing::error!(%error, run = %run.run.id, "the store refuses a run; it is put aside in the spool folder");
        self.gauges.lost.fetch_add(1, Ordering::Relaxed);
        match self.spool.refuse(run).await {
            Ok(()) => {
                if let Some(chunk) = &flight.replay {
                    self.step_over(chunk).await;
                }
            }
            Err(error) => self.failed(&format!("the spool takes nothing: {error}")),
        }
    }

    /// The store did not take a batch: the next try comes after a pause.
    pub(super) fn failed(&mut self, why: &str) {
        let pause = match &self.waiting.away {
            Some(away) => Span::ms(away.pause.as_ms() * 2).min(self.config.replay_wait),
            None => FIRST_PAUSE.min(self.config.replay_wait),
        };
        tracing::warn!(why, pause_ms = pause.as_ms(), "the store does not take runs; probes' runs go to the spool");
        self.waiting.away = Some(Away { until: Instant::now() + pause.as_duration(), pause });
    }

    /// Replays what an earlier run of the program left on the spool, before anything new is taken in. What cannot be replayed
    /// now waits, as when the store goes away.
    pub(crate) async fn recover(&mut self) {
        let mut first = true;
        while !self.spool.is_empty()
            && (first || self.waiting.away.as_ref().is_some_and(|away| away.until <= Instant::now()))
        {
            first = false;
            let Some(flight) = self.replay().await else { return };
            for record in &flight.batch.runs {
                self.boarding.recorded(record.integration_id, &record.run);
                // Whoever starts us sees at once what was not lost.
                self.boarding.awaited(record.integration_id);
            }
            let landed = fly(&mut Some(self.take_off(flight))).await;
            self.landed(landed, true).await;
        }
    }
}
