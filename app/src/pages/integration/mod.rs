//! One integration: where it stands and why, what it did, who cares, how to send it runs.

mod about;
mod acts;
mod change;
mod charts;
mod handling;
mod now;
mod probes;
mod send;
mod told;
mod worth;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::{
    IntegrationDetail, Page, ProbeSpec, Problem, RunRow, RunsQuery, Series, SeriesQuery, Slug, Span,
    views::{ChartKind, ChartQuery},
};

use crate::{
    href::{self, href},
    parts::{
        empty, fact, filter,
        header::{self, Head},
        mark, problem, run_rows, sent,
    },
    surroundings::{Surroundings, here},
    visitor::May,
    words::cost,
};

/// No page shows more charts of measures; the API has them all.
const MEASURES: usize = 6;
/// So many runs are shown; the list of runs has the rest.
const RUNS: u32 = 12;

/// A period to look at, as its links say it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Range {
    word: &'static str,
    says: &'static str,
    hours: i64,
}

const RANGES: [Range; 4] = [
    Range { word: "24h", says: "24 hours", hours: 24 },
    Range { word: "7d", says: "7 days", hours: 7 * 24 },
    Range { word: "30d", says: "30 days", hours: 30 * 24 },
    Range { word: "90d", says: "90 days", hours: 90 * 24 },
];

/// Whose latency is shown: that of one probe, or of the runs it sends. Never of both together, which would mean nothing.
struct Look {
    word: String,
    says: String,
    asked: SeriesQuery,
}

/// What the page is made of.
struct Gathered {
    detail: IntegrationDetail,
    range: Range,
    /// What may be looked at, and which of them is.
    looks: Vec<Look>,
    look: usize,
    /// All of its runs.
    series: Result<Series, Problem>,
    /// Those that are looked at.
    looked: Result<Series, Problem>,
    latency: Result<String, Problem>,
    error_rate: Result<String, Problem>,
    measures: Vec<(String, Result<String, Problem>)>,
    runs: Result<Page<RunRow>, Problem>,
}

/// `/integrations/{slug}`, with `?range` and `?of`; `?done` says what a form did.
pub fn page() -> AnyView {
    let here = here();
    let slug = use_params_map().get_untracked().get("slug").unwrap_or_default();
    let asked = filter::Asked::read();
    let (word, of, done) = (asked.text("range"), asked.text("of"), asked.text("done"));
    let range = RANGES.into_iter().find(|range| word.as_deref() == Some(range.word)).unwrap_or(RANGES[0]);
    Suspend::new(async move {
        let gathered = match Slug::parse(&slug) {
            Ok(slug) => gather(slug, range, of, &here).await,
            Err(_) => Err(Problem::not_found("integration", slug)),
        };
        match gathered {
            Ok(gathered) => show(&gathered, done.as_deref(), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

async fn gather(slug: Slug, range: Range, of: Option<String>, here: &Surroundings) -> Result<Gathered, Problem> {
    let api = &here.api;
    let detail = api.integration(slug.clone()).await?;
    let asked = SeriesQuery { from: Some(here.now() - Span::hours(range.hours)), ..SeriesQuery::default() };
    let looks = looks(&detail, &asked);
    let look = looks.iter().position(|look| of.as_deref() == Some(&look.word)).unwrap_or(0);
    let drawn = |kind, measure| ChartQuery { kind, measure, series: asked.clone() };
    let series = api.series(slug.clone(), asked.clone()).await;
    let looked = api.series(slug.clone(), looks[look].asked.clone()).await;
    let seen = ChartQuery { kind: ChartKind::Latency, measure: None, series: looks[look].asked.clone() };
    let latency = api.chart(slug.clone(), seen).await;
    let error_rate = api.chart(slug.clone(), drawn(ChartKind::ErrorRate, None)).await;
    let mut measures = Vec::new();
    for name in detail.measures.iter().take(MEASURES) {
        let chart = api.chart(slug.clone(), drawn(ChartKind::Measure, Some(name.clone()))).await;
        measures.push((name.clone(), chart));
    }
    let runs = api.runs(RunsQuery { integration: Some(slug), limit: Some(RUNS), ..RunsQuery::default() }).await;
    Ok(Gathered { detail, range, looks, look, series, looked, latency, error_rate, measures, runs })
}

/// Its probes that ask, those that tell most first, and the runs it sends.
fn looks(detail: &IntegrationDetail, asked: &SeriesQuery) -> Vec<Look> {
    let mut probes: Vec<&ProbeSpec> = detail.probe_states.iter().map(|state| &state.probe.spec).collect();
    probes.retain(|spec| spec.kind != "heartbeat");
    probes.sort_by_key(|spec| spec.kind != "http");
    let mut looks: Vec<Look> = probes
        .into_iter()
        .map(|spec| Look {
            word: spec.slug.to_string(),
            says: format!("probe {}", spec.slug),
            asked: SeriesQuery { probe: Some(spec.slug.clone()), ..asked.clone() },
        })
        .collect();
    let asked = SeriesQuery { sent: Some(true), ..asked.clone() };
    looks.push(Look { word: "sent".to_owned(), says: "runs it sends".to_owned(), asked });
    looks
}

fn show(gathered: &Gathered, done: Option<&str>, here: &Surroundings) -> AnyView {
    let detail = &gathered.detail;
    let spec = &detail.integration.spec;
    let mut head = Head::new(spec.name.clone(), answer(detail, here));
    head.within = Some(("Integrations", href("/integrations")));
    head.topics = Some(vec![spec.slug.to_string()]);
    head.beside = Some(
        view! {
            <div class="head-facts" data-live="facts">
                {mark::level(detail.standing.level)} {mark::tier(spec.tier)} {flow(detail)}
            </div>
        }
        .into_any(),
    );
    head.side = spec.runbook.clone().map(|runbook| {
        view! {
            <a class="button" href=runbook rel="noreferrer">
                "Runbook"
            </a>
        }
        .into_any()
    });
    view! {
        {head.show()}
        {sent::done(done)}
        {now::answers(detail)}
        {now::reasons(detail, here)}
        <div class="columns">{handling::section(detail, here)} {told::section(detail, here)}</div>
        {now::strip(detail)}
        {charts::section(gathered)}
        {probes::section(detail, here)}
        {runs(gathered, here)}
        <div class="columns">{worth::section(detail, here)} {about::section(detail, here)}</div>
        {here.may(May::Send).then(|| send::section(detail, here))}
        {here.may(May::Change).then(|| change::section(detail))}
        {header::foot()}
    }
    .into_any()
}

/// The page in one line: the worst reason with its cost and who acts, or what an okay rests on.
fn answer(detail: &IntegrationDetail, here: &Surroundings) -> AnyView {
    let owner = detail.integration.spec.owner.clone().unwrap_or_else(|| "nobody named".to_owned());
    let said = match detail.standing.why.first() {
        Some(why) => format!("{}; {}. Acts: {owner}.", cost::why(why, here.now(), here.zone), cost::cost(&detail.cost)),
        None if detail.standing.evidence.is_empty() => {
            format!("{} Owner: {owner}.", detail.integration.spec.description.clone().unwrap_or_default())
        }
        None => format!("Okay on the evidence of {}. Owner: {owner}.", detail.standing.evidence.join(" and ")),
    };
    view! { <p>{said}</p> }.into_any()
}

fn flow(detail: &IntegrationDetail) -> AnyView {
    let names: Vec<&String> =
        std::iter::once(&detail.from_name).chain(&detail.via_names).chain(std::iter::once(&detail.to_name)).collect();
    let steps = names
        .into_iter()
        .enumerate()
        .map(|(index, name)| {
            let arrow = (index > 0).then(|| {
                view! {
                    <span class="arrow" role="img" aria-label="to">
                        " → "
                    </span>
                }
            });
            view! { {arrow} <span>{name.clone()}</span> }
        })
        .collect_view();
    view! { <span class="flow">{steps}</span> }.into_any()
}

fn runs(gathered: &Gathered, here: &Surroundings) -> AnyView {
    let slug = &gathered.detail.integration.spec.slug;
    let how = if here.may(May::Change) {
        "Give it a probe, or let it send its runs as shown below."
    } else {
        "It has no probe that asked yet, and sent none itself."
    };
    let body = match &gathered.runs {
        Ok(page) if page.items.is_empty() => empty::empty("Here its newest runs will be.", view! { <p>{how}</p> }),
        Ok(page) => run_rows::table(&page.items, false, here),
        Err(fault) => problem::part("The list of runs", fault),
    };
    let all = view! { <a href=href::with("/runs", &[("integration", slug)])>"All of its runs"</a> }.into_any();
    view! {
        <section class="section" data-live="runs">
            {fact::section_head("Recent runs", Some(all))}
            {body}
        </section>
    }
    .into_any()
}
