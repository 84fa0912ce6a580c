//! Kinds of probes as the server hands them over: one that everybody knows, one with every form of an option, one that waits.

use app::kinds::{Choice, Holds, Kind};

/// The first is the one that the form begins with.
pub fn kinds() -> Vec<Kind> {
    let choice =
        |name, holds| Choice { name, help: "What it does", holds, required: false, usual: None, secret: false };
    let needed = |name, holds| Choice { required: true, ..choice(name, holds) };
    let token = vec![needed("client_id", Holds::Text), Choice { secret: true, ..choice("client_secret", Holds::Text) }];
    let http = vec![
        needed("url", Holds::Address("https")),
        choice("method", Holds::OneOf(&["GET", "HEAD"])),
        choice("headers", Holds::Pairs),
        choice("body_json", Holds::Json),
        choice("oauth2", Holds::Group(token)),
        Choice { usual: Some("true"), ..choice("follow_redirects", Holds::YesNo) },
        Choice { usual: Some("10"), ..choice("max_redirects", Holds::Number) },
        choice("ip", Holds::OneOf(&["any", "ipv4"])),
        choice("tls_ca", Holds::Text),
    ];
    let steps = vec![
        needed("steps", Holds::Groups(vec!["name", "url"])),
        choice("wait", Holds::Span),
        choice("expect", Holds::Lines),
    ];
    let kind = |name, options, names, asks| Kind { name, summary: "Asks an address", options, names, asks };
    vec![
        kind("http", http, vec!["status", "latency", "json"], true),
        kind("http_steps", steps, vec!["latency"], true),
        kind("heartbeat", vec![choice("grace", Holds::Span)], Vec::new(), false),
    ]
}
