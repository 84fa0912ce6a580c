//! The table: every route and what it takes to be let in.

use axum::http::Method;
use rules::rights::Right;

/// What it takes to be let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Nothing: it tells nobody anything, or what the path or the form holds is the proof.
    Open,
    /// Whoever asks has this right.
    Needs(Right),
}

/// One method of one route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// `GET` is also `HEAD`.
    pub method: &'static str,
    /// As the router has it.
    pub path: &'static str,
    /// What it takes.
    pub rule: Rule,
}

const fn open(method: &'static str, path: &'static str) -> Route {
    Route { method, path, rule: Rule::Open }
}

const fn needs(right: Right, method: &'static str, path: &'static str) -> Route {
    Route { method, path, rule: Rule::Needs(right) }
}

/// Every route there is.
pub const ROUTES: &[Route] = &[
    // This server.
    open("GET", "/healthz"),
    open("GET", "/readyz"),
    open("GET", "/pkg/{*path}"),
    needs(Right::See, "GET", "/metrics"),
    needs(Right::See, "GET", "/api/openapi.json"),
    needs(Right::See, "GET", "/api/docs"),
    needs(Right::See, "GET", "/api/docs/"),
    needs(Right::See, "GET", "/api/docs/{*path}"),
    // Ways in. A link that was sent is its own proof.
    open("GET", "/sign-in"),
    open("POST", "/sign-in"),
    open("POST", "/sign-out"),
    open("GET", "/sign-in/with/{provider}"),
    open("GET", "/sign-in/with/{provider}/back"),
    open("GET", "/set-up/{link}"),
    open("POST", "/set-up/{link}"),
    open("GET", "/invitation/{link}"),
    open("POST", "/invitation/{link}"),
    open("GET", "/reset/{link}"),
    open("POST", "/reset/{link}"),
    // The demo's visitors choose as whom they look; elsewhere there is nothing there.
    open("POST", "/demo/view"),
    // Pings: the key in the path is the proof.
    open("GET", "/ping/{key}"),
    open("POST", "/ping/{key}"),
    open("PUT", "/ping/{key}"),
    open("PATCH", "/ping/{key}"),
    open("DELETE", "/ping/{key}"),
    open("OPTIONS", "/ping/{key}"),
    open("GET", "/ping/{key}/{what}"),
    open("POST", "/ping/{key}/{what}"),
    open("PUT", "/ping/{key}/{what}"),
    open("PATCH", "/ping/{key}/{what}"),
    open("DELETE", "/ping/{key}/{what}"),
    open("OPTIONS", "/ping/{key}/{what}"),
    open("GET", "/ping/{key}/{what}/{then}"),
    open("POST", "/ping/{key}/{what}/{then}"),
    open("PUT", "/ping/{key}/{what}/{then}"),
    open("PATCH", "/ping/{key}/{what}/{then}"),
    open("DELETE", "/ping/{key}/{what}/{then}"),
    open("OPTIONS", "/ping/{key}/{what}/{then}"),
    // Pages.
    needs(Right::See, "GET", "/"),
    needs(Right::See, "GET", "/integrations"),
    needs(Right::Change, "GET", "/integrations/new"),
    needs(Right::See, "GET", "/integrations/{slug}"),
    needs(Right::Change, "GET", "/integrations/{slug}/probes/new"),
    needs(Right::Change, "GET", "/integrations/{slug}/probes/{probe}"),
    needs(Right::See, "GET", "/runs"),
    needs(Right::See, "GET", "/runs/{id}"),
    needs(Right::See, "GET", "/maintenance"),
    needs(Right::Administer, "GET", "/channels"),
    needs(Right::Own, "GET", "/account"),
    needs(Right::Administer, "GET", "/people"),
    needs(Right::Administer, "GET", "/people/{id}"),
    needs(Right::Administer, "GET", "/audit"),
    needs(Right::Administer, "GET", "/secrets"),
    // Forms of pages.
    needs(Right::Own, "POST", "/account/password"),
    needs(Right::Own, "POST", "/account/sessions/end-others"),
    needs(Right::Own, "POST", "/account/sessions/{id}/end"),
    needs(Right::Own, "POST", "/account/tokens"),
    needs(Right::Own, "POST", "/account/tokens/{id}/revoke"),
    needs(Right::Administer, "POST", "/people"),
    needs(Right::Administer, "POST", "/people/{id}"),
    needs(Right::Administer, "POST", "/people/{id}/link"),
    needs(Right::Administer, "POST", "/people/{id}/disable"),
    needs(Right::Administer, "POST", "/people/{id}/enable"),
    needs(Right::Administer, "POST", "/secrets"),
    needs(Right::Administer, "POST", "/secrets/{name}/remove"),
    needs(Right::Administer, "POST", "/channels/{name}/test"),
    // Who may pause is decided by `service`: that it is one stands in the form.
    needs(Right::Handle, "POST", "/integrations/{slug}/handling"),
    needs(Right::Handle, "POST", "/integrations/{slug}/probes/{probe}/handling"),
    needs(Right::Change, "POST", "/maintenance"),
    needs(Right::Change, "POST", "/maintenance/{slug}/delete"),
    // How things are.
    needs(Right::See, "GET", "/api/v1/overview"),
    needs(Right::See, "GET", "/api/v1/stream"),
    needs(Right::See, "GET", "/api/v1/runs"),
    needs(Right::See, "GET", "/api/v1/runs/{id}"),
    needs(Right::See, "GET", "/api/v1/integrations"),
    needs(Right::See, "GET", "/api/v1/integrations/{slug}"),
    needs(Right::See, "GET", "/api/v1/integrations/{slug}/baselines"),
    needs(Right::See, "GET", "/api/v1/integrations/{slug}/charts/{chart}"),
    needs(Right::See, "GET", "/api/v1/integrations/{slug}/series"),
    needs(Right::See, "GET", "/api/v1/integrations/{slug}/probes"),
    needs(Right::See, "GET", "/api/v1/integrations/{slug}/probes/{probe}"),
    needs(Right::See, "GET", "/api/v1/integrations/{slug}/notices"),
    needs(Right::See, "GET", "/api/v1/systems"),
    needs(Right::See, "GET", "/api/v1/systems/{slug}"),
    needs(Right::See, "GET", "/api/v1/windows"),
    needs(Right::See, "GET", "/api/v1/windows/{slug}"),
    needs(Right::See, "GET", "/api/v1/channels"),
    needs(Right::See, "GET", "/api/v1/catalogue"),
    // What integrations send.
    needs(Right::Send, "POST", "/api/v1/integrations/{slug}/runs"),
    // What engineers and managers do.
    needs(Right::Operate, "POST", "/api/v1/integrations/{slug}/probes/{probe}/run"),
    needs(Right::Operate, "POST", "/api/v1/probes/try"),
    needs(Right::Operate, "POST", "/api/v1/demo/servers/{system}"),
    needs(Right::Claim, "POST", "/api/v1/integrations/{slug}/baselines"),
    // To pause and to resume take `Operate`; which it is stands in the body, so `service` decides it.
    needs(Right::Handle, "POST", "/api/v1/integrations/{slug}/handling"),
    needs(Right::Handle, "POST", "/api/v1/integrations/{slug}/probes/{probe}/handling"),
    needs(Right::Change, "POST", "/api/v1/integrations"),
    needs(Right::Change, "PATCH", "/api/v1/integrations/{slug}"),
    needs(Right::Change, "DELETE", "/api/v1/integrations/{slug}"),
    needs(Right::Change, "POST", "/api/v1/integrations/{slug}/probes"),
    needs(Right::Change, "PATCH", "/api/v1/integrations/{slug}/probes/{probe}"),
    needs(Right::Change, "DELETE", "/api/v1/integrations/{slug}/probes/{probe}"),
    needs(Right::Change, "POST", "/api/v1/systems"),
    needs(Right::Change, "PATCH", "/api/v1/systems/{slug}"),
    needs(Right::Change, "DELETE", "/api/v1/systems/{slug}"),
    needs(Right::Change, "POST", "/api/v1/windows"),
    needs(Right::Change, "PUT", "/api/v1/windows/{slug}"),
    needs(Right::Change, "DELETE", "/api/v1/windows/{slug}"),
    needs(Right::Change, "POST", "/api/v1/catalogue"),
    // One's own.
    needs(Right::Own, "GET", "/api/v1/me"),
    needs(Right::Own, "POST", "/api/v1/me/password"),
    needs(Right::Own, "GET", "/api/v1/sessions"),
    needs(Right::Own, "DELETE", "/api/v1/sessions/{id}"),
    needs(Right::Own, "GET", "/api/v1/tokens"),
    needs(Right::Own, "POST", "/api/v1/tokens"),
    needs(Right::Own, "DELETE", "/api/v1/tokens/{id}"),
    // What administrators do.
    needs(Right::Administer, "GET", "/api/v1/people"),
    needs(Right::Administer, "POST", "/api/v1/people"),
    needs(Right::Administer, "GET", "/api/v1/people/{id}"),
    needs(Right::Administer, "PATCH", "/api/v1/people/{id}"),
    needs(Right::Administer, "POST", "/api/v1/people/{id}/reset"),
    needs(Right::Administer, "GET", "/api/v1/people/{id}/sessions"),
    needs(Right::Administer, "DELETE", "/api/v1/people/{id}/sessions"),
    needs(Right::Administer, "GET", "/api/v1/audit"),
    needs(Right::Administer, "GET", "/api/v1/audit/export"),
    needs(Right::Administer, "POST", "/api/v1/channels/{name}/test"),
    needs(Right::Administer, "GET", "/api/v1/secrets"),
    needs(Right::Administer, "PUT", "/api/v1/secrets/{name}"),
    needs(Right::Administer, "DELETE", "/api/v1/secrets/{name}"),
];

/// What it takes to be let in by this method at this route.
pub fn of(method: &Method, path: &str) -> Option<Rule> {
    let method = if method == Method::HEAD { "GET" } else { method.as_str() };
    ROUTES.iter().find(|route| route.path == path && route.method == method).map(|route| route.rule)
}

/// Whether forms of ours are posted to this route: to pages, not to the API.
pub fn is_form(path: &str) -> bool {
    let of_page = !path.starts_with("/api/") && !path.starts_with("/ping/");
    of_page && ROUTES.iter().any(|route| route.path == path && route.method == "POST")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use axum::http::Method;
    use rules::rights::Right;

    use super::{ROUTES, Rule, is_form, of};

    #[test]
    fn every_route_has_one_rule() {
        let all: BTreeSet<_> = ROUTES.iter().map(|route| (route.path, route.method)).collect();
        assert_eq!(all.len(), ROUTES.len());
    }

    #[test]
    fn what_is_not_in_the_table_has_no_rule() {
        assert_eq!(of(&Method::GET, "/api/v1/people"), Some(Rule::Needs(Right::Administer)));
        assert_eq!(of(&Method::HEAD, "/healthz"), Some(Rule::Open));
        assert_eq!(of(&Method::PUT, "/healthz"), None);
        assert_eq!(of(&Method::GET, "/api/v1/forgotten"), None);
    }

    #[test]
    fn what_is_open_changes_nothing_but_by_a_proof_in_the_path_or_the_form() {
        let ways = ["/sign-in", "/sign-out", "/demo/view", "/set-up/", "/invitation/", "/reset/", "/ping/"];
        for route in ROUTES.iter().filter(|route| route.rule == Rule::Open && route.method != "GET") {
            assert!(ways.iter().any(|way| route.path.starts_with(way)), "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn forms_are_posted_to_pages_and_never_to_the_api() {
        for (path, is) in [("/sign-in", true), ("/people/{id}/link", true), ("/", false), ("/ping/{key}", false)] {
            assert_eq!(is_form(path), is, "{path}");
        }
        assert!(!ROUTES.iter().any(|route| route.path.starts_with("/api/") && is_form(route.path)));
    }
}
