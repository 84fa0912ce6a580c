//! Server time of pages over a full store, while 100 runs a second are written to it.

use std::time::Instant;

use model::{Span, Timestamp};
use reqwest::{
    Client,
    header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, HeaderValue},
};
use serde_json::Value;
use server::cli::apply::apply_file;
use store::{Store, StoreUrl};
use tempfile::TempDir;
use tokio::time::sleep;

use crate::{
    Tried, fill, house,
    lab::{Lab, is_whole, now},
    landscape::Landscape,
    table::{Sorted, Table, number},
};

const INTEGRATIONS: usize = 1_000;
const HOSTS: usize = 40;
/// Every so many requests the plain size and the age of the content are looked at as well.
const SAMPLE: usize = 25;
const DEPARTMENTS: [&str; 4] = ["", "Department 1", "Department 5", "Department 8"];
const SORTS: [&str; 4] = ["level", "name", "error_rate", "hours"];

/// What the requests of one page showed.
#[derive(Debug, Default)]
struct Seen {
    ms: Vec<f64>,
    packed: usize,
    plain: usize,
    oldest_ms: i64,
}

/// Overview, integrations and runs.
pub async fn measure(lab: &Lab, table: &mut Table) -> Tried<()> {
    let landscape = Landscape { failing: INTEGRATIONS / 50, ..Landscape::of(INTEGRATIONS, Span::seconds(10), HOSTS) };
    let folder = lab.folder()?;
    let (target, ports) = lab.target(landscape.ports()).await?;
    eprintln!("filling a store");
    let begun = Instant::now();
    let filled = filled(lab, &folder, &landscape, &ports).await?;
    let bytes = std::fs::metadata(folder.path().join(house::STORE))?.len();
    let megabytes = number(bytes / 1_000_000);
    eprintln!("    {filled:?}, {megabytes} MB, in {:.0} s", begun.elapsed().as_secs_f64());
    let (mut house, url) = lab.house(&folder, &landscape, &ports).await?;
    // One whole period, so that every probe writes; and the board knows what fails.
    sleep(landscape.period.as_duration()).await;

    let client = client(&house.ready)?;
    for (page, address) in
        [("overview", overview as fn(usize) -> String), ("integrations", integrations), ("runs", runs)]
    {
        eprintln!("the page {page}");
        let (before, begun) = (house.ask().await?, Instant::now());
        let seen = ask(lab, &client, &url, address).await?;
        let written = house.ask().await?["recorded"].as_i64().unwrap_or_default()
            - before["recorded"].as_i64().unwrap_or_default();
        let rate = number(written) / begun.elapsed().as_secs_f64();
        let name = |what: &str| format!("page {page}, 1,000 integrations: {what}");
        let ms: Sorted = seen.ms.into_iter().collect();
        let [half, most, worst] = [ms.median(), ms.per_mille(990), ms.max()];
        table.row(&name("server time p50 / p99 / max"), format!("{half:.1} / {most:.1} / {worst:.1}"), "ms");
        table.row(
            &name("largest after / before brotli"),
            format!("{:.1} / {:.1}", kb(seen.packed), kb(seen.plain)),
            "kB",
        );
        table.row(&name("written meanwhile"), format!("{rate:.0}"), "runs/s");
        if page == "overview" {
            table.row(&name("oldest content"), format!("{:.1}", number(seen.oldest_ms) / 1e3), "s");
        }
    }
    is_whole(&mut house).await?;
    let peak = f64::from(house.peak_kib()?) / 1_024.0;
    table.row("pages: peak memory (VmHWM)", format!("{peak:.0}"), "MiB");
    house.end().await?;
    target.end().await?;
    table.note(format!("Pages: a store of {megabytes} MB with {} roll-ups (days of {} days, hours of {} days) and {} runs of 48 h; \
        {} requests a page, one after the other over one connection, each at an address of its own, from asking to the last byte, brotli \
        included. Sizes before brotli are of every {SAMPLE}th.",
        filled.rollups, lab.plan.days, lab.plan.hour_days, filled.runs, lab.plan.requests));
    Ok(())
}

/// A client that keeps its connections and never unpacks, with the token that a house said when it was ready.
pub fn client(ready: &Value) -> Tried<Client> {
    // A second call finds the choice made.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let token = format!("Bearer {}", ready["token"].as_str().unwrap_or_default());
    let headers = [(AUTHORIZATION, HeaderValue::from_str(&token)?)].into_iter().collect();
    Ok(Client::builder().no_proxy().default_headers(headers).build()?)
}

async fn filled(lab: &Lab, folder: &TempDir, landscape: &Landscape, ports: &[u16]) -> Tried<fill::Filled> {
    let catalogue = folder.path().join(house::CATALOGUE);
    std::fs::write(&catalogue, landscape.yaml(ports))?;
    let store = Store::open(&StoreUrl::sqlite(folder.path().join(house::STORE))).await?;
    apply_file(&store, &catalogue, false, now()).await?;
    let filled = fill::fill(&store, &lab.plan, now()).await?;
    store.close().await;
    Ok(filled)
}

async fn ask(lab: &Lab, client: &Client, url: &str, address: fn(usize) -> String) -> Tried<Seen> {
    let mut seen = Seen::default();
    for request in 0..lab.plan.requests {
        let address = format!("{url}{}", address(request));
        let begun = Instant::now();
        seen.packed = seen.packed.max(get(client, &address, "br").await?);
        seen.ms.push(begun.elapsed().as_secs_f64() * 1e3);
        if request % SAMPLE == 0 {
            seen.plain = seen.plain.max(get(client, &address, "identity").await?);
            let overview: Value = client.get(format!("{url}/api/v1/overview")).send().await?.json().await?;
            let made = Timestamp::parse(overview["as_of"].as_str().unwrap_or_default())?;
            seen.oldest_ms = seen.oldest_ms.max(now().since(made).as_ms());
        }
    }
    Ok(seen)
}

/// Asks for a page as a browser does; answers how many bytes it has on the way.
pub async fn get(client: &Client, address: &str, encoding: &str) -> Tried<usize> {
    let request = client.get(address).header(ACCEPT, "text/html").header(ACCEPT_ENCODING, encoding);
    let response = request.send().await?.error_for_status()?;
    Ok(response.bytes().await?.len())
}

/// One in sixteen without any filter, which shows the most. What no page knows makes the address its own.
pub fn overview(request: usize) -> String {
    let (tier, department) = (request % 4, DEPARTMENTS[request / 4 % 4]);
    let tier = if tier == 0 { String::new() } else { tier.to_string() };
    format!("/?tier={tier}&department={department}&n={request}")
}

fn integrations(request: usize) -> String {
    let (tier, department, sort) = (request % 4, DEPARTMENTS[request / 4 % 4], SORTS[request / 16 % 4]);
    let tier = if tier == 0 { String::new() } else { tier.to_string() };
    let q = if request.is_multiple_of(3) { String::new() } else { (request % 10).to_string() };
    format!("/integrations?tier={tier}&department={department}&sort={sort}&q={q}&n={request}")
}

fn runs(request: usize) -> String {
    let bridge = request * 7 % INTEGRATIONS;
    let filter = match request % 8 {
        0 => String::new(),
        1 => "outcome=failed".to_owned(),
        2 => "origin=integration".to_owned(),
        3 => format!("outcome=failed&reason=server_error&integration=bridge-{bridge}"),
        4 => format!("q=request+{request}"),
        _ => format!("integration=bridge-{bridge}"),
    };
    format!("/runs?{filter}&n={request}")
}

fn kb(bytes: usize) -> f64 {
    number(bytes) / 1e3
}
