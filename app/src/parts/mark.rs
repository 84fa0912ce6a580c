//! Marks: every level has a shape, a colour and a word, so that colour never speaks alone.

use leptos::prelude::*;
use model::{Answer, Answers, Level, Outcome};

/// The five shapes, once a page; marks refer to them.
pub fn sprite() -> AnyView {
    view! {
        <svg class="sprite" aria-hidden="true" focusable="false">
            <symbol id="m-okay" viewBox="0 0 12 12">
                <circle cx="6" cy="6" r="4.5"></circle>
            </symbol>
            <symbol id="m-attention" viewBox="0 0 12 12">
                <path d="M6 1 11.5 10.8H.5Z"></path>
            </symbol>
            <symbol id="m-problem" viewBox="0 0 12 12">
                <path d="M1.5 1.5h9v9h-9Z"></path>
            </symbol>
            <symbol id="m-unknown" viewBox="0 0 12 12">
                <circle class="hollow" cx="6" cy="6" r="4.2" stroke-dasharray="2.2 1.7"></circle>
            </symbol>
            <symbol id="m-paused" viewBox="0 0 12 12">
                <path d="M2.5 1.5h2.4v9H2.5zM7.1 1.5h2.4v9H7.1z"></path>
            </symbol>
        </svg>
    }
    .into_any()
}

/// The shape alone; whoever uses it says the word beside it.
pub fn shape(level: Level) -> AnyView {
    view! {
        <svg class=format!("mark {level}") aria-hidden="true">
            <use href=format!("#m-{level}")></use>
        </svg>
    }
    .into_any()
}

/// Shape and word: `■ problem`.
pub fn level(level: Level) -> AnyView {
    view! { <span class=format!("level {level}")>{shape(level)} {level.as_str()}</span> }.into_any()
}

/// Shape, and the word for those who do not see it.
pub fn quiet(level: Level) -> AnyView {
    view! {
        <span class="quiet" title=level.as_str()>
            {shape(level)}
            <span class="unseen">{level.as_str()}</span>
        </span>
    }
    .into_any()
}

/// How urgent an outcome looks. What it counts for is told elsewhere.
pub fn look(outcome: Outcome) -> Level {
    match outcome {
        Outcome::Ok => Level::Okay,
        Outcome::Warn | Outcome::Partial => Level::Attention,
        Outcome::Failed | Outcome::Missed => Level::Problem,
        Outcome::Unknown | Outcome::Cancelled | Outcome::Running => Level::Unknown,
    }
}

/// Shape and word of an outcome.
pub fn outcome(outcome: Outcome) -> AnyView {
    let level = look(outcome);
    view! { <span class=format!("level {level}")>{shape(level)} {outcome.as_str()}</span> }.into_any()
}

/// The four answers by name, in their order.
pub fn answers(answers: &Answers) -> [(&'static str, &Answer); 4] {
    [("Stands", &answers.stands), ("Runs", &answers.runs), ("Whole", &answers.whole), ("Worth", &answers.worth)]
}

/// An answer in a list: its shape, its words on hover and for those who do not see it.
pub fn answer(name: &'static str, answer: &Answer) -> AnyView {
    let said = format!("{name}: {}", answer.says);
    let title = said.clone();
    view! {
        <span class="answer" title=title>
            {shape(answer.level)}
            <span class="unseen">{said}</span>
        </span>
    }
    .into_any()
}

/// The tier, always as `T1`, with the word for those who hear it.
pub fn tier(tier: model::Tier) -> AnyView {
    let digit = tier.get();
    view! {
        <span class=format!("tier t{digit}") title=format!("Tier {digit}")>
            <span aria-hidden="true">{format!("T{digit}")}</span>
            <span class="unseen">{format!("tier {digit}")}</span>
        </span>
    }
    .into_any()
}
