//! What happens by the clock of the house, a dozen UTC ticks at most: tokio-cron-scheduler carries them. Probes do not hang on
//! it: they have a queue of their own in `monitor`.

use std::sync::Arc;

use model::{Clock, Span, settings::Keep};
use monitor::Handle;
use store::Store;
use tokio_cron_scheduler::{Job, JobScheduler};

use crate::{
    ServerError,
    http::{limits::Rates, tls::Certificate},
};

/// Every ten seconds, beside the full minute: what is rolled up is never older than that.
const ROLL_UP: &str = "5/10 * * * * *";
/// Every two seconds: whether another process wrote the catalogue, such as `bridgewatch apply`.
const LOOK: &str = "*/2 * * * * *";
/// Once an hour, when nothing else usually begins.
const RETAIN: &str = "30 17 * * * *";

/// Once a minute: whether the certificate was renewed, and who has been quiet.
const TEND: &str = "40 * * * * *";

/// The store deletes so many rows at once at most; fewer mean that nothing is left.
const SLICE: u64 = 1_000;

/// What is forgotten by the clock, besides what the engine forgets.
#[derive(Clone)]
pub struct Past {
    /// Who tells the time.
    pub clock: Arc<dyn Clock>,
    /// How long things are kept.
    pub keep: Keep,
}

/// What of the web is tended by the clock.
pub struct Web {
    /// What each address and token has asked of late.
    pub rates: Rates,
    /// The certificate, where TLS is our own.
    pub certificate: Option<Arc<Certificate>>,
}

/// The running ticks.
pub struct Ticks(JobScheduler);

impl Ticks {
    /// Starts them.
    pub async fn start(engine: Handle, store: Store, past: Past, web: Web) -> Result<Self, ServerError> {
        let scheduler = JobScheduler::new().await?;
        let looker = engine.clone();
        scheduler
            .add(Job::new_async(LOOK, move |_, _| {
                let engine = looker.clone();
                Box::pin(async move {
                    // What this process wrote is read already.
                    if let Err(why) = engine.catalogue_changed().await {
                        tracing::warn!(%why, "the catalogue could not be read again; it is tried again");
                    }
                })
            })?)
            .await?;
        let roller = engine.clone();
        scheduler
            .add(Job::new_async(ROLL_UP, move |_, _| {
                let engine = roller.clone();
                Box::pin(async move {
                    if let Err(why) = engine.roll_up().await {
                        tracing::error!(%why, "the roll-up failed; its buckets stay marked and are tried again");
                    }
                })
            })?)
            .await?;
        scheduler
            .add(Job::new_async(RETAIN, move |_, _| {
                let (engine, store, past) = (engine.clone(), store.clone(), past.clone());
                Box::pin(async move {
                    match retain(&engine, &store, &past).await {
                        Ok(rows) => tracing::info!(rows, "what is past its time was deleted"),
                        Err(why) => tracing::error!(%why, "the retention failed; it is tried again in an hour"),
                    }
                })
            })?)
            .await?;
        let web = Arc::new(web);
        scheduler
            .add(Job::new_async(TEND, move |_, _| {
                let web = Arc::clone(&web);
                Box::pin(async move {
                    web.rates.forget_the_quiet();
                    // Files may lie where reading takes its time.
                    if let Some(certificate) = web.certificate.clone() {
                        let _ = tokio::task::spawn_blocking(move || certificate.look_again()).await;
                    }
                })
            })?)
            .await?;
        scheduler.start().await?;
        Ok(Self(scheduler))
    }

    /// Ends them.
    pub async fn end(&mut self) {
        if let Err(why) = self.0.shutdown().await {
            tracing::warn!(%why, "the ticks did not end cleanly");
        }
    }
}

/// Deletes what is older than the settings keep: of what owners were told, all that does not wait, as old as the runs it tells of.
/// Answers how many rows went.
pub async fn retain(engine: &Handle, store: &Store, past: &Past) -> Result<u64, ServerError> {
    let mut rows = engine.retain().await?;
    let before = past.clock.now() - Span::hours(i64::from(past.keep.runs_days) * 24);
    loop {
        let slice = store.delete_settled_notices(before).await?;
        rows += slice;
        if slice < SLICE {
            return Ok(rows);
        }
        tokio::task::yield_now().await;
    }
}
