//! Its probes with their state and next time, and what it promises of its own runs.

use leptos::prelude::*;
use model::{Expectation, IntegrationDetail, ProbeStanding, Schedule, views::ExpectationState};

use crate::{
    href::{self, href},
    parts::{button::Post, empty, fact, mark, time},
    surroundings::Surroundings,
    visitor::May,
    words::{amount, handling, length},
};

/// The section.
pub fn section(detail: &IntegrationDetail, here: &Surroundings) -> AnyView {
    let add = address_to_add(detail, here);
    let body = if detail.probe_states.is_empty() {
        empty::empty("Nothing asks it whether it stands.", how(detail, add.clone()))
    } else {
        table(detail, here)
    };
    let side = add.map(|address| view! { <a href=address>"Add a probe"</a> }.into_any());
    view! {
        <section class="section" data-live="probes">
            {fact::section_head("Probes", side)} {body} {expectation(detail, here)}
        </section>
    }
    .into_any()
}

/// Where whoever asks may add one; what comes from a catalogue is changed there.
fn address_to_add(detail: &IntegrationDetail, here: &Surroundings) -> Option<String> {
    let may = here.may(May::Change) && detail.integration.catalogue.is_none();
    may.then(|| href(&format!("/integrations/{}/probes/new", detail.integration.spec.slug)))
}

fn how(detail: &IntegrationDetail, add: Option<String>) -> AnyView {
    match (add, &detail.integration.catalogue) {
        (Some(address), _) => view! {
            <p>
                <a href=address>"Add a probe"</a>
                ": it is tried before it is saved."
            </p>
        }
        .into_any(),
        (None, Some(catalogue)) => {
            view! { <p>"A probe can be added in its catalogue, " <code>{catalogue.clone()}</code> "."</p> }.into_any()
        }
        (None, None) => view! { <p>"An engineer can add a probe."</p> }.into_any(),
    }
}

fn table(detail: &IntegrationDetail, here: &Surroundings) -> AnyView {
    let rows = detail.probe_states.iter().map(|probe| row(detail, probe, here)).collect_view();
    view! {
        <table class="rows probes">
            <thead>
                <tr>
                    <th scope="col">"Probe"</th>
                    <th scope="col">"Says"</th>
                    <th scope="col">"Asks"</th>
                    <th scope="col">"Last"</th>
                    <th scope="col" class="num">
                        "Took"
                    </th>
                    <th scope="col">"Next"</th>
                    <th scope="col">
                        <span class="unseen">"Ask now"</span>
                    </th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(detail: &IntegrationDetail, standing: &ProbeStanding, here: &Surroundings) -> AnyView {
    let spec = &standing.probe.spec;
    let integration = &detail.integration.spec.slug;
    let name = spec.name.clone().unwrap_or_else(|| spec.slug.to_string());
    let last = match (standing.last_run, standing.last_at) {
        (Some(run), Some(at)) => view! { <a href=href::run(run)>{time::ago(at, here)}</a> }.into_any(),
        (_, at) => time::ago_or(at, "never", here),
    };
    let heartbeat = spec.kind == "heartbeat";
    let run_now = (!heartbeat && spec.enabled && here.may(May::Operate)).then(|| {
        Post {
            says: "Run now".to_owned(),
            label: format!("Run now: {name}"),
            path: href(&format!("/api/v1/integrations/{integration}/probes/{}/run", spec.slug)),
            body: "{}",
            then: Some(href("/runs/")),
            class: "small",
        }
        .show()
    });
    // Whoever knows the address can ping.
    let ping = standing.probe.ping_key.clone().filter(|_| here.may(May::Send)).map(|key| {
        view! { <code class="ping">{format!("{}{}", here.origin, href(&format!("/ping/{key}")))}</code> }
    });
    let handled = handling::short(&standing.handling, here.now(), here.zone);
    let handled = (!handled.is_empty()).then(|| view! { <span class="c-below">{handled.join("; ")}</span> });
    view! {
        <tr>
            <th scope="row" class="c-name">
                {mark::quiet(standing.level)} <span>{name}</span> <span class="tag">{spec.kind.clone()}</span>
            </th>
            <td class="c-why">{standing.says.clone()} {handled} {ping}</td>
            <td class="c-asks">{schedule(&spec.schedule)}</td>
            <td class="c-when">{last}</td>
            <td class="c-took num">{empty::or_dash(standing.last_latency_us.map(length::latency))}</td>
            <td class="c-next">{time::ago_or(standing.next_at, "not planned", here)}</td>
            <td class="c-act">{run_now}</td>
        </tr>
    }
    .into_any()
}

/// `every 30s`, `0 2 * * * Europe/Berlin`.
fn schedule(schedule: &Schedule) -> AnyView {
    match schedule {
        Schedule::Every { every } => format!("every {}", length::duration(every.as_ms())).into_any(),
        Schedule::Cron { cron, time_zone } => view! {
            <code>{cron.clone()}</code>
            " "
            {time_zone.clone()}
        }
        .into_any(),
    }
}

fn expectation(detail: &IntegrationDetail, here: &Surroundings) -> AnyView {
    let Some(promise) = &detail.integration.spec.expect else {
        return view! {
            <p class="promise muted">
                "It promises no runs of its own, so nothing is missed when none come. "
                "With " <code>"expect: {every: 1h, grace: 10min}"</code> " in its catalogue the answer Runs is earned."
            </p>
        }
        .into_any();
    };
    view! { <div class="promise">{promised(promise)} {state(detail.expects.as_ref(), here)}</div> }.into_any()
}

fn promised(promise: &Expectation) -> AnyView {
    let units = promise.min_units.map(|units| format!(" with at least {} units", amount::number(units)));
    view! {
        <p>
            <strong>"Promises"</strong>
            " a run "
            {schedule(&promise.schedule)}
            {units}
            ", at most "
            {length::duration(promise.grace.as_ms())}
            " late."
        </p>
    }
    .into_any()
}

fn state(state: Option<&ExpectationState>, here: &Surroundings) -> AnyView {
    let Some(state) = state else {
        return view! { <p class="none">"no data: none has come yet"</p> }.into_any();
    };
    let missed = match state.missed_in_a_row {
        0 => "none missed".to_owned(),
        number => format!("{} missed in a row", amount::count(number)),
    };
    fact::line(vec![
        ("Last sent", time::ago_or(state.last_at, "none has come yet", here)),
        ("Next due", time::ago_or(state.due_at, "not known", here)),
        ("Missed from", time::ago_or(state.deadline, "not known", here)),
        ("In a row", missed.into_any()),
    ])
}
