//! Charts that the service drew, with a caption; an island reads their numbers out by pointing.

use leptos::prelude::*;
use model::Problem;

use super::problem;
use crate::surroundings::here;

/// A chart under its caption.
pub struct Chart<'a> {
    /// Its place on the page, for the live island.
    pub live: String,
    /// What it shows.
    pub title: String,
    /// Its period and what its lines are, in words.
    pub note: AnyView,
    /// The drawing, as the service answered.
    pub drawn: &'a Result<String, Problem>,
    /// Where its numbers are: an address of the API.
    pub series: Option<String>,
    /// Which of them, as `name=path/in/point`, with commas between.
    pub fields: &'static str,
}

impl Chart<'_> {
    /// As a view.
    pub fn show(self) -> AnyView {
        let Self { live, title, note, drawn, series, fields } = self;
        let body = match drawn {
            Ok(svg) if svg.trim().is_empty() => view! { <p class="chart-empty none">"no data"</p> }.into_any(),
            Ok(svg) => view! { <div class="chart-plot" inner_html=svg.clone()></div> }.into_any(),
            Err(fault) => problem::part(&title, fault),
        };
        view! {
            <figure class="graph" data-live=live data-zone=here().zone.name() data-series=series data-fields=fields>
                <figcaption>
                    <span class="chart-title">{title}</span>
                    <span class="chart-note">{note}</span>
                    <output class="chart-readout"></output>
                </figcaption>
                {body}
            </figure>
        }
        .into_any()
    }
}
