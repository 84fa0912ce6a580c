//! `/metrics`: this server's own numbers, in the Prometheus text format. They count all there is, whoever asks, so they are for those
//! who see all of it.

use std::fmt::Write;

use axum::{extract::State, http::header, response::IntoResponse};
use model::Level;

use crate::http::{Door, identity::ActingAs, problem::Answer};

/// This server's own numbers, in the Prometheus text format.
#[utoipa::path(
    get, path = "/metrics", tag = "server",
    responses((status = 200, content_type = "text/plain", body = String))
)]
pub async fn metrics(ActingAs(api): ActingAs, State(door): State<Door>) -> Answer<impl IntoResponse> {
    api.sees_all()?;
    let engine = door.engine.figures();
    let mut text = String::new();
    let mut line = |name: &str, kind: &str, help: &str, value: u64| {
        let _ = writeln!(
            text,
            "# HELP bridgewatch_{name} {help}\n# TYPE bridgewatch_{name} {kind}\nbridgewatch_{name} {value}"
        );
    };
    line("probes", "gauge", "Probes on the schedule.", engine.probes);
    line("asking", "gauge", "Attempts on the network or waiting for a slot.", engine.asking);
    line("attempts_total", "counter", "Attempts that were made.", engine.asked_total);
    line("attempts_late_total", "counter", "Probes that could not start within their period.", engine.late_total);
    line("probes_rearmed_total", "counter", "Probes that the watchdog had to re-arm.", engine.rearmed_total);
    line(
        "lateness_milliseconds_total",
        "counter",
        "Planned time to first network call, summed.",
        engine.lateness_ms_total,
    );
    line("runs_waiting", "gauge", "Runs waiting for the recorder.", engine.waiting);
    line("runs_recorded_total", "counter", "Runs that were committed.", engine.recorded_total);
    line("commits_total", "counter", "Commits.", engine.commits_total);
    line("commit_failures_total", "counter", "Commits that failed.", engine.commit_failures_total);
    line("runs_spooled_total", "counter", "Runs that were ever put on the spool.", engine.spooled_total);
    line("spool_bytes", "gauge", "Bytes on the spool.", engine.spool_bytes);
    line("runs_lost_total", "counter", "Runs that neither store nor spool took.", engine.lost_total);
    line("rollups_written_total", "counter", "Roll-ups that were written.", engine.rollups_total);
    line("notices_total", "counter", "Messages to owners that were put into the outbox.", engine.notices_total);
    line("engine_panics_total", "counter", "Background tasks that ended by a panic.", engine.panics_total);
    line(
        "password_hashes_total",
        "counter",
        "Passwords that were hashed, right ones and wrong ones.",
        door.service.password_hashes(),
    );
    let board = door.engine.board();
    let _ =
        writeln!(text, "# HELP bridgewatch_integrations Integrations by level.\n# TYPE bridgewatch_integrations gauge");
    for level in Level::ALL {
        let count = board.rows.iter().filter(|row| row.standing.level == *level).count();
        let _ = writeln!(text, "bridgewatch_integrations{{level=\"{level}\"}} {count}");
    }
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text))
}
