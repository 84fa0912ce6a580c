//! Every page in three worlds: nothing yet, a company with trouble, very long names.
//!
//! What is asserted holds for all of them: it is a whole document with its landmarks, one heading of the first rank, nothing
//! that the content security policy would drop, no island inside an element that is swapped.

mod doors;
mod fake;

use fake::{Rendered, World, render};

const RUN: &str = "01980000-0000-7000-8000-000000000001";
const SENT_RUN: &str = "01980000-0000-7000-8000-000000000002";

fn addresses() -> Vec<String> {
    [
        "/",
        "/integrations",
        "/integrations/new",
        "/integrations/orders-to-netsuite",
        "/integrations/orders-to-netsuite?range=90d",
        "/integrations/orders-to-netsuite/probes/new",
        "/integrations/orders-to-netsuite/probes/api",
        "/integrations/orders-to-netsuite?done=paused",
        "/maintenance",
        "/maintenance?done=window",
        "/channels",
        "/runs",
        &format!("/runs/{RUN}"),
        &format!("/runs/{SENT_RUN}"),
        "/people",
        "/people/1",
        "/people/2",
        "/secrets",
        "/audit",
        "/account",
        "/account?for=orders-to-netsuite&done=revoked",
        "/integrations/no-such",
        "/nowhere",
    ]
    .map(ToOwned::to_owned)
    .to_vec()
}

/// The text of the elements from each `open` to its `</close>`, where such elements do not hold one another.
fn elements<'a>(html: &'a str, open: &str, close: &str) -> Vec<&'a str> {
    let end = format!("</{close}>");
    html.match_indices(open).filter_map(|(start, _)| html[start..].split(&end).next()).collect()
}

/// What a reader sees: no tags, and spaces that do not break as plain ones.
fn words(html: &str) -> String {
    let body = html.split_once("<body").map_or(html, |(_, body)| body);
    let mut text = String::new();
    let mut in_tag = false;
    for sign in body.chars() {
        match sign {
            '<' => in_tag = true,
            '>' => in_tag = false,
            '\u{a0}' | '\u{202f}' => text.push(' '),
            _ if !in_tag => text.push(sign),
            _ => {}
        }
    }
    text
}

/// Every `data-live` element with all that is in it, found by counting its own tag.
fn live_elements(html: &str) -> Vec<(String, &str)> {
    html.match_indices("data-live=\"")
        .map(|(at, mark)| {
            let start = html[..at].rfind('<').expect("an element begins before its attribute");
            let tag: String = html[start + 1..].chars().take_while(char::is_ascii_alphanumeric).collect();
            let name = html[at + mark.len()..].split('"').next().expect("a value").to_owned();
            (name, &html[start..start + length(&html[start..], &tag)])
        })
        .collect()
}

fn length(html: &str, tag: &str) -> usize {
    let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
    let mut depth = 0;
    let mut at = 0;
    loop {
        let rest = &html[at..];
        let ends = rest.find(&close).expect("every element is closed");
        let begins = rest.match_indices(&open).map(|(found, _)| found).find(|found| {
            *found < ends
                && !rest[found + open.len()..].starts_with(|next: char| next.is_ascii_alphanumeric() || next == '-')
        });
        if let Some(begins) = begins {
            depth += 1;
            at += begins + open.len();
        } else {
            depth -= 1;
            at += ends + close.len();
            if depth == 0 {
                return at;
            }
        }
    }
}

#[tokio::test]
async fn every_page_is_a_whole_document_in_every_world() {
    for world in [World::Nothing, World::Rich, World::Long] {
        for address in addresses() {
            let Rendered { html, .. } = render(world, &address, true).await;
            let told = || format!("{address} in {world:?}:\n{html}");

            assert!(html.starts_with("<!DOCTYPE html>") && html.contains("</html>"), "{}", told());
            assert!(html.contains(r#"<html lang="en">"#) && html.contains("<title>"), "{}", told());
            for once in ["<main", "<h1", r#"aria-label="Main""#, "class=\"skip\""] {
                assert_eq!(html.matches(once).count(), 1, "{once} in {}", told());
            }
            assert!(!html.contains(" style="), "{}", told());
            assert!(!html.contains("<style"), "{}", told());
            assert!(!html.contains(" onclick"), "{}", told());
            assert!(!html.contains("</title><b>"), "a name became markup: {}", told());
            assert!(!html.contains("&amp;lt;"), "escaped twice: {}", told());

            let mut names = Vec::new();
            for (name, element) in live_elements(&html) {
                assert!(!element.contains("leptos-island"), "an island in {name} of {}", told());
                assert_eq!(element.matches("data-live=").count(), 1, "one in another: {name} of {}", told());
                names.push(name);
            }
            let all = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all, "a name twice in {}", told());
        }
    }
}

#[tokio::test]
async fn headings_descend_a_rank_at_a_time_and_ids_are_unique() {
    for address in addresses() {
        let Rendered { html, .. } = render(World::Rich, &address, true).await;
        let mut rank = 0;
        for (at, _) in html.match_indices("<h") {
            let Some(next) = html[at + 2..].chars().next().and_then(|digit| digit.to_digit(10)) else { continue };
            assert!(next <= rank + 1, "h{next} after h{rank} on {address}");
            rank = next;
        }
        let mut ids: Vec<&str> =
            html.match_indices(" id=\"").filter_map(|(at, mark)| html[at + mark.len()..].split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "an id twice on {address}");
    }
}

#[tokio::test]
async fn what_is_not_there_has_its_status() {
    for (address, status) in [
        ("/", 200),
        ("/integrations/orders-to-netsuite", 200),
        ("/integrations/no-such", 404),
        ("/integrations/Not_A_Slug", 404),
        ("/runs/not-an-id", 404),
        ("/nowhere", 404),
    ] {
        assert_eq!(render(World::Rich, address, true).await.status, status, "{address}");
    }
}

#[tokio::test]
async fn where_there_is_nothing_pages_say_so_and_how_to_get_it() {
    for (address, said) in [
        ("/", "Add the first integration"),
        ("/integrations", "Add the first one"),
        ("/runs", "Give an integration a probe"),
        ("/audit", "Here everything that anyone changes will have an entry"),
        ("/secrets", "Here every secret will have a row"),
        ("/account", "Here every token will have a row"),
        ("/integrations/orders-to-netsuite", "no data: no probe has watched it yet"),
        ("/integrations/orders-to-netsuite", "It has no baseline"),
        ("/integrations/orders-to-netsuite", "Nobody paused, muted or acknowledged it"),
        ("/integrations/orders-to-netsuite", "Nobody is told when it breaks"),
        ("/integrations/orders-to-netsuite", "Add a probe: it is tried before it is saved."),
        ("/maintenance", "Here every window will have a row"),
        ("/channels", "Here every channel will have a row"),
    ] {
        let text = words(&render(World::Nothing, address, true).await.html);
        assert!(text.contains(said), "{said} on {address}:\n{text}");
        for lie in ["0 %", "0 h", "0 ms", "NaN"] {
            let found =
                text.match_indices(lie).any(|(at, _)| !text[..at].ends_with(|sign: char| sign.is_ascii_digit()));
            assert!(!found, "{lie} on {address}:\n{text}");
        }
    }
}

#[tokio::test]
async fn the_overview_says_what_since_when_what_it_costs_and_who_acts() {
    let Rendered { html, .. } = render(World::Rich, "/", true).await;
    let rows = elements(&html, "<tr>", "tr");
    let first = words(rows.get(1).expect("a row below the head"));
    for part in [
        "problem",
        "Orders to NetSuite",
        "tier 1",
        "401 from NetSuite since 10:41",
        "and 2 more reasons",
        "312 orders not delivered = 26 h of hand work",
        "Finance Systems",
    ] {
        assert!(first.contains(part), "{part} in {first}");
    }
    let text = words(&html);
    for part in [
        "cost unknown (no baseline)",
        "31 of 18 204",
        "12 more than yesterday by now",
        "0.17 %",
        "412 h",
        "371 to 460 h",
        "unverified",
        "not evidenced",
        "the past is made up",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
}

#[tokio::test]
async fn a_failed_run_shows_its_evidence_and_escapes_what_the_target_said() {
    let Rendered { html, .. } = render(World::Rich, &format!("/runs/{RUN}"), true).await;
    let text = words(&html);
    for part in [
        "First byte",
        "770 ms",
        "status == 200",
        "json.items: no such key",
        "status 200 -&gt; 401",
        "1 of 3 held",
        "last good run",
        "Acts",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!html.contains("<b>expired"), "a target's words became markup");
    assert!(html.contains(r#"data-post="/api/v1/integrations/orders-to-netsuite/probes/api/run""#));
}

#[tokio::test]
async fn an_integration_has_snippets_that_send_a_run_to_it() {
    let Rendered { html, .. } = render(World::Rich, "/integrations/orders-to-netsuite", true).await;
    let address = "http://127.0.0.1:7077/api/v1/integrations/orders-to-netsuite/runs";
    assert_eq!(html.matches(address).count(), 3, "curl, Python and GitLab CI");
    // A chart that could not be drawn says so; the rest of the page is there.
    assert!(words(&html).contains("Error rate cannot be shown. The store is away."));
}

#[tokio::test]
async fn filters_that_cannot_be_read_are_named_and_left_out() {
    let Rendered { html, .. } = render(World::Rich, "/integrations?level=broken&tier=1", true).await;
    assert!(words(&html).contains("Left out of the filter: level: `broken` is not a level"), "{html}");
    let Rendered { html, .. } = render(World::Rich, "/integrations?level=paused", true).await;
    assert!(words(&html).contains("1 integration found."), "{html}");
}

#[tokio::test]
async fn without_the_browser_half_pages_load_no_script() {
    let Rendered { html, .. } = render(World::Rich, "/", false).await;
    assert!(!html.contains("<script"), "{html}");
    let Rendered { html, .. } = render(World::Rich, "/", true).await;
    assert!(html.contains(r#"<script type="module""#) && html.contains("/pkg/browser_bg.wasm"), "{html}");
}
