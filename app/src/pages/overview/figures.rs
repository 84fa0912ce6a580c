//! What all of it adds up to: the four answers, failures, error rate, hours; each with its own period and its rows.

use leptos::prelude::*;
use model::overview::{AnswerTally, Overview};

use crate::{
    href::{self, href},
    parts::{empty, fact::Figure},
    surroundings::Surroundings,
    words::{amount, moment, share},
};

/// A row of figures.
pub fn section(overview: &Overview, here: &Surroundings) -> AnyView {
    let figures = [
        tally("Stands", "probes answer, now", &overview.stands),
        tally("Runs", "promised runs came, now", &overview.runs),
        tally("Whole", "what arrived was compared", &overview.whole),
        hours(overview),
        failures(overview, here),
        error_rate(overview, here),
    ];
    view! {
        <section class="section" aria-labelledby="figures" data-live="figures">
            <h2 id="figures" class="unseen">
                "In figures"
            </h2>
            <div class="figures">{figures.into_iter().map(Figure::show).collect_view()}</div>
        </section>
    }
    .into_any()
}

/// `47 of 50`, or grey where nothing is evidenced.
fn tally(name: &'static str, means: &'static str, tally: &AnswerTally) -> Figure {
    let earned = tally.earned();
    let value = if earned == 0 {
        view! { <span class="none">"not evidenced"</span> }.into_any()
    } else {
        view! {
            {amount::count(tally.okay)}
            <small>{format!(" of {}", amount::count(earned))}</small>
        }
        .into_any()
    };
    let unearned = match (earned, tally.unearned) {
        (_, 0) => means.to_owned(),
        (0, all) => format!("{means}: {} to do", amount::count(all)),
        (_, some) => format!("{means}; {} not evidenced", amount::count(some)),
    };
    Figure { name, value, note: unearned.into_any(), rows: Some(href("/integrations")) }
}

fn failures(overview: &Overview, here: &Surroundings) -> Figure {
    let (today, yesterday) = (overview.today, overview.yesterday);
    let since = moment::midnight(overview.as_of, here.zone);
    let value = if today.judged() == 0 {
        empty::no_data()
    } else {
        view! {
            {amount::count(today.failures())}
            <small>{format!(" of {}", amount::count(today.judged()))}</small>
        }
        .into_any()
    };
    let change = today.failures() - yesterday.failures();
    let note = match (yesterday.judged(), change) {
        (0, _) => "today; no data of yesterday".to_owned(),
        (_, 0) => "today; as many as yesterday by now".to_owned(),
        (_, 1..) => format!("today; {} more than yesterday by now", amount::count(change)),
        (_, _) => format!("today; {} fewer than yesterday by now", amount::count(-change)),
    };
    let rows = href::with("/runs", &[("outcome", &"failed"), ("from", &since)]);
    Figure { name: "Failed runs", value, note: note.into_any(), rows: Some(rows) }
}

fn error_rate(overview: &Overview, here: &Surroundings) -> Figure {
    let (today, yesterday) = (overview.today, overview.yesterday);
    let value = empty::or_no_data(share::percent(today.failures(), today.judged()));
    let before = share::percent(yesterday.failures(), yesterday.judged()).unwrap_or_else(|| "no data".to_owned());
    let since = moment::midnight(overview.as_of, here.zone);
    Figure {
        name: "Error rate",
        value,
        note: format!("today; yesterday by now: {before}").into_any(),
        rows: Some(href::with("/runs", &[("from", &since)])),
    }
}

fn hours(overview: &Overview) -> Figure {
    let hours = &overview.hours;
    let (value, note) = match &hours.hours {
        Some(range) => (
            amount::hours(range.mean).into_any(),
            format!("saved in {}, unverified; {}", hours.period, amount::hours_between(range.low, range.high)),
        ),
        None => (empty::no_data(), format!("{}: no integration with a baseline has sent a run", hours.period)),
    };
    let note = if hours.hours.is_some() && hours.without > 0 {
        format!("{note}; {} of {} count", amount::count(hours.counted), amount::count(hours.counted + hours.without))
    } else {
        note
    };
    Figure {
        name: "Worth",
        value,
        note: note.into_any(),
        rows: Some(href::with("/integrations", &[("sort", &"hours")])),
    }
}
