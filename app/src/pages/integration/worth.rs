//! Hours saved, and the baseline they are counted from.

use leptos::prelude::*;
use model::{Baseline, BaselineMethod, IntegrationDetail, Per};

use crate::{
    href::href,
    parts::{empty, fact},
    surroundings::Surroundings,
    visitor::May,
    words::{FIXED, amount},
};

/// The section.
pub fn section(detail: &IntegrationDetail, here: &Surroundings) -> AnyView {
    let hours = &detail.hours;
    let unit = detail.integration.spec.unit.clone().unwrap_or_default();
    let headline = if let Some(range) = &hours.hours {
        view! {
            <p class="worth-value">{amount::hours(range.mean)} <small>{format!(" saved in {}, unverified", hours.period)}</small></p>
            <p class="muted">
                {format!(
                    "Between {}: {} {} counted.",
                    amount::hours_between(range.low, range.high),
                    amount::number(range.units),
                    if (range.units - 1.0).abs() < f64::EPSILON { &unit.one } else { &unit.many },
                )}
            </p>
        }
        .into_any()
    } else {
        let missing = if detail.baselines.is_empty() {
            "It has no baseline: nobody has said what one unit took by hand."
        } else {
            "It has sent no run that counts in this period."
        };
        view! {
            <p class="worth-value none">"no data"</p>
            <p class="muted">{format!("Hours saved in {}. {missing}", hours.period)}</p>
        }
        .into_any()
    };
    let body = if detail.baselines.is_empty() {
        empty::empty(
            "Here will be what one unit of work took before.",
            if here.may(May::Claim) { how(detail) } else { view! { <p>"A manager can say it."</p> }.into_any() },
        )
    } else {
        let rows = detail.baselines.iter().map(|baseline| version(baseline, &unit.one)).collect_view();
        view! {
            <h3>"Baseline"</h3>
            <ul class="baselines">{rows}</ul>
        }
        .into_any()
    };
    view! {
        <section class="section" data-live="worth">
            {fact::section_head("Worth", None)} {headline} {body}
        </section>
    }
    .into_any()
}

fn how(detail: &IntegrationDetail) -> AnyView {
    let path = href(&format!("/api/v1/integrations/{}/baselines", detail.integration.spec.slug));
    view! {
        <p>
            "Add it with " <code>{format!("POST {path}")}</code>
            " or in its catalogue: minutes at least, as a rule, at most, and who said so."
        </p>
    }
    .into_any()
}

fn version(baseline: &Baseline, unit: &str) -> AnyView {
    let spec = &baseline.spec;
    let of = match spec.per {
        Per::Run => "run",
        Per::Unit => unit,
    };
    let method = match spec.method {
        BaselineMethod::HistoricalRecords => "from historical records",
        BaselineMethod::TimedSample => "from a timed sample",
        BaselineMethod::Interview => "from an interview",
        BaselineMethod::Guess => "a guess",
    };
    view! {
        <li>
            <strong>
                {format!("{}{FIXED}min", amount::number(spec.likely_minutes))} " of hand work per " {of.to_owned()}
            </strong>
            {format!(" ({} to {})", amount::number(spec.low_minutes), amount::number(spec.high_minutes))} <br />
            <span class="muted">
                {format!("Version {}, from {}, {method}: {}", baseline.version, spec.valid_from, spec.source)}
            </span>
        </li>
    }
    .into_any()
}
