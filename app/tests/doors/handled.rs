//! What people do with an integration while it is as it is, what its owner was told, windows, channels, and the fields of a probe.

use app::visitor::{Made, Posted, Refusal};
use model::{Fault, Problem, Role, TestAnswer};

use super::{html, posted, sent};
use crate::{
    fake::{World, people::person, render_for},
    words,
};

const ORDERS: &str = "/integrations/orders-to-netsuite";
const HANDLING: &str = "/integrations/orders-to-netsuite/handling";

#[tokio::test]
async fn an_integration_says_who_did_what_until_when() {
    let page = words(&html(ORDERS, person(Role::Viewer)).await);
    for said in [
        "Muted by Ada Lovelace since 10:50, until 18:00. It is asked and judged as ever; its owner is told nothing.",
        "\u{201c}Known &lt;since&gt; the release\u{201d}",
        "Acknowledged by Grace Hopper at 10:45",
        "They take care of it.",
        "muted by Alan Turing until 13:00",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
}

#[tokio::test]
async fn whoever_may_pauses_mutes_and_acknowledges_and_nobody_is_offered_more() {
    let whole = format!("action=\"{HANDLING}\"");
    let probe = "action=\"/integrations/orders-to-netsuite/probes/api/handling\"";
    for (role, pauses, mutes) in
        [(Role::Viewer, false, false), (Role::Manager, false, true), (Role::Engineer, true, true)]
    {
        let html = html(ORDERS, person(role)).await;
        assert_eq!(html.contains(r#"value="pause""#), pauses, "{role}");
        // What holds is taken back; what does not can be done. The trouble of the probe is not acknowledged yet.
        for action in ["unmute", "withdraw", "acknowledge"] {
            assert_eq!(html.contains(&format!("value=\"{action}\"")), mutes, "{action} for {role}");
        }
        assert_eq!((html.contains(&whole), html.contains(probe)), (mutes, mutes), "{role}");
    }
}

#[tokio::test]
async fn a_refused_pause_says_so_at_its_own_field_alone() {
    let why = Refusal::Problem(Problem::invalid(vec![Fault::at("until", "lies in the past")]));
    let typed = [("action", "pause"), ("until", "2026-11-23T09:00"), ("note", "Patch <night>")];
    let visitor = sent(person(Role::Engineer), posted(HANDLING, &typed, why));
    let rendered = render_for(World::Rich, ORDERS, visitor, &[]).await;
    assert_eq!(rendered.status, 422);
    assert_eq!(rendered.html.matches(r#"aria-invalid="true""#).count(), 1, "{}", rendered.html);
    assert_eq!(rendered.html.matches(r#"value="2026-11-23T09:00""#).count(), 1, "{}", rendered.html);
    assert!(rendered.html.contains("lies in the past") && rendered.html.contains(r#"id="refusal""#));
    // Its address is that of the form: it cannot be asked again.
    assert!(!rendered.html.contains("/api/v1/stream"), "{}", rendered.html);
}

#[tokio::test]
async fn an_owner_who_was_told_or_was_not_is_told_of() {
    let page = words(&html(ORDERS, person(Role::Viewer)).await);
    for said in [
        "by finance-mail and on-call",
        "Told by finance-mail at 10:42 that it broke: taken.",
        "250 2.0.0 OK",
        "Not told by on-call at 10:42 that it broke: refused for good.",
        "Not told by finance-mail at 10:43 that it got worse: given up after 12 tries.",
        "Being told by on-call at 10:44 that it got worse: not taken yet after 3 tries, tried again at 11:05.",
        "503 &lt;Service&gt; Unavailable",
    ] {
        assert!(page.contains(said), "{said} in {page}");
    }
}

#[tokio::test]
async fn windows_say_when_they_open_over_what_and_where_they_are_changed() {
    let all = html("/maintenance", person(Role::Engineer)).await;
    let page = words(&all);
    for said in [
        "1 window is open now; the next opens in 4 days.",
        "Quarter's end freeze",
        "failures count",
        "open until 13:00",
        "catalogue landscape",
        "Sat, Sun 22:00 to 02:00 Europe/Berlin",
        "system netsuite",
        "does not open again",
        "ERP &lt;patch&gt; night",
    ] {
        assert!(page.contains(said) || page.contains(&said.replace('\'', "&#x27;")), "{said} in {page}");
    }
    assert!(all.contains(r#"action="/maintenance/erp-patch-night/delete""#), "{all}");
    assert!(!all.contains("/maintenance/quarters-end/delete"), "what comes from a file is changed there");
    assert!(all.contains(r#"id="add-window""#) && all.contains(r#"name="weekly.days.sun""#), "{all}");
    let looking = html("/maintenance", person(Role::Manager)).await;
    assert!(!looking.contains("/delete") && !looking.contains("add-window"), "{looking}");
}

#[tokio::test]
async fn a_refused_window_keeps_what_was_typed_and_what_was_ticked() {
    let why = Refusal::Problem(Problem::invalid(vec![Fault::at("weekly.to", "is missing")]));
    let typed = [("name", "Patch night"), ("form", "weekly"), ("weekly.days.sat", "on"), ("weekly.from", "22:00")];
    let html = html("/maintenance", sent(person(Role::Admin), posted("/maintenance", &typed, why))).await;
    assert!(html.contains(r#"value="Patch night""#) && html.contains(r#"value="22:00""#), "{html}");
    let ticked = html.split('<').filter(|tag| tag.starts_with("input ") && tag.contains("checked")).collect::<Vec<_>>();
    assert!(matches!(ticked[..], [tag] if tag.contains("weekly.days.sat")), "{ticked:?}");
    let (_, at) = html.split_once(r#"data-fault="weekly.to""#).expect("the place of the fault");
    assert!(at.split("</p>").next().is_some_and(|text| text.contains("is missing")), "{html}");
}

#[tokio::test]
async fn a_channel_is_tried_and_the_other_sides_words_are_shown() {
    let all = html("/channels", person(Role::Admin)).await;
    assert!(all.contains(r#"action="/channels/finance-mail/test""#) && all.contains("everybody else"), "{all}");
    for (ok, said, class) in [
        (true, "finance-mail took the test.", "notice good"),
        (false, "finance-mail did not take the test.", "notice bad"),
    ] {
        let answer = TestAnswer { ok, answer: "550 5.1.1 <nobody> unknown".to_owned() };
        let channel = "finance-mail".parse().expect("a slug");
        let made = Posted::made("/channels/finance-mail/test", Made::Tested { channel, answer });
        let html = html("/channels", sent(person(Role::Admin), made)).await;
        assert!(html.contains(said) && html.contains(class), "{html}");
        assert!(html.contains("550 5.1.1 &lt;nobody&gt; unknown"), "{html}");
    }
}

#[tokio::test]
async fn the_form_of_a_probe_has_the_fields_of_every_kind_and_shows_those_of_the_first() {
    let html = html("/integrations/new", person(Role::Engineer)).await;
    let group = |kind: &str| {
        let tags = html.split('<').filter(|tag| tag.contains(&format!("data-kind=\"{kind}\"")));
        tags.filter_map(|tag| tag.split('>').next()).collect::<Vec<_>>()
    };
    let is_hidden = |kind: &str| matches!(group(kind)[..], [tag] if tag.contains("hidden"));
    assert!(!is_hidden("http") && is_hidden("http_steps") && is_hidden("heartbeat"));
    assert!(group("heartbeat")[0].contains(r#"data-asks="false""#), "{:?}", group("heartbeat"));
    for field in [
        r#"name="probe.options.url""#,
        r#"name="probe.options.oauth2.client_secret""#,
        r#"placeholder="${secret:NAME}""#,
        r#"name="probe.options.steps""#,
        r#"data-as="json""#,
        r#"data-as="bool""#,
        r#"name="probe.cron""#,
    ] {
        assert!(html.contains(field), "{field} in {html}");
    }
    // Each kind has assertions by its own names, a heartbeat has none.
    assert_eq!(html.matches(r#"name="probe.assert""#).count(), 2, "{html}");
    assert!(html.contains("Names: status, latency, json."), "{html}");
}

#[tokio::test]
async fn a_probe_has_a_form_of_its_own_where_no_catalogue_has_it() {
    let page = "/integrations/orders-to-netsuite/probes/new";
    let by_hand = render_for(World::Nothing, page, person(Role::Engineer), &[]).await;
    assert!(by_hand.html.contains(r#"data-probe-of="orders-to-netsuite""#), "{}", by_hand.html);
    let of_catalogue = words(&html(page, person(Role::Engineer)).await);
    assert!(of_catalogue.contains("so its probes are changed there"), "{of_catalogue}");
    let manager = render_for(World::Nothing, page, person(Role::Manager), &[]).await;
    let unknown =
        render_for(World::Nothing, "/integrations/orders-to-netsuite/probes/none", person(Role::Admin), &[]).await;
    assert_eq!((by_hand.status, manager.status, unknown.status), (200, 403, 404));
}
