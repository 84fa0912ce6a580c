//! What happens by the clock of the house, a dozen UTC ticks at most: tokio-cron-scheduler carries them. Probes do not hang on
//! it: they have a queue of their own in `monitor`.

use monitor::Handle;
use tokio_cron_scheduler::{Job, JobScheduler};

use crate::ServerError;

/// Every ten seconds, beside the full minute: what is rolled up is never older than that.
const ROLL_UP: &str = "5/10 * * * * *";
/// Once an hour, when nothing else usually begins.
const RETAIN: &str = "30 17 * * * *";

/// The running ticks.
pub struct Ticks(JobScheduler);

impl Ticks {
    /// Starts them.
    pub async fn start(engine: Handle) -> Result<Self, ServerError> {
        let scheduler = JobScheduler::new().await?;
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
                let engine = engine.clone();
                Box::pin(async move {
                    match engine.retain().await {
                        Ok(rows) => tracing::info!(rows, "what is past its time was deleted"),
                        Err(why) => tracing::error!(%why, "the retention failed; it is tried again in an hour"),
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
