//! Lateness and memory while some targets take the request and never answer: 1,000 probes every 10 s.

use std::collections::HashMap;

use model::{Span, Timestamp};
use tokio::time::sleep;

use crate::{
    Tried,
    cpu::Bare,
    lab::{Lab, is_whole, now},
    landscape::Landscape,
    stored::{self, Check},
    table::{Promise, Sorted, Table, number},
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

/// What is watched, and what is promised of it.
#[derive(Debug, Clone, Copy)]
pub struct Case {
    /// Probes that ask.
    pub probes: usize,
    /// How often each does.
    pub period: Span,
    /// The share of them whose target hangs.
    pub percent: usize,
    /// How long it is watched.
    pub periods: u32,
    /// Memory that it may hold at any time, in MiB.
    pub most_mib: f64,
}

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

impl Seen {
    /// Its rows. None may be late.
    pub fn tell(&self, table: &mut Table, name: impl Fn(&str) -> String) {
        let arrived = self.lateness_ms.len();
        table.row(&name("arrivals at healthy targets"), format!("{arrived} of {}", self.expected), "requests");
        table.promised(&name("late"), self.late, "checks", number(self.late), Promise::AtMost(0.0));
        let [half, most, worst] = [self.lateness_ms.median(), self.lateness_ms.per_mille(990), self.lateness_ms.max()];
        table.row(&name("lateness p50 / p99 / max"), format!("{half:.1} / {most:.1} / {worst:.1}"), "ms");
    }
}

/// All shares of hanging targets.
pub async fn measure(lab: &Lab, bare: Bare, table: &mut Table) -> Tried<()> {
    for (percent, periods) in
        [(0, lab.plan.late_periods), (1, lab.plan.late_periods), (20, lab.plan.late_periods_hanging)]
    {
        watch(lab, &Case { probes: PROBES, period: PERIOD, percent, periods, most_mib: 80.0 }, bare, table).await?;
    }
    Ok(())
}

/// One share of hanging targets.
pub async fn watch(lab: &Lab, case: &Case, bare: Bare, table: &mut Table) -> Tried<()> {
    let Case { probes, period, percent, periods, most_mib } = *case;
    let name = |what: &str| {
        let time = Span::ms(period.as_ms() * i64::from(periods));
        format!("{probes} probes every {period}, {percent} % hanging, {time}: {what}")
    };
    eprintln!("{}", name("lateness and memory"));
    let landscape = Landscape { hanging: probes * percent / 100, ..Landscape::of(probes, period, HOSTS) };
    let folder = lab.folder()?;
    let (mut target, ports) = lab.target(landscape.ports()).await?;
    let begun = now();
    let (mut house, _) = lab.house(&folder, &landscape, &ports).await?;
    let ready = now();
    sleep(lab.plan.warm_up).await;
    let (cpu, from) = (house.cpu()?, now());
    let to = from + Span::ms(period.as_ms() * i64::from(periods));
    sleep(to.since(now()).as_duration()).await;
    let used = house.cpu_since(cpu)?;
    // The last ones planned may arrive as late as is still in time, and be committed after that.
    sleep(Span::ms(LATE.as_ms() * 4).as_duration()).await;
    let arrivals = arrivals(&serde_json::from_value::<Vec<_>>(target.ask().await?)?);
    let [peak_mib, held_mib] = [house.peak_kib()?, house.resident_kib()?].map(|kib| f64::from(kib) / 1_024.0);
    is_whole(&mut house).await?;
    house.end().await?;
    target.end().await?;

    let runs: i64 = stored::outcomes(folder.path(), from, to).await?.values().sum();
    let checks = stored::planned(folder.path(), from, to).await?;
    healthy(&landscape, &checks, &arrivals, usize::try_from(periods)?).tell(table, name);
    let (after_ready, after_start) = started(probes, &arrivals, begun, ready);
    let interval = Promise::AtMost(number((period.as_ms() + LATE.as_ms()) / 10) / 100.0);
    table.promised(&name("all checked once, after ready"), format!("{after_ready:.1}"), "s", after_ready, interval);
    table.row(&name("all checked once, after start"), format!("{after_start:.1}"), "s");
    table.cost(&name("CPU per stored run"), used.as_secs_f64() * 1e6 / number(runs), "us", bare.paced_us);
    let peak = format!("{peak_mib:.0}");
    table.promised(&name("peak memory (VmHWM)"), peak, "MiB", peak_mib, Promise::AtMost(most_mib));
    table.row(&name("memory at the end (VmRSS)"), format!("{held_mib:.0}"), "MiB");
    table.note("Lateness: from a stored run's scheduled_at to the arrival of its request at the healthy target, by the target's clock. \
        Late: above 250 ms, unknown, or not stored at all. A hanging check lasts its timeout, 10 s, and hanging hosts have 10 probes \
        each; at 10 s a period each of them holds its probe's slot without end.");
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
pub fn healthy(landscape: &Landscape, checks: &[Check], arrivals: &HashMap<usize, Vec<i64>>, periods: usize) -> Seen {
    let Landscape { probes, hanging, period, .. } = *landscape;
    let expected = (probes - hanging) * periods;
    let none = Vec::new();
    let (mut lateness, mut in_time) = (Vec::new(), 0);
    let mut left: HashMap<usize, &[i64]> = HashMap::new();
    for check in checks.iter().filter(|check| check.probe >= hanging) {
        let times = left.entry(check.probe).or_insert_with(|| arrivals.get(&check.probe).unwrap_or(&none));
        let planned = check.scheduled_at.0 * 1_000;
        let earliest = planned - EARLY.as_ms() * 1_000;
        *times = &times[times.partition_point(|at| *at < earliest)..];
        let Some((at, rest)) = times.split_first().filter(|(at, _)| **at < planned + period.as_ms() * 1_000) else {
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
fn started(probes: usize, arrivals: &HashMap<usize, Vec<i64>>, begun: Timestamp, ready: Timestamp) -> (f64, f64) {
    let firsts = arrivals.values().filter_map(|times| times.first()).max();
    let Some(last) = firsts.filter(|_| arrivals.len() == probes) else { return (f64::INFINITY, f64::INFINITY) };
    let since = |moment: Timestamp| number(last / 1_000 - moment.0) / 1_000.0;
    (since(ready), since(begun))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use model::Timestamp;

    use super::{Check, HOSTS, Landscape, PERIOD, PROBES, healthy};

    /// All hang but the last probe.
    fn landscape() -> Landscape {
        Landscape { hanging: PROBES - 1, ..Landscape::of(PROBES, PERIOD, HOSTS) }
    }

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
            let seen = healthy(&landscape(), &checks, &HashMap::from([(PROBES - 1, times)]), 1);
            assert_eq!((seen.expected, seen.lateness_ms.len(), seen.late), (1, arrived, late), "{case}");
        }
    }

    #[test]
    fn one_arrival_stands_for_one_check() {
        let checks = [check(10, false), check(10, false)];
        let seen = healthy(&landscape(), &checks, &HashMap::from([(PROBES - 1, vec![10_001_000])]), 2);
        assert_eq!((seen.lateness_ms.len(), seen.late), (1, 1));
    }
}
