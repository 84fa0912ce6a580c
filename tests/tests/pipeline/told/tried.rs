//! Somebody tries a channel: the other side's words come back, and what it was told stays with it.

use std::fs;

use model::ChannelKind;
use notify::Security;
use serde_json::{Value, json};
use server::config::{ChannelSettings, RelaySecurity};
use tests::{
    house::TestHouse,
    relay::{MailRelay, PASSWORD},
    target::Target,
};

use super::bridges::{channel, mail, slack, telling};

/// At least as long as a secret has to be, and found nowhere else.
const VALUE: &str = "hush-hush-in-the-path";

async fn tried(house: &TestHouse, name: &str) -> (bool, String) {
    let (status, answer) = house.post(&format!("/api/v1/channels/{name}/test"), &Value::Null).await;
    assert_eq!(status, 200, "{name}: {answer}");
    (answer["ok"].as_bool().expect("yes or no"), answer["answer"].as_str().expect("words").to_owned())
}

async fn put_secret(house: &TestHouse, name: &str, value: &str, host: &str) {
    let put = house.client().put(house.url(&format!("/api/v1/secrets/{name}")));
    let put = put.json(&json!({ "value": value, "hosts": [host] })).send().await.expect("an answer");
    assert_eq!(put.status(), 200, "{name}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_tries_a_channel_hears_what_the_other_side_says() {
    // Given channels of each kind, one of them to an address that holds a secret.
    let (relay, target) = (MailRelay::open(), Target::start().await);
    let hook = ChannelSettings {
        url: Some(target.url("/hook/${secret:HOOK}")),
        secret: Some("${secret:SIGN}".to_owned()),
        ..channel("hook", ChannelKind::Webhook)
    };
    let channels = vec![
        mail("team-blue", "team-blue@contoso.example"),
        mail("former", "gone@contoso.example"),
        slack("chat", target.url("/chat")),
        hook,
    ];
    let house = TestHouse::configured(|config| telling(config, &relay, channels)).await;
    put_secret(&house, "HOOK", VALUE, "127.0.0.1").await;
    put_secret(&house, "SIGN", "a key of more than sixteen bytes", "127.0.0.1").await;

    // When they are tried, then whoever asked hears how it went.
    assert_eq!(tried(&house, "team-blue").await, (true, "250 2.0.0 Ok: queued as 1".to_owned()));
    let (ok, answer) = tried(&house, "former").await;
    assert!(!ok && answer.contains("550 5.1.1 nobody of this name"), "{answer}");
    for name in ["chat", "hook"] {
        assert_eq!(tried(&house, name).await, (true, r#"200 {"ok": true}"#.to_owned()), "{name}");
    }
    target.answers(503, &format!("nobody at /hook/{VALUE} now"));
    let (ok, answer) = tried(&house, "hook").await;
    assert!(!ok && answer.contains("503 nobody at") && !answer.contains(VALUE), "{answer}");

    // And it came where it was to, and says that it is a test.
    let taken = relay.taken();
    assert!(taken.len() == 1 && taken[0].header("Subject").starts_with("Test: "), "{taken:?}");
    assert!(taken[0].body().contains("Nothing happened"), "{}", taken[0].mail);
    let asked: Vec<String> = target.log().into_iter().map(|answered| answered.path).collect();
    assert_eq!(asked, ["/chat".to_owned(), format!("/hook/{VALUE}"), format!("/hook/{VALUE}")]);

    // And who lists the channels sees neither addresses nor secrets.
    let listed = house.json("/api/v1/channels").await;
    let names = listed["items"].as_array().expect("a list").iter().map(|channel| &channel["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["chat", "former", "hook", "team-blue"]);
    for hidden in ["contoso", "127.0.0.1", "HOOK", VALUE] {
        assert!(!listed.to_string().contains(hidden), "{hidden} in {listed}");
    }

    // And the secret is known to be used, and a channel that is not there not to be there.
    let secrets = house.json("/api/v1/secrets").await;
    let used = secrets["items"].as_array().expect("a list").iter().map(|secret| &secret["used_by"]);
    assert_eq!(used.collect::<Vec<_>>(), [&json!(["channel hook"]), &json!(["channel hook"])]);
    let (status, problem) = house.post("/api/v1/channels/nowhere/test", &Value::Null).await;
    assert_eq!(status, 404, "{problem}");
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_of_a_company_s_own_is_signed_in_to_with_a_secret_of_the_vault() {
    // Given a relay that wants STARTTLS and a login, and whose certificate only a file vouches for.
    let relay = MailRelay::guarded(Security::StartTls);
    let known = relay.settings(&["team-blue@contoso.example"]).relay;
    let folder = tempfile::tempdir().expect("a folder");
    let roots = folder.path().join("company.pem");
    fs::write(&roots, known.roots.expect("certificates")).expect("a file");
    let house = TestHouse::configured(|config| {
        telling(config, &relay, vec![mail("team-blue", "team-blue@contoso.example")]);
        config.extra_roots = Some(roots);
        let login = known.login.expect("a login");
        let mail = config.mail.as_mut().expect("a relay");
        mail.relay = format!("localhost:{}", known.port);
        mail.security = RelaySecurity::StartTls;
        (mail.user, mail.password) = (Some(login.user), Some(login.password));
    })
    .await;

    // When the password is not there, or may not go there, then that is said; and once it may, it opens the relay.
    let (ok, answer) = tried(&house, "team-blue").await;
    assert!(!ok && answer.starts_with("its password: ${secret:RELAY}: there is no such secret"), "{answer}");
    put_secret(&house, "RELAY", PASSWORD, "smtp.example.com").await;
    let (ok, answer) = tried(&house, "team-blue").await;
    assert!(!ok && answer.contains("it may be sent to smtp.example.com only"), "{answer}");
    put_secret(&house, "RELAY", PASSWORD, "localhost").await;
    assert_eq!(tried(&house, "team-blue").await, (true, "250 2.0.0 Ok: queued as 1".to_owned()));
    let envelope = &relay.taken()[0].envelope;
    assert_eq!((&envelope["tls"], &envelope["login"]), (&json!(true), &json!(true)));
    house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_by_http_goes_where_probes_may_and_nowhere_else() {
    let (relay, target) = (MailRelay::open(), Target::start().await);
    let written = target.url("/in");
    let named = written.replace("127.0.0.1", "localhost");
    let house = TestHouse::configured(|config| {
        config.deny_loopback = true;
        telling(config, &relay, vec![slack("written", written), slack("named", named)]);
    })
    .await;
    for name in ["written", "named"] {
        let (ok, answer) = tried(&house, name).await;
        assert!(!ok && answer.contains("is of this machine"), "{name}: {answer}");
    }
    assert_eq!(target.asked(), 0);
    house.end().await;
}
