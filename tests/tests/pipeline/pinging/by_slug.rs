//! Pings by the slug of a heartbeat and a token of its integration.

use serde_json::json;
use tests::house::TestHouse;

use super::{Pinged, outcomes};

#[tokio::test(flavor = "multi_thread")]
async fn by_slug_a_token_pings_the_heartbeats_of_its_integration() {
    let pinged = Pinged::begin().await;
    let token = pinged.token("nightly").await;
    for (path, status) in [
        ("job", 200),
        ("job/start", 200),
        ("job/0?rid=01234567-89ab-4cde-8f01-23456789abcd", 200),
        ("job?create=1", 200),
        ("port", 404),
        ("gone", 404),
        ("gone?create=0", 404),
        // Of a catalogue, where it would be gone with the next change.
        ("gone?create=1", 409),
        ("port?create=1", 409),
        ("Upper", 400),
        ("Upper?create=1", 400),
    ] {
        assert_eq!(pinged.curl(&format!("{token}/{path}"), &[]).await.status, status, "{path}");
    }
    pinged.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_that_is_not_there_is_made_where_that_is_asked() {
    let pinged = Pinged { house: TestHouse::empty().await };
    let body = json!({"slug": "nightly", "name": "Nightly", "from": "crm", "to": "erp"});
    assert_eq!(pinged.house.post("/api/v1/integrations", &body).await.0.as_u16(), 201);
    let token = pinged.token("nightly").await;

    let made = pinged.curl(&format!("{token}/database_backup/start?create=1"), &[]).await;
    assert_eq!((made.status, made.body.as_str()), (201, "Created"));
    let again = pinged.curl(&format!("{token}/database_backup?create=1"), &[]).await;
    assert_eq!((again.status, again.body.as_str()), (200, "OK"));

    let probe = pinged.house.json("/api/v1/integrations/nightly/probes/database-backup").await["probe"].clone();
    assert_eq!(
        (&probe["kind"], &probe["every"], &probe["options"]["grace"]),
        (&json!("heartbeat"), &json!("1day"), &json!("1h"))
    );
    assert_eq!(outcomes(&pinged.runs("database-backup").await), ["ok"]);
    let audit = pinged.house.json("/api/v1/audit").await;
    let entries = audit["items"].as_array().expect("entries");
    let entry = entries.iter().find(|entry| entry["action"] == "probe.create").expect("it is in the audit");
    assert!(entry["subject"].as_str().is_some_and(|subject| subject.ends_with("nightly/database-backup")), "{entry}");
    pinged.house.end().await;
}
