//! What is offered to whom, and the pages of administrators.

use app::visitor::{Made, May, Posted, Refusal, Visitor};
use model::{Caller, Fault, Problem, ProblemKind, Role};

use super::{html, posted, sent};
use crate::fake::{
    World,
    people::{new_token, person},
    render_for,
};

const ORDERS: &str = "/integrations/orders-to-netsuite";
const RUN: &str = "/runs/01980000-0000-7000-8000-000000000001";

#[tokio::test]
async fn the_rail_shows_only_the_pages_that_one_may_see() {
    for (role, pages) in [
        (Role::Viewer, &["/runs", "/maintenance", "/account"][..]),
        (Role::Engineer, &["/runs", "/maintenance", "/account"]),
        (Role::Admin, &["/runs", "/maintenance", "/account", "/channels", "/people", "/secrets", "/audit"]),
    ] {
        let html = html("/runs", person(role)).await;
        for page in ["/runs", "/maintenance", "/account", "/channels", "/people", "/secrets", "/audit"] {
            assert_eq!(html.contains(&format!("href=\"{page}\"")), pages.contains(&page), "{page} for {role}");
        }
        assert!(html.contains(r#"method="post" action="/sign-out""#) && html.contains("Ada Lovelace"));
        assert!(!html.contains("This is the demo"));
    }
}

#[tokio::test]
async fn the_demo_says_that_it_is_one_and_can_be_seen_as_each_role() {
    let visitor = Visitor { demo: true, ..person(Role::Viewer) };
    let html = html("/runs?outcome=failed", visitor).await;
    assert!(html.contains("This is the demo.") && html.contains("<strong>stakeholder</strong>"), "{html}");
    for role in ["admin", "manager", "engineer"] {
        assert!(html.contains(&format!("name=\"role\" value=\"{role}\"")), "{role}");
    }
    assert!(!html.contains(r#"name="role" value="viewer""#), "one does not switch to what one is");
    assert!(html.contains(r#"name="next" value="/runs?outcome=failed""#), "{html}");
    assert!(!html.contains("/sign-out"), "there is no way out of the demo");
}

#[tokio::test]
async fn nobody_is_offered_what_would_be_refused() {
    let offers = [
        (ORDERS, "Run now", false, true),
        (ORDERS, "so it is changed there", false, true),
        (ORDERS, "Send its runs", false, true),
        ("/integrations", "Add an integration", false, true),
        (RUN, "Run again", false, true),
        (RUN, "Copy as curl", false, true),
        (RUN, "Payloads are for engineers of this integration.", true, false),
    ];
    for (address, offer, to_viewer, to_engineer) in offers {
        for (role, shown) in [(Role::Viewer, to_viewer), (Role::Manager, to_viewer), (Role::Engineer, to_engineer)] {
            assert_eq!(html(address, person(role)).await.contains(offer), shown, "{offer} on {address} for {role}");
        }
    }
    let rendered = render_for(World::Rich, "/integrations/new", person(Role::Manager), &[]).await;
    assert_eq!(rendered.status, 403);
}

#[tokio::test]
async fn a_viewer_sees_who_was_asked_and_no_word_of_what_was_said() {
    let html = html(RUN, person(Role::Viewer)).await;
    assert!(html.contains("GET https://netsuite.example.com/rest/orders</code>"), "{html}");
    for payload in ["class=\"headers\"", "run-curl", "Body of", "limit=1"] {
        assert!(!html.contains(payload), "{payload} in {html}");
    }
}

#[tokio::test]
async fn a_refused_page_says_why_in_its_stead() {
    let why = Problem::new(ProblemKind::Forbidden, "This takes an administrator.");
    let visitor = Visitor { refused: Some(why), ..person(Role::Viewer) };
    let rendered = render_for(World::Rich, "/people", visitor, &[]).await;
    assert_eq!(rendered.status, 403);
    assert!(rendered.html.contains("This takes an administrator.") && !rendered.html.contains("grace@example.com"));
    assert!(rendered.html.contains("class=\"rail\""), "the way on is there");
}

#[tokio::test]
async fn a_token_is_shown_once_with_a_button_that_copies_it() {
    let posted = Posted::made("/account/tokens", Made::Token(new_token()));
    let once = html("/account", sent(person(Role::Engineer), posted)).await;
    assert_eq!(once.matches("bw_c4n4ry").count(), 1, "{once}");
    assert!(once.contains(r##"data-copy="#once""##), "{once}");
    let later = html("/account", person(Role::Engineer)).await;
    assert!(!later.contains("bw_c4n4ry"), "{later}");
}

#[tokio::test]
async fn people_are_invited_changed_and_shut_out_by_forms() {
    let list = html("/people", person(Role::Admin)).await;
    assert!(list.contains("Alan &lt;Turing&gt;") && list.contains(r#"action="/people""#), "{list}");
    let grace = html("/people/2", person(Role::Admin)).await;
    assert!(grace.contains(r#"action="/people/2/disable""#) && !grace.contains(r#"action="/people/2/link""#));
    let alan = html("/people/3", person(Role::Admin)).await;
    assert!(alan.contains("Make a new invitation") && !alan.contains("<Turing>"), "the title is escaped too");
    let oneself = html("/people/1", person(Role::Admin)).await;
    assert!(!oneself.contains(r#"action="/people/1"#), "nobody shuts themselves out");
    assert_eq!(render_for(World::Rich, "/people/99", person(Role::Admin), &[]).await.status, 404);
}

#[tokio::test]
async fn what_was_typed_cannot_leave_its_field() {
    let evil = "</textarea></title><b>Finance";
    let why = Refusal::Problem(Problem::invalid(vec![Fault::at("email", "is taken")]));
    let visitor = sent(person(Role::Admin), posted("/people", &[("departments", evil), ("name", evil)], why));
    let html = html("/people", visitor).await;
    assert!(!html.contains("<b>Finance"), "{html}");
    assert!(html.contains("&lt;/textarea&gt;&lt;/title&gt;&lt;b&gt;Finance"), "{html}");
}

#[tokio::test]
async fn the_audit_tells_before_and_after_and_narrows_by_what_one_clicks() {
    let html = html("/audit?who=Ada", person(Role::Admin)).await;
    for part in [
        "integration.change",
        "owner, tier",
        "Finance &lt;Systems&gt;",
        "/audit?who=Ada&amp;action=integration.change",
        "/api/v1/audit/export?who=Ada",
        "not signed in",
        "bridgewatch audit verify",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
}

#[tokio::test]
async fn secrets_have_names_and_users_and_no_value_is_shown_again() {
    let why = Refusal::Problem(Problem::invalid(vec![Fault::at("name", "has a sign that is not allowed")]));
    let typed = [("name", "erp password"), ("value", "c4n4ry")];
    let html = html("/secrets", sent(person(Role::Admin), posted("/secrets", &typed, why))).await;
    assert!(html.contains("${secret:erp-password}") && html.contains("orders-to-netsuite/api"), "{html}");
    // One that is in use is not offered to be removed.
    assert!(html.contains(r#"action="/secrets/old.key/remove""#) && !html.contains("/secrets/erp-password/remove"));
    assert!(html.contains(r#"value="erp password""#) && !html.contains("c4n4ry"), "{html}");
}

#[tokio::test]
async fn nobody_who_is_not_signed_in_gets_a_rail() {
    assert!(!html("/nowhere", Visitor::nobody()).await.contains("class=\"rail\""));
    let local = Visitor::new(Caller::Local, May::ALL.to_vec());
    assert!(html("/runs", local).await.contains("class=\"rail\""));
}
