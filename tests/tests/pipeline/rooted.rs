//! Targets with a certificate of a company's own: trusted where its authority is named, and nowhere else.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use server::config::Tls;
use tests::{authority::Authority, house::TestHouse};

use crate::BINARY;

/// What a probe of this address comes to: its outcome, and what is said of it.
async fn tried(house: &TestHouse, url: &str) -> (Value, String) {
    let options = json!({ "url": url });
    let probe =
        json!({ "slug": "api", "kind": "http", "every": "1h", "options": options, "assert": ["status == 200"] });
    let (status, run) = house.post("/api/v1/probes/try", &json!({ "probe": probe })).await;
    assert_eq!(status, 200, "{run}");
    (run["outcome"].clone(), run["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_of_a_company_s_own_is_trusted_where_its_authority_is_named() {
    // Given an https server (another Bridgewatch) whose authority only a file names.
    let folder = tempfile::tempdir().expect("a folder");
    let company = Authority::new("Company");
    let (certificate, key) = company.issue("127.0.0.1");
    let files = Tls { certificate: folder.path().join("cert.pem"), key: folder.path().join("key.pem") };
    fs::write(&files.certificate, certificate).expect("a file");
    fs::write(&files.key, key).expect("a file");
    let target = TestHouse::configured(|config| config.reach.tls = Some(files)).await;
    let url = target.url("/healthz");
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");

    // When probes ask it, then they believe it where the file is named, and say why where it is not.
    let roots = company.write(folder.path(), "company.pem");
    let trusting = |roots: PathBuf| TestHouse::configured(|config| config.extra_roots = Some(roots));
    let house = trusting(roots.clone()).await;
    assert_eq!(tried(&house, &url).await.0, "ok");
    house.end().await;
    let other = trusting(Authority::new("Another").write(folder.path(), "other.pem")).await;
    for house in [other, TestHouse::empty().await] {
        let (outcome, message) = tried(&house, &url).await;
        assert!(outcome == "failed" && message.contains("is not trusted"), "{outcome}: {message}");
        house.end().await;
    }

    // And so it is on the command line, by the same file of settings.
    let catalogue = format!(
        "
systems: [{{slug: crm, name: CRM}}, {{slug: erp, name: ERP}}]
integrations:
  - {{slug: orders, name: Orders, from: crm, to: erp, probes: [{{slug: api, kind: http, url: '{url}', every: 1h, assert: ['status == 200']}}]}}
"
    );
    fs::write(folder.path().join("crew.yaml"), catalogue).expect("a file");
    let settings = |file: &str| fs::write(folder.path().join("bridgewatch.toml"), format!("extra_roots = '{file}'\n"));
    settings("company.pem").expect("a file");
    let asked = BINARY.run(folder.path(), &["probe", "crew.yaml"]).await;
    assert!(asked.code == Some(0) && asked.printed.contains("orders/api  ok"), "{asked:?}");
    settings("nowhere.pem").expect("a file");
    for command in [["probe", "crew.yaml"].as_slice(), &["serve", "--listen", "127.0.0.1:0"]] {
        let refused = BINARY.run(folder.path(), command).await;
        assert!(refused.code == Some(1) && refused.complained.contains("extra_roots: "), "{refused:?}");
        assert!(refused.complained.contains("nowhere.pem"), "{refused:?}");
    }
    target.end().await;
}
