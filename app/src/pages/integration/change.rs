//! Changing what was made by hand, and letting go of it. What comes from a catalogue says where it is changed.

use leptos::prelude::*;
use model::{IntegrationDetail, Probe};

use crate::{
    href::{self, href},
    parts::{button::Send, fact, field::Field},
};

const TIERS: [(&str, &str); 3] =
    [("1", "Tier 1: the business stops"), ("2", "Tier 2: work waits"), ("3", "Tier 3: a nuisance")];
const LIFECYCLES: [(&str, &str); 4] = [
    ("proposed", "proposed: wished for"),
    ("building", "building: being made"),
    ("live", "live: in use, watched"),
    ("paused", "paused: stopped on purpose"),
];

/// The section.
pub fn section(detail: &IntegrationDetail) -> AnyView {
    let body = match &detail.integration.catalogue {
        Some(catalogue) => view! {
            <p class="prose">
                "It comes from the catalogue " <code>{catalogue.clone()}</code> ", so it is changed there: edit the file and run "
                <code>{format!("bridgewatch apply {catalogue}")}</code> ". To retire it, take it out of the file."
            </p>
        }
        .into_any(),
        None => view! {
            <noscript>
                <p class="prose">"Changing it here needs JavaScript; without it, use the API."</p>
            </noscript>
            <div class="changes scripted">{edit(detail)} {probes(detail)} {retire(detail)}</div>
        }
        .into_any(),
    };
    view! {
        <section class="section">
            {fact::section_head("Change", None)}
            {body}
        </section>
    }
    .into_any()
}

fn path(detail: &IntegrationDetail) -> String {
    href(&format!("/api/v1/integrations/{}", detail.integration.spec.slug))
}

fn edit(detail: &IntegrationDetail) -> AnyView {
    let spec = &detail.integration.spec;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let fields = vec![
        Field::text("name", "Name", "Orders to NetSuite").given(spec.name.clone()).required(),
        Field::choice("tier", "Tier", "number", &TIERS).given(spec.tier.get().to_string()),
        Field::choice("lifecycle", "Lifecycle", "text", &LIFECYCLES).given(spec.lifecycle.as_str()),
        Field::text("owner", "Team that acts", "Finance Systems").given(text(&spec.owner)),
        Field::text("department", "Department it serves", "Finance").given(text(&spec.department)),
        Field::text("runbook", "Runbook", "https://wiki.example.com/orders").given(text(&spec.runbook)),
        Field::text("description", "What crosses, and why", "Closed orders, so that finance can bill")
            .given(text(&spec.description)),
    ];
    view! {
        <details class="change">
            <summary>"Name, people, tier, lifecycle"</summary>
            <form class="change-body" novalidate="" data-patch=path(detail) data-open=href::integration(&spec.slug)>
                <div class="fields">{fields.into_iter().map(Field::show).collect_view()}</div>
                <div class="row">
                    <button type="submit" class="button primary">
                        "Save the change"
                    </button>
                    <span class="help">"An empty field is cleared. Owner, department, tier and lifecycle keep their history."</span>
                </div>
            </form>
        </details>
    }
    .into_any()
}

fn probes(detail: &IntegrationDetail) -> Option<AnyView> {
    let probes: Vec<&Probe> = detail.probe_states.iter().map(|standing| &standing.probe).collect();
    (!probes.is_empty()).then(|| {
        let rows = probes.into_iter().map(|probe| of_probe(detail, probe)).collect_view();
        view! {
            <details class="change">
                <summary>"Probes: change, stop, start, remove"</summary>
                <ul class="change-body change-probes">{rows}</ul>
            </details>
        }
        .into_any()
    })
}

fn of_probe(detail: &IntegrationDetail, probe: &Probe) -> AnyView {
    let spec = &probe.spec;
    let name = spec.name.clone().unwrap_or_else(|| spec.slug.to_string());
    let path = format!("{}/probes/{}", path(detail), spec.slug);
    let here = href::integration(&detail.integration.spec.slug);
    let (verb, body) =
        if spec.enabled { ("Stop asking", r#"{"enabled":false}"#) } else { ("Ask again", r#"{"enabled":true}"#) };
    let toggle = Send {
        says: verb.to_owned(),
        label: format!("{verb}: {name}"),
        method: "PATCH",
        path: path.clone(),
        body,
        open: here.clone(),
        class: "small",
    };
    let remove = Send {
        says: "Yes, remove it".to_owned(),
        label: format!("Yes, remove it: {name}"),
        method: "DELETE",
        path,
        body: "{}",
        open: here,
        class: "small danger",
    };
    let page = href(&format!("/integrations/{}/probes/{}", detail.integration.spec.slug, spec.slug));
    view! {
        <li>
            <span class="change-name">{name.clone()} " " <span class="tag">{spec.kind.clone()}</span></span>
            <a class="button small" href=page aria-label=format!("Change: {name}")>
                "Change"
            </a>
            {toggle.show()}
            <details class="sure">
                <summary aria-label=format!("Remove {name}")>"Remove"</summary>
                <p>"It is asked no more; its runs stay."</p>
                {remove.show()}
            </details>
        </li>
    }
    .into_any()
}

fn retire(detail: &IntegrationDetail) -> AnyView {
    let button = Send {
        says: "Yes, retire it".to_owned(),
        label: format!("Yes, retire it: {}", detail.integration.spec.name),
        method: "DELETE",
        path: path(detail),
        body: "{}",
        open: href("/integrations"),
        class: "danger",
    };
    view! {
        <details class="change sure" id="retire">
            <summary>"Retire this integration"</summary>
            <div class="change-body">
                <p class="prose">
                    "It leaves every list and is watched no more. Its runs and figures stay; adding it again under the same name in addresses brings it back."
                </p>
                {button.show()}
            </div>
        </details>
    }
    .into_any()
}
