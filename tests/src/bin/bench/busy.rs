//! As many checks a second as are promised, and whether half of them are in time, alone and while people look at the overview.

use std::time::{Duration, Instant};

use futures::future::try_join_all;
use model::Span;
use reqwest::Client;
use tokio::time::sleep;

use crate::{
    Tried, cpu,
    lab::{Lab, is_whole, now},
    landscape::Landscape,
    late::{self, LATE},
    pages,
    protocol::Protocol,
    sample, stored,
    table::{Promise, Sorted, Table, number},
};

/// Checks a second that are stored at least.
const PROMISED: f64 = 5_000.0;
/// A little more is asked for, so that as many may be stored.
const OFFERED: usize = 5_200;
/// Of what is promised.
const HALF: usize = 2_500;
const HOSTS: usize = 40;
const PERIOD: Span = Span::seconds(1);
/// People who look.
const CLIENTS: usize = 10;
/// Addresses of one of them, each its own.
const ADDRESSES: usize = 1_000_000;

/// All of it.
pub async fn measure(lab: &Lab, table: &mut Table) -> Tried<()> {
    eprintln!("{OFFERED} checks/s");
    let full = sample::house(lab, &cpu::flood(Protocol::Http, OFFERED), lab.plan.house).await?;
    let name = |what: &str| format!("{OFFERED} checks/s offered: {what}");
    let stored = format!("{:.0}", full.rate);
    table.promised(&name("stored"), stored, "runs/s", full.rate, Promise::AtLeast(PROMISED));
    table.row(&name("could not start in time"), full.unknown, "runs");
    for clients in [0, CLIENTS] {
        half(lab, clients, table).await?;
    }
    table.note(format!(
        "Busy: {HALF} probes ask every second, eight an integration. The clients load the overview one after the other, each over a \
         connection of its own and at addresses of its own, brotli included; who loads, house and target share the cores."
    ));
    Ok(())
}

/// Lateness at half the rate while so many clients look.
async fn half(lab: &Lab, clients: usize, table: &mut Table) -> Tried<()> {
    let periods = lab.plan.busy_periods;
    let name = |what: &str| format!("{HALF} checks/s, {clients} clients at the overview, {periods} s: {what}");
    eprintln!("{}", name("lateness"));
    let landscape = Landscape { per_integration: 8, ..Landscape::of(HALF, PERIOD, HOSTS) };
    let folder = lab.folder()?;
    let (mut target, ports) = lab.target(landscape.ports()).await?;
    let (mut house, url) = lab.house(&folder, &landscape, &ports).await?;
    sleep(lab.plan.warm_up).await;
    let time = PERIOD.as_duration() * periods;
    let (cpu, begun, from) = (house.cpu()?, Instant::now(), now());
    let to = from + Span::ms(PERIOD.as_ms() * i64::from(periods));
    let mut visitors = Vec::new();
    for visitor in 0..clients {
        visitors.push(look(pages::client(&house.ready)?, &url, visitor * ADDRESSES, begun + time));
    }
    let took_ms: Sorted = try_join_all(visitors).await?.into_iter().flatten().collect();
    sleep(to.since(now()).as_duration()).await;
    let (used, watched) = (house.cpu_since(cpu)?, begun.elapsed());
    // The last ones planned may arrive as late as is still in time, and be committed after that.
    sleep(Span::ms(LATE.as_ms() * 4).as_duration()).await;
    let arrivals = late::arrivals(&serde_json::from_value::<Vec<_>>(target.ask().await?)?);
    is_whole(&mut house).await?;
    house.end().await?;
    target.end().await?;

    let checks = stored::planned(folder.path(), from, to).await?;
    late::healthy(&landscape, &checks, &arrivals, usize::try_from(periods)?).tell(table, name);
    table.row(&name("CPU of the house"), format!("{:.2}", cores(used, watched)), "cores");
    if clients > 0 {
        let loaded = number(took_ms.len()) / watched.as_secs_f64();
        table.row(&name("pages loaded"), format!("{loaded:.0}"), "1/s");
        let [half, most, worst] = [took_ms.median(), took_ms.per_mille(990), took_ms.max()];
        table.row(&name("page p50 / p99 / max"), format!("{half:.1} / {most:.1} / {worst:.1}"), "ms");
    }
    Ok(())
}

/// Loads the overview again and again until then; how long each took, in milliseconds.
async fn look(client: Client, url: &str, first: usize, until: Instant) -> Tried<Vec<f64>> {
    let mut took_ms = Vec::new();
    while Instant::now() < until {
        let address = format!("{url}{}", pages::overview(first + took_ms.len()));
        let begun = Instant::now();
        pages::get(&client, &address, "br").await?;
        took_ms.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    Ok(took_ms)
}

fn cores(used: Duration, watched: Duration) -> f64 {
    used.as_secs_f64() / watched.as_secs_f64()
}
