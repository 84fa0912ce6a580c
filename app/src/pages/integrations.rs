//! Every integration: where it stands on the four answers, who owns it, what it earns.

use leptos::prelude::*;
use model::{IntegrationRow, IntegrationsQuery, Level, Page, views::IntegrationSort};

use crate::{
    href::{self, href},
    parts::{
        empty, filter,
        header::{self, Head},
        mark, pager, problem,
    },
    surroundings::{Surroundings, here},
    visitor::May,
    words::{amount, share},
};

/// `/integrations`, with the fields of [`IntegrationsQuery`].
pub fn page() -> AnyView {
    let here = here();
    let mut asked = filter::Asked::read();
    let query = IntegrationsQuery {
        q: asked.text("q"),
        level: asked.parsed("level"),
        tier: asked.parsed("tier"),
        owner: asked.text("owner"),
        department: asked.text("department"),
        sort: asked.parsed("sort"),
        limit: asked.parsed("limit"),
        cursor: asked.text("cursor"),
    };
    let faults = asked.faults();
    Suspend::new(async move {
        match here.api.integrations(query.clone()).await {
            Ok(page) => show(&page, &query, problem::ignored(&faults), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

fn show(
    page: &Page<IntegrationRow>,
    query: &IntegrationsQuery,
    ignored: Option<AnyView>,
    here: &Surroundings,
) -> AnyView {
    let rows = &page.items;
    let filtered = *query != IntegrationsQuery { sort: query.sort, limit: query.limit, ..IntegrationsQuery::default() };
    let mut head = Head::new("Integrations", answer(page, filtered));
    head.topics = Some(Vec::new());
    head.side = here.may(May::Change).then(|| {
        view! {
            <a class="button primary" href=href("/integrations/new")>
                "Add an integration"
            </a>
        }
        .into_any()
    });
    let body = if rows.is_empty() { nothing(filtered, here) } else { table(rows) };
    let first = query.cursor.is_some().then(|| address(query, ""));
    let next = page.next_cursor.as_deref().map(|cursor| address(query, cursor));
    view! {
        {head.show()}
        {ignored}
        {filters(query, rows)}
        <section class="section wide" aria-label="Integrations" data-live="integrations">
            {body}
        </section>
        {pager::pager(first, next, "Next")}
        {header::foot()}
    }
    .into_any()
}

fn answer(page: &Page<IntegrationRow>, filtered: bool) -> String {
    let all = i64::try_from(page.items.len()).unwrap_or(i64::MAX);
    let of = |level: Level| page.items.iter().filter(|row| row.level == level).count();
    let more = if page.next_cursor.is_some() { ", and more on the next page" } else { "" };
    match (all, filtered) {
        (0, _) => "None.".to_owned(),
        (_, true) => format!("{} found{more}.", amount::counted(all, "integration", "integrations")),
        (_, false) => format!(
            "{}: {} with a problem, {} to look at, {} without evidence{more}.",
            amount::counted(all, "integration", "integrations"),
            of(Level::Problem),
            of(Level::Attention),
            of(Level::Unknown)
        ),
    }
}

fn address(query: &IntegrationsQuery, cursor: &str) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let word = |value: Option<String>| value.unwrap_or_default();
    href::with(
        "/integrations",
        &[
            ("q", &text(&query.q)),
            ("level", &word(query.level.map(|level| level.to_string()))),
            ("tier", &word(query.tier.map(|tier| tier.to_string()))),
            ("owner", &text(&query.owner)),
            ("department", &text(&query.department)),
            ("sort", &word(query.sort.map(|sort| sort.to_string()))),
            ("limit", &word(query.limit.map(|limit| limit.to_string()))),
            ("cursor", &cursor),
        ],
    )
}

fn filters(query: &IntegrationsQuery, rows: &[IntegrationRow]) -> AnyView {
    let named = |pick: fn(&IntegrationRow) -> &Option<String>, chosen: &Option<String>| {
        let mut names: Vec<String> = rows.iter().filter_map(|row| pick(row).clone()).chain(chosen.clone()).collect();
        names.sort();
        names.dedup();
        names.into_iter().map(|name| (name.clone(), name)).collect::<Vec<_>>()
    };
    let tiers = (1..=3).map(|tier: u8| (tier.to_string(), format!("Tier {tier}"))).collect();
    let sorts = [
        (IntegrationSort::Level, "Worst first"),
        (IntegrationSort::Name, "Name"),
        (IntegrationSort::Tier, "Tier"),
        (IntegrationSort::ErrorRate, "Error rate"),
        (IntegrationSort::Hours, "Hours saved"),
    ]
    .map(|(sort, says)| (sort.to_string(), says.to_owned()))
    .to_vec();
    let tier = query.tier.map(|tier| tier.to_string());
    let department = named(|row| &row.department, &query.department);
    let owner = named(|row| &row.owner, &query.owner);
    let fields = vec![
        filter::search("Search", "Name, system or owner", query.q.clone()),
        filter::select("level", "Level", "All levels", filter::words(Level::ALL), query.level.map(Level::as_str)),
        filter::select("tier", "Tier", "All tiers", tiers, tier.as_deref()),
        filter::select("owner", "Owner", "All owners", owner, query.owner.as_deref()),
        filter::select("department", "Department", "All departments", department, query.department.as_deref()),
        filter::select(
            "sort",
            "Order",
            "Worst first",
            sorts.into_iter().skip(1).collect(),
            query.sort.map(IntegrationSort::as_str),
        ),
    ];
    let clear = (*query != IntegrationsQuery::default()).then(|| href("/integrations"));
    filter::form(href("/integrations"), "Which integrations", fields, clear)
}

fn table(rows: &[IntegrationRow]) -> AnyView {
    let rows = rows.iter().map(row).collect_view();
    view! {
        <table class="rows integrations">
            <thead>
                <tr>
                    <th scope="col">"Integration"</th>
                    <th scope="col">"From and to"</th>
                    <th scope="col">"Tier"</th>
                    <th scope="col" class="mid">
                        "Stands"
                    </th>
                    <th scope="col" class="mid">
                        "Runs"
                    </th>
                    <th scope="col" class="mid">
                        "Whole"
                    </th>
                    <th scope="col" class="mid">
                        "Worth"
                    </th>
                    <th scope="col" class="num">
                        "Errors, 24 h"
                    </th>
                    <th scope="col" class="num">
                        "Saved this month"
                    </th>
                    <th scope="col">"Owner"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn row(row: &IntegrationRow) -> AnyView {
    let day = row.last_24h;
    let answers = mark::answers(&row.answers)
        .into_iter()
        .map(|(name, answer)| view! { <td class="c-answer mid">{mark::answer(name, answer)}</td> })
        .collect_view();
    view! {
        <tr>
            <th scope="row" class="c-name">
                {mark::quiet(row.level)}
                <a href=href::integration(&row.slug)>{row.name.clone()}</a>
            </th>
            <td class="c-flow">
                {row.from.clone()} <span class="arrow" aria-label="to">
                    " → "
                </span> {row.to.clone()}
            </td>
            <td class="c-tier">{mark::tier(row.tier)}</td>
            {answers}
            <td class="c-errors num">{empty::or_no_data(share::percent(day.failures(), day.judged()))}</td>
            <td class="c-hours num">{empty::or_no_data(row.hours.map(amount::hours))}</td>
            <td class="c-owner">{empty::or_dash(row.owner.clone())}</td>
        </tr>
    }
    .into_any()
}

fn nothing(filtered: bool, here: &Surroundings) -> AnyView {
    if filtered {
        return empty::empty("No integration matches.", view! { <a href=href("/integrations")>"Show all of them"</a> });
    }
    if !here.may(May::Change) {
        return empty::empty(
            "Here every integration that you may see will have a row.",
            view! { <p>"There is none yet: an engineer adds them, and an administrator says which you see."</p> },
        );
    }
    empty::empty(
        "Here every integration will have a row: who owns it, whether it stands, runs, arrives whole and is worth it.",
        view! {
            <p>
                <a class="button primary" href=href("/integrations/new")>
                    "Add the first one"
                </a>
            </p>
            <p>"Or load a catalogue: " <code>"bridgewatch apply landscape.yaml"</code></p>
        },
    )
}
