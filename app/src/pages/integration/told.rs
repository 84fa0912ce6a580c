//! What its owner was told last, by which channel, and what became of it.

use leptos::prelude::*;
use model::{IntegrationDetail, Level, NoticeKind, NoticeState, NoticeView};

use crate::{
    href::href,
    parts::{empty, fact, mark, time},
    surroundings::Surroundings,
    visitor::May,
    words::amount,
};

/// The section.
pub fn section(detail: &IntegrationDetail, here: &Surroundings) -> AnyView {
    let channels = names(detail);
    let side = channels.as_ref().map(|channels| view! { <span>{format!("by {channels}")}</span> }.into_any());
    let body = if detail.notices.is_empty() {
        empty::empty("Here will be what its owner was told.", how(detail, channels.as_deref(), here))
    } else {
        let rows = detail.notices.iter().map(|notice| row(notice, here)).collect_view();
        let silent = channels.is_none().then(|| how(detail, None, here));
        view! {
            <ul class="told">{rows}</ul>
            {silent}
        }
        .into_any()
    };
    view! {
        <section class="section" id="told" data-live="told">
            {fact::section_head("Told", side)}
            {body}
        </section>
    }
    .into_any()
}

/// `team-blue and on-call`.
fn names(detail: &IntegrationDetail) -> Option<String> {
    let names: Vec<&str> = detail.channels.iter().map(model::Slug::as_str).collect();
    match names.split_last()? {
        (last, []) => Some((*last).to_owned()),
        (last, others) => Some(format!("{} and {last}", others.join(", "))),
    }
}

/// Who will be told, or how somebody could be.
fn how(detail: &IntegrationDetail, channels: Option<&str>, here: &Surroundings) -> AnyView {
    if let Some(channels) = channels {
        let said = format!("When it breaks, gets worse or is well again, {channels} is told once.");
        return view! { <p>{said}</p> }.into_any();
    }
    let nobody = match &detail.integration.spec.owner {
        Some(owner) => format!("Nobody is told when it breaks: no channel is for {owner}."),
        None => "Nobody is told when it breaks: it has no owner, and no channel is for everybody else.".to_owned(),
    };
    let remedy = if here.may(May::Administer) {
        view! {
            "Add a channel as the page "
            <a href=href("/channels")>"Channels"</a>
            " shows."
        }
        .into_any()
    } else {
        "An administrator can add a channel.".into_any()
    };
    view! { <p>{nobody} " " {remedy}</p> }.into_any()
}

fn row(notice: &NoticeView, here: &Surroundings) -> AnyView {
    let of = match notice.kind {
        NoticeKind::Began => "that it broke",
        NoticeKind::Worse => "that it got worse",
        NoticeKind::Over => "that it is over",
        NoticeKind::Test => "a test",
    };
    let tried = amount::counted(notice.attempts, "try", "tries");
    let (level, verb, became) = match notice.state {
        NoticeState::Sent => (Level::Okay, "Told", "taken".to_owned()),
        NoticeState::Waiting if notice.attempts == 0 => (Level::Unknown, "Being told", "on its way".to_owned()),
        NoticeState::Waiting => (Level::Attention, "Being told", format!("not taken yet after {tried}")),
        NoticeState::Failed => (Level::Problem, "Not told", "refused for good".to_owned()),
        NoticeState::GivenUp => (Level::Problem, "Not told", format!("given up after {tried}")),
    };
    let next = notice.next_at.filter(|_| notice.state == NoticeState::Waiting && notice.attempts > 0);
    let next = next.map(|next| view! { ", tried again at " {time::at(next, here)} });
    let answer = notice.last_answer.clone().map(|answer| view! { <p class="told-answer">{answer}</p> });
    view! {
        <li>
            {mark::shape(level)}
            <div>
                <p>
                    {format!("{verb} by {} at ", notice.channel)} {time::at(notice.sent_at.unwrap_or(notice.created_at), here)}
                    {format!(" {of}: {became}")} {next} "."
                </p>
                {answer}
            </div>
        </li>
    }
    .into_any()
}
