//! Adds an integration, or a probe to one: tries the probe first.
#![expect(missing_docs, reason = "the macro of islands with props makes a struct without")]

use leptos::prelude::*;

/// Where the form is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Being filled in.
    Open,
    /// Waiting for the server: what for.
    Busy(&'static str),
    /// The probe was tried: whether it went well, and what it said.
    Tried {
        /// Whether it is fit to be saved.
        well: bool,
        /// Outcome, time and message in one sentence.
        said: String,
        /// What stands behind it, a line each.
        details: Vec<String>,
    },
    /// It was refused: why, and the faults of fields that the form does not show.
    Refused {
        /// What happened.
        detail: String,
        /// `field: message` of each.
        faults: Vec<String>,
    },
}

/// Stands at the end of `form#add`. Sends the form's fields as JSON (see [`super::form`]): first to `{api}/probes/try`, and
/// if the probe went well or it is asked for all the same, to `{api}/integrations`; with `data-probe-of="slug"` the probe alone
/// to that integration, and with `data-probe="slug"` besides as a change of that probe. Then opens `{pages}/{slug}`. Faults are
/// shown at `[data-fault="field"]`. Of the groups `[data-kind]` the one of the chosen `probe.kind` is shown; one that is
/// `data-asks="false"` is saved without being tried.
#[island]
pub fn AddIntegration(
    /// The address of the API: `/api/v1`.
    api: String,
    /// The address of integrations' pages: `/integrations`.
    pages: String,
    /// What is done with what was filled in: `Add`, `Save`.
    verb: String,
) -> impl IntoView {
    let stage = RwSignal::new(Stage::Open);
    #[cfg(feature = "hydrate")]
    super::browser::add::start(api, pages, move |to| stage.set(to));
    #[cfg(not(feature = "hydrate"))]
    let _ = (api, pages);
    let first = format!("Try the probe and {}", verb.to_lowercase());
    let anyway = verb + " although it fails";
    view! {
        <div class="add-end">
            <div class="add-said" role="status" aria-live="polite">
                {move || said(&stage.get())}
            </div>
            <div class="row">
                <button type="submit" name="intent" value="add" class="button primary" disabled=move || busy(&stage.get())>
                    {first}
                </button>
                <button type="submit" name="intent" value="try" class="button" disabled=move || busy(&stage.get())>
                    "Only try the probe"
                </button>
                <button
                    type="submit"
                    name="intent"
                    value="anyway"
                    class="button"
                    hidden=move || !matches!(stage.get(), Stage::Tried { well: false, .. })
                >
                    {anyway}
                </button>
            </div>
        </div>
    }
}

fn busy(stage: &Stage) -> bool {
    matches!(stage, Stage::Busy(_))
}

fn said(stage: &Stage) -> AnyView {
    match stage {
        Stage::Open => ().into_any(),
        Stage::Busy(what) => view! { <p class="muted">{*what}</p> }.into_any(),
        Stage::Tried { well, said, details } => {
            let details = details.iter().map(|line| view! { <li>{line.clone()}</li> }).collect_view();
            view! {
                <p class=if *well { "said good" } else { "said bad" }>{said.clone()}</p>
                <ul class="tried">{details}</ul>
            }
            .into_any()
        }
        Stage::Refused { detail, faults } => {
            let faults = faults.iter().map(|fault| view! { <li>{fault.clone()}</li> }).collect_view();
            view! {
                <p class="said bad">{detail.clone()}</p>
                <ul class="faults">{faults}</ul>
            }
            .into_any()
        }
    }
}
