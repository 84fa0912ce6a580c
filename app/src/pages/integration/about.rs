//! What it is, who cares for it, and where more is written.

use leptos::prelude::*;
use model::IntegrationDetail;

use crate::{
    parts::{fact, time},
    surroundings::Surroundings,
};

/// The section.
pub fn section(detail: &IntegrationDetail, here: &Surroundings) -> AnyView {
    let integration = &detail.integration;
    let spec = &integration.spec;
    let said = |value: &Option<String>| match value {
        Some(value) => fact::text(value.clone()),
        None => view! { <span class="none">"nobody named"</span> }.into_any(),
    };
    let mut facts = vec![
        ("Owner", said(&spec.owner)),
        ("Business owner", said(&spec.business_owner)),
        ("Analyst", said(&spec.analyst)),
    ];
    let optional = [
        ("Department", spec.department.clone()),
        ("Business process", spec.business_process.clone()),
        ("Live since", spec.live_since.map(|day| day.to_string())),
        ("Data", spec.classification.map(|class| class.to_string())),
        ("Built of", (!spec.building_blocks.is_empty()).then(|| spec.building_blocks.join(", "))),
    ];
    facts.extend(optional.into_iter().filter_map(|(name, value)| value.map(|value| (name, fact::text(value)))));
    facts.push(("Environment", fact::text(spec.environment.clone())));
    facts.push(("Lifecycle", fact::text(spec.lifecycle.as_str())));
    facts.push((
        "Comes from",
        match &integration.catalogue {
            Some(catalogue) => fact::text(format!("catalogue {catalogue}; changed there")),
            None => fact::text("made by hand"),
        },
    ));
    facts.push(("Known since", time::at(integration.created_at, here)));
    view! {
        <section class="section">
            {fact::section_head("About", None)} {spec.description.clone().map(|text| view! { <p class="prose">{text}</p> })}
            {fact::facts(facts)} {documents(detail)}
        </section>
    }
    .into_any()
}

fn documents(detail: &IntegrationDetail) -> Option<AnyView> {
    let spec = &detail.integration.spec;
    let runbook = spec.runbook.clone().map(|url| ("Runbook".to_owned(), url));
    let links: Vec<_> =
        runbook.into_iter().chain(spec.documents.iter().map(|link| (link.title.clone(), link.url.clone()))).collect();
    (!links.is_empty()).then(|| {
        let rows = links
            .into_iter()
            .map(|(title, url)| {
                view! {
                    <li>
                        <a href=url rel="noreferrer">
                            {title}
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <h3>"Documents"</h3>
            <ul class="links">{rows}</ul>
        }
        .into_any()
    })
}
