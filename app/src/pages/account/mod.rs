//! Whoever is signed in: their password, the browsers they are signed in with, their tokens.

mod password;
mod sessions;
mod tokens;

use leptos::prelude::*;
use model::{IntegrationRow, IntegrationsQuery, Page, Problem, SessionView, SignIn, TokenView, api::Me};

use crate::{
    parts::{
        empty, fact, filter,
        header::{self, Head},
        problem, sent,
    },
    surroundings::{Surroundings, here},
    visitor::{May, Posted},
    words::role,
};

/// So many integrations are offered to make a token for; for others the API does it.
const OFFERED: u32 = 1_000;

/// What the page is made of.
struct Gathered {
    me: Me,
    sessions: Result<Page<SessionView>, Problem>,
    tokens: Result<Page<TokenView>, Problem>,
    integrations: Vec<IntegrationRow>,
}

/// `/account`, with `?for`: the integration that a token is wanted for.
pub fn page() -> AnyView {
    let here = here();
    let asked = filter::Asked::read();
    let (done, wanted) = (asked.text("done"), asked.text("for"));
    Suspend::new(async move {
        match gather(&here).await {
            Ok(gathered) => show(&gathered, done.as_deref(), wanted.as_deref(), &here),
            Err(fault) => problem::page(&fault),
        }
    })
    .into_any()
}

async fn gather(here: &Surroundings) -> Result<Gathered, Problem> {
    let me = here.api.me().await?;
    let sessions = here.api.sessions().await;
    let tokens = here.api.tokens().await;
    let integrations = if here.may(May::Change) {
        let all = IntegrationsQuery { limit: Some(OFFERED), ..IntegrationsQuery::default() };
        // Without them one can still make a token of one's own.
        here.api.integrations(all).await.map(|page| page.items).unwrap_or_default()
    } else {
        Vec::new()
    };
    Ok(Gathered { me, sessions, tokens, integrations })
}

fn show(gathered: &Gathered, done: Option<&str>, wanted: Option<&str>, here: &Surroundings) -> AnyView {
    let me = &gathered.me;
    let answer = format!("You are {} and see {}.", role::a(me.identity.role), role::scope(&me.identity.scope));
    let sessions = match &gathered.sessions {
        Ok(page) => sessions::section(&page.items, here),
        Err(fault) => problem::part("The list of sessions", fault),
    };
    let tokens = match &gathered.tokens {
        Ok(page) => tokens::section(&page.items, &gathered.integrations, wanted, here),
        Err(fault) => problem::part("The list of tokens", fault),
    };
    view! {
        {Head::new("Account", answer).show()}
        {sent::done(done)}
        {sent::shown_once(here.visitor.posted.as_ref().and_then(Posted::shown_once), here)}
        {tokens}
        {sessions}
        <div class="columns">{about(me)} {password::section(me, here)}</div>
        {header::foot()}
    }
    .into_any()
}

fn about(me: &Me) -> AnyView {
    let identity = &me.identity;
    let by = match &me.signed_in_by {
        Some(SignIn::Password) => "password".to_owned(),
        Some(SignIn::Provider(name)) => {
            format!("{name}; your password is kept there, and your tokens work for 30 days after each sign-in")
        }
        None => "nothing: in the demo nobody has to".to_owned(),
    };
    let facts = vec![
        ("Name", fact::text(identity.name.clone())),
        ("Email", empty::or_dash(identity.email.clone())),
        ("Role", fact::text(role::name(identity.role))),
        ("Sees", fact::text(role::scope(&identity.scope))),
        ("Signs in by", fact::text(by)),
    ];
    view! {
        <section class="section">
            {fact::section_head("About you", None)} {fact::facts(facts)}
            <p class="help after">"An administrator can change name, role and what you see."</p>
        </section>
    }
    .into_any()
}
