//! Runs taken in over HTTP, each acknowledged after its commit.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use futures::future::try_join_all;
use model::Span;
use reqwest::Client;
use serde_json::{Value, json};

use crate::{
    Tried,
    cpu::Bare,
    lab::{Lab, is_whole},
    landscape::Landscape,
    pages,
    table::{Sorted, Table, number},
};

/// Integrations that send, in turn.
const SENDERS: usize = 8;

/// Arrays of one and of a hundred.
pub async fn measure(lab: &Lab, bare: Bare, table: &mut Table) -> Tried<()> {
    for (size, at_once) in [(1, 1), (1, 64), (100, 8)] {
        eprintln!("runs sent in arrays of {size}, {at_once} at once");
        one(lab, size, at_once, bare, table).await?;
    }
    table.note("Sent runs: every POST is answered after a commit with `synchronous=FULL`; each connection sends its next when the \
        last is answered. CPU is that of the house's process, the ratio is to a saturated bare check.");
    Ok(())
}

async fn one(lab: &Lab, size: usize, at_once: usize, bare: Bare, table: &mut Table) -> Tried<()> {
    let folder = lab.folder()?;
    let landscape = Landscape { per_integration: 1, ..Landscape::of(SENDERS, Span::hours(24), 1) };
    let (target, ports) = lab.target(landscape.ports()).await?;
    let (mut house, url) = lab.house(&folder, &landscape, &ports).await?;
    let client = pages::client(&house.ready)?;
    let (number_of, begun, cpu) = (Arc::<AtomicU64>::default(), Instant::now(), house.cpu()?);
    let senders = (0..at_once).map(|sender| {
        let address = format!("{url}/api/v1/integrations/bridge-{}/runs", sender % SENDERS);
        let (client, number_of) = (client.clone(), Arc::clone(&number_of));
        let until = begun + lab.plan.ingest;
        async move {
            let mut took_ms = Vec::new();
            while Instant::now() < until {
                let body = batch(size, &number_of);
                let sent = Instant::now();
                send(&client, &address, &body).await?;
                took_ms.push(sent.elapsed().as_secs_f64() * 1e3);
            }
            Tried::Ok(took_ms)
        }
    });
    let took_ms: Sorted = try_join_all(senders).await?.into_iter().flatten().collect();
    let (seconds, used) = (begun.elapsed().as_secs_f64(), house.cpu_since(cpu)?);
    is_whole(&mut house).await?;
    house.end().await?;
    target.end().await?;
    let runs = number(took_ms.len() * size);
    let name = |what: &str| format!("sent in arrays of {size}, {at_once} at once: {what}");
    table.row(&name("taken in"), format!("{:.0}", runs / seconds), "runs/s");
    table.row(&name("answer p50 / p99"), format!("{:.1} / {:.1}", took_ms.median(), took_ms.per_mille(990)), "ms");
    table.cost(&name("CPU per run"), used.as_secs_f64() * 1e6 / runs, "us", bare.saturated_us);
    Ok(())
}

async fn send(client: &Client, address: &str, body: &Value) -> Tried<()> {
    let answer = client.post(address).json(body).send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    if status == 201 { Ok(()) } else { Err(format!("a run was answered {status}: {text}").into()) }
}

/// So many runs that were never sent before.
fn batch(size: usize, number_of: &AtomicU64) -> Value {
    let run = |_| {
        let number = number_of.fetch_add(1, Ordering::Relaxed);
        json!({
            "external_id": format!("batch-{number}"), "outcome": "ok", "duration_ms": 1_200, "units": 3,
            "records": { "read": 3, "written": 3 }, "measures": { "backlog": 12 }
        })
    };
    (0..size).map(run).collect()
}
