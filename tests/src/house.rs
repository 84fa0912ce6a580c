//! A whole Bridgewatch in a temporary folder, on a free port.

use std::{fs, path::Path, sync::Arc};

use model::{Api as _, Caller, Clock, Role, Scope, SystemClock};
use reqwest::{
    Client, StatusCode,
    header::{COOKIE, ORIGIN},
};
use serde_json::{Value, json};
use server::{Config, House};
use service::Visit;
use tempfile::TempDir;

/// Of everybody whom the harness makes.
pub const PASSWORD: &str = "four unrelated words here";
/// The administrator as whom the house's own client asks.
pub const ADMINISTRATOR: &str = "admin@example.com";

/// A running house with a client that talks to it as its administrator. Ask it to [`end`](Self::end) when the test is done, so
/// that a background task that died fails the test.
pub struct TestHouse {
    house: House,
    folder: Arc<TempDir>,
    client: Client,
}

impl TestHouse {
    /// With this catalogue (YAML).
    pub async fn with(catalogue: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        fs::write(folder.path().join("catalogue.yaml"), catalogue).expect("a catalogue");
        Self::in_folder(folder).await
    }

    /// With nothing in it.
    pub async fn empty() -> Self {
        Self::configured(|_| {}).await
    }

    /// With nothing in it, and this changed of the usual.
    pub async fn configured(change: impl FnOnce(&mut Config)) -> Self {
        Self::under(Arc::new(SystemClock), change).await
    }

    /// The same under another clock.
    pub async fn under(clock: Arc<dyn Clock>, change: impl FnOnce(&mut Config)) -> Self {
        Self::start(Arc::new(tempfile::tempdir().expect("a folder")), clock, change).await
    }

    /// With this catalogue, and its store at this address.
    pub async fn on(database: &str, catalogue: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        fs::write(folder.path().join("catalogue.yaml"), catalogue).expect("a catalogue");
        Self::start(folder, Arc::new(SystemClock), |config| database.clone_into(&mut config.database)).await
    }

    /// With the store (and catalogue, if there is one) of a folder.
    pub async fn in_folder(folder: Arc<TempDir>) -> Self {
        Self::start(folder, Arc::new(SystemClock), |_| {}).await
    }

    /// The same, and this changed of the usual.
    pub async fn in_folder_with(folder: Arc<TempDir>, change: impl FnOnce(&mut Config)) -> Self {
        Self::start(folder, Arc::new(SystemClock), change).await
    }

    async fn start(folder: Arc<TempDir>, clock: Arc<dyn Clock>, change: impl FnOnce(&mut Config)) -> Self {
        let catalogue = folder.path().join("catalogue.yaml");
        let mut config = Config { catalogue: catalogue.exists().then_some(catalogue), ..Config::within(folder.path()) };
        change(&mut config);
        let house = House::start_with(config, clock).await.expect("a house");
        let cookie = session(&house, ADMINISTRATOR, Role::Admin, &Scope::default()).await;
        // As a browser does, it says that it comes from the house.
        let client = crate::client_with(&[(COOKIE, &cookie), (ORIGIN, &house.url())]);
        Self { house, folder, client }
    }

    /// Applies this catalogue (YAML).
    pub async fn apply(&self, catalogue: &str) {
        self.house.service().acting_as(Caller::Local).apply_catalogue(catalogue, false).await.expect("applied");
    }

    /// Makes somebody with this role, who sees everything, and signs them in; answers their cookie.
    pub async fn signed_in(&self, role: Role) -> String {
        self.signed_in_with(role, &Scope::default()).await
    }

    /// The same, and they see so much.
    pub async fn signed_in_with(&self, role: Role, scope: &Scope) -> String {
        let people = self.house.service().acting_as(Caller::Local).people().await.expect("a list").items;
        session(&self.house, &format!("{role}-{}@example.com", people.len()), role, scope).await
    }

    /// Where its store and catalogue lie.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its address with this path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.house.url())
    }

    /// The same where it listens, whatever people outside type.
    pub fn here(&self, path: &str) -> String {
        format!("http://{}{path}", self.house.address())
    }

    /// The engine.
    pub fn monitor(&self) -> monitor::Handle {
        self.house.monitor()
    }

    /// A client for further requests, signed in as the administrator. Headers that a request brings go before its own.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What a page or document says, with its status.
    pub async fn get(&self, path: &str) -> (StatusCode, String) {
        let answer = self.client.get(self.url(path)).header("accept", "text/html").send().await.expect("an answer");
        (answer.status(), answer.text().await.expect("a text"))
    }

    /// What the API answers to a question.
    pub async fn json(&self, path: &str) -> Value {
        let answer = self.client.get(self.url(path)).send().await.expect("an answer");
        let status = answer.status();
        let value: Value = answer.json().await.expect("JSON");
        assert!(status.is_success(), "{path}: {status} {value}");
        value
    }

    /// What the API answers to a command, with its status.
    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let answer = self.client.post(self.url(path)).json(body).send().await.expect("an answer");
        let status = answer.status();
        (status, answer.json().await.unwrap_or(Value::Null))
    }

    /// Ends in order; answers the folder, so that another house may start in it.
    pub async fn end(self) -> Arc<TempDir> {
        let failed = self.house.monitor().failed();
        self.house.end().await;
        assert_eq!(failed, None, "a background task of the engine died");
        self.folder
    }
}

/// A cookie of somebody with this address, role and scope, who is made if they are not there from a start before.
async fn session(house: &House, email: &str, role: Role, scope: &Scope) -> String {
    let (service, visit) = (house.service(), Visit::default());
    let session =
        match service.acting_as(Caller::Local).invite(json!({ "email": email, "role": role, "scope": scope })).await {
            Ok(invitation) => {
                let link = invitation.path.rsplit('/').next().unwrap_or_default();
                service.choose_password(link, None, PASSWORD, &visit).await
            }
            Err(_there_already) => service.sign_in(email, PASSWORD, &visit).await,
        };
    format!("bridgewatch_session={}", session.expect("a session").token)
}
