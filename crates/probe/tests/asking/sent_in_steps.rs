//! What steps send: doubled dollars, secrets that look like something else, and tokens that are granted.

use std::sync::atomic::Ordering;

use model::Reason;
use probe::Clients;
use serde_json::{Value, json};

use crate::{
    credentials::Erp,
    harness::{about, ask_through, filling, spec, trouble},
    http_steps::lines,
    server::{Server, answer},
};

#[tokio::test]
async fn a_doubled_dollar_is_sent_as_one_and_never_filled_in() {
    let mut server = Server::http(|_| answer("200 OK", "", "tok/en 1")).await;
    let options = json!({"steps": [
        {"name": "find", "url": server.url("/"), "extract": [{"name": "id", "regex": ".+"}]},
        {
            "name": "use", "url": server.url("/"), "bearer": "$${find.id}",
            "headers": {"x-id": "$$${find.id} ${find.id}"},
            "body_json": {"template": "$${find.id}", "other": "$${anything} $${secret:ERP}"},
        },
    ]});

    // With somebody who fills in secrets and without, it is the same.
    for clients in [Clients::new().expect("clients"), filling("four unrelated words")] {
        let seen = ask_through(&spec("http_steps", options.clone()), &clients).await;

        assert_eq!(seen.trouble, None);
        let (_found, used) = (server.received().await, server.received().await);
        assert_eq!(used.header("authorization"), Some("Bearer ${find.id}"));
        assert_eq!(used.header("x-id"), Some("$${find.id} tok/en 1"));
        let body: Value = serde_json::from_str(&used.body).expect("JSON");
        assert_eq!(body, json!({"template": "${find.id}", "other": "${anything} ${secret:ERP}"}));
    }
}

#[tokio::test]
async fn a_secret_is_sent_as_it_is_whatever_it_looks_like() {
    // Given a secret that looks like what a step found, and begins another such thing at its end.
    let secret = "hush ${find.id} $${find.id} ${env:HOME} ${ $";
    let mut server = Server::http(|request| answer("200 OK", "", &format!("tok/en 1 {}", request.body))).await;
    let options = json!({"steps": [
        {"name": "find", "url": server.url("/"), "extract": [{"name": "id", "regex": "tok/en 1"}]},
        {
            "name": "use", "url": server.url("/?q=${secret:ERP}"), "bearer": "${secret:ERP}",
            "body": "${secret:ERP}{find.id}${find.id}", "assert": ["body == 'never'"],
        },
    ]});

    // When the steps send it, beside what one of them found.
    let seen = ask_through(&spec("http_steps", options), &filling(secret)).await;

    // Then it arrives unchanged, and is kept nowhere though it was said back.
    let (_found, used) = (server.received().await, server.received().await);
    assert_eq!(used.header("authorization"), Some(format!("Bearer {secret}").as_str()));
    assert_eq!(used.body, format!("{secret}{{find.id}}tok/en 1"));
    let query = used.line.split(['=', ' ']).nth(2).expect("a query");
    assert_eq!(percent_encoding::percent_decode_str(query).decode_utf8().expect("text"), secret);
    assert_eq!(trouble(&seen).0, Reason::Assertion);
    let shown = format!("{seen:?} {}", String::from_utf8_lossy(seen.facts.body().unwrap_or_default()));
    assert!(!shown.contains("hush") && !shown.contains("tok/en"), "{shown}");
}

#[tokio::test]
async fn steps_share_a_granted_token_with_each_other_and_with_http() {
    let (mut erp, clients) = (Erp::granting(json!(60)).await, Clients::new().expect("clients"));
    let step = |erp: &Erp, name: &str| {
        json!({
            "name": name, "url": erp.server.url("/orders"), "oauth2": erp.oauth2("header"), "assert": ["status == 200"],
            "extract": [{"name": "said", "regex": ".+", "shown": true}],
        })
    };
    let without = json!({"name": "c", "url": erp.server.url("/orders"), "headers": {"x-said": "${a.said}"}});
    let options = json!({"steps": [step(&erp, "a"), step(&erp, "b")], "cleanup": [without]});
    let about_values = about("http_steps", options, "values status");

    // When two steps and a probe of kind http ask, then one token was fetched for all.
    let seen = ask_through(&about_values, &clients).await;
    let other = ask_through(&erp.spec("header"), &clients).await;
    assert_eq!(other.status_trouble, None);
    assert_eq!(erp.granted.load(Ordering::SeqCst), 1);
    let received = erp.server.all_received();
    assert_eq!(lines(&received), ["POST /token", "GET /orders", "GET /orders", "GET /orders", "GET /orders"]);
    assert_eq!(received[3].header("x-said"), Some("Bearer granted-1"));
    assert_eq!(received[3].header("authorization"), None, "a step without the option has no token");
    // It is shown nowhere, though it was said back.
    assert!(!format!("{seen:?}").contains("granted-1"), "{seen:?}");

    // Given that it has lost its force, when they ask, then a new one is fetched, once for both.
    erp.granted.fetch_add(1, Ordering::SeqCst);
    let steps_alone = json!({"steps": [step(&erp, "a"), step(&erp, "b")]});
    assert_eq!(ask_through(&spec("http_steps", steps_alone), &clients).await.trouble, None);
    assert_eq!(erp.granted.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn a_step_without_a_token_says_whose_it_is() {
    let mut server = Server::http(|_| answer("401 Unauthorized", "", r#"{"error": "invalid_client"}"#)).await;
    let oauth2 = json!({"url": server.url("/token"), "client_id": "w", "client_secret": "${secret:ERP}"});
    let options = json!({"steps": [{"name": "look", "url": server.url("/"), "oauth2": oauth2}]});
    let seen = ask_through(&spec("http_steps", options), &filling("hush silence")).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Auth);
    assert!(message.starts_with("step `look`: no token from ") && message.ends_with("(invalid_client)"), "{message}");
    let received = server.all_received();
    assert_eq!(received[0].header("authorization"), Some("Basic dzpodXNoK3NpbGVuY2U="), "the secret was filled in");
    assert!(received.len() == 1 && !format!("{seen:?}").contains("hush"), "{seen:?}");
}
