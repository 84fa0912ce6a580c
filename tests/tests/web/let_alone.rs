//! Windows and handling over HTTP: shapes, statuses, and what is refused.

use model::{Clock as _, Span, SystemClock};
use reqwest::Method;
use serde_json::{Value, json};
use tests::house::TestHouse;

const CATALOGUE: &str = "
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}]
integrations: [{slug: orders, name: Orders, from: shop, to: erp, probes: [{slug: job, kind: heartbeat, every: 1h}]}]
windows:
  - {slug: patch-night, monthly: {day: -1, from: \"22:00\", to: \"02:00\", time_zone: Europe/Berlin}, systems: [erp]}
";

async fn ask(house: &TestHouse, method: Method, path: &str, body: &Value) -> (u16, Value) {
    let answer = house.client().request(method, house.url(path)).json(body).send().await.expect("an answer");
    (answer.status().as_u16(), answer.json().await.unwrap_or(Value::Null))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_made_shown_replaced_and_deleted() {
    let house = TestHouse::with(CATALOGUE).await;
    let spec = json!({"slug": "quarter", "name": "Quarter's end", "kind": "freeze", "counts": true,
        "once": {"from": "2126-12-28T20:00:00.000Z", "to": "2126-12-30T04:00:00.000Z"}, "integrations": ["orders"]});
    let (status, made) = ask(&house, Method::POST, "/api/v1/windows", &spec).await;
    assert_eq!(status, 201, "{made}");
    for (name, value) in spec.as_object().expect("fields") {
        assert_eq!(&made[name], value, "{name} is answered as it was written");
    }
    assert_eq!((&made["catalogue"], &made["open_until"]), (&Value::Null, &Value::Null));
    assert_eq!(made["next"], json!([spec["once"]]));
    assert_eq!(house.json("/api/v1/windows/quarter").await, made);
    assert_eq!(ask(&house, Method::POST, "/api/v1/windows", &spec).await.0, 409);

    let other =
        json!({"weekly": {"days": ["sat"], "from": "22:00", "to": "02:00", "time_zone": "UTC"}, "systems": ["shop"]});
    let (status, changed) = ask(&house, Method::PUT, "/api/v1/windows/quarter", &other).await;
    assert_eq!((status, &changed["kind"], changed.get("once")), (200, &json!("maintenance"), None), "{changed}");
    assert_eq!(changed["weekly"], other["weekly"]);
    let (status, problem) = ask(&house, Method::PUT, "/api/v1/windows/quarter", &json!({"weekly": {}})).await;
    assert_eq!(status, 422, "{problem}");
    let fields: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().filter_map(|fault| fault["field"].as_str()).collect();
    assert_eq!(fields, ["weekly.days", "weekly.from", "weekly.to", "systems"]);

    assert_eq!(
        ask(&house, Method::PUT, "/api/v1/windows/patch-night", &other).await.0,
        409,
        "it comes from a catalogue"
    );
    assert_eq!(ask(&house, Method::DELETE, "/api/v1/windows/quarter", &Value::Null).await.0, 204);
    assert_eq!(ask(&house, Method::DELETE, "/api/v1/windows/quarter", &Value::Null).await.0, 404);
    let left = house.json("/api/v1/windows").await;
    let left = left["items"].as_array().expect("a list");
    assert_eq!((left.len(), &left[0]["catalogue"]), (1, &json!("landscape")), "{left:?}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_and_a_probe_are_paused_and_muted_by_their_addresses() {
    let house = TestHouse::with(CATALOGUE).await;
    let until = (SystemClock.now() + Span::hours(1)).to_string();
    for path in ["/api/v1/integrations/orders", "/api/v1/integrations/orders/probes/job"] {
        let act = async |body: Value| ask(&house, Method::POST, &format!("{path}/handling"), &body).await;
        let (status, muted) = act(json!({"action": "mute", "until": until, "note": "we know"})).await;
        assert_eq!((status, &muted["muted"]["until"]), (200, &json!(until)), "{path}: {muted}");
        let (status, both) = act(json!({"action": "pause"})).await;
        assert_eq!((status, &both["muted"], &both["paused"]["until"]), (200, &muted["muted"], &Value::Null), "{both}");
        let shown = house.json(path).await;
        assert_eq!((&shown["handling"], both["paused"]["by"].is_string()), (&both, true), "{path}: {shown}");
        assert_eq!(act(json!({"action": "acknowledge"})).await.0, 409, "nothing is wrong");
        let (status, problem) = act(json!({"action": "mute", "until": "soon"})).await;
        assert_eq!((status, &problem["errors"][0]["field"]), (422, &json!("until")), "{problem}");
        assert_eq!(act(json!({"action": "unmute"})).await.0, 200);
        assert_eq!(act(json!({"action": "resume"})).await, (200, json!({})));
    }
    let nobody = ask(&house, Method::POST, "/api/v1/integrations/nobody/handling", &json!({"action": "resume"})).await;
    assert_eq!(nobody.0, 404, "{}", nobody.1);
    assert_eq!(house.json("/api/v1/integrations/orders/notices").await["items"], json!([]));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_channels_nobody_is_told_and_the_page_can_say_so() {
    let house = TestHouse::with(CATALOGUE).await;
    assert_eq!(house.json("/api/v1/channels").await["items"], json!([]));
    assert_eq!(house.json("/api/v1/integrations/orders").await["channels"], json!([]));
    let (status, problem) = ask(&house, Method::POST, "/api/v1/channels/team-blue/test", &json!({})).await;
    assert_eq!((status, problem["type"].as_str()), (404, Some("urn:bridgewatch:problem:not-found")), "{problem}");
    house.end().await;
}
