//! CPU per check: the whole house with its commits against the bare loop, at 100 checks a second and saturated.

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
    stored,
    table::{Sorted, Table, number},
};

/// Hosts of the paced load, 25 probes each.
const HOSTS: usize = 40;
/// Hosts of the saturated load: with the house's 32 slots a host, 128 checks are on the network at once.
const FEW_HOSTS: usize = 4;
const AT_ONCE: u32 = 128;
const MINUTE: Span = Span::minutes(1);
/// When in a minute the roll-up of the one before, which begins at its fifth second, is done.
const ROLLED_UP: Span = Span::seconds(15);
/// A rate is sustained if so much of it is stored.
const SUSTAINED: f64 = 0.97;
/// Below this, looking on is of no use.
const LOWEST_RATE: usize = 100;
/// Beyond this no machine of today is expected to come.
const HIGHEST_RATE: usize = 60_000;

/// CPU microseconds per check of the bare loop.
#[derive(Debug, Clone, Copy)]
pub struct Bare {
    /// At 100 a second.
    pub paced_us: f64,
    /// As fast as it can.
    pub saturated_us: f64,
}

/// What one run showed.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    /// Checks a second: of the house those stored as `ok`.
    rate: f64,
    /// CPU microseconds per check.
    us: f64,
    /// Stored as `unknown`, since they could not start in time.
    unknown: i64,
}

/// The bare loop alone, for parts that only need something to compare with.
pub async fn bare_only(lab: &Lab) -> Tried<Bare> {
    eprintln!("the bare loop");
    let paced = bare(lab, 1_000, 10_000, HOSTS).await?;
    let saturated = bare(lab, AT_ONCE, 0, FEW_HOSTS).await?;
    Ok(Bare { paced_us: paced.us, saturated_us: saturated.us })
}

/// All of it.
pub async fn measure(lab: &Lab, table: &mut Table) -> Tried<Bare> {
    let paced_us = paced(lab, table).await?;
    let saturated_us = saturated(lab, table).await?;
    Ok(Bare { paced_us, saturated_us })
}

/// At 100 checks a second; answers what the bare loop costs.
async fn paced(lab: &Lab, table: &mut Table) -> Tried<f64> {
    eprintln!("CPU per check at 100/s");
    let thousand = Landscape::of(1_000, Span::seconds(10), HOSTS);
    let (mut bares, mut houses) = (Vec::new(), Vec::new());
    for _ in 0..lab.plan.runs {
        bares.push(bare(lab, 1_000, 10_000, HOSTS).await?);
        houses.push(house(lab, &thousand, lab.plan.house).await?);
    }
    let paced_us = median(&bares, |sample| sample.us);
    table.row("bare loop at 100/s: CPU per check", format!("{paced_us:.0}"), "us");
    table.cost("house at 100/s: CPU per stored run", median(&houses, |sample| sample.us), "us", paced_us);
    table.row("house at 100/s: stored", format!("{:.1}", median(&houses, |sample| sample.rate)), "runs/s");
    table.note(
        "CPU of the house is that of its whole process (schedule, probes, assertions, commits, board, roll-ups, idle web), \
         over whole minutes that hold one roll-up each. At 100/s it has 1,000 integrations with a probe each. The target runs in a \
         process of its own on the same cores.",
    );
    Ok(paced_us)
}

/// Beyond what can be stored; answers what the bare loop costs where it is asked for all it can.
pub async fn saturated(lab: &Lab, table: &mut Table) -> Tried<f64> {
    eprintln!("the highest rate sustained");
    let (sustained, most) = highest(lab).await?;
    table.row("checks sustained (97 % of the offered rate stored)", format!("{sustained:.0}"), "checks/s");
    let offered = flood(whole(most * 1.1));
    eprintln!("CPU per check, saturated by {} checks/s", offered.probes);
    let (mut bares, mut houses, mut likes) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..lab.plan.runs {
        bares.push(bare(lab, AT_ONCE, 0, FEW_HOSTS).await?);
        houses.push(house(lab, &offered, lab.plan.house).await?);
    }
    let rate = whole(median(&houses, |sample| sample.rate));
    for _ in 0..lab.plan.runs {
        likes.push(bare(lab, u32::try_from(rate)?, 1_000, FEW_HOSTS).await?);
    }
    let saturated_us = median(&bares, |sample| sample.us);
    let alike_us = median(&likes, |sample| sample.us);
    let house_us = median(&houses, |sample| sample.us);
    table.row("bare loop saturated: rate", format!("{:.0}", median(&bares, |sample| sample.rate)), "checks/s");
    table.row("bare loop saturated: CPU per check", format!("{saturated_us:.0}"), "us");
    table.row("house saturated: stored", format!("{:.0}", median(&houses, |sample| sample.rate)), "runs/s");
    table.cost("house saturated: CPU per stored run", house_us, "us", saturated_us);
    table.row("bare loop at the house's saturated rate: CPU per check", format!("{alike_us:.0}"), "us");
    table.cost("house saturated, against the bare loop at its rate", house_us, "us", alike_us);
    let unknown = median(&houses, |sample| number(sample.unknown));
    table.note(format!(
        "Saturated: {} checks/s were offered; {unknown:.0} a run could not start within their period: \
         they are stored as unknown and not counted, while their CPU is.",
        offered.probes
    ));
    Ok(saturated_us)
}

/// Probes that ask every second: eight an integration, few hosts.
fn flood(rate: usize) -> Landscape {
    Landscape { per_integration: 8, ..Landscape::of(rate, Span::seconds(1), FEW_HOSTS) }
}

/// The highest rate that was sustained, sought in steps of a quarter upwards from the first rate (downwards, where that is too much
/// already), and the most that was stored in a second at any rate.
async fn highest(lab: &Lab) -> Tried<(f64, f64)> {
    let (mut rate, mut sustained, mut most) = (lab.plan.first_rate, None, 0.0_f64);
    let mut too_much = false;
    while (LOWEST_RATE..=HIGHEST_RATE).contains(&rate) {
        let seen = house(lab, &flood(rate), Watch::For(lab.plan.seek)).await?;
        eprintln!("    {rate} offered, {:.0} stored a second", seen.rate);
        most = most.max(seen.rate);
        let is_sustained = seen.rate >= SUSTAINED * number(rate);
        if is_sustained {
            sustained = Some(seen.rate);
        }
        too_much |= !is_sustained;
        match (is_sustained, too_much, sustained) {
            (true, false, _) => rate += rate / 4,
            (false, _, None) => rate -= rate / 4,
            _ => break,
        }
    }
    Ok((sustained.unwrap_or_default(), most))
}

async fn bare(lab: &Lab, askers: u32, period_ms: u32, hosts: usize) -> Tried<Sample> {
    let (target, ports) = lab.target(hosts).await?;
    let mut bare = Child::start(&Load { askers, period_ms, ports }.args()).await?;
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

async fn house(lab: &Lab, landscape: &Landscape, watch: Watch) -> Tried<Sample> {
    let folder = lab.folder()?;
    let (target, ports) = lab.target(landscape.ports()).await?;
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

fn median(samples: &[Sample], pick: impl Fn(&Sample) -> f64) -> f64 {
    samples.iter().map(pick).collect::<Sorted>().median()
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate: positive and far below 2^32")]
fn whole(rate: f64) -> usize {
    rate.max(1.0) as usize
}
