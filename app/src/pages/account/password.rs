//! Another password.

use leptos::prelude::*;
use model::{SignIn, api::Me};

use crate::{
    href::href,
    parts::{fact, field::Field, sent},
    surroundings::Surroundings,
};

/// Where the form is sent.
const FORM: &str = "/account/password";

/// The section; nothing for whoever signs in elsewhere.
pub fn section(me: &Me, here: &Surroundings) -> Option<AnyView> {
    if me.signed_in_by != Some(SignIn::Password) {
        return None;
    }
    let sent = here.visitor.sent(FORM);
    let field = |name, label, fills, help| {
        Field::typed("password", name, label, "").fills(fills).help(help).required().sent(sent).show()
    };
    Some(
        view! {
            <section class="section" id="password">
                {fact::section_head("Password", None)}
                {sent::refusal(sent, &["current", "password", "again"])}
                <form class="way-form" method="post" action=href(FORM)>
                    // Lets the browser's keeper of passwords know whose it is.
                    <input
                        type="email"
                        name="email"
                        value=me.identity.email.clone()
                        autocomplete="username"
                        readonly=true
                        hidden=true
                    />
                    {field("current", "Current password", "current-password", "")}
                    {field("password", "New password", "new-password", "At least 12 characters.")}
                    {field("again", "New password again", "new-password", "")}
                    <div class="row">
                        <button type="submit" class="button">
                            "Change the password"
                        </button>
                        <span class="help">"You stay signed in here; all other sessions end, and your tokens are revoked."</span>
                    </div>
                </form>
            </section>
        }
        .into_any(),
    )
}
