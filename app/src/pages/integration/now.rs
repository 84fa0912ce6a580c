//! How it is now: the four answers, the reasons, the last 90 days.

use leptos::prelude::*;
use model::IntegrationDetail;

use crate::{
    href,
    parts::{fact, mark, strip as days},
    surroundings::Surroundings,
    words::{cost, share},
};

/// The four answers, grey until earned.
pub fn answers(detail: &IntegrationDetail) -> AnyView {
    let cells = mark::answers(&detail.standing.answers)
        .into_iter()
        .map(|(name, answer)| {
            let quiet = if answer.level == model::Level::Unknown { "none" } else { "" };
            view! {
                <div class="figure">
                    <h3>{name}</h3>
                    <p class="answer-said">{mark::quiet(answer.level)} <span class=quiet>{answer.says.clone()}</span></p>
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-labelledby="answers" data-live="answers">
            <h2 id="answers" class="unseen">
                "The four answers"
            </h2>
            <div class="figures four">{cells}</div>
        </section>
    }
    .into_any()
}

/// Why it is at its level, the worst first; nothing where it is okay.
pub fn reasons(detail: &IntegrationDetail, here: &Surroundings) -> AnyView {
    let reasons = detail
        .standing
        .why
        .iter()
        .map(|why| {
            let said = cost::why(why, here.now(), here.zone);
            let evidence = why.run.map(|run| view! { <a href=href::run(run)>"See the run"</a> });
            let probe = why.probe.clone().map(|probe| view! { <span class="tag">{probe.to_string()}</span> });
            view! { <li>{mark::quiet(why.level)} <span class="reason-said">{said}</span> {probe} {evidence}</li> }
        })
        .collect_view();
    let any = !detail.standing.why.is_empty();
    view! {
        <div data-live="reasons">
            {any
                .then(|| {
                    view! {
                        <section class="section" aria-labelledby="why">
                            <h2 id="why">"Why"</h2>
                            <ul class="reasons">{reasons}</ul>
                        </section>
                    }
                })}
        </div>
    }
    .into_any()
}

/// The last 90 days, with availability where enough of them was watched.
pub fn strip(detail: &IntegrationDetail) -> AnyView {
    let number = detail.days.len();
    let watched = share::of_time(detail.coverage);
    let said = match detail.availability {
        Some(up) => format!("{} up; watched {watched} of the time", share::of_time(up)),
        None if detail.coverage > 0.0 => format!("watched {watched} of the period: too little for a percentage"),
        None => "no data: no probe has watched it yet".to_owned(),
    };
    let label =
        if detail.demo_history { Some(view! { <span class="tag quiet-tag">"demo history"</span> }) } else { None };
    let side = view! { <span class="strip-said">{said} " " {label}</span> }.into_any();
    let title = if number == 90 { "Last 90 days" } else { "Last days" };
    let ends = (number > 1).then(|| {
        let first = detail.days.first().map(|day| day.day.clone());
        let last = detail.days.last().map(|day| day.day.clone());
        view! {
            <div class="strip-ends">
                <span>{first}</span>
                <span>{last}</span>
            </div>
        }
    });
    view! {
        <section class="section" data-live="strip">
            {fact::section_head(title, Some(side))} {(number > 0).then(|| days::strip(&detail.days))} {ends}
        </section>
    }
    .into_any()
}
