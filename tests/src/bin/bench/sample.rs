//! One run of what is compared: a bare loop, or a whole house, with its rate and its CPU time per check.

use std::time::Duration;

use model::{Span, Timestamp};
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    Tried,
    bare::Load,
    child::Child,
    lab::{Lab, is_whole, now},
    landscape::Landscape,
    plan::Watch,
    protocol::Protocol,
    stored,
    table::{Sorted, number},
};

const MINUTE: Span = Span::minutes(1);
/// When in a minute the roll-up of the one before, which begins at its fifth second, is done.
const ROLLED_UP: Span = Span::seconds(15);

/// What one run showed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sample {
    /// Checks a second: of the house those stored as `ok`.
    pub rate: f64,
    /// CPU microseconds per check.
    pub us: f64,
    /// Stored as `unknown`, since they could not start in time.
    pub unknown: i64,
}

/// So many askers of a bare loop, over so many hosts.
pub async fn bare(lab: &Lab, protocol: Protocol, askers: u32, period_ms: u32, hosts: usize) -> Tried<Sample> {
    let folder = lab.folder()?;
    let (target, ports) = lab.target_over(protocol, hosts, &folder).await?;
    let mut bare = Child::start(&Load { protocol, askers, period_ms, ports }.args(folder.path())).await?;
    sleep(lab.plan.warm_up).await;
    let (cpu, before) = (bare.cpu()?, bare.ask().await?);
    sleep(lab.plan.window).await;
    let (used, after) = (bare.cpu_since(cpu)?, bare.ask().await?);
    bare.end().await?;
    target.end().await?;
    let count = |figures: &Value, name: &str| figures[name].as_i64().unwrap_or_default();
    if count(&after, "failed") > 0 {
        return Err(format!("the bare loop's requests failed: {after}").into());
    }
    Ok(sample(used, count(&after, "checks") - count(&before, "checks"), lab.plan.window))
}

/// A house with a landscape that is all answered.
pub async fn house(lab: &Lab, landscape: &Landscape, watch: Watch) -> Tried<Sample> {
    let folder = lab.folder()?;
    let (target, ports) = lab.target_over(landscape.protocol, landscape.ports(), &folder).await?;
    let (mut house, _) = lab.house(&folder, landscape, &ports).await?;
    let window = warm_up(lab, watch).await;
    let (cpu, from) = (house.cpu()?, now());
    sleep(window).await;
    let (used, to) = (house.cpu_since(cpu)?, now());
    is_whole(&mut house).await?;
    house.end().await?;
    target.end().await?;
    let stored = stored::outcomes(folder.path(), from, to).await?;
    let of = |outcome: &str| stored.get(outcome).copied().unwrap_or_default();
    let asked: i64 = stored.iter().filter(|(outcome, _)| *outcome != "unknown").map(|(_, runs)| runs).sum();
    if of("ok") != asked {
        return Err(format!("not every check was ok: {stored:?}").into());
    }
    Ok(Sample { unknown: of("unknown"), ..sample(used, of("ok"), length(from, to)) })
}

/// The one in the middle of what is picked.
pub fn median(samples: &[Sample], pick: impl Fn(&Sample) -> f64) -> f64 {
    samples.iter().map(pick).collect::<Sorted>().median()
}

/// Waits until a house that is ready may be watched; answers for how long.
async fn warm_up(lab: &Lab, watch: Watch) -> Duration {
    match watch {
        Watch::For(window) => {
            sleep(lab.plan.warm_up).await;
            window
        }
        Watch::Minute => {
            let ready = now();
            let begin = ready.floor(MINUTE) + MINUTE + ROLLED_UP;
            sleep(begin.since(ready).as_duration()).await;
            MINUTE.as_duration()
        }
    }
}

fn sample(used: Duration, checks: i64, window: Duration) -> Sample {
    let checks = number(checks);
    Sample { rate: checks / window.as_secs_f64(), us: used.as_secs_f64() * 1e6 / checks, unknown: 0 }
}

fn length(from: Timestamp, to: Timestamp) -> Duration {
    to.since(from).as_duration()
}
