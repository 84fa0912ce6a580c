//! The way in: email and password, or a provider.

use leptos::prelude::*;

use crate::{
    href::{self, href},
    parts::{field::Field, filter, header, sent},
    rail,
    surroundings::{Surroundings, here},
};

/// Where the form is sent.
const FORM: &str = "/sign-in";

/// `/sign-in`, with `?next`: the page to open then.
pub fn page() -> AnyView {
    let here = here();
    let sent = here.visitor.sent(FORM);
    let asked = filter::Asked::read();
    let next = sent.given("next").map(ToOwned::to_owned).or_else(|| asked.text("next"));
    let next = next.filter(|next| is_own(next)).unwrap_or_default();
    let email = Field::typed("email", "email", "Email", "").fills("username").required().sent(sent);
    let password = Field::typed("password", "password", "Password", "").fills("current-password").required();
    // Which of the two is wrong is not told; it is the password that has to be typed again.
    let fields = match sent.refusal() {
        Some(_) => [email.told_by(sent::REFUSAL), password.told_by(sent::REFUSAL).begins()],
        None => [email.begins(), password],
    };
    let fields = fields.into_iter().map(Field::show).collect_view();
    view! {
        {header::document_title("Sign in")}
        <div class="way-in">
            {head("Sign in")} {out(asked.text("done").as_deref())}
            {sent::refusal(sent, &["email", "password"])} <form class="way-form" method="post" action=href(FORM)>
                <input type="hidden" name="next" value=next.clone() />
                {fields}
                <button type="submit" class="button primary">
                    "Sign in"
                </button>
            </form> {providers(&next, &here)}
            <p class="way-says">
                "No password yet, or is it lost? An administrator can give you a link."
            </p>
        </div>
    }
    .into_any()
}

/// The mark, the name and the heading of a page before the door.
pub fn head(title: &'static str) -> AnyView {
    view! {
        <header class="way-head">
            <p class="way-brand">{rail::mark()} <span>"Bridgewatch"</span></p>
            <h1>{title}</h1>
        </header>
    }
    .into_any()
}

fn providers(next: &str, here: &Surroundings) -> Option<AnyView> {
    (!here.providers.is_empty()).then(|| {
        let ways = here
            .providers
            .iter()
            .map(|provider| {
                // A link, not a form: it leads to another site, which `form-action` would not let a form do.
                view! {
                    <li>
                        <a class="button" href=href::with(&provider.path, &[("next", &next)])>
                            {format!("Continue with {}", provider.name)}
                        </a>
                    </li>
                }
            })
            .collect_view();
        view! {
            <p class="way-or">"or"</p>
            <ul class="ways">{ways}</ul>
        }
        .into_any()
    })
}

/// What came before: signing out.
fn out(word: Option<&str>) -> Option<AnyView> {
    (word == Some("out")).then(|| {
        view! {
            <div class="notice good" role="status">
                <p>"You are signed out."</p>
            </div>
        }
        .into_any()
    })
}

/// Whether it is a path of this server and of no other.
fn is_own(next: &str) -> bool {
    let second = next.chars().nth(1);
    next.starts_with('/') && !matches!(second, Some('/' | '\\')) && !next.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn nobody_is_led_elsewhere() {
        for own in ["/", "/runs?outcome=failed", "/integrations/orders"] {
            assert!(is_own(own), "{own}");
        }
        for foreign in ["", "runs", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"] {
            assert!(!is_own(foreign), "{foreign:?}");
        }
    }
}
