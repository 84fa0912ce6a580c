//! What the integration told of its own run: units, records, measures, steps.

use leptos::prelude::*;
use model::{Run, RunStep};

use crate::{
    parts::{empty, fact, mark, time},
    surroundings::Surroundings,
    words::{amount, length},
};

/// What was moved and measured, and the steps; nothing where nothing was told.
pub fn section(run: &Run, here: &Surroundings) -> AnyView {
    let facts = told(run, here);
    let work = (!facts.is_empty()).then(|| {
        view! {
            <section class="section">
                {fact::section_head("What it did", None)} {fact::facts(facts)}
            </section>
        }
    });
    let measures = (!run.measures.is_empty()).then(|| {
        let rows = run
            .measures
            .iter()
            .map(|(name, value)| {
                view! {
                    <div>
                        <dt>{name.clone()}</dt>
                        <dd>{amount::measured(*value)}</dd>
                    </div>
                }
            })
            .collect_view();
        view! {
            <section class="section">
                {fact::section_head("Measures", None)} <dl class="facts">{rows}</dl>
            </section>
        }
    });
    let steps = (!run.steps.is_empty()).then(|| {
        let rows = run.steps.iter().map(|step| row(step, here)).collect_view();
        view! {
            <section class="section">
                {fact::section_head("Steps", None)} <table class="rows steps">
                    <thead>
                        <tr>
                            <th scope="col">"Step"</th>
                            <th scope="col">"Outcome"</th>
                            <th scope="col">"Started"</th>
                            <th scope="col" class="num">
                                "Took"
                            </th>
                            <th scope="col">"Said"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
    });
    view! { {work} {steps} {measures} }.into_any()
}

fn told(run: &Run, here: &Surroundings) -> Vec<(&'static str, AnyView)> {
    let counted = |name, value: Option<i64>| value.map(|value| (name, fact::text(amount::count(value))));
    let counts_for_hours = run.units.map(|_| ("Count for hours", fact::text(amount::number(run.units_counted))));
    [
        run.units.map(|units| ("Units", fact::text(amount::number(units)))),
        counts_for_hours,
        counted("Read", run.records.read),
        counted("Written", run.records.written),
        counted("Rejected", run.records.failed),
        counted("Left out", run.records.skipped),
        run.business_key.clone().map(|key| ("Business key", view! { <code>{key}</code> }.into_any())),
        run.event_at.map(|at| ("Happened in the source", time::to_the_second(at, here))),
        run.delivered_at.map(|at| ("There in the target", time::to_the_second(at, here))),
        counted("Touched by a person", run.touches),
        run.touch_s.map(|seconds| ("Which took", fact::text(length::duration(seconds * 1_000)))),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn row(step: &RunStep, here: &Surroundings) -> AnyView {
    view! {
        <tr>
            <th scope="row" class="c-name">
                {step.name.clone()}
            </th>
            <td>{mark::outcome(step.outcome)}</td>
            <td>{time::ago_or(step.started_at, "not said", here)}</td>
            <td class="num">{empty::or_dash(step.duration_ms.map(|ms| length::latency(ms * 1_000)))}</td>
            <td>{empty::or_dash(step.message.clone())}</td>
        </tr>
    }
    .into_any()
}
