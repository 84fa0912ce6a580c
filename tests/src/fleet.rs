//! Many probes of one target, senders beside them, and what of both is stored.
//!
//! The path that a probe asks for names it, `/b0/p3`, so that the target's log can be held against the stored runs.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use model::{RunRow, Span, Timestamp};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::target::{Answered, Target};

/// Clocks of two processes and cut-off milliseconds may differ by this much. A probe's asks lie further apart.
const SLACK: Span = Span::ms(50);

/// A catalogue of `bridges` integrations, `b0` and on, each with `probes` probes, `p0` and on, that ask the target every second.
pub fn catalogue(target: &Target, bridges: usize, probes: usize) -> String {
    let mut yaml = "systems: [{slug: crm, name: CRM}, {slug: erp, name: ERP}]\nintegrations:\n".to_owned();
    for bridge in 0..bridges {
        let _ =
            writeln!(yaml, "  - slug: b{bridge}\n    name: Bridge {bridge}\n    from: crm\n    to: erp\n    probes:");
        for probe in 0..probes {
            let url = target.url(&format!("/b{bridge}/p{probe}"));
            let _ = writeln!(yaml, "      - {{slug: p{probe}, kind: http, url: '{url}', every: 1s, timeout: 1s}}");
        }
    }
    yaml
}

/// What the stored runs of the probes and the target's log say of each other.
#[derive(Debug, PartialEq, Eq)]
pub struct Held {
    /// Answered before the given moment, and not stored.
    pub lost: Vec<Answered>,
    /// Stored as answered, and not (or not so often) in the log.
    pub invented: Vec<RunId>,
}

impl Held {
    /// Each answer is one run and each run is one answer.
    pub fn is_whole(&self) -> bool {
        self.lost.is_empty() && self.invented.is_empty()
    }
}

type RunId = String;

/// Holds the target's log up to a moment against what the house at `url` has stored, one to one by probe and time.
pub async fn held(client: &Client, url: &str, target: &Target, until: Timestamp) -> Held {
    let before = target.log();
    let mut runs = BTreeMap::new();
    for path in before.iter().map(|answered| &answered.path).collect::<BTreeSet<_>>() {
        runs.insert(path.clone(), stored(client, url, path).await);
    }
    let mut lost = Vec::new();
    // What was answered while the runs were read may be among them, but need not.
    for (at, answered) in target.log().into_iter().enumerate() {
        let runs = runs.entry(answered.path.clone()).or_default();
        let matching = runs.iter().position(|run| {
            let end = run.started_at + Span::ms(run.duration_ms.unwrap_or(0));
            answered.at + SLACK >= run.started_at && answered.at <= end + SLACK
        });
        match matching {
            Some(found) => drop(runs.remove(found)),
            None if at < before.len() && answered.at < until => lost.push(answered),
            None => {}
        }
    }
    let invented = runs.into_values().flatten().map(|run| run.id.to_string()).collect();
    Held { lost, invented }
}

/// The stored runs of the probe behind a path that were answered, oldest first.
async fn stored(client: &Client, url: &str, path: &str) -> Vec<RunRow> {
    let (bridge, probe) = path.trim_start_matches('/').split_once('/').expect("a path of a probe");
    let list = format!("{url}/api/v1/runs?integration={bridge}&probe={probe}&outcome=ok&limit=200");
    let answer = client.get(list).send().await.expect("an answer").error_for_status().expect("a list of runs");
    let page: model::Page<RunRow> = answer.json().await.expect("a list of runs");
    assert_eq!(page.next_cursor, None, "more runs than a test makes");
    page.items.into_iter().rev().collect()
}

/// Sends runs of one bridge, each as soon as the one before is acknowledged; what is refused for now is sent again.
pub struct Sender {
    acknowledged: Arc<Mutex<Vec<String>>>,
    refused: Arc<AtomicU64>,
    sending: JoinHandle<()>,
}

impl Sender {
    /// Begins to send to the house at `url`. It ends when nobody answers any more.
    pub fn start(client: Client, url: &str, bridge: &str, name: &'static str) -> Self {
        let address = address(url, bridge);
        let (acknowledged, refused) = (Arc::<Mutex<Vec<String>>>::default(), Arc::<AtomicU64>::default());
        let (known, again) = (Arc::clone(&acknowledged), Arc::clone(&refused));
        let sending = tokio::spawn(async move {
            for number in 0.. {
                let id = format!("{name}-{number}");
                loop {
                    let Ok(answer) = client.post(&address).json(&run(&id)).send().await else { return };
                    match answer.status() {
                        StatusCode::OK | StatusCode::CREATED => break,
                        StatusCode::SERVICE_UNAVAILABLE => again.fetch_add(1, Ordering::SeqCst),
                        status => panic!("{id}: {status} {}", answer.text().await.unwrap_or_default()),
                    };
                }
                known.lock().unwrap_or_else(PoisonError::into_inner).push(id);
            }
        });
        Self { acknowledged, refused, sending }
    }

    /// The external ids of the runs of which it was told that they are stored.
    pub fn acknowledged(&self) -> Vec<String> {
        self.acknowledged.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How often it was told to come again.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::SeqCst)
    }

    /// Ends it; answers what was acknowledged.
    pub async fn end(mut self) -> Vec<String> {
        self.sending.abort();
        if let Err(error) = (&mut self.sending).await {
            assert!(error.is_cancelled(), "the sender failed: {error}");
        }
        self.acknowledged()
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.sending.abort();
    }
}

/// Those of the acknowledged runs that the house at `url` does not have: each is sent again, and what is there is not made anew.
pub async fn forgotten(client: &Client, url: &str, bridge: &str, acknowledged: &[String]) -> Vec<String> {
    let mut forgotten = Vec::new();
    for some in acknowledged.chunks(1_000) {
        let again: Vec<Value> = some.iter().map(|id| run(id)).collect();
        let answer = client.post(address(url, bridge)).json(&again).send().await.expect("an answer");
        let receipts: Value = answer.error_for_status().expect("receipts").json().await.expect("receipts");
        let receipts = receipts["items"].as_array().expect("receipts");
        assert_eq!(receipts.len(), some.len(), "one receipt a run");
        let made = some.iter().zip(receipts).filter(|(id, receipt)| {
            assert_eq!(receipt["external_id"], json!(id), "in the order given");
            receipt["created"] == json!(true)
        });
        forgotten.extend(made.map(|(id, _)| id.clone()));
    }
    forgotten
}

fn address(url: &str, bridge: &str) -> String {
    format!("{}/api/v1/integrations/{bridge}/runs", url.trim_end_matches('/'))
}

/// The run of an external id: the same each time, so that it may be sent again.
fn run(external_id: &str) -> Value {
    json!({"external_id": external_id, "started_at": "2026-01-05T08:00:00Z", "outcome": "ok", "units": 1})
}
