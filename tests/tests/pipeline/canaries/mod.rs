//! Canaries: values that are planted wherever a secret can enter. Whatever comes out and whatever is kept is searched for them.
//!
//! That the search finds something is shown by a value that everybody may read, and that each canary was in play by the servers that
//! it was said to.

mod gathered;
mod planted;
mod scene;

use reqwest::{Method, header::AUTHORIZATION, header::COOKIE};
use serde_json::{Value, json};
use sqlx::{Connection as _, SqliteConnection};
use tests::{
    canary::{Canary, found},
    child::browser,
    wait::until,
};

use planted::{CLIENT, CONTROL, ENVIRONMENT, FILE, SAID, SECRETS, WANTED, WRITTEN, escaped, said};
use scene::{Piece, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_comes_out_or_is_kept_in_clear() {
    let mut scene = Scene::begin().await;
    put_secrets(&mut scene).await;
    say_what_is_refused(&mut scene).await;
    ask_everything(&mut scene).await;
    send_runs(&mut scene).await;
    scene.invite(model::Role::Viewer, &said("anotherspassword").value()).await;
    scene.invite(model::Role::Engineer, &said("anotherspassword").value()).await;
    wait_on_the_spool(&mut scene).await;
    nothing_is_found_by_looking_for_it(&scene).await;

    for (args, told) in commands(&scene) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        scene.command(&args, &told).await;
    }
    gathered::read(&mut scene).await;
    let kept = gathered::kept(scene.path(), "while it runs").await;
    scene.pieces.extend(kept);
    everything_was_said(&scene);

    let opening = scene.opening.clone();
    let (folder, mut pieces) = scene.end().await;
    pieces.extend(gathered::kept(folder.path(), "after its end").await);
    assert_eq!(leaks(&pieces, &opening), Vec::<String>::new());
    the_search_can_find(&pieces);
}

/// By the API, by a form and by a command.
async fn put_secrets(scene: &mut Scene) {
    for (name, canary) in SECRETS.iter().filter(|(name, _)| !["COMMAND", "FORM"].contains(name)) {
        scene
            .tell(
                Method::PUT,
                &format!("/api/v1/secrets/{name}"),
                json!({ "value": canary.value(), "hosts": ["127.0.0.1"] }),
            )
            .await;
    }
    scene.tell(Method::PUT, "/api/v1/secrets/WANTED", json!({ "value": WANTED.value(), "hosts": ["127.0.0.1"] })).await;
    let value = |wanted: &str| SECRETS.iter().find(|(name, _)| *name == wanted).expect("a secret").1.value();
    scene.form("/secrets", &[("name", "FORM"), ("value", &value("FORM")), ("hosts", "127.0.0.1")]).await;
    scene.command(&["secrets", "put", "COMMAND", "--host", "127.0.0.1"], &format!("{}\n", value("COMMAND"))).await;
}

/// What goes wrong is told without what was said.
async fn say_what_is_refused(scene: &mut Scene) {
    let value = said("refusedvalue").value();
    scene.tell(Method::PUT, "/api/v1/secrets/no%20name", json!({ "value": value })).await;
    scene.tell(Method::PUT, "/api/v1/secrets/NAME", json!({ "value": [value] })).await;
    scene.tell(Method::PUT, "/api/v1/secrets/NAME", json!({ "value": value, "also": value })).await;
    scene.tell(Method::PUT, "/api/v1/secrets/NAME", json!(value)).await;
    scene.form("/secrets", &[("name", "no name"), ("value", &said("refusedform").value())]).await;
    let password = said("refusedpassword").value();
    scene.tell(Method::POST, "/api/v1/me/password", json!({ "current": password, "password": [password] })).await;
    scene.tell(Method::POST, "/api/v1/me/password", json!({ "current": password, "password": password })).await;
    scene.form("/account/password", &[("current", &password), ("password", &password), ("again", "another")]).await;

    let option = said("refusedoption").value();
    let user = escaped(&option);
    for options in [
        json!({ "url": format!("http://ada:{user}@[no-host/") }),
        json!({ "url": format!("ftp://ada:{user}@127.0.0.1/") }),
        json!({ "url": "http://127.0.0.1:9/", "bearer": [option] }),
        json!({ "url": format!("http://127.0.0.1:9/?q=${{secret:{option}}}") }),
    ] {
        let probe = json!({ "slug": "api", "kind": "http", "every": "1h", "options": options });
        scene.tell(Method::POST, "/api/v1/probes/try", json!({ "probe": probe })).await;
        let bridge = json!({ "slug": "refused", "name": "Refused", "from": "shop", "to": "erp", "probes": [probe] });
        let answer = scene.tell(Method::POST, "/api/v1/integrations", bridge).await;
        assert!(answer["errors"].is_array(), "{answer}");
    }
    strangers(scene).await;
}

/// Who is not signed in, and may have typed or kept something in the wrong place.
async fn strangers(scene: &mut Scene) {
    let browser = browser();
    let wrong = [("email", "admin@example.com".to_owned()), ("password", said("wrongpassword").value())];
    // Their own email is shown to them again, so this answer is left out.
    let slip = [("email", said("passwordasemail").value()), ("password", "x".to_owned())];
    for (fields, keeps) in [(wrong, true), (slip, false)] {
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        let answer = scene.server.send_form(&browser, &scene.server.url("/sign-in"), &fields).await;
        if keeps {
            scene.keep("the answer to a wrong password", answer).await;
        }
    }
    let link = said("wronglink").song();
    let code = said("codeofaprovider").song();
    // Whoever follows a link is told in its page where they are.
    let begun = browser.get(scene.server.url("/sign-in/with/parrot")).send().await.expect("an answer");
    let cookie = tests::child::cookie_of(&begun);
    let to = url::Url::parse(begun.headers()["location"].to_str().expect("text")).expect("an address");
    let state = to.query_pairs().find(|(name, _)| name == "state").expect("a state").1.into_owned();
    let asks = [
        (format!("/reset/{link}"), "x-none", String::new()),
        ("/api/v1/me".to_owned(), AUTHORIZATION.as_str(), format!("Bearer bw_{}", said("wrongtoken").song())),
        ("/api/v1/me".to_owned(), COOKIE.as_str(), format!("bridgewatch_session={}", said("wrongcookie").song())),
        (format!("/sign-in/with/parrot/back?code={code}&state={state}"), COOKIE.as_str(), cookie),
    ];
    for (path, header, value) in asks {
        let answer = browser.get(scene.server.url(&path)).header(header, value).send().await.expect("an answer");
        scene.keep(format!("the answer to a stranger at {}", path.split('?').next().unwrap_or_default()), answer).await;
    }
}

/// Every probe says its canary, to servers that repeat it.
async fn ask_everything(scene: &mut Scene) {
    for bridge in [planted::bridge(scene), planted::lasting(scene)] {
        let made = scene.tell(Method::POST, "/api/v1/integrations", bridge.clone()).await;
        assert_eq!(made["slug"], bridge["slug"], "{made}");
        for probe in bridge["probes"].as_array().expect("probes") {
            let (slug, probe) = (bridge["slug"].as_str().expect("a slug"), probe["slug"].as_str().expect("a slug"));
            let path = format!("/api/v1/integrations/{slug}/probes/{probe}/run");
            let run = scene.tell(Method::POST, &path, json!({})).await;
            assert!(run["outcome"].is_string() || probe == "written-broken", "{probe}: {run}");
            // What it says of itself is kept and told again with the next change.
            let path = format!("/api/v1/integrations/{slug}/probes/{probe}");
            scene.tell(Method::PATCH, &path, json!({ "down_after": 2 })).await;
        }
    }
    let tried = scene.tell(Method::POST, "/api/v1/channels/parrot/test", json!({})).await;
    assert!(tried["answer"].as_str().is_some_and(|answer| answer.contains(": 500 ")), "{tried}");
    let options = json!({ "url": scene.http.url("/any"), "bearer": said("triedbearer").value() });
    let probe =
        json!({ "slug": "tried", "kind": "http", "every": "1h", "options": options, "assert": ["body == 'no'"] });
    scene.tell(Method::POST, "/api/v1/probes/try", json!({ "probe": probe })).await;
}

/// A job that tells more than it should: the address of a database in its message.
async fn send_runs(scene: &mut Scene) {
    let made = scene.tell(Method::POST, "/api/v1/tokens", json!({ "name": "nightly", "integration": "bridge" })).await;
    // That answer shows it once.
    scene.pieces.pop();
    let token = made["token"].as_str().expect("a token").to_owned();
    let message = format!("no connection to postgres://ada:{}@db.example/orders", escaped(&said("runmessage").value()));
    let step = format!("GET https://erp.example/?api_key={} failed", escaped(&said("stepmessage").value()));
    let run = json!({
        "external_id": CONTROL.song(), "outcome": "failed", "message": message,
        "steps": [{ "name": "load", "outcome": "failed", "message": step }],
    });
    let ask = browser().post(scene.server.url("/api/v1/integrations/bridge/runs")).bearer_auth(&token).json(&run);
    let answer = ask.send().await.expect("an answer");
    assert_eq!(answer.status(), 201);
    scene.keep("the receipt of a run", answer).await;
    scene.opening.push(token);
}

/// Somebody else locks the store, so that runs wait on the disk.
async fn wait_on_the_spool(scene: &mut Scene) {
    let database = scene.path().join("data/bridgewatch.db").display().to_string();
    let mut other = SqliteConnection::connect(&database).await.expect("the store opens");
    sqlx::query("begin exclusive").execute(&mut other).await.expect("the lock");
    let spool = scene.path().join("data/spool/runs.jsonl");
    let waiting = until("runs on the spool", async || {
        std::fs::read(&spool).ok().filter(|bytes| !found([&CONTROL], bytes).is_empty())
    })
    .await;
    sqlx::query("rollback").execute(&mut other).await.expect("the lock is given back");
    other.close().await.expect("the connection can be closed");
    scene.pieces.push(Piece::new("the spool", waiting));
}

/// Whoever guesses a value piece by piece must not be told that they are right.
async fn nothing_is_found_by_looking_for_it(scene: &Scene) {
    let all = SECRETS.iter().map(|(_, canary)| canary).chain(&SAID);
    for (canary, is_found) in all.map(|canary| (canary, false)).chain([(&CONTROL, true)]) {
        let path = format!("/api/v1/runs?q={}", canary.song());
        let answer = scene.admin().get(scene.server.url(&path)).send().await.expect("an answer");
        let page: Value = answer.json().await.expect("a list");
        assert_eq!(page["items"] != json!([]), is_found, "{path}: {page}");
    }
}

/// Commands that say something, and what they are told.
fn commands(scene: &Scene) -> Vec<(Vec<String>, String)> {
    let catalogue = scene.catalogue();
    let elsewhere = format!("postgres://ada:{}@127.0.0.1:9/none", escaped(&said("databasepassword").value()));
    let args = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let lines = ["export", "audit export", "audit verify", "secrets list", "user list", "backup copy.db"];
    let mut commands: Vec<_> = lines.iter().map(|line| (args(line), String::new())).collect();
    commands.push(([args("apply --dry-run"), vec![catalogue]].concat(), String::new()));
    commands.push(([args("export --database"), vec![elsewhere]].concat(), String::new()));
    commands
}

/// Each canary was in play: whoever it was meant for heard it.
fn everything_was_said(scene: &Scene) {
    let heard = [scene.http.heard(), scene.tcp.heard()].concat();
    // No word is said to whom one does not trust, what is waited for is not said, and what is signed with is not sent.
    let said = SECRETS.iter().filter(|(name, _)| !["TLS", "CHANNELKEY"].contains(name)).map(|(_, canary)| canary);
    let all: Vec<&Canary> = said.chain([&ENVIRONMENT, &FILE, &CLIENT]).chain(&WRITTEN[..5]).collect();
    let unheard: Vec<_> = all.into_iter().filter(|canary| found([*canary], &heard).is_empty()).collect();
    assert!(unheard.is_empty(), "never said: {unheard:?}");
}

/// What was found where it must not be.
fn leaks(pieces: &[Piece], opening: &[String]) -> Vec<String> {
    let secrets =
        || SECRETS.iter().map(|(_, canary)| canary).chain([&ENVIRONMENT, &FILE, &WANTED, &CLIENT]).chain(&SAID);
    let mut leaks = Vec::new();
    for piece in pieces {
        let written = WRITTEN.iter().filter(|_| !piece.is_store);
        leaks.extend(
            found(secrets().chain(written), &piece.bytes).into_iter().map(|it| format!("{it} in {}", piece.name)),
        );
        let text = String::from_utf8_lossy(&piece.bytes);
        let opens = |it: &&String| text.contains(it.rsplit('=').next().unwrap_or_default());
        leaks.extend(opening.iter().filter(opens).map(|_| format!("what opens something in {}", piece.name)));
    }
    leaks
}

/// The same search finds what may be read, wherever there is anything to find; and what the store has to keep, in the store.
fn the_search_can_find(pieces: &[Piece]) {
    let holds = |part: &str, canary: &Canary| {
        pieces.iter().any(|piece| piece.name.contains(part) && !found([canary], &piece.bytes).is_empty())
    };
    for part in [
        "/integrations/bridge as viewer (identity)",
        "/integrations/bridge as viewer (gzip)",
        "/api/v1/integrations/bridge as engineer (identity)",
        "/api/v1/catalogue as admin",
        "/api/v1/audit?limit=1000 as admin (identity)",
        "/api/v1/audit/export as admin (identity)",
        "what `bridgewatch export` says",
        "what `bridgewatch audit export` says",
        "the spool",
        "the file serve.log while",
        "the file data/bridgewatch.db while",
        "the file data/bridgewatch.db-wal while",
        "the rows of data/bridgewatch.db after",
        "the file copy.db while",
        "the rows of copy.db while",
    ] {
        assert!(holds(part, &CONTROL), "nothing is found in {part}");
    }
    for canary in &WRITTEN {
        assert!(holds("the rows of data/bridgewatch.db after", canary), "{canary:?} is in the store");
    }
    for part in ["/metrics as admin (identity)", "the file data/bridgewatch.db-shm while", "the stream"] {
        assert!(pieces.iter().any(|piece| piece.name.contains(part) && !piece.bytes.is_empty()), "{part} was searched");
    }
}
