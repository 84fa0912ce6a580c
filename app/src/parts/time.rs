//! Moments: relative in lists, the exact time on hover and in `<time>`.

use leptos::prelude::*;
use model::Timestamp;

use crate::{
    surroundings::Surroundings,
    words::moment::{exact, relative, short},
};

/// `14 min ago`.
pub fn ago(moment: Timestamp, here: &Surroundings) -> AnyView {
    element(moment, relative(moment, here.now()), here)
}

/// `09:41`, `Tue 09:41`, `12 Nov 09:41`.
pub fn at(moment: Timestamp, here: &Surroundings) -> AnyView {
    element(moment, short(moment, here.now(), here.zone), here)
}

/// To the second, with the zone.
pub fn to_the_second(moment: Timestamp, here: &Surroundings) -> AnyView {
    element(moment, exact(moment, here.zone), here)
}

/// The same where there may be none.
pub fn ago_or(moment: Option<Timestamp>, none: &'static str, here: &Surroundings) -> AnyView {
    match moment {
        Some(moment) => ago(moment, here),
        None => view! { <span class="none">{none}</span> }.into_any(),
    }
}

fn element(moment: Timestamp, said: String, here: &Surroundings) -> AnyView {
    view! {
        <time datetime=moment.to_string() title=exact(moment, here.zone)>
            {said}
        </time>
    }
    .into_any()
}
