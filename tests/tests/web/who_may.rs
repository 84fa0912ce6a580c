//! Every route with every role, with tokens and with nobody: what comes of it is what the table of rules says, and there is no route
//! without a rule and no rule without a route.

use std::{collections::BTreeSet, fs, sync::Arc};

use model::{Api, Caller, Identity, PersonId, Role, Scope, Slug, TokenId, TokenOf};
use reqwest::{Client, Method, Response, StatusCode, redirect::Policy};
use rules::rights::{self, Missing, Right};
use serde_json::{Value, json};
use server::{
    Config, House,
    cli::ServeArgs,
    http::{
        pages::{FORMS, PATHS},
        rules::{self as table, ROUTES, Route, Rule},
    },
};
use service::Visit;
use tempfile::TempDir;

const CATALOGUE: &str = "
catalogue: test
systems: [{slug: shop, name: Shop}, {slug: erp, name: ERP}]
integrations:
  - {slug: orders, name: Orders, from: shop, to: erp}
";
const PASSWORD: &str = "four unrelated words here";

/// Someone who asks: as the rules know them, and by which headers the server does.
struct Who {
    name: String,
    caller: Caller,
    header: Option<(&'static str, String)>,
}

struct Scene {
    house: House,
    client: Client,
    all: Vec<Who>,
    _folder: TempDir,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_whom_the_table_lets_in_and_nobody_else() {
    let scene = Scene::begin().await;
    for route in ROUTES {
        for who in &scene.all {
            let answer = scene.ask(route, who).await;
            let said = format!("{} {} as {}", route.method, route.path, who.name);
            let may = match route.rule {
                Rule::Open => Ok(()),
                Rule::Needs(right) => rights::may(&who.caller, right),
            };
            match may {
                Ok(()) => let_in(route, answer, &said).await,
                Err(missing) => refused(route, &answer, missing, &said),
            }
        }
    }
    scene.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_of_the_document_and_of_the_pages_has_a_rule_and_every_rule_a_route() {
    let scene = Scene::begin().await;
    let admin = scene.all.iter().find(|who| who.name == Role::Admin.as_str()).expect("an administrator");
    let document: Value = scene
        .request(Method::GET, "/api/openapi.json", admin)
        .send()
        .await
        .expect("an answer")
        .json()
        .await
        .expect("JSON");
    let mut known = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let method = method.to_ascii_uppercase();
            let rule = table::of(&method.parse().expect("a method"), path);
            let rule = rule.unwrap_or_else(|| panic!("{method} {path} has no rule"));
            let gated = ["401", "403"].iter().all(|status| operation["responses"].get(*status).is_some());
            assert_eq!(gated, rule != Rule::Open, "{method} {path}: the document says who may");
            known.insert((method, path.clone()));
        }
    }
    for path in PATHS {
        assert!(table::of(&Method::GET, path).is_some(), "the page {path} has no rule");
        known.insert(("GET".to_owned(), path.to_owned()));
    }
    for (form, page) in FORMS {
        assert!(table::of(&Method::POST, form).is_some() && table::is_form(form), "the form {form} has no rule");
        assert!(PATHS.contains(&page), "{form} is of no page");
        known.insert(("POST".to_owned(), form.to_owned()));
    }
    // What is neither: said by hand, so that nothing slips in here.
    let others = [
        ("GET", "/api/v1/stream"),
        ("GET", "/api/openapi.json"),
        ("GET", "/api/docs"),
        ("GET", "/api/docs/"),
        ("GET", "/api/docs/{*path}"),
        ("GET", "/pkg/{*path}"),
        ("GET", "/sign-in/with/{provider}"),
        ("GET", "/sign-in/with/{provider}/back"),
        ("POST", "/demo/view"),
    ];
    known.extend(others.map(|(method, path)| (method.to_owned(), path.to_owned())));
    for path in ["/ping/{key}", "/ping/{key}/{what}", "/ping/{key}/{what}/{then}"] {
        let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
        known.extend(methods.map(|method| (method.to_owned(), path.to_owned())));
    }
    let ruled: BTreeSet<_> = ROUTES.iter().map(|route| (route.method.to_owned(), route.path.to_owned())).collect();
    assert_eq!(ruled, known);
    scene.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_not_ask_may_not_stop_the_asking_either() {
    // Given a route that lets managers in, since they acknowledge and mute by it.
    let scene = Scene::begin().await;
    for who in &scene.all {
        let body = json!({ "action": "pause" });
        let path = "/api/v1/integrations/orders/handling";
        let answer = scene.request(Method::POST, path, who).json(&body).send().await.expect("an answer");
        // When they want to pause by it, then it takes what to ask takes.
        let status = match rights::may(&who.caller, Right::Operate) {
            Ok(()) => StatusCode::OK,
            Err(Missing::SignIn) => StatusCode::UNAUTHORIZED,
            Err(Missing::Role(_) | Missing::TokenMayOnlySend) => StatusCode::FORBIDDEN,
        };
        assert_eq!(answer.status(), status, "{}", who.name);
    }
    scene.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_never_answered_with_what_somebody_else_saw_a_moment_before() {
    let scene = Scene::begin().await;
    let admin = scene.all.iter().find(|who| who.name == Role::Admin.as_str()).expect("an administrator");
    for _ in 0..3 {
        for who in &scene.all {
            let page = scene.request(Method::GET, "/runs", who).header("accept", "text/html").send().await;
            let page = page.expect("an answer").text().await.expect("a page");
            let is_admins = who.name == admin.name;
            assert_eq!(page.contains(&address(&admin.name)), is_admins, "{} sees the administrator's page", who.name);
        }
    }
    scene.house.end().await;
}

/// Whoever may is let in: to an answer, to a refusal of what they said, or to a thing that is not there.
async fn let_in(route: &Route, answer: Response, said: &str) {
    let status = answer.status();
    assert!(!status.is_server_error(), "{said}: {status}");
    assert_ne!(status, StatusCode::FORBIDDEN, "{said}");
    assert_ne!(status, StatusCode::METHOD_NOT_ALLOWED, "{said}");
    assert!(!leads_to_sign_in(&answer) || route.path == "/sign-out", "{said} is sent to sign in");
    // Whose email and password do not go together is told so, and after some tries that they have to wait.
    let is_gate = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS);
    assert!(!is_gate || route.path == "/sign-in", "{said}: {status}");
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if status == StatusCode::NOT_FOUND && kind == "application/problem+json" {
        let problem: Value = answer.json().await.expect("a problem");
        let detail = problem["detail"].as_str().unwrap_or_default();
        assert!(!detail.starts_with("There is nothing at"), "{said}: there is no such route");
    }
}

/// Whoever may not is told why: by a page where people look, by a problem where programs do.
fn refused(route: &Route, answer: &Response, missing: Missing, said: &str) {
    let is_page = route.method == "GET" && PATHS.contains(&route.path);
    match (missing, is_page) {
        (Missing::SignIn, true) => assert!(leads_to_sign_in(answer), "{said}: {}", answer.status()),
        (Missing::SignIn, false) => {
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{said}");
            assert_eq!(answer.headers()["www-authenticate"], "Bearer", "{said}");
        }
        (Missing::Role(_) | Missing::TokenMayOnlySend, _) => {
            assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{said}");
        }
    }
    let kind = answer.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    assert!(is_page || kind == "application/problem+json", "{said}: {kind}");
}

fn leads_to_sign_in(answer: &Response) -> bool {
    let to = answer.headers().get("location").and_then(|to| to.to_str().ok());
    answer.status() == StatusCode::SEE_OTHER && to.is_some_and(|to| to.starts_with("/sign-in"))
}

fn address(name: &str) -> String {
    format!("{name}@example.com")
}

impl Scene {
    /// A house with one person a role, a token of the engineer, and one of an integration.
    async fn begin() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = |name: &str| folder.path().join(name).display().to_string();
        fs::write(folder.path().join("catalogue.yaml"), CATALOGUE).expect("a catalogue");
        let settings = format!(
            "listen = '127.0.0.1:0'\ndatabase = '{}'\ndata = '{}'\ncatalogue = '{}'\n",
            place("bridgewatch.db"),
            place("data"),
            place("catalogue.yaml")
        );
        fs::write(folder.path().join("bridgewatch.toml"), settings).expect("a configuration");
        let args = ServeArgs { config: Some(folder.path().join("bridgewatch.toml")), ..ServeArgs::default() };
        let house = House::start(Config::read(&args).expect("a configuration")).await.expect("a house");
        let client = Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client");

        let mut all = vec![Who { name: "nobody".to_owned(), caller: Caller::Nobody, header: None }];
        for role in Role::ALL {
            all.push(signed_in(&house, *role).await);
        }
        let mut scene = Self { house, client, all, _folder: folder };
        let engineer = scene.all.iter().find(|who| who.name == Role::Engineer.as_str()).expect("an engineer");
        let (own, of) =
            (scene.token(engineer, json!({ "name": "own" })).await, json!({ "name": "of", "integration": "orders" }));
        let integrations = scene.token(engineer, of).await;
        let identity = Arc::new(engineer.caller.identity().expect("a person").clone());
        let own_of = TokenOf::Person { id: PersonId(0), identity };
        let slug = Slug::parse("orders").expect("a slug");
        scene.all.push(with_token("a token of an engineer", own_of, &own));
        scene.all.push(with_token("a token of an integration", TokenOf::Integration { slug }, &integrations));
        scene
    }

    async fn token(&self, who: &Who, wish: Value) -> String {
        let answer = self.request(Method::POST, "/api/v1/tokens", who).json(&wish).send().await.expect("an answer");
        let made: Value = answer.error_for_status().expect("a token").json().await.expect("a token");
        made["token"].as_str().expect("a token").to_owned()
    }

    fn request(&self, method: Method, path: &str, who: &Who) -> reqwest::RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.house.url()));
        request = request.header("origin", self.house.url());
        if let Some((name, value)) = &who.header {
            request = request.header(*name, value);
        }
        request
    }

    async fn ask(&self, route: &Route, who: &Who) -> Response {
        let method: Method = route.method.parse().expect("a method");
        // Who signs out is nobody from then on, and could not go on.
        let who = if route.path == "/sign-out" { &self.all[0] } else { who };
        let mut request = self.request(method.clone(), &some(route.path), who);
        if method == Method::GET {
            let accept = if PATHS.contains(&route.path) { "text/html" } else { "application/json" };
            request = request.header("accept", accept);
        } else if table::is_form(route.path) {
            request = request.header("content-type", "application/x-www-form-urlencoded").body("some=thing");
        } else {
            request = request.header("content-type", "application/json").body("{}");
        }
        request.send().await.expect("an answer")
    }
}

/// A path with something in the place of each name; what it names is mostly not there.
fn some(path: &str) -> String {
    let id = if path.starts_with("/runs") || path.starts_with("/api/v1/runs") { NO_RUN } else { "999999" };
    path.replace("{slug}", "orders")
        .replace("{id}", id)
        .replace("{chart}", "latency")
        .replace("{probe}", "none")
        .replace("{system}", "none")
        .replace("{name}", "NONE")
        .replace("{what}", "start")
        .replace("{key}", "none")
        .replace("{link}", "none")
        .replace("{provider}", "none")
        .replace("{*path}", "none")
}

const NO_RUN: &str = "00000000-0000-0000-0000-000000000000";

/// Somebody of this role, invited and signed in.
async fn signed_in(house: &House, role: Role) -> Who {
    let (name, email) = (role.to_string(), address(role.as_str()));
    let local = house.service().acting_as(Caller::Local);
    let link = local.invite(json!({ "email": email, "name": name, "role": role })).await.expect("an invitation");
    let secret = link.path.rsplit('/').next().expect("a link");
    let session = house.service().choose_password(secret, None, PASSWORD, &Visit::default()).await.expect("a session");
    let identity = Identity { name: name.clone(), email: Some(email), role, scope: Scope::default() };
    let caller = Caller::Person { id: link.person.id, identity: Arc::new(identity), session: None, from: None };
    Who { name, caller, header: Some(("cookie", format!("bridgewatch_session={}", session.token))) }
}

fn with_token(name: &str, of: TokenOf, token: &str) -> Who {
    let caller = Caller::Token { id: TokenId(0), of, from: None };
    Who { name: name.to_owned(), caller, header: Some(("authorization", format!("Bearer {token}"))) }
}
