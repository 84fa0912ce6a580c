//! The form that adds a window. What belongs to another form of opening than the chosen one is hidden by the style sheet, and never
//! read by the server.

use leptos::prelude::*;
use model::{Weekday, WindowKind};

use crate::{
    href::href,
    parts::{check, fact, field::Field, sent},
    surroundings::Surroundings,
    visitor::Sent,
    words::window,
};

/// Where it is sent.
const FORM: &str = "/maintenance";
/// Its fields, as faults name them.
const FIELDS: [&str; 20] = [
    "name",
    "slug",
    "kind",
    "integrations",
    "systems",
    "tags",
    "time_zone",
    "once.from",
    "once.to",
    "weekly.days",
    "weekly.from",
    "weekly.to",
    "monthly.day",
    "monthly.from",
    "monthly.to",
    "cron.at",
    "cron.lasts",
    "rrule.rule",
    "rrule.starts",
    "rrule.lasts",
];
const KINDS: [(&str, &str); 2] = [
    (WindowKind::Maintenance.as_str(), "Maintenance: somebody works on it"),
    (WindowKind::Freeze.as_str(), "Freeze: nobody may change it"),
];
const FORMS: [(&str, &str); 5] = [
    ("once", "Once"),
    ("weekly", "On days of the week"),
    ("monthly", "On a day of every month"),
    ("cron", "By a cron expression"),
    ("rrule", "By a recurrence rule (RFC 5545)"),
];

/// The section.
pub fn section(here: &Surroundings) -> AnyView {
    let sent = here.visitor.sent(FORM);
    view! {
        <section class="section" id="add-window">
            {fact::section_head("Add a window", None)}
            <p class="prose">
                "While it is open, failures of what it is over are recorded and do not count, and owners are told nothing."
            </p>
            {sent::refusal(sent, &FIELDS)}
            <form class="form window-form" method="post" action=href(FORM)>
                {what(sent)} {when(sent, here)} {over(sent)} <div class="row">
                    <button type="submit" class="button primary">
                        "Add the window"
                    </button>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn group(title: &'static str, says: &'static str, body: AnyView) -> AnyView {
    view! {
        <fieldset class="group">
            <legend>{title}</legend>
            <p class="group-says">{says}</p>
            {body}
        </fieldset>
    }
    .into_any()
}

fn what(sent: Sent<'_>) -> AnyView {
    let body = view! {
        <div class="fields">
            {Field::text("name", "Name", "ERP patch night").sent(sent).show()}
            {Field::text("slug", "Name in addresses", "erp-patch-night")
                .help("Made of the name if left empty.")
                .sent(sent)
                .show()} {Field::choice("kind", "Kind", "text", &KINDS).sent(sent).show()}
        </div>
        {check::tick("counts".to_owned(), "Failures count all the same", sent)}
    };
    group("What it is", "How people call it, and why it is let alone.", body.into_any())
}

fn when(sent: Sent<'_>, here: &Surroundings) -> AnyView {
    let line = |name, label, hint| Field::text(name, label, hint).sent(sent).show();
    let typed = |kind, name, label| Field::typed(kind, name, label, "").sent(sent).show();
    let body = view! {
        <div class="fields">
            {Field::choice("form", "It opens", "text", &FORMS).sent(sent).show()}
            {Field::text("time_zone", "On the clocks of", "Europe/Berlin").given(here.zone.name()).sent(sent).show()}
        </div>
        <div class="fields" data-form="once">
            {typed("datetime-local", "once.from", "From")} {typed("datetime-local", "once.to", "To")}
        </div>
        <div class="fields" data-form="weekly">
            {days(sent)} {typed("time", "weekly.from", "From")} {typed("time", "weekly.to", "To")}
        </div>
        <div class="fields" data-form="monthly">
            {Field::text("monthly.day", "Day", "15")
                .help("15 is the 15th, -1 the last day; 2 tue the second Tuesday, -1 sun the last Sunday.")
                .sent(sent)
                .show()} {typed("time", "monthly.from", "From")} {typed("time", "monthly.to", "To")}
        </div>
        <div class="fields" data-form="cron">
            {line("cron.at", "Opens at", "0 2 * * *")} {line("cron.lasts", "For how long", "1h 30m")}
        </div>
        <div class="fields" data-form="rrule">
            {line("rrule.rule", "Rule", "FREQ=MONTHLY;BYDAY=-1SU")} {typed("datetime-local", "rrule.starts", "First")}
            {line("rrule.lasts", "For how long", "4h")}
        </div>
    };
    group("When it is open", "A time that is not after the one before it is on the next day.", body.into_any())
}

fn days(sent: Sent<'_>) -> AnyView {
    let fault = sent.fault("weekly.days");
    let ticks = Weekday::ALL
        .iter()
        .map(|day| check::tick(format!("weekly.days.{day}"), window::weekday(*day), sent))
        .collect_view();
    view! {
        <fieldset class="field ticks">
            <legend>"Days"</legend>
            <div class="row">{ticks}</div>
            <p class="fault" data-fault="weekly.days">
                {fault}
            </p>
        </fieldset>
    }
    .into_any()
}

fn over(sent: Sent<'_>) -> AnyView {
    let field = |name, label, hint| Field::lines(name, label, "lines", hint).sent(sent).show();
    let body = view! {
        {check::tick("everything".to_owned(), "Everything", sent)}
        <div class="fields">
            {field("systems", "Systems", "netsuite")} {field("integrations", "Integrations", "orders-to-netsuite")}
            {field("tags", "Tags", "finance")}
        </div>
    };
    group(
        "What it is over",
        "Everything, or a name in addresses on each line. A system brings all integrations with an end at it.",
        body.into_any(),
    )
}
