//! What systems tell of themselves that are asked otherwise than over plain HTTP: lengths of queues, files, rows.

use model::{Span, Timestamp};
use serde_json::json;

use super::{
    answers::delay,
    busy,
    reports::{Job, as_f64, ends_at},
};
use crate::demo::{dice::about, story::Story};

const MINUTE: Span = Span::minutes(1);
const HOUR: Span = Span::hours(1);

/// How the mail relay names itself.
pub const MAIL_HOST: &str = "mail.alderandfinch.example";
/// The job that keeps the outbox.
pub const OUTBOX_KEEPER: &str = "stock-to-web-shop";
/// How often it runs.
const OUTBOX_EVERY: Span = Span::minutes(15);
/// Hours for which the stage keeps a file.
const STAGE_KEEPS: i64 = 24;

/// How long the server of this kind of probe takes for its answer, in microseconds.
pub fn delay_us(kind: &str, t: Timestamp) -> i64 {
    let ms = match kind {
        "prometheus" => 18.0,
        "redis" => 2.0,
        "websocket" => 9.0,
        "smtp" => 24.0,
        "dns" => 3.0,
        "s3" => 47.0,
        "grpc" => 6.0,
        // Of a file all time is that of reading.
        _ => 0.0,
    };
    delay(kind, t, ms)
}

/// Invoices that wait in the queue of the recipe that books them.
pub fn waiting_invoices(t: Timestamp) -> i64 {
    about("recipe queue", t.floor(MINUTE), 14.0 * busy(t), 0.6)
}

/// Reservations of the web shop that nobody has picked up yet.
pub fn reservations(t: Timestamp) -> i64 {
    about("reservations", t.floor(MINUTE), 38.0 * busy(t), 0.5)
}

/// Who is connected to the queue.
pub fn queue_clients(t: Timestamp) -> i64 {
    about("queue clients", t.floor(MINUTE), 12.0, 0.3)
}

/// The bytes that the queue holds in memory.
pub fn queue_memory(t: Timestamp) -> i64 {
    2_400_000 + 900 * reservations(t)
}

/// How the mail relay greets.
pub fn greeting() -> String {
    format!("{MAIL_HOST} ESMTP")
}

/// What the feed of stock says: how far it lags behind the halls, in seconds.
pub fn feed(t: Timestamp) -> String {
    let lag_ms = about("feed lag", t.floor(MINUTE), 420.0 * (0.3 + busy(t)), 0.5);
    json!({"feed": "stock", "lag_s": as_f64(lag_ms) / 1_000.0}).to_string()
}

/// A file on the stage of the warehouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staged {
    /// Its name in the bucket.
    pub key: String,
    /// Its bytes.
    pub size: i64,
    /// When it was written.
    pub changed: Timestamp,
}

/// The files that lie on the stage, oldest first: one of each hour, written some minutes after it began.
pub fn stage(t: Timestamp) -> Vec<Staged> {
    let hours = (0..=STAGE_KEEPS).rev().map(|ago| t.floor(HOUR) - Span::hours(ago));
    let staged = hours.map(|hour| Staged {
        key: format!("opportunities/{}.parquet", hour.utc().format("%Y%m%dT%H00Z")),
        size: about("stage size", hour, 1_800_000.0 * busy(hour), 0.4),
        changed: hour + Span::ms(about("stage moment", hour, 200_000.0, 0.4)),
    });
    staged.filter(|file| file.changed <= t && t.since(file.changed) < Span::hours(STAGE_KEEPS)).collect()
}

/// What lies in the outbox of the stock after a run of its job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbox {
    /// The run's own id.
    pub run: String,
    /// When it was over.
    pub delivered_at: Timestamp,
    /// Changes that it took to the web shop.
    pub delivered: i64,
    /// Changes that it left for the next.
    pub waiting: i64,
}

/// The outbox at `t`: what the newest run that is over then left in it.
pub fn outbox(story: &Story, t: Timestamp) -> Option<Outbox> {
    let job = Job::of(OUTBOX_KEEPER)?;
    let newest = t.floor(OUTBOX_EVERY);
    [newest, newest - OUTBOX_EVERY].into_iter().find_map(|began| {
        let run = job.report(story, began, false)?;
        let delivered_at = ends_at(&run).filter(|end| *end <= t)?;
        Some(Outbox {
            // A run without changes says so with a line of its own, so that the outbox is known to be fresh.
            delivered: run.records.written.unwrap_or(0).max(1),
            run: run.external_id?,
            delivered_at,
            waiting: about("outbox", began, 11.0 * busy(began), 0.7).max(0),
        })
    })
}
