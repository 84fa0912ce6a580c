//! What needs attention, in the order in which someone should act.

use leptos::prelude::*;
use model::overview::{AttentionItem, Overview};

use crate::{
    href,
    parts::{empty, mark},
    surroundings::Surroundings,
    words::{amount, cost},
};

/// So many lines are read; the list of integrations has the rest.
const SHOWN: usize = 20;

/// The section; where nothing needs attention it says so, with what that rests on.
pub fn section(overview: &Overview, here: &Surroundings) -> AnyView {
    let items = &overview.attention;
    let body = if items.is_empty() {
        calm(overview)
    } else {
        let rows = items.iter().take(SHOWN).map(|item| row(item, here)).collect_view();
        view! {
            <table class="rows attention">
                <thead>
                    <tr>
                        <th scope="col">"Integration"</th>
                        <th scope="col">"Tier"</th>
                        <th scope="col">"What is wrong"</th>
                        <th scope="col">"What it costs while it lasts"</th>
                        <th scope="col">"Who acts"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        }
        .into_any()
    };
    let more = items.len().saturating_sub(SHOWN);
    view! {
        <section class="section" aria-labelledby="attention" data-live="attention">
            <div class="section-head">
                <h2 id="attention">
                    "Needs attention " <span class="count">{amount::count(i64::try_from(items.len()).unwrap_or(i64::MAX))}</span>
                </h2>
                {(more > 0)
                    .then(|| {
                        view! { <a href=href::href("/integrations")>{format!("{more} more in the list")}</a> }
                    })}
            </div>
            {body}
        </section>
    }
    .into_any()
}

fn row(item: &AttentionItem, here: &Surroundings) -> AnyView {
    let said = cost::why(&item.why, here.now(), here.zone);
    let evidence = match item.why.run {
        Some(run) => view! { <a href=href::run(run)>{said}</a> }.into_any(),
        None => view! { <span>{said}</span> }.into_any(),
    };
    let further = (item.further > 0).then(|| {
        view! { <span class="muted">{format!(" and {}", amount::counted(item.further, "more reason", "more reasons"))}</span> }
    });
    view! {
        <tr>
            <th scope="row" class="c-name">
                {mark::quiet(item.level)}
                <a href=href::integration(&item.integration)>{item.name.clone()}</a>
            </th>
            <td class="c-tier">{mark::tier(item.tier)}</td>
            <td class="c-why">{evidence} {further}</td>
            <td class="c-cost">{cost::cost(&item.cost)}</td>
            <td class="c-owner">{owner(item.owner.clone())}</td>
        </tr>
    }
    .into_any()
}

fn owner(owner: Option<String>) -> AnyView {
    match owner {
        Some(owner) => view! { <span>{owner}</span> }.into_any(),
        None => view! { <span class="none">"nobody named"</span> }.into_any(),
    }
}

fn calm(overview: &Overview) -> AnyView {
    let unknown: i64 = overview.tiers.iter().map(|tier| tier.unknown).sum();
    let how = if unknown > 0 {
        format!(
            "{} without evidence: nobody knows how they stand.",
            amount::counted(unknown, "integration is", "integrations are")
        )
    } else {
        "Every integration that is live has evidence that it works.".to_owned()
    };
    empty::empty("Nothing needs attention.", view! { <p>{how}</p> })
}
