//! How the bridges stand: what needs attention first, then what all of it adds up to.

mod attention;
mod figures;
mod tiles;

use leptos::prelude::*;
use model::{
    Level,
    overview::{Overview, OverviewQuery},
};

use crate::{
    href::{self, href},
    parts::{
        chart::Chart,
        demo, empty, filter,
        header::{self, Head},
        mark, problem, time,
    },
    surroundings::{Surroundings, here},
    visitor::May,
    words::amount,
};

/// `/`, with `?tier` and `?department`.
pub fn page() -> AnyView {
    let here = here();
    let mut asked = filter::Asked::read();
    let query = OverviewQuery { tier: asked.parsed("tier"), department: asked.text("department") };
    let faults = asked.faults();
    Suspend::new(async move {
        match here.api.overview(query.clone()).await {
            Ok(overview) => show(&overview, &query, problem::ignored(&faults), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

fn show(overview: &Overview, query: &OverviewQuery, ignored: Option<AnyView>, here: &Surroundings) -> AnyView {
    let filtered = query.tier.is_some() || query.department.is_some();
    let mut head = Head::new("Overview", answer(overview, here));
    head.topics = Some(Vec::new());
    head.side = Some(filters(overview, query));
    let head = head.show();
    if overview.tiles.is_empty() {
        return view! { {head} {ignored} {nothing(filtered, here)} {overview.demo.as_ref().map(demo::bar)} {header::foot()} }
            .into_any();
    }
    view! {
        {head}
        {ignored}
        {overview.demo.as_ref().map(demo::bar)}
        {attention::section(overview, here)}
        {figures::section(overview, here)}
        <div class="overview-below">{chart(overview)} {tiles::section(overview)}</div>
        {header::foot()}
    }
    .into_any()
}

/// The page in one line: how many are at which level.
fn answer(overview: &Overview, here: &Surroundings) -> AnyView {
    let all: i64 = overview.tiers.iter().map(model::overview::TierLevels::all).sum();
    if all == 0 {
        return view! { <p>"Nothing is watched yet."</p> }.into_any();
    }
    let of = |level: Level| -> i64 {
        overview
            .tiers
            .iter()
            .map(|tier| match level {
                Level::Okay => tier.okay,
                Level::Attention => tier.attention,
                Level::Problem => tier.problem,
                Level::Unknown => tier.unknown,
                Level::Paused => tier.paused,
            })
            .sum()
    };
    let levels = [Level::Problem, Level::Attention, Level::Unknown, Level::Okay, Level::Paused]
        .into_iter()
        .filter(|&level| of(level) > 0)
        .map(|level| {
            let said = match (level, of(level)) {
                (Level::Problem, 1) => "1 has a problem".to_owned(),
                (Level::Problem, number) => format!("{} have a problem", amount::count(number)),
                (Level::Attention, 1) => "1 needs a look".to_owned(),
                (Level::Attention, number) => format!("{} need a look", amount::count(number)),
                (Level::Unknown, number) => format!("{} without evidence", amount::count(number)),
                (Level::Okay, number) => format!("{} okay", amount::count(number)),
                (Level::Paused, number) => format!("{} paused", amount::count(number)),
            };
            view! {
                <li>
                    <a href=href::with("/integrations", &[("level", &level)])>{mark::shape(level)} {said}</a>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="tally">
            <li class="tally-all">{amount::counted(all, "integration", "integrations")} ":"</li>
            {levels}
            <li class="muted">"as of " {time::at(overview.as_of, here)}</li>
        </ul>
    }
    .into_any()
}

fn filters(overview: &Overview, query: &OverviewQuery) -> AnyView {
    let tiers = (1..=3).map(|tier: u8| (tier.to_string(), format!("Tier {tier}"))).collect();
    let departments = overview.departments.iter().map(|name| (name.clone(), name.clone())).collect();
    let tier = query.tier.map(|tier| tier.to_string());
    let fields = vec![
        filter::select("tier", "Tier", "All tiers", tiers, tier.as_deref()),
        filter::select("department", "Department", "All departments", departments, query.department.as_deref()),
    ];
    let clear = (query.tier.is_some() || query.department.is_some()).then(|| href("/"));
    filter::form(href("/"), "Which integrations", fields, clear)
}

fn nothing(filtered: bool, here: &Surroundings) -> AnyView {
    if filtered {
        return empty::empty(
            "No integration is of this tier and department.",
            view! { <a href=href("/")>"Show all of them"</a> },
        );
    }
    if !here.may(May::Change) {
        return empty::empty(
            "Here you will see how the bridges between your systems stand, what needs attention, and what it costs.",
            view! { <p>"None is there for you yet: an engineer adds them, and an administrator says which you see."</p> },
        );
    }
    empty::empty(
        "Here you will see how every bridge between your systems stands, what needs attention, and what it costs.",
        view! {
            <p>
                <a class="button primary" href=href("/integrations/new")>
                    "Add the first integration"
                </a>
            </p>
            <p>
                "Or describe all of them in a file and load it: " <code>"bridgewatch apply landscape.yaml"</code> ". A spreadsheet does for a start: "
                <code>"bridgewatch apply landscape.csv"</code> "."
            </p>
        },
    )
}

fn chart(overview: &Overview) -> AnyView {
    let drawn = Ok(overview.chart.clone().unwrap_or_default());
    Chart {
        live: "failures".to_owned(),
        title: "Failed and missed runs".to_owned(),
        note: view! { "last 7 days, all of production" }.into_any(),
        drawn: &drawn,
        series: None,
        fields: "",
    }
    .show()
}
