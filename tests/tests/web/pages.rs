//! Pages are whole before any script runs.

use serde_json::json;
use tests::house::TestHouse;

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_there_and_says_its_name() {
    let house = TestHouse::empty().await;
    for (path, says) in [
        ("/", "Overview"),
        ("/integrations", "Integrations"),
        ("/integrations/new", "Add an integration"),
        ("/runs", "Runs"),
        ("/maintenance", "Maintenance"),
        ("/channels", "Channels"),
    ] {
        let (status, html) = house.get(path).await;
        assert_eq!(status, 200, "{path}");
        assert!(html.contains("<main") && html.contains("<nav") && html.contains("<h1"), "{path}: landmarks");
        assert!(html.contains(says), "{path} does not say {says}");
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_a_404_for_people_too() {
    let house = TestHouse::empty().await;
    for path in ["/integrations/nobody", "/nothing-here", "/runs/00000000-0000-0000-0000-000000000000"] {
        let (status, html) = house.get(path).await;
        assert_eq!(status, 404, "{path}");
        assert!(html.contains("<main"), "{path} is a page");
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_shows_how_to_send_it_a_run() {
    let house = TestHouse::empty().await;
    let made = json!({"slug": "leads", "name": "Leads <to> CRM", "from": "hub", "to": "crm"});
    assert_eq!(house.post("/api/v1/integrations", &made).await.0, 201);
    let (status, html) = house.get("/integrations/leads").await;
    assert_eq!(status, 200);
    assert!(html.contains("Leads &lt;to&gt; CRM"), "names are escaped");
    assert!(html.contains("/api/v1/integrations/leads/runs"), "the snippet sends a run to this integration");
    for answer in ["Stands", "Runs", "Whole", "Worth"] {
        assert!(html.contains(answer), "{answer}");
    }
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_kept_for_ever_and_squeezed() {
    let house = TestHouse::empty().await;
    let (_, html) = house.get("/").await;
    let wasm = html.split('"').find(|part| part.contains("_bg.wasm")).map(str::to_owned);
    let wasm = wasm.expect("the page names its browser half: run the tests by `cargo xtask test`, which bundles it");
    let answer = house.client().get(house.url(&wasm)).header("accept-encoding", "br").send().await.expect("an answer");
    assert_eq!(answer.status(), 200, "{wasm}");
    assert_eq!(answer.headers()["content-type"], "application/wasm");
    assert_eq!(answer.headers()["content-encoding"], "br");
    assert!(answer.headers()["cache-control"].to_str().is_ok_and(|kept| kept.contains("immutable")));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changes_something_sees_it_on_the_next_page() {
    let house = TestHouse::empty().await;
    let made = json!({"slug": "leads", "name": "Leads before", "from": "hub", "to": "crm"});
    assert_eq!(house.post("/api/v1/integrations", &made).await.0, 201);
    assert!(house.get("/integrations/leads").await.1.contains("Leads before"));

    let url = house.url("/api/v1/integrations/leads");
    let changed = house.client().patch(url).json(&json!({"name": "Leads after"})).send().await.expect("an answer");
    assert_eq!(changed.status(), 200);

    let (_, html) = house.get("/integrations/leads").await;
    assert!(html.contains("Leads after") && !html.contains("Leads before"), "no page of the second before");
    house.end().await;
}
