//! The form of a probe alone, tried before it is saved: a new one of an integration, or what one asks.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::{IntegrationDetail, ProbeSpec, Problem, ProblemKind, Slug};

use crate::{
    href::{self, href},
    islands::add::AddIntegration,
    parts::{
        header::{self, Head},
        probe_fields, problem,
    },
    surroundings::{Surroundings, here},
    visitor::May,
};

/// `/integrations/{slug}/probes/new`.
pub fn add() -> AnyView {
    page(None)
}

/// `/integrations/{slug}/probes/{probe}`.
pub fn change() -> AnyView {
    page(Some(param("probe")))
}

fn param(name: &str) -> String {
    use_params_map().get_untracked().get(name).unwrap_or_default()
}

fn page(probe: Option<String>) -> AnyView {
    let (here, slug) = (here(), param("slug"));
    if !here.may(May::Change) {
        return problem::page(&Problem::new(ProblemKind::Forbidden, "Probes are added and changed by engineers."));
    }
    Suspend::new(async move {
        match find(slug, probe, &here).await {
            Ok((detail, probe)) => show(&detail, probe.as_ref(), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

/// The integration, and what is written of the probe if it is to be changed.
async fn find(
    slug: String,
    probe: Option<String>,
    here: &Surroundings,
) -> Result<(IntegrationDetail, Option<ProbeSpec>), Problem> {
    let unknown = |noun, slug: &str| Problem::not_found(noun, slug);
    let parsed = Slug::parse(&slug).map_err(|_| unknown("integration", &slug))?;
    let detail = here.api.integration(parsed).await?;
    let Some(probe) = probe else { return Ok((detail, None)) };
    let found = detail.probe_states.iter().find(|state| state.probe.spec.slug.as_str() == probe);
    let spec = found.map(|state| state.probe.spec.clone()).ok_or_else(|| unknown("probe", &probe))?;
    Ok((detail, Some(spec)))
}

fn show(detail: &IntegrationDetail, probe: Option<&ProbeSpec>, here: &Surroundings) -> AnyView {
    let spec = &detail.integration.spec;
    let (title, answer) = match probe {
        None => ("Add a probe".to_owned(), format!("It asks on schedule whether {} stands.", spec.name)),
        Some(probe) => (
            format!("Change the probe {}", probe.slug),
            format!("What it asks, and when, to tell whether {} stands. Its runs stay.", spec.name),
        ),
    };
    let mut head = Head::new(title, answer);
    head.within = Some(("Integration", href::integration(&spec.slug)));
    let body = match &detail.integration.catalogue {
        Some(catalogue) => view! {
            <p class="prose">
                "It comes from the catalogue " <code>{catalogue.clone()}</code> ", so its probes are changed there: edit the file and run "
                <code>{format!("bridgewatch apply {catalogue}")}</code> "."
            </p>
        }
        .into_any(),
        None => form(&spec.slug, probe, here),
    };
    view! {
        {head.show()}
        {body}
        {header::foot()}
    }
    .into_any()
}

fn form(slug: &Slug, probe: Option<&ProbeSpec>, here: &Surroundings) -> AnyView {
    let (method, path, page, verb) = match probe {
        None => ("POST", String::new(), "new".to_owned(), "Add"),
        Some(probe) => ("PATCH", format!("/{}", probe.slug), probe.slug.to_string(), "Save"),
    };
    let api = format!("{method} /api/v1/integrations/{slug}/probes{path}");
    let fields = match probe {
        None => probe_fields::fieldset(&here.kinds, None, "It is tried before it is saved."),
        Some(probe) => {
            let says = "It is tried before it is saved. What is left empty is taken away; (redacted) stays as it is.";
            let kinds: Vec<_> = here.kinds.iter().filter(|kind| kind.name == probe.kind).cloned().collect();
            probe_fields::fieldset(&kinds, Some(probe), says)
        }
    };
    let changed = probe.map(|probe| probe.slug.to_string());
    view! {
        <noscript>
            <div class="notice" role="note">
                "This form needs JavaScript. Without it, send the same fields to the API (" <code>{api}</code> ")."
            </div>
        </noscript>
        <form
            id="add"
            class="form"
            method="post"
            action=href(&format!("/integrations/{slug}/probes/{page}"))
            novalidate=""
            data-probe-of=slug.to_string()
            data-probe=changed
        >
            {fields}
            <AddIntegration api=href("/api/v1") pages=href("/integrations") verb=verb.to_owned() />
        </form>
    }
    .into_any()
}
