//! Facts: a name and what it is.

use leptos::prelude::*;

/// A list of names and values; those without a value are left out by the caller.
pub fn facts(pairs: Vec<(&'static str, AnyView)>) -> AnyView {
    let rows = pairs
        .into_iter()
        .map(|(name, value)| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="facts">{rows}</dl> }.into_any()
}

/// The same side by side, for a few short ones.
pub fn line(pairs: Vec<(&'static str, AnyView)>) -> AnyView {
    let cells = pairs
        .into_iter()
        .map(|(name, value)| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="totals">{cells}</dl> }.into_any()
}

/// A text as a value.
pub fn text(text: impl Into<String>) -> AnyView {
    let text: String = text.into();
    view! { <span>{text}</span> }.into_any()
}

/// A number with its name, its period and a link to its rows.
pub struct Figure {
    /// What it is of.
    pub name: &'static str,
    /// The number with its unit, or "no data".
    pub value: AnyView,
    /// What it is made of, and over which period.
    pub note: AnyView,
    /// Where its rows are.
    pub rows: Option<String>,
}

impl Figure {
    /// As a view; all of it leads to its rows.
    pub fn show(self) -> AnyView {
        let Self { name, value, note, rows } = self;
        let name = match rows {
            Some(address) => view! { <a href=address>{name}</a> }.into_any(),
            None => name.into_any(),
        };
        view! {
            <div class="figure">
                <h3>{name}</h3>
                <p class="figure-value">{value}</p>
                <p class="figure-note">{note}</p>
            </div>
        }
        .into_any()
    }
}

/// A heading with something at its side.
pub fn section_head(title: &'static str, side: Option<AnyView>) -> AnyView {
    view! {
        <div class="section-head">
            <h2>{title}</h2>
            {side.map(|side| view! { <div class="section-side">{side}</div> })}
        </div>
    }
    .into_any()
}
