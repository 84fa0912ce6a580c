//! Where the time went, what was asserted, what is different from the last good run.

use leptos::prelude::*;
use model::{Assertion, Level, Run, RunDetail};

use crate::{
    parts::{fact, mark, strip},
    words::length,
};

/// The phases one after the other; nothing for runs that have none.
pub fn waterfall(run: &Run) -> Option<AnyView> {
    let phases = run.phases?;
    let parts = [
        ("DNS", phases.dns_us),
        ("Connect", phases.connect_us),
        ("TLS", phases.tls_us),
        ("First byte", phases.first_byte_us),
        ("Transfer", phases.transfer_us),
    ];
    let whole: i64 = parts.iter().filter_map(|(_, us)| *us).sum();
    let mut start = 0;
    let rows = parts
        .into_iter()
        .filter_map(|(name, us)| us.map(|us| (name, us)))
        .map(|(name, us)| {
            let bar = strip::bar_of(start, us, whole, "phase");
            start += us;
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    <td class="waterfall-bar">{bar}</td>
                    <td class="num">{length::latency(us)}</td>
                </tr>
            }
        })
        .collect_view();
    Some(
        view! {
            <section class="section">
                {fact::section_head("Where the time went", Some(length::latency(whole).into_any()))}
                <table class="waterfall">
                    <thead class="unseen">
                        <tr>
                            <th scope="col">"Phase"</th>
                            <th scope="col">"Share"</th>
                            <th scope="col">"Took"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any(),
    )
}

/// Each assertion with both sides; those that did not hold first.
pub fn assertions(run: &Run) -> Option<AnyView> {
    if run.assertions.is_empty() {
        return None;
    }
    let mut assertions: Vec<&Assertion> = run.assertions.iter().collect();
    assertions.sort_by_key(|assertion| (assertion.passed, assertion.warns));
    let held = run.assertions.iter().filter(|assertion| assertion.passed).count();
    let side = format!("{held} of {} held", run.assertions.len());
    let rows = assertions.into_iter().map(assertion).collect_view();
    Some(
        view! {
            <section class="section">
                {fact::section_head("Assertions", Some(side.into_any()))}
                <table class="rows assertions">
                    <thead>
                        <tr>
                            <th scope="col">"Assertion"</th>
                            <th scope="col">"Was"</th>
                            <th scope="col">"Should"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </section>
        }
        .into_any(),
    )
}

fn assertion(assertion: &Assertion) -> AnyView {
    let (level, word) = match (assertion.passed, assertion.warns) {
        (true, _) => (Level::Okay, "held"),
        (false, true) => (Level::Attention, "warns"),
        (false, false) => (Level::Problem, "did not hold"),
    };
    let side = |value: &Option<String>| match value {
        Some(value) => view! { <code>{value.clone()}</code> }.into_any(),
        None => ().into_any(),
    };
    let was = match &assertion.error {
        Some(error) => view! { <span>{error.clone()}</span> }.into_any(),
        None => side(&assertion.left),
    };
    view! {
        <tr>
            <th scope="row" class="c-name">
                {mark::shape(level)} <span class="unseen">{word} ": "</span> <code>{assertion.expr.clone()}</code>
            </th>
            <td>{was}</td>
            <td>{side(&assertion.right)}</td>
        </tr>
    }
    .into_any()
}

/// What changed against the last good run.
pub fn differences(detail: &RunDetail) -> Option<AnyView> {
    if detail.differences.is_empty() {
        return None;
    }
    let rows = detail.differences.iter().map(|said| view! { <li>{said.clone()}</li> }).collect_view();
    Some(
        view! {
            <section class="section">
                {fact::section_head("Different from the last good run", None)} <ul class="differences">{rows}</ul>
            </section>
        }
        .into_any(),
    )
}
