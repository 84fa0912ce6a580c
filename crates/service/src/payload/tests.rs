use model::{Body, Exchange, ProbeSpec, Request, Response};
use serde_json::{Value, json};

use super::{envelope, message, outline, tells, words};

#[test]
fn what_is_left_out_is_not_found_either() {
    let whole = "`json.salary < 9000` does not hold: 12345 < 9000";
    let shown = words(whole, false);
    for (text, found) in [("SALARY", true), ("12345", false), ("hold: 1", false), ("order-7", true)] {
        assert_eq!(tells(Some(whole), Some(&shown), text), found, "{text}");
    }
}

#[test]
fn of_what_is_marked_red_no_message_is_left() {
    assert_eq!(message(Some("salary of A. Lovelace".to_owned()), true), None);
}

#[test]
fn of_a_probe_it_is_left_whom_it_asks() {
    let probe: ProbeSpec = serde_json::from_value(json!({
        "slug": "api", "kind": "http", "every": "1h",
        "options": {"url": "https://ada:hush@erp.test/orders?customer=Lovelace#hush", "method": "POST", "username": "ada",
                    "headers": {"x-customer": "Lovelace"}, "body": "Lovelace", "send": "Lovelace", "expect": "DE02"},
        "assert": ["json.iban == 'DE02'"], "warn": ["json.iban != 'DE02'"], "measures": {"salary": {"value": "json.salary"}},
    }))
    .expect("a probe");

    let left = outline(probe.clone(), false);
    let options = json!({"url": "https://erp.test/orders", "method": "POST", "expect": "DE02"});
    assert_eq!(Value::from(left.options.clone()), options);
    assert_eq!((&left.assert, &left.warn, &left.measures), (&probe.assert, &probe.warn, &probe.measures));

    let told = format!("{:?}", outline(probe, true));
    assert!(!told.contains("DE02") && !told.contains("salary") && told.contains("erp.test"), "{told}");
}

#[test]
fn of_an_exchange_it_is_left_who_was_asked_and_how_that_went() {
    let body = || Some(Body { excerpt: "{\"iban\": \"DE02\"}".to_owned(), bytes: 16, cut: false });
    let header = || vec![("x-customer".to_owned(), "Lovelace".to_owned())];
    let exchange = Exchange {
        request: Request {
            method: "POST".to_owned(),
            url: "https://erp.test/orders?customer=Lovelace".to_owned(),
            headers: header(),
            body: body(),
        },
        response: Some(Response { status: Some(422), headers: header(), body: body(), ..Response::default() }),
        redirects: vec!["https://Lovelace:DE02@erp.test/a?b=Lovelace".to_owned()],
    };
    let left = envelope(exchange);
    let told = format!("{left:?}");
    assert!(!told.contains("Lovelace") && !told.contains("DE02"), "{told}");
    assert_eq!(left.request.url, "https://erp.test/orders");
    assert_eq!(left.response.and_then(|response| response.status), Some(422));
}
