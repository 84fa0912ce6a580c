//! What people did with it and its probes while it is as it is, and what they can do.

use leptos::prelude::*;
use model::{Handling, IntegrationDetail, Level, ProbeStanding, Timestamp};

use super::acts::{self, Of};
use crate::{
    parts::{fact, sent, time},
    surroundings::Surroundings,
    words::handling,
};

/// The section. Nothing in it grows older by itself, so that a form that is open is left alone by the live page.
pub fn section(detail: &IntegrationDetail, here: &Surroundings) -> AnyView {
    let spec = &detail.integration.spec;
    let whole = Of {
        path: format!("/integrations/{}/handling", spec.slug),
        id: "whole".to_owned(),
        name: &spec.name,
        handling: &detail.handling,
        is_in_trouble: is_trouble(detail.standing.level),
    };
    let probes: Vec<AnyView> =
        detail.probe_states.iter().filter_map(|standing| probe(detail, standing, here)).collect();
    let probes = (!probes.is_empty()).then(|| {
        view! {
            <h3>"One probe alone"</h3>
            <ul class="handled">{probes}</ul>
        }
    });
    view! {
        <section class="section" id="handling" data-live="handling">
            {fact::section_head("Handling", None)} {sent::refusal(here.visitor.sent_below("/integrations/"), &acts::FIELDS)}
            {holds(&detail.handling, here)} {acts::acts(&whole, here)} {probes}
        </section>
    }
    .into_any()
}

fn is_trouble(level: Level) -> bool {
    matches!(level, Level::Attention | Level::Problem)
}

/// A probe, if something was done with it or can be.
fn probe(detail: &IntegrationDetail, standing: &ProbeStanding, here: &Surroundings) -> Option<AnyView> {
    let spec = &standing.probe.spec;
    let name = spec.name.clone().unwrap_or_else(|| spec.slug.to_string());
    let of = Of {
        path: format!("/integrations/{}/probes/{}/handling", detail.integration.spec.slug, spec.slug),
        id: format!("probe-{}", spec.slug),
        name: &name,
        handling: &standing.handling,
        is_in_trouble: is_trouble(standing.level),
    };
    let acts = acts::acts(&of, here);
    let said = handling::short(&standing.handling, here.now(), here.zone);
    if acts.is_none() && said.is_empty() {
        return None;
    }
    let said = if said.is_empty() { "asked as planned".to_owned() } else { said.join("; ") };
    Some(
        view! {
            <li>
                <p class="handled-name">
                    {name.clone()} " " <span class="tag">{spec.kind.clone()}</span> " " <span class="muted">{said}</span>
                </p>
                {acts}
            </li>
        }
        .into_any(),
    )
}

/// What holds, a sentence each.
fn holds(handling: &Handling, here: &Surroundings) -> AnyView {
    let now = here.now();
    let paused = handling.paused_at(now).map(|paused| Said {
        what: "Paused",
        by: &paused.by,
        when: (" since ", paused.since),
        end: paused.until.map_or(End::Open(", until somebody resumes it"), End::At),
        means: "It is not asked, and its owner is told nothing.",
        note: paused.note.as_deref(),
    });
    let muted = handling.muted.as_ref().filter(|_| handling.muted_at(now).is_some()).map(|muted| Said {
        what: "Muted",
        by: &muted.by,
        when: (" since ", muted.since),
        end: End::At(muted.until),
        means: "It is asked and judged as ever; its owner is told nothing.",
        note: muted.note.as_deref(),
    });
    let acknowledged = handling.acknowledged.as_ref().map(|seen| Said {
        what: "Acknowledged",
        by: &seen.by,
        when: (" at ", seen.at),
        end: End::None,
        means: "They take care of it.",
        note: seen.note.as_deref(),
    });
    let said: Vec<AnyView> = [paused, muted, acknowledged].into_iter().flatten().map(|said| said.show(here)).collect();
    if said.is_empty() {
        return view! { <p class="prose">"Nobody paused, muted or acknowledged it: it is asked as planned."</p> }
            .into_any();
    }
    view! { <ul class="holds">{said}</ul> }.into_any()
}

/// How what holds ends.
enum End {
    At(Timestamp),
    Open(&'static str),
    /// With what it is about.
    None,
}

/// One thing that holds.
struct Said<'a> {
    what: &'static str,
    by: &'a str,
    when: (&'static str, Timestamp),
    end: End,
    means: &'static str,
    note: Option<&'a str>,
}

impl Said<'_> {
    fn show(self, here: &Surroundings) -> AnyView {
        let Self { what, by, when: (since, at), end, means, note } = self;
        let end = match end {
            End::At(until) => view! { ", until " {time::at(until, here)} }.into_any(),
            End::Open(words) => words.into_any(),
            End::None => ().into_any(),
        };
        let note = note.map(|note| view! { <p class="muted">{format!("\u{201c}{note}\u{201d}")}</p> });
        view! {
            <li>
                <p>
                    <strong>{what}</strong>
                    {format!(" by {by}{since}")}
                    {time::at(at, here)}
                    {end}
                    {format!(". {means}")}
                </p>
                {note}
            </li>
        }
        .into_any()
    }
}
