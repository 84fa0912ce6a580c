//! When a question could not be answered.

use leptos::prelude::*;
use model::{Fault, Problem, ProblemKind};

use super::header;
use crate::{href::href, surroundings::here};

/// A whole page that says what is wrong and where to go; sets the status.
pub fn page(problem: &Problem) -> AnyView {
    here().status.set(problem.kind.status());
    // The kind's own title speaks to programs.
    let title = match problem.kind {
        ProblemKind::Forbidden => "Not open to you",
        kind => kind.title(),
    };
    let next = match problem.kind {
        ProblemKind::NotFound => "It may have been renamed or retired; the list shows what there is.",
        ProblemKind::Forbidden => "An administrator can give you the role or the scope that it needs.",
        ProblemKind::Unavailable => "Reload in a moment; nothing that was recorded is lost.",
        ProblemKind::Internal => "The log of the server says more.",
        _ => "Change the address or go back to the overview.",
    };
    view! {
        {header::document_title(title)}
        <header class="head">
            <div class="head-main">
                <p class="status-code">{problem.kind.status()}</p>
                <h1>{title}</h1>
                <p class="head-answer">{problem.detail.clone()}</p>
                {faults(&problem.errors)}
                <p class="muted">{next}</p>
                <p class="row">
                    <a class="button" href=href("/")>
                        "Overview"
                    </a>
                    <a class="button" href=href("/integrations")>
                        "Integrations"
                    </a>
                </p>
            </div>
        </header>
        {header::foot()}
    }
    .into_any()
}

/// Part of a page that could not be made, while the rest could.
pub fn part(what: &str, problem: &Problem) -> AnyView {
    view! {
        <div class="notice" role="note">
            <strong>{format!("{what} cannot be shown.")}</strong>
            " "
            {problem.detail.clone()}
        </div>
    }
    .into_any()
}

/// Filters in the address that could not be read and were left out.
pub fn ignored(faults: &[Fault]) -> Option<AnyView> {
    (!faults.is_empty()).then(|| {
        view! {
            <div class="notice" role="note">
                <strong>"Left out of the filter: "</strong>
                {faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect::<Vec<_>>().join("; ")}
                "."
            </div>
        }
        .into_any()
    })
}

fn faults(faults: &[Fault]) -> Option<AnyView> {
    (!faults.is_empty()).then(|| {
        let rows = faults
            .iter()
            .map(|fault| {
                view! {
                    <li>
                        <code>{fault.field.clone()}</code>
                        ": "
                        {fault.message.clone()}
                        {fault.allowed.clone().map(|allowed| format!(" (allowed: {allowed})"))}
                    </li>
                }
            })
            .collect_view();
        view! { <ul class="faults">{rows}</ul> }.into_any()
    })
}
