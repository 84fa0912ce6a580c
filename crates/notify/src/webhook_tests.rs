use model::{NoticeKind, TestClock};
use serde_json::json;

use super::*;
use crate::{
    as_written,
    testing::{NOW, Scripted, answer, header, notice, read, vault},
};

fn settings(url: &str, secret: &str) -> WebhookSettings {
    let (url, secret) = (url.to_owned(), secret.to_owned());
    WebhookSettings { url, secret, headers: BTreeMap::new(), timeout: Span::seconds(10) }
}

fn webhook(settings: WebhookSettings, fill: Fill, post: &Arc<Scripted>) -> Result<Webhook> {
    Webhook::new(settings, fill, Arc::clone(post) as Arc<dyn Post>, Arc::new(TestClock::at(NOW)))
}

#[tokio::test]
async fn a_message_is_signed_over_its_key_its_time_and_its_body() {
    // Given a webhook whose secret lies in the vault.
    let post = Scripted::answering([Ok(answer(202, "taken"))]);
    let channel = webhook(settings("https://hooks.example.com/in?x=1", "${secret:TOKEN}"), vault(), &post);

    // When a notice is sent.
    let receipt = channel.expect("a channel").send(&notice(NoticeKind::Over)).await.expect("taken");

    // Then whoever knows the secret can tell that it is ours.
    assert_eq!(receipt.answer, "202 taken");
    let asked = post.asked.lock().expect("the log");
    let request = &asked[0];
    let key = "018bcfe5-6800-7000-8000-000000000002.over.orders";
    assert_eq!(request.url.as_str(), "https://hooks.example.com/in?x=1");
    assert_eq!(header(request, "idempotency-key"), format!("\"{key}\""));
    assert_eq!((header(request, "webhook-id"), header(request, "webhook-timestamp")), (key, "1795423260"));
    let signed = [format!("{key}.1795423260.").as_bytes(), &request.body].concat();
    let signature = header(request, "webhook-signature").strip_prefix("v1,").expect("the version");
    let signature = BASE64_STANDARD.decode(signature).expect("base64");
    let secret = hmac::Key::new(hmac::HMAC_SHA256, b"T0/B0/sesame-open-0123456789");
    hmac::verify(&secret, &signed, &signature).expect("ours");
    let body = read(request);
    assert_eq!((&body["type"], &body["lasted_ms"]), (&json!("level.over"), &json!(3_600_000)));
    assert_eq!((&body["data"]["integration"], &body["data"]["reason"]), (&json!("orders-to-netsuite"), &json!("auth")));
    assert_eq!(body["subject"], "Over after 1 h: Orders to NetSuite");
}

#[test]
fn a_secret_in_base64_signs_as_the_standard_has_it() {
    // The example that the libraries of Standard Webhooks are tested with.
    let key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a key");
    let signed = signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
    assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn the_documented_body_is_what_is_sent() {
    let documented = include_str!("../../../docs/channels.md").split("```json").nth(1).expect("an example");
    let documented = documented.split("```").next().expect("its end");
    let mut documented: serde_json::Value = serde_json::from_str(documented).expect("JSON");
    let mut notice = notice(NoticeKind::Over);
    notice.until = Some(NOW + Span::minutes(72));
    notice.at = NOW + Span::minutes(73);
    notice.cost = model::hours::Cost::HandWork { units: 312.0, unit: "orders".to_owned(), hours: 26.0 };
    let mut sent: serde_json::Value = serde_json::from_slice(&body(&notice)).expect("JSON");

    let beginning = documented["text"].take();
    let (beginning, _) = beginning.as_str().expect("a text").split_once("...").expect("the beginning of a text");
    assert!(sent["text"].take().as_str().expect("a text").starts_with(beginning));
    assert_eq!(sent, documented);
}

#[tokio::test]
async fn the_same_notice_is_the_same_message_under_the_same_key() {
    let post = Scripted::answering([Ok(answer(500, "")), Ok(answer(200, ""))]);
    let channel = webhook(settings("http://a.example/", "0123456789abcdef"), as_written(), &post).expect("a channel");
    for _ in 0..2 {
        let _ = channel.send(&notice(NoticeKind::Began)).await;
    }
    let asked = post.asked.lock().expect("the log");
    assert_eq!(asked[0].body, asked[1].body);
    assert_eq!(header(&asked[0], "webhook-id"), header(&asked[1], "webhook-id"));
}

#[tokio::test]
async fn what_is_not_taken_says_whether_to_try_again_and_shows_no_secret() {
    let told = "bad signature by T0/B0/sesame-open-0123456789";
    for (script, passing, says) in [
        (Ok(answer(500, told)), true, "it cannot take it now: 500 bad signature by (redacted)"),
        (Ok(answer(422, told)), false, "it refuses the message: 422 bad signature by (redacted)"),
        (Err(format!("no connection ({told})")), true, "no connection (bad signature by (redacted))"),
    ] {
        let post = Scripted::answering([script]);
        let channel = webhook(settings("https://hooks.example.com/", "${secret:TOKEN}"), vault(), &post);
        let error = channel.expect("a channel").send(&notice(NoticeKind::Began)).await.expect_err("not taken");
        assert_eq!((error.is_passing(), error.to_string().as_str()), (passing, says));
    }
}

#[tokio::test]
async fn a_value_that_is_not_to_be_had_is_waited_for() {
    let mut with_header = settings("https://a.example/", "0123456789abcdef");
    with_header.headers.insert("Authorization".to_owned(), "Bearer ${secret:TOKEN}".to_owned());
    for (settings, says) in [
        (settings("https://a.example/", "${secret:TOKEN}"), "its secret: ${secret:TOKEN}: it may be sent to"),
        (settings("https://a.example/", "short"), "its secret is shorter than 16 bytes"),
        (settings("https://a.example/", "whsec_%"), "its secret: what follows whsec_ is not base64"),
        (with_header, "its headers: ${secret:TOKEN}: it may be sent to"),
    ] {
        let post = Scripted::answering([]);
        let channel = webhook(settings, vault(), &post).expect("a channel");
        let error = channel.send(&notice(NoticeKind::Began)).await.expect_err("not sent");
        assert!(error.is_passing() && error.to_string().starts_with(says), "{error}");
    }
}

#[tokio::test]
async fn further_headers_are_sent_and_hold_one_line() {
    let post = Scripted::answering([Ok(answer(200, ""))]);
    let mut with_header = settings("https://hooks.example.com/", "0123456789abcdef");
    with_header.headers.insert("Authorization".to_owned(), "Bearer ${secret:TOKEN}".to_owned());
    let channel = webhook(with_header.clone(), vault(), &post).expect("a channel");
    channel.send(&notice(NoticeKind::Began)).await.expect("taken");
    assert_eq!(header(&post.asked.lock().expect("the log")[0], "authorization"), "Bearer T0/B0/sesame-open-0123456789");

    with_header.headers.insert("X-Team".to_owned(), "a\r\nX-Evil: b".to_owned());
    let channel = webhook(with_header, vault(), &post).expect("a channel");
    let error = channel.send(&notice(NoticeKind::Began)).await.expect_err("not sent");
    assert!(error.to_string().contains("`X-Team` holds what is not printable"), "{error}");
}

#[test]
fn settings_that_cannot_be_right_are_named() {
    let with_header = |name: &str| {
        let mut settings = settings("https://a.example/", "0123456789abcdef");
        settings.headers.insert(name.to_owned(), String::new());
        settings
    };
    for (settings, says) in [
        (settings("a.example", "0123456789abcdef"), "url: "),
        (settings("https://a.example/", " "), "secret: messages are signed"),
        (with_header("Webhook-Id"), "headers: `Webhook-Id` is set by us"),
        (with_header("X: y\r\nZ"), "headers: `X: y\\r\\nZ` is no name"),
    ] {
        let made = webhook(settings, as_written(), &Scripted::answering([]));
        let error = made.err().expect("no channel");
        assert!(error.to_string().starts_with(says), "{error}");
    }
}
