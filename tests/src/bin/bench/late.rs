//! Lateness and memory at 1,000 probes every 10 s while some targets take the request and never answer.

use std::collections::HashMap;

use model::{Span, Timestamp};
use tokio::time::sleep;

use crate::{
    Tried,
    cpu::Bare,
    lab::{Lab, is_whole, now},
    landscape::Landscape,
    stored::{self, Check},
    table::{Sorted, Table, number},
};

/// Probes that ask.
pub const PROBES: usize = 1_000;
/// How often each does.
pub const PERIOD: Span = Span::seconds(10);
const HOSTS: usize = 40;
/// Later than this is late.
pub const LATE: Span = Span::ms(250);
/// A timer may go off this much early.
const EARLY: Span = Span::ms(5);

/// What was seen of the healthy targets.
#[derive(Debug, Default)]
pub struct Seen {
    /// Checks that there should have been.
    pub expected: usize,
    /// Milliseconds from the planned moment to the request's arrival, of those that arrived.
    pub lateness_ms: Sorted,
    /// Those that arrived late, and those that never did or are stored as unknown or not at all.
    pub late: usize,
}

/// All shares of hanging targets.
pub async fn measure(lab: &Lab, bare: Bare, table: &mut Table) -> Tried<()> {
    for (percent, periods) in
        [(0, lab.plan.late_periods), (1, lab.plan.late_periods), (20, lab.plan.late_periods_hanging)]
    {
        eprintln!("lateness with {percent} % of the targets hanging");
        one(lab, percent, periods, bare, table).await?;
    }
    table.note("Lateness: from a stored run's scheduled_at to the arrival of its request at the healthy target, by the target's clock. \
        Late: above 250 ms, unknown, or not stored at all. A hanging check lasts its timeout, 10 s, so each hanging target holds its \
        probe's slot without end; hanging hosts have 10 probes each.");
    Ok(())
}

async fn one(lab: &Lab, percent: usize, periods: u32, bare: Bare, table: &mut Table) -> Tried<()> {
    let hanging = PROBES * percent / 100;
    let landscape = Landscape { hanging, ..Landscape::of(PROBES, PERIOD, HOSTS) };
    let folder = lab.folder()?;
    let (mut target, ports) = lab.target(landscape.ports()).await?;
    let begun = now();
    let (mut house, _) = lab.house(&folder, &landscape, &ports).await?;
    let ready = now();
    sleep(lab.plan.warm_up).await;
    let (cpu, from) = (house.cpu()?, now());
    let to = from + Span::ms(PERIOD.as_ms() * i64::from(periods));
    sleep(to.since(now()).as_duration()).await;
    let used = house.cpu_since(cpu)?;
    // The last ones planned may arrive as late as is still in time, and be committed after that.
    sleep(Span::ms(LATE.as_ms() * 4).as_duration()).await;
    let (arrivals, peak_kib) = (arrivals(&serde_json::from_value::<Vec<_>>(target.ask().await?)?), house.peak_kib()?);
    is_whole(&mut house).await?;
    house.end().await?;
    target.end().await?;

    let runs: i64 = stored::outcomes(folder.path(), from, to).await?.values().sum();
    let checks = stored::planned(folder.path(), from, to).await?;
    let seen = healthy(&checks, &arrivals, hanging, usize::try_from(periods)?);
    let name = |what: &str| format!("1,000 probes every 10 s, {percent} % hanging, {} s: {what}", periods * 10);
    let arrived = seen.lateness_ms.len();
    table.row(&name("arrivals at healthy targets"), format!("{arrived} of {}", seen.expected), "requests");
    table.row(&name("late"), seen.late, "checks");
    let [half, most, worst] = [seen.lateness_ms.median(), seen.lateness_ms.per_mille(990), seen.lateness_ms.max()];
    table.row(&name("lateness p50 / p99 / max"), format!("{half:.1} / {most:.1} / {worst:.1}"), "ms");
    let (after_ready, after_start) = started(&arrivals, begun, ready);
    table.row(
        &name("all checked once, after start / after ready"),
        format!("{after_start:.1} / {after_ready:.1}"),
        "s",
    );
    table.cost(&name("CPU per stored run"), used.as_secs_f64() * 1e6 / number(runs), "us", bare.paced_us);
    table.row(&name("peak memory (VmHWM)"), format!("{:.0}", f64::from(peak_kib) / 1_024.0), "MiB");
    Ok(())
}

/// Arrivals of each probe, in microseconds, in order.
pub fn arrivals(book: &[(usize, i64)]) -> HashMap<usize, Vec<i64>> {
    let mut arrivals: HashMap<usize, Vec<i64>> = HashMap::new();
    for (probe, at) in book {
        arrivals.entry(*probe).or_default().push(*at);
    }
    for times in arrivals.values_mut() {
        times.sort_unstable();
    }
    arrivals
}

/// Holds every stored check of the healthy targets against the arrivals there; each arrival stands for one check.
pub fn healthy(checks: &[Check], arrivals: &HashMap<usize, Vec<i64>>, hanging: usize, periods: usize) -> Seen {
    let expected = (PROBES - hanging) * periods;
    let none = Vec::new();
    let (mut lateness, mut in_time) = (Vec::new(), 0);
    let mut left: HashMap<usize, &[i64]> = HashMap::new();
    for check in checks.iter().filter(|check| check.probe >= hanging) {
        let times = left.entry(check.probe).or_insert_with(|| arrivals.get(&check.probe).unwrap_or(&none));
        let planned = check.scheduled_at.0 * 1_000;
        let earliest = planned - EARLY.as_ms() * 1_000;
        *times = &times[times.partition_point(|at| *at < earliest)..];
        let Some((at, rest)) = times.split_first().filter(|(at, _)| **at < planned + PERIOD.as_ms() * 1_000) else {
            continue;
        };
        *times = rest;
        let late_ms = number((at - planned).max(0)) / 1_000.0;
        lateness.push(late_ms);
        in_time += usize::from(!check.is_unknown && late_ms <= number(LATE.as_ms()));
    }
    Seen { expected, lateness_ms: lateness.into_iter().collect(), late: expected.saturating_sub(in_time) }
}

/// Seconds until the last of all probes was asked for the first time: since the house was ready, and since it was started.
/// Endless if one never was.
fn started(arrivals: &HashMap<usize, Vec<i64>>, begun: Timestamp, ready: Timestamp) -> (f64, f64) {
    let firsts = arrivals.values().filter_map(|times| times.first()).max();
    let Some(last) = firsts.filter(|_| arrivals.len() == PROBES) else { return (f64::INFINITY, f64::INFINITY) };
    let since = |moment: Timestamp| number(last / 1_000 - moment.0) / 1_000.0;
    (since(ready), since(begun))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use model::Timestamp;

    use super::{Check, PROBES, healthy};

    /// The check of the last probe that is planned so many seconds after the epoch.
    fn check(second: i64, is_unknown: bool) -> Check {
        Check { probe: PROBES - 1, scheduled_at: Timestamp(second * 1_000), is_unknown }
    }

    #[test]
    fn only_what_is_stored_and_arrived_in_time_is_not_late() {
        let ms = |ms: i64| ms * 1_000;
        let in_time = (vec![check(10, false)], vec![ms(10_002)]);
        for (case, checks, times, arrived, late) in [
            ("in time", in_time.0.clone(), in_time.1.clone(), 1, 0),
            ("a little early", in_time.0.clone(), vec![ms(9_998)], 1, 0),
            ("late", in_time.0.clone(), vec![ms(10_251)], 1, 1),
            ("of another period", in_time.0.clone(), vec![ms(20_000)], 0, 1),
            ("never asked", in_time.0, Vec::new(), 0, 1),
            ("not stored", Vec::new(), in_time.1, 0, 1),
            ("unknown", vec![check(10, true)], vec![ms(10_002)], 1, 1),
        ] {
            let seen = healthy(&checks, &HashMap::from([(PROBES - 1, times)]), PROBES - 1, 1);
            assert_eq!((seen.expected, seen.lateness_ms.len(), seen.late), (1, arrived, late), "{case}");
        }
    }

    #[test]
    fn one_arrival_stands_for_one_check() {
        let checks = [check(10, false), check(10, false)];
        let seen = healthy(&checks, &HashMap::from([(PROBES - 1, vec![10_001_000])]), PROBES - 1, 2);
        assert_eq!((seen.lateness_ms.len(), seen.late), (1, 1));
    }
}
