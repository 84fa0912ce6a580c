//! Pages before the door; behind it, those of administrators and what is offered to whom.

mod handled;
mod inside;

use std::collections::BTreeMap;

use app::{
    routes::{FORMS, PATHS},
    visitor::{Posted, Provider, Refusal, Visitor},
};
use model::{Fault, Problem, Role, Span};

use crate::fake::{
    Rendered, World,
    people::{person, with_link},
    render_for,
};

fn posted(to: &str, given: &[(&str, &str)], why: Refusal) -> Posted {
    let given: BTreeMap<_, _> = given.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
    Posted::refused(to, given, why)
}

fn sent(visitor: Visitor, posted: Posted) -> Visitor {
    Visitor { posted: Some(posted), ..visitor }
}

/// The document without the marks that Leptos puts between texts.
async fn html(address: &str, visitor: Visitor) -> String {
    render_for(World::Rich, address, visitor, &[]).await.html.replace("<!>", "")
}

#[tokio::test]
async fn before_the_door_there_is_one_column_without_a_rail() {
    for (address, visitor) in [
        ("/sign-in", Visitor::nobody()),
        ("/set-up/abc", with_link(None)),
        ("/invitation/abc", with_link(Some("alan@example.com"))),
        ("/reset/abc", with_link(Some("alan@example.com"))),
        ("/reset/gone", Visitor::nobody()),
    ] {
        let html = html(address, visitor).await;
        for once in ["<main", "<h1", "class=\"skip\""] {
            assert_eq!(html.matches(once).count(), 1, "{once} on {address}:\n{html}");
        }
        assert!(!html.contains("class=\"rail\""), "{address}:\n{html}");
        assert!(!html.contains(" style="), "{address}");
    }
}

#[tokio::test]
async fn signing_in_is_a_plain_form_and_offers_the_providers() {
    let okta = Provider { name: "Okta".to_owned(), path: "/sign-in/okta".to_owned() };
    let Rendered { html, status } =
        render_for(World::Rich, "/sign-in?next=/runs?outcome%3Dfailed", Visitor::nobody(), &[okta]).await;
    assert_eq!(status, 200);
    for part in [
        r#"method="post" action="/sign-in""#,
        r#"autocomplete="username""#,
        r#"autocomplete="current-password""#,
        "Continue with Okta",
        r#"href="/sign-in/okta?next=%2Fruns%3Foutcome%3Dfailed""#,
        r#"name="next" value="/runs?outcome=failed""#,
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    let Rendered { html, .. } = render_for(World::Rich, "/sign-in?next=//evil.example", Visitor::nobody(), &[]).await;
    assert!(!html.contains("evil.example"), "{html}");
}

#[tokio::test]
async fn a_wrong_sign_in_does_not_tell_what_was_wrong() {
    let typed = [("email", "ada@example.com"), ("password", "hunter2hunter2")];
    for (why, status, said) in [
        (Refusal::Wrong, 401, "Email and password do not go together."),
        (Refusal::Wait(Span::seconds(30)), 429, "Too many tries. Try again in 30\u{a0}s."),
    ] {
        let visitor = sent(Visitor::nobody(), posted("/sign-in", &typed, why));
        let rendered = render_for(World::Rich, "/sign-in", visitor, &[]).await;
        assert_eq!(rendered.status, status);
        assert!(rendered.html.contains(said), "{}", rendered.html);
        assert!(rendered.html.contains(r#"value="ada@example.com""#), "the email is kept");
        assert!(!rendered.html.contains("hunter2"), "the password is not");
        assert!(!rendered.html.contains("aria-invalid=\"true\""), "neither field is named");
    }
}

#[tokio::test]
async fn a_fault_stands_at_its_field() {
    let fault = Fault::at("password", "has 5 characters").allowed("at least 12");
    let why = Refusal::Problem(Problem::invalid(vec![fault]));
    let visitor = sent(with_link(None), posted("/set-up/abc", &[("email", "ada@example.com")], why));
    let rendered = render_for(World::Rich, "/set-up/abc", visitor, &[]).await;
    assert_eq!(rendered.status, 422);
    let (_, at) = rendered.html.split_once(r#"data-fault="password""#).expect("the place of the fault");
    assert!(at.split("</p>").next().is_some_and(|text| text.contains("has 5 characters (allowed: at least 12)")));
    assert_eq!(rendered.html.matches(r#"aria-invalid="true""#).count(), 1);
}

/// The elements that have the focus when the page opens, each from its name to the end of its tag.
fn focused(html: &str) -> Vec<&str> {
    let tags = html.split('<').filter_map(|part| part.split('>').next());
    tags.filter(|tag| tag.split_once(' ').is_some_and(|(_, rest)| rest.contains("autofocus"))).collect()
}

#[tokio::test]
async fn readers_begin_where_something_is_to_be_done_and_are_told_what_was_wrong() {
    let faults = |fields: &[&str]| {
        let faults = fields.iter().map(|&field| Fault::at(field, "is not right"));
        Refusal::Problem(Problem::invalid(faults.collect()))
    };
    let nobody = Visitor::nobody;
    for (to, visitor, refused, begins, told_by) in [
        ("/sign-in", nobody(), None, r#"name="email""#, "f-email-fault"),
        ("/sign-in", nobody(), Some(Refusal::Wrong), r#"name="password""#, "f-password-fault refusal"),
        ("/set-up/abc", with_link(None), Some(faults(&["password"])), r#"name="password""#, "f-password-fault"),
        ("/people", person(Role::Admin), Some(faults(&["role"])), r#"name="role""#, "f-role-fault"),
        ("/people", person(Role::Admin), Some(faults(&["invitation"])), r#"role="alert""#, ""),
        ("/secrets", person(Role::Admin), Some(faults(&["value"])), r#"name="value""#, "f-value-fault"),
    ] {
        let visitor = Visitor { posted: refused.map(|why| posted(to, &[], why)), ..visitor };
        let html = html(to, visitor).await;
        let focused = focused(&html);
        let first = focused.first().unwrap_or_else(|| panic!("nothing has the focus on {to}: {html}"));
        assert!(first.contains(begins) && first.contains(told_by), "{begins} on {to}: {focused:?}");
        // Whatever a field is told by is there.
        for (at, mark) in html.match_indices("aria-describedby=\"") {
            for id in html[at + mark.len()..].split('"').next().unwrap_or_default().split(' ') {
                assert_eq!(html.matches(&format!(" id=\"{id}\"")).count(), 1, "{id} on {to}");
            }
        }
    }
}

#[tokio::test]
async fn a_link_that_is_used_up_says_how_to_get_another() {
    let rendered = render_for(World::Rich, "/invitation/gone", Visitor::nobody(), &[]).await;
    assert_eq!(rendered.status, 404);
    assert!(rendered.html.contains("This link does not work any more.") && !rendered.html.contains("<form"));
}

#[test]
fn every_form_is_answered_by_a_page_that_exists() {
    for (form, page) in FORMS {
        assert!(PATHS.contains(&page), "{form} is answered by {page}");
    }
}
