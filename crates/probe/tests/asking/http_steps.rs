//! Several requests in order, and what one finds for the next.

use model::{Reason, Span};
use probe::{Asking, Clients};
use rules::assess::Fact;
use serde_json::{Value, json};

use crate::{
    harness::{NOW, Names, PATIENT, about, ask, ask_through, ask_within, built, spec, trouble},
    server::{Received, Server, answer},
};

/// A shop: who signs in may put an order, ask for it and take it away.
async fn shop() -> Server {
    Server::http(|request| {
        let signed_in = request.header("authorization") == Some("Bearer tok/en 1")
            && request.header("cookie").is_some_and(|cookie| cookie.contains("sid=s-1"));
        match request.line.trim_end_matches(" HTTP/1.1") {
            "POST /login" if request.body == "password=hush+silence&user=watch" => {
                answer("200 OK", "set-cookie: sid=s-1; Path=/\r\n", r#"{"auth": {"tokens": [{"value": "tok/en 1"}]}}"#)
            }
            "POST /orders" if signed_in => answer("201 Created", "location: /orders/A%204711?x\r\n", "created"),
            "GET /orders/A%204711" if signed_in => answer("200 OK", "", r#"{"number": "A 4711", "state": "new"}"#),
            "DELETE /orders/A%204711" if signed_in => answer("204 No Content", "", ""),
            _ => answer("403 Forbidden", "", &format!("{request:?}")),
        }
    })
    .await
}

fn steps(shop: &Server) -> Value {
    json!({
        "steps": [
            {
                "name": "login", "url": shop.url("/login"),
                "body_form": {"user": "watch", "password": "hush silence"},
                "assert": ["status == 200", "json.auth.tokens.size() == 1"],
                "extract": [
                    {"name": "token", "from_json": "auth.tokens[0].value"},
                    {"name": "session", "from_cookie": "sid"},
                ],
            },
            {
                "name": "create", "url": shop.url("/orders"), "bearer": "${login.token}",
                "body_json": {"sku": "7"}, "assert": ["status == 201"],
                "extract": [{"name": "number", "from_header": "location", "regex": "A%20(\\d+)", "shown": true}],
            },
            {
                "name": "look", "url": shop.url("/orders/A%20${create.number}"), "bearer": "${login.token}",
                "assert": ["json.state == 'new'"],
            },
        ],
        "cleanup": [{
            "name": "remove", "method": "DELETE", "url": shop.url("/orders/A%20${create.number}"),
            "bearer": "${login.token}", "assert": ["status == 204"],
        }],
    })
}

pub fn lines(received: &[Received]) -> Vec<&str> {
    received.iter().map(|request| request.line.trim_end_matches(" HTTP/1.1")).collect()
}

#[tokio::test]
async fn what_one_step_finds_the_next_uses_and_the_end_is_clean() {
    let mut shop = shop().await;
    let words = "steps values status json body headers";

    let seen = ask(&about("http_steps", steps(&shop), words)).await;

    assert_eq!(seen.trouble, None);
    let received = shop.all_received();
    assert_eq!(lines(&received), ["POST /login", "POST /orders", "GET /orders/A%204711", "DELETE /orders/A%204711"]);
    // Expressions see each step, what may be shown, and the last answer of the steps.
    let Some(Fact::Map(steps)) = seen.facts.get("steps") else { panic!("steps") };
    let Fact::Map(create) = &steps["create"] else { panic!("a step") };
    assert_eq!(create["status"], Fact::Int(201));
    assert!(matches!(create["latency"], Fact::DurationUs(1..)) && create.contains_key("first_byte"));
    assert_eq!(steps.len(), 4);
    let Some(Fact::Map(values)) = seen.facts.get("values") else { panic!("values") };
    assert_eq!(values.len(), 1, "{values:?}");
    assert_eq!(values["create"], Fact::Map([("number".to_owned(), Fact::from("4711"))].into()));
    assert_eq!(seen.facts.get("status"), Some(&Fact::Int(200)));
    assert!(seen.facts.body().is_some_and(|body| String::from_utf8_lossy(body).contains("\"state\": \"new\"")));
    // People see a line of each, and neither the password nor what was found with it.
    let exchange = seen.exchange.as_ref().expect("an exchange");
    let login = &exchange.request.headers[0];
    assert_eq!(login.0, "step login");
    assert!(login.1.starts_with(&format!("POST {}: 200 in ", shop.url("/login"))), "{}", login.1);
    assert!(login.1.ends_with("; held: status == 200, json.auth.tokens.size() == 1"), "{}", login.1);
    assert_eq!(exchange.request.url, shop.url("/orders/A%204711"));
    let shown = format!("{seen:?} {}", String::from_utf8_lossy(seen.facts.body().unwrap_or_default()));
    for secret in ["hush", "tok/en", "s-1"] {
        assert!(!shown.contains(secret), "{secret}: {shown}");
    }
    assert!(seen.phases.first_byte_us.is_some() && seen.latency_us > 0);
}

#[tokio::test]
async fn a_step_that_fails_ends_the_steps_and_not_the_cleaning() {
    let mut shop = shop().await;
    let mut options = steps(&shop);
    options["steps"][2]["assert"] = json!(["json.state == 'sent'"]);
    options["steps"].as_array_mut().expect("steps").push(json!({"name": "never", "url": shop.url("/never")}));

    let seen = ask(&spec("http_steps", options)).await;

    assert_eq!(
        trouble(&seen),
        (Reason::Assertion, "step `look`: `json.state == 'sent'` does not hold: \"new\" == \"sent\"")
    );
    let received = shop.all_received();
    assert_eq!(lines(&received)[2..], ["GET /orders/A%204711", "DELETE /orders/A%204711"]);
    // What is shown is the step that failed.
    let exchange = seen.exchange.expect("an exchange");
    assert_eq!(exchange.request.url, shop.url("/orders/A%204711"));
    assert_eq!(exchange.request.method, "GET");
    assert_eq!(exchange.request.headers.iter().filter(|(name, _)| name.starts_with("step ")).count(), 4);
}

#[tokio::test]
async fn what_was_never_made_need_not_be_taken_away() {
    let mut shop = shop().await;
    let mut options = steps(&shop);
    options["steps"][0]["body_form"]["password"] = "wrong".into();

    let seen = ask(&spec("http_steps", options)).await;

    assert_eq!(trouble(&seen), (Reason::Auth, "step `login`: answered 403 Forbidden"));
    assert_eq!(lines(&shop.all_received()), ["POST /login"]);
    let lines = seen.exchange.expect("an exchange").request.headers;
    assert_eq!(lines[1], ("step remove".to_owned(), "left out: what it refers to was never found".to_owned()));
}

#[tokio::test]
async fn cleaning_that_fails_is_trouble_of_its_own() {
    let shop = shop().await;
    let mut options = steps(&shop);
    options["cleanup"][0]["url"] = shop.url("/elsewhere").into();
    let seen = ask(&spec("http_steps", options)).await;
    let (reason, message) = trouble(&seen);
    assert_eq!(reason, Reason::Auth);
    assert_eq!(message, "step `remove`: answered 403 Forbidden");
    assert_eq!(seen.exchange.expect("an exchange").request.method, "DELETE");
}

#[tokio::test]
async fn there_is_time_left_for_cleaning() {
    let server = Server::raw(|mut stream, number| async move {
        if number == 0 {
            std::future::pending::<()>().await;
        }
        let _asked = crate::server::read_request(&mut stream).await;
        let _gone = tokio::io::AsyncWriteExt::write_all(&mut stream, answer("200 OK", "", "").as_bytes()).await;
    })
    .await;
    let options = json!({
        "steps": [{"name": "slow", "url": server.url("/slow")}],
        "cleanup": [{"name": "remove", "url": server.url("/remove"), "assert": ["status == 200"]}],
    });
    let clients = Clients::new().expect("clients");
    let seen = ask_within(&spec("http_steps", options), &clients, Span::ms(2_500)).await;
    let message = format!("step `slow`: no answer from {} within 2s (waiting for the first byte)", server.address);
    assert_eq!(trouble(&seen), (Reason::Timeout, message.as_str()));
    let lines = seen.exchange.expect("an exchange").request.headers;
    assert!(lines[1].1.contains(": 200 in ") && lines[1].1.ends_with("held: status == 200"), "{lines:?}");
}

#[tokio::test]
async fn a_value_that_is_not_there_is_said() {
    let server = Server::http(|_| answer("200 OK", "x-id: \r\n", r#"{"a": null}"#)).await;
    for (extract, reason, why) in [
        (json!({"from_json": "a"}), Reason::Assertion, "nothing stands there in the answer"),
        (json!({"from_json": "b[0]"}), Reason::Assertion, "nothing stands there in the answer"),
        (json!({"from_header": "location"}), Reason::Assertion, "the answer has no such header"),
        (json!({"from_header": "x-id"}), Reason::Assertion, "it is empty"),
        (json!({"from_cookie": "sid"}), Reason::Assertion, "there is no such cookie"),
        (json!({"regex": "id=(\\d+)"}), Reason::Assertion, "the regular expression finds nothing"),
    ] {
        let mut extract = extract;
        extract["name"] = "id".into();
        let options = json!({"steps": [{"name": "find", "url": server.url("/"), "extract": [extract]}]});
        let seen = ask(&spec("http_steps", options)).await;
        let message = format!("step `find`: no value for `id`: {why}");
        assert_eq!(trouble(&seen), (reason, message.as_str()));
    }
    let server = Server::http(|_| answer("200 OK", "", "a page")).await;
    let step = json!({"name": "find", "url": server.url("/"), "extract": [{"name": "id", "from_json": "a"}]});
    let seen = ask(&spec("http_steps", json!({"steps": [step]}))).await;
    assert_eq!(trouble(&seen), (Reason::Parse, "step `find`: no value for `id`: the answer is no JSON"));
}

#[tokio::test]
async fn a_value_stays_in_its_place_of_an_address() {
    let mut server = Server::http(|_| answer("200 OK", "", "a/b?c#d@e")).await;
    let found = json!({"name": "find", "url": server.url("/"), "extract": [{"name": "id", "regex": ".+"}]});
    let used = json!({
        "name": "use", "url": server.url("/in/${find.id}?q=${find.id}&x=1"), "query": {"r": "${find.id}"},
        "headers": {"x-id": "<${find.id}>"}, "body": "${find.id} ${other.id} $${find.id}",
    });
    let mut options = json!({"steps": [found, used]});

    // What no step takes out is a fault; written twice its dollar, it is a text.
    let clients = Clients::new().expect("clients");
    let faults = probe::build(&spec("http_steps", options.clone()), &clients).map(|_| ()).expect_err("a fault");
    assert!(faults[0].message.contains("`${other.id}`, which no step before it takes out"), "{faults:?}");
    options["steps"][1]["body"] = "${find.id}".into();

    assert_eq!(ask(&spec("http_steps", options)).await.trouble, None);
    let (_, received) = (server.received().await, server.received().await);
    let (path, query) = ("/in/a/b%3Fc%23d%40e", "q=a%2Fb%3Fc%23d%40e&x=1&r=a%2Fb%3Fc%23d%40e");
    assert_eq!(received.line, format!("POST {path}?{query} HTTP/1.1"));
    assert_eq!((received.header("x-id"), received.body.as_str()), (Some("<a/b?c#d@e>"), "a/b?c#d@e"));
}

#[test]
fn all_whom_the_steps_ask_are_counted() {
    let clients = Names::of([]).clients();
    let options = json!({
        "steps": [
            {"name": "a", "url": "https://login.example/"}, {"name": "b", "url": "https://erp.example/x"},
            {"name": "c", "url": "https://login.example/y"},
        ],
        "cleanup": [{"name": "d", "url": "http://crm.example/"}],
    });
    let peer = built(&spec("http_steps", options), &clients).peer().expect("a peer");
    assert_eq!(peer.as_str(), "https://login.example:443 and https://erp.example:443 and http://crm.example:80");
}

#[tokio::test]
async fn redirects_and_cookies_are_those_of_http() {
    let mut server = Server::http(|request| {
        if request.line.contains("/a") {
            return answer("302 Found", "set-cookie: n=1; Path=/\r\nlocation: /b\r\n", "");
        }
        answer("200 OK", "", "")
    })
    .await;
    let step = |name: &str, path: &str| json!({"name": name, "url": server.url(path)});
    let options = json!({"steps": [step("one", "/a"), step("two", "/c")]});
    let seen = ask_through(&spec("http_steps", options), &Clients::new().expect("clients")).await;
    assert_eq!(seen.trouble, None);
    let received = server.all_received();
    assert_eq!(lines(&received), ["GET /a", "GET /b", "GET /c"]);
    assert_eq!(received[2].header("cookie"), Some("n=1"));
}

#[tokio::test]
async fn what_may_be_shown_is_so_without_the_secrets_that_it_holds() {
    let body = r#"{"note": "hush silence opens tok/en 1", "token": "tok/en 1"}"#;
    let mut server = Server::http(move |_| answer("200 OK", "", body)).await;
    let options = json!({"steps": [
        {
            "name": "login", "url": server.url("/login"), "username": "watch", "password": "hush silence",
            "extract": [{"name": "note", "from_json": "note", "shown": true}, {"name": "token", "from_json": "token"}],
        },
        {"name": "use", "url": server.url("/use"), "body": "${login.note}"},
    ]});

    let seen = ask(&about("http_steps", options, "values")).await;

    let Some(Fact::Map(values)) = seen.facts.get("values") else { panic!("values: {:?}", seen.trouble) };
    let note = Fact::from("(redacted) opens (redacted)");
    assert_eq!(values["login"], Fact::Map([("note".to_owned(), note)].into()));
    // Where it is sent, it is whole.
    let (_, used) = (server.received().await, server.received().await);
    assert_eq!(used.body, "hush silence opens tok/en 1");
}

#[tokio::test]
async fn steps_are_the_same_in_every_check() {
    let mut server = Server::http(|_| answer("200 OK", "", r#"{"id": "A 1", "of": {"kind": "order"}}"#)).await;
    let find = json!({
        "name": "find", "url": server.url("/find?page=1"), "bearer": "tok/en 1", "body_json": {"sku": "7"},
        "extract": [{"name": "id", "from_json": "id"}, {"name": "kind", "from_json": "of.kind"}],
    });
    let look = json!({"name": "look", "url": server.url("/${find.kind}/${find.id}")});
    let probe = built(&spec("http_steps", json!({"steps": [find, look]})), &Clients::new().expect("clients"));
    for check in 0..2 {
        let seen = probe.ask(&Asking { at: NOW, timeout: PATIENT }).await;
        assert_eq!(seen.trouble, None, "check {check}");
        assert!(!format!("{seen:?}").contains("tok/en"), "check {check}: {seen:?}");
        let (found, looked) = (server.received().await, server.received().await);
        assert_eq!((found.line.as_str(), found.body.as_str()), ("POST /find?page=1 HTTP/1.1", r#"{"sku":"7"}"#));
        assert_eq!(found.header("authorization"), Some("Bearer tok/en 1"));
        assert_eq!(looked.line, "GET /order/A%201 HTTP/1.1");
    }
}
