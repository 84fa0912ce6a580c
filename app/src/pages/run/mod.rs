//! One run: what happened, the evidence, and the way to whoever acts.

mod evidence;
mod wire;
mod work;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::{Origin, Outcome, Problem, RunDetail, RunId};

use crate::{
    href::{self, href},
    parts::{
        button::{self, Post},
        fact,
        header::{self, Head},
        mark, problem, run_rows, time,
    },
    surroundings::{Surroundings, here},
    visitor::May,
    words::{amount, cost, length},
};

/// `/runs/{id}`.
pub fn page() -> AnyView {
    let here = here();
    let id = use_params_map().get_untracked().get("id").unwrap_or_default();
    Suspend::new(async move {
        let found = match id.parse::<RunId>() {
            Ok(id) => here.api.run(id).await,
            Err(_) => Err(Problem::not_found("run", id)),
        };
        match found {
            Ok(detail) => show(&detail, &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

fn show(detail: &RunDetail, here: &Surroundings) -> AnyView {
    let run = &detail.run;
    let title = match &run.probe {
        Some(probe) => format!("{} / {probe}", detail.integration_name),
        None => format!("{} / run", detail.integration_name),
    };
    let mut head = Head::new(title, sentence(detail, here));
    head.within = Some(("Runs", href("/runs")));
    head.beside = Some(
        view! {
            <div class="head-facts">
                {mark::outcome(run.outcome)} {mark::tier(detail.tier)}
                {run.reason.map(|reason| view! { <span class="tag">{reason.as_str().replace('_', " ")}</span> })}
                {run_rows::beside(run.in_maintenance, run.cause.as_ref())}
                {run.demo_history.then(|| view! { <span class="tag quiet-tag">"demo history"</span> })}
            </div>
        }
        .into_any(),
    );
    head.side = Some(buttons(detail, here));
    view! {
        {head.show()}
        <div class="columns run-columns">
            <div class="column">
                {evidence::waterfall(run)} {evidence::assertions(run)} {evidence::differences(detail)} {work::section(run, here)}
                {wire::section(detail, here)}
            </div>
            <aside class="column side" aria-label="About this run">
                {about(detail, here)}
            </aside>
        </div>
        {header::foot()}
    }
    .into_any()
}

/// What happened, compared with the last good run.
fn sentence(detail: &RunDetail, here: &Surroundings) -> AnyView {
    let run = &detail.run;
    let said = run.message.clone().unwrap_or_else(|| match run.outcome {
        Outcome::Ok => format!("{} worked.", detail.to_name),
        outcome => format!("The run ended as {outcome}; nothing more was said."),
    });
    // What a probe says of its target begins with the verb; here the target is named.
    let said = if said.starts_with("answered ") { format!("{} {said}", detail.to_name) } else { said };
    let good = match (&detail.last_good, run.outcome) {
        (_, Outcome::Ok) => None,
        (Some(good), _) => {
            let before = length::duration((run.started_at.0 - good.started_at.0).max(0));
            Some(
                view! { " The " <a href=href::run(good.id)>"last good run"</a> {format!(" was {before} before.")} }
                    .into_any(),
            )
        }
        (None, _) => Some(view! { " There is no good run before it." }.into_any()),
    };
    let stretch = detail.since.filter(|_| detail.like_it > 1).map(|since| {
        view! {
            {format!(" {} like it since ", amount::count(detail.like_it))}
            {time::at(since, here)}
            "."
        }
    });
    let stop = if said.ends_with(['.', '!', '?']) { "" } else { "." };
    view! { <p>{said} {stop} {good} {stretch}</p> }.into_any()
}

fn buttons(detail: &RunDetail, here: &Surroundings) -> AnyView {
    let run = &detail.run;
    let can_again = run.origin == Origin::Probe && here.may(May::Operate);
    let again = run.probe.as_ref().filter(|_| can_again).map(|probe| {
        Post {
            says: "Run again".to_owned(),
            label: format!("Run again: {probe}"),
            path: href(&format!("/api/v1/integrations/{}/probes/{probe}/run", run.integration)),
            body: "{}",
            then: Some(href("/runs/")),
            class: "primary",
        }
        .show()
    });
    let curl = (detail.curl.is_some() && here.may(May::SeePayload)).then(|| button::copy("run-curl", "Copy as curl"));
    let runbook = detail.runbook.clone().map(|url| {
        view! {
            <a class="button" href=url rel="noreferrer">
                "Runbook"
            </a>
        }
    });
    view! { {again} {curl} {runbook} }.into_any()
}

fn about(detail: &RunDetail, here: &Surroundings) -> AnyView {
    let run = &detail.run;
    let took = run.latency_us.map(length::latency).or_else(|| run.duration_ms.map(|ms| length::latency(ms * 1_000)));
    let from = match (&run.probe, run.origin) {
        (Some(probe), Origin::Probe) => format!("probe {probe}, attempt {}", run.attempt),
        (Some(probe), _) => format!("heartbeat {probe}"),
        (None, Origin::Integration) => "sent by the integration".to_owned(),
        (None, _) => "expected of the integration".to_owned(),
    };
    let mut facts = vec![
        (
            "Integration",
            view! { <a href=href::integration(&run.integration)>{detail.integration_name.clone()}</a> }.into_any(),
        ),
        ("Goes to", fact::text(detail.to_name.clone())),
        ("Word from", fact::text(from)),
        ("Started", time::to_the_second(run.started_at, here)),
    ];
    if let Some(scheduled) = run.scheduled_at {
        let name = if run.outcome == Outcome::Missed { "Deadline" } else { "Planned" };
        facts.push((name, time::to_the_second(scheduled, here)));
    }
    if let Some(took) = took {
        facts.push(("Took", fact::text(took)));
    }
    if let Some(skipped) = run.skipped.filter(|&skipped| skipped > 0) {
        facts.push(("Skipped before", fact::text(amount::counted(skipped.into(), "period", "periods"))));
    }
    facts.push((
        "Acts",
        match &detail.owner {
            Some(owner) => fact::text(owner.clone()),
            None => view! { <span class="none">"nobody named"</span> }.into_any(),
        },
    ));
    facts.push(("Cost while down", fact::text(cost::cost(&detail.cost))));
    facts.push(("Environment", fact::text(run.environment.clone())));
    if let Some(external) = &run.external_id {
        facts.push(("External id", view! { <code>{external.clone()}</code> }.into_any()));
    }
    facts.push(("Id", view! { <code class="id">{run.id.to_string()}</code> }.into_any()));
    let like = href::with(
        "/runs",
        &[
            ("integration", &run.integration),
            ("outcome", &run.outcome),
            ("reason", &run.reason.map(|reason| reason.to_string()).unwrap_or_default()),
        ],
    );
    view! {
        <section class="section">
            <h2 class="unseen">"Facts"</h2>
            {fact::facts(facts)}
            <p>
                <a href=like>"Runs like it"</a>
            </p>
        </section>
    }
    .into_any()
}
