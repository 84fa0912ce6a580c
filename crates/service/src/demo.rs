//! The demo's servers, as far as a visitor may touch them.

use async_trait::async_trait;
use model::{Problem, ProblemKind, Slug, overview::DemoServer};

use crate::{audit::Act, problem, sight::Sight};

/// Who runs the demo's servers; the server implements it, and only with `--demo`.
#[async_trait]
pub trait DemoControl: Send + Sync {
    /// Each of them, and whether it runs.
    fn servers(&self) -> Vec<DemoServer>;
    /// How much of the 90 days of demo history is folded, 0 to 1.
    fn history(&self) -> f64;
    /// Starts or stops the one that plays this system; returns when its port is open or closed.
    async fn set(&self, system: &Slug, running: bool) -> Result<(), Problem>;
}

/// Stops or starts one of the servers.
pub(crate) async fn set(sight: &Sight<'_>, system: &Slug, running: bool) -> Result<(), Problem> {
    let Some(demo) = &sight.demo else {
        return Err(Problem::new(ProblemKind::NotFound, "There are no demo servers: this is not the demo."));
    };
    demo.set(system, running).await?;
    let action = if running { "demo.start" } else { "demo.stop" };
    let act = Act::new(action, format!("system {system}"));
    sight.store.audit(&sight.entry(act)).await.map_err(problem::of_store)
}
