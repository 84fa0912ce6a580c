//! Behind a one-time link: the first administrator, an invitation, a new password. All of them choose a password.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::sign_in;
use crate::{
    href::href,
    parts::{field::Field, header, sent, time},
    surroundings::{Surroundings, here},
    visitor::{LinkSeen, Sent},
    words::role,
};

/// What a link is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    First,
    Invitation,
    Reset,
}

impl Purpose {
    const fn path(self) -> &'static str {
        match self {
            Self::First => "/set-up",
            Self::Invitation => "/invitation",
            Self::Reset => "/reset",
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::First => "Set up Bridgewatch",
            Self::Invitation => "Welcome to Bridgewatch",
            Self::Reset => "Choose a new password",
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::First => "Become the administrator",
            Self::Invitation => "Join",
            Self::Reset => "Set the new password",
        }
    }

    /// How to get another.
    const fn another(self) -> &'static str {
        match self {
            Self::First => {
                "It was used, or there is a newer one. As long as there is no administrator, each start prints a new one on the console."
            }
            Self::Invitation => {
                "It was used, or its time is over. If you chose a password, sign in with it; else ask an administrator for a new link."
            }
            Self::Reset => "It was used, or its time is over. An administrator can give you a new one.",
        }
    }
}

/// `/set-up/{link}`.
pub fn first() -> AnyView {
    page(Purpose::First)
}

/// `/invitation/{link}`.
pub fn invitation() -> AnyView {
    page(Purpose::Invitation)
}

/// `/reset/{link}`.
pub fn reset() -> AnyView {
    page(Purpose::Reset)
}

fn page(purpose: Purpose) -> AnyView {
    let here = here();
    let link = use_params_map().get_untracked().get("link").unwrap_or_default();
    let to = format!("{}/{link}", purpose.path());
    let (title, body) = match &here.visitor.link {
        Some(seen) => (purpose.title(), form(purpose, &to, seen, here.visitor.sent(&to), &here)),
        None => ("Used or expired link", gone(purpose, &here)),
    };
    view! {
        {header::document_title(title)}
        <div class="way-in">{sign_in::head(title)} {body}</div>
    }
    .into_any()
}

fn form(purpose: Purpose, to: &str, seen: &LinkSeen, sent: Sent<'_>, here: &Surroundings) -> AnyView {
    let email = Field::typed("email", "email", "Email", "ada@example.com").fills("username");
    let email = match &seen.email {
        Some(known) => email.given(known.clone()).fixed(),
        None => email.required().sent(sent),
    };
    let name = (purpose != Purpose::Reset).then(|| {
        let known = seen.name.clone().unwrap_or_default();
        Field::typed("text", "name", "Name", "Ada Lovelace").fills("name").given(known).required().sent(sent).show()
    });
    let password = Field::typed("password", "password", "Password", "")
        .fills("new-password")
        .help("At least 12 characters. A few words that do not belong together are easy to remember.")
        .required()
        .sent(sent);
    let again = Field::typed("password", "again", "Password again", "").fills("new-password").required().sent(sent);
    let says = match purpose {
        Purpose::First => {
            "You are the first one here: you become the administrator, and can invite the others.".to_owned()
        }
        Purpose::Invitation => format!("You were invited as {}. Choose a password to come in.", role::a(seen.role)),
        Purpose::Reset => {
            "Once it is set, you are signed out everywhere else, and your tokens work no more.".to_owned()
        }
    };
    view! {
        <p class="way-says">{says}</p>
        {sent::refusal(sent, &["email", "name", "password", "again"])}
        <form class="way-form" method="post" action=href(to)>
            {email.show()}
            {name}
            {password.show()}
            {again.show()}
            <button type="submit" class="button primary">
                {purpose.verb()}
            </button>
        </form>
        <p class="way-says">"This link works once, until " {time::at(seen.expires_at, here)} "."</p>
    }
    .into_any()
}

fn gone(purpose: Purpose, here: &Surroundings) -> AnyView {
    here.status.set(404);
    view! {
        <div class="notice bad" role="alert">
            <p>"This link does not work any more."</p>
        </div>
        <p class="way-says">{purpose.another()}</p>
        <p>
            <a class="button" href=href("/sign-in")>
                "Sign in"
            </a>
        </p>
    }
    .into_any()
}
