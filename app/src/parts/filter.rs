//! Filters: GET forms, so that every view of a list has an address, and reading them back.

use std::str::FromStr;

use chrono::NaiveDate;
use chrono_tz::Tz;
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};
use model::Fault;

use crate::words::moment;

/// The question in the page's address, with what of it could not be read.
pub struct Asked {
    map: ParamsMap,
    faults: Vec<Fault>,
}

impl Asked {
    /// Of the page that is being rendered.
    pub fn read() -> Self {
        Self { map: use_query_map().get_untracked(), faults: Vec::new() }
    }

    /// A text; blank is absent.
    pub fn text(&self, name: &str) -> Option<String> {
        self.map.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// A word of a known set; what is none of them is left out and told.
    pub fn parsed<T: FromStr<Err: ToString>>(&mut self, name: &str) -> Option<T> {
        match self.text(name)?.parse() {
            Ok(value) => Some(value),
            Err(error) => {
                self.faults.push(Fault::at(name, error.to_string()));
                None
            }
        }
    }

    /// A moment, RFC 3339.
    pub fn moment(&mut self, name: &str) -> Option<model::Timestamp> {
        match model::Timestamp::parse(&self.text(name)?) {
            Ok(moment) => Some(moment),
            Err(error) => {
                self.faults.push(Fault::at(name, error.to_string()));
                None
            }
        }
    }

    /// A moment, or a day of this zone, `2026-11-23`: its beginning, or (`through`) its end.
    pub fn day(&mut self, name: &str, zone: Tz, through: bool) -> Option<model::Timestamp> {
        let text = self.text(name)?;
        match text.parse::<NaiveDate>() {
            Ok(day) => moment::beginning(day, zone, i64::from(through)),
            Err(_) => self.moment(name),
        }
    }

    /// What could not be read.
    pub fn faults(self) -> Vec<Fault> {
        self.faults
    }
}

/// A select with "all" first.
pub fn select(
    name: &'static str,
    label: &'static str,
    all: &'static str,
    options: Vec<(String, String)>,
    chosen: Option<&str>,
) -> AnyView {
    let chosen = chosen.unwrap_or_default().to_owned();
    let options = options
        .into_iter()
        .map(|(value, says)| {
            let selected = value == chosen;
            view! {
                <option value=value selected=selected>
                    {says}
                </option>
            }
        })
        .collect_view();
    view! {
        <label class="filter">
            <span>{label}</span>
            <select name=name data-submit="">
                <option value="">{all}</option>
                {options}
            </select>
        </label>
    }
    .into_any()
}

/// A text to look for.
pub fn search(label: &'static str, hint: &'static str, value: Option<String>) -> AnyView {
    view! {
        <label class="filter grow">
            <span>{label}</span>
            <input type="search" name="q" value=value.unwrap_or_default() placeholder=hint />
        </label>
    }
    .into_any()
}

/// A day; it is sent with the others, as a day is rarely chosen in one step.
pub fn day(name: &'static str, label: &'static str, value: Option<String>) -> AnyView {
    view! {
        <label class="filter">
            <span>{label}</span>
            <input type="date" name=name value=value.unwrap_or_default() />
        </label>
    }
    .into_any()
}

/// A short text with its own name.
pub fn text(name: &'static str, label: &'static str, hint: &'static str, value: Option<String>) -> AnyView {
    view! {
        <label class="filter">
            <span>{label}</span>
            <input type="text" name=name value=value.unwrap_or_default() placeholder=hint autocomplete="off" />
        </label>
    }
    .into_any()
}

/// The form around them: sends itself when one is chosen, where there is JavaScript; has a button for where there is none.
pub fn form(action: String, label: &'static str, fields: Vec<AnyView>, clear: Option<String>) -> AnyView {
    let clear = clear.map(|address| {
        view! {
            <a class="button plain" href=address>
                "Clear"
            </a>
        }
    });
    view! {
        <form class="filters" method="get" action=action role="search" aria-label=label>
            {fields}
            <button class="button" type="submit">
                "Show"
            </button>
            {clear}
        </form>
    }
    .into_any()
}

/// Words as options of themselves.
pub fn words<T: Copy + ToString>(all: &[T]) -> Vec<(String, String)> {
    all.iter().map(|word| (word.to_string(), word.to_string().replace('_', " "))).collect()
}
