//! Rows of runs, as every list of them has it.

use leptos::prelude::*;
use model::{RunRow, Slug};

use super::{empty, mark, time};
use crate::{
    href,
    surroundings::Surroundings,
    words::{amount, length},
};

/// The table. `named` says whether each row names its integration.
pub fn table(runs: &[RunRow], named: bool, here: &Surroundings) -> AnyView {
    let rows = runs.iter().map(|run| row(run, named, here)).collect_view();
    view! {
        <div class="scroll">
            <table class=if named { "rows runs named" } else { "rows runs" }>
                <thead>
                    <tr>
                        <th scope="col">"Outcome"</th>
                        {named.then(|| view! { <th scope="col">"Integration"</th> })}
                        <th scope="col">"What happened"</th>
                        <th scope="col">"From"</th>
                        <th scope="col">"Started"</th>
                        <th scope="col" class="num">
                            "Took"
                        </th>
                        <th scope="col" class="num">
                            "Units"
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(run: &RunRow, named: bool, here: &Surroundings) -> AnyView {
    let took = run.latency_us.map(length::latency).or_else(|| run.duration_ms.map(|ms| length::latency(ms * 1_000)));
    let name = named.then(|| {
        view! {
            <td class="c-name">
                <a href=href::integration(&run.integration)>{run.integration_name.clone()}</a>
            </td>
        }
    });
    view! {
        <tr>
            <td class="c-outcome">
                <a class="row-link" href=href::run(run.id)>
                    {mark::outcome(run.outcome)}
                </a>
            </td>
            {name}
            <td class="c-said">
                <span class="clip">{said(run)}</span>
            </td>
            <td class="c-origin">{origin(run)}</td>
            <td class="c-when">{time::ago(run.started_at, here)}</td>
            <td class="c-took num">{empty::or_dash(took)}</td>
            <td class="c-units num">{empty::or_dash(run.units.map(amount::number))}</td>
        </tr>
    }
    .into_any()
}

fn said(run: &RunRow) -> AnyView {
    let reason = run.reason.map(|reason| {
        view! { <span class="tag">{reason.as_str().replace('_', " ")}</span> }
    });
    let rejected = run
        .rejected
        .filter(|&rejected| rejected > 0)
        .map(|rejected| format!("{} rejected. ", amount::counted(rejected, "record", "records")));
    let made_up = run.demo_history.then(|| view! { <span class="tag quiet-tag">"demo history"</span> });
    let beside = beside(run.in_maintenance, run.cause.as_ref());
    let message = run
        .message
        .clone()
        .or_else(|| run.written.map(|written| format!("{} written", amount::counted(written, "record", "records"))));
    view! { {reason} " " {rejected} {message} " " {beside} {made_up} }.into_any()
}

/// What else was so when it ran: that nobody counts its failing, and what explains it.
pub fn beside(in_maintenance: bool, cause: Option<&Slug>) -> AnyView {
    let maintenance = in_maintenance.then(|| view! { <span class="tag quiet-tag">"in maintenance"</span> });
    let cause = cause.map(|system| view! { <span class="tag quiet-tag">{format!("{system} was down")}</span> });
    view! { {maintenance} " " {cause} }.into_any()
}

fn origin(run: &RunRow) -> String {
    match (run.origin, &run.probe) {
        (model::Origin::Probe, Some(probe)) => format!("probe {probe}"),
        (model::Origin::Probe, None) => "probe".to_owned(),
        (model::Origin::Integration, _) => "sent".to_owned(),
        (model::Origin::Expectation, _) => "expected".to_owned(),
    }
}
