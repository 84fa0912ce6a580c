//! Add an integration: one form, whose probe is tried before it is saved.

use leptos::prelude::*;
use model::{Page, Problem, ProblemKind, System};

use crate::{
    href::href,
    islands::add::AddIntegration,
    parts::{
        field::Field,
        header::{self, Head},
        probe_fields, problem,
    },
    surroundings::{Surroundings, here},
    visitor::May,
};

/// What is to be known of the probe.
const PROBE: &str =
    "An active question, asked on schedule. Leave its options empty if the integration only sends its own runs.";

/// `/integrations/new`.
pub fn page() -> AnyView {
    let here = here();
    if !here.may(May::Change) {
        return problem::page(&Problem::new(ProblemKind::Forbidden, "Integrations are added by engineers."));
    }
    Suspend::new(async move { show(here.api.systems().await, &here) }).into_any()
}

fn show(systems: Result<Page<System>, Problem>, here: &Surroundings) -> AnyView {
    let mut head = Head::new(
        "Add an integration",
        "Name the flow, say who acts when it breaks, and give it a probe: it is tried before anything is saved.",
    );
    head.within = Some(("Integrations", href("/integrations")));
    // Systems only help while typing: without them the form still works.
    let known = systems
        .map(|page| page.items)
        .unwrap_or_default()
        .into_iter()
        .map(|system| view! { <option value=system.spec.slug.to_string()>{system.spec.name}</option> })
        .collect_view();
    view! {
        {head.show()}
        <noscript>
            <div class="notice" role="note">
                "This form needs JavaScript. Without it, send the same fields to the API ("
                <a href=href("/api/docs")>"POST /api/v1/integrations"</a>
                ") or write them into a catalogue and run " <code>"bridgewatch apply landscape.yaml"</code> "."
            </div>
        </noscript>
        <form id="add" class="form" method="post" action=href("/integrations/new") novalidate="">
            <datalist id="systems">{known}</datalist>
            {flow()}
            {people()}
            {probe_fields::fieldset(&here.kinds, None, PROBE)}
            {promise()}
            {worth()}
            <AddIntegration api=href("/api/v1") pages=href("/integrations") verb="Add".to_owned() />
        </form>
        {header::foot()}
    }
    .into_any()
}

fn group(title: &'static str, says: &'static str, fields: Vec<AnyView>) -> AnyView {
    view! {
        <fieldset class="group">
            <legend>{title}</legend>
            <p class="group-says">{says}</p>
            <div class="fields">{fields}</div>
        </fieldset>
    }
    .into_any()
}

fn flow() -> AnyView {
    group(
        "The flow",
        "What crosses from where to where. Systems that are not known yet are made.",
        vec![
            Field::text("name", "Name", "Orders to NetSuite").required().show(),
            Field::slug("slug", "Name in addresses", "orders-to-netsuite")
                .help("Made of the name if left empty.")
                .show(),
            Field::slug("from", "From", "salesforce").required().show(),
            Field::slug("to", "To", "netsuite").required().show(),
            Field::text("description", "What crosses, and why", "Closed orders, so that finance can bill").show(),
        ],
    )
}

fn people() -> AnyView {
    let tiers = [("3", "Tier 3: a nuisance"), ("2", "Tier 2: work waits"), ("1", "Tier 1: the business stops")];
    group(
        "Who cares",
        "How much it hurts while it is down, and who acts then.",
        vec![
            Field::choice("tier", "Tier", "number", &tiers).show(),
            Field::text("owner", "Team that acts", "Finance Systems").show(),
            Field::text("department", "Department it serves", "Finance").show(),
            Field::text("runbook", "Runbook", "https://wiki.example.com/orders")
                .help("What to do when it breaks.")
                .show(),
        ],
    )
}

fn promise() -> AnyView {
    group(
        "What it promises",
        "If it sends its own runs: how often one must come. Otherwise leave it empty.",
        vec![
            Field::text("expect.every", "A run every", "1h").show(),
            Field::text("expect.grace", "At most this late", "10m").help("10m if left empty.").show(),
            Field::text("unit.one", "What crosses: one of it", "order").show(),
            Field::text("unit.many", "Many of it", "orders").show(),
        ],
    )
}

fn worth() -> AnyView {
    let per = [("unit", "unit of work"), ("run", "run")];
    let methods = [
        ("interview", "Those who did it were asked"),
        ("timed_sample", "A sample was timed"),
        ("historical_records", "Records of the work by hand"),
        ("guess", "A guess"),
    ];
    group(
        "What it is worth",
        "Minutes of hand work before there was this integration. Without them, hours saved and the cost of an outage are not known.",
        vec![
            Field::choice("baseline.per", "Counted on each", "text", &per).show(),
            Field::number("baseline.low_minutes", "Minutes at least", "3").show(),
            Field::number("baseline.likely_minutes", "As a rule", "5").show(),
            Field::number("baseline.high_minutes", "At most", "9").show(),
            Field::choice("baseline.method", "How it is known", "text", &methods).show(),
            Field::text("baseline.source", "Who or what says so", "Billing team, March interview").show(),
            Field::text("baseline.valid_from", "Valid from", "2026-01-01").show(),
        ],
    )
}
