//! A whole Bridgewatch in a temporary folder, on a free port.

use std::{fs, path::Path, sync::Arc};

use model::SystemClock;
use reqwest::{Client, StatusCode};
use serde_json::Value;
use server::{Config, House};
use tempfile::TempDir;

/// A running house with a client that talks to it. Ask it to [`end`](Self::end) when the test is done, so that a background
/// task that died fails the test.
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
        Self::in_folder(Arc::new(tempfile::tempdir().expect("a folder"))).await
    }

    /// With this catalogue, and its store at this address.
    pub async fn on(database: &str, catalogue: &str) -> Self {
        let folder = Arc::new(tempfile::tempdir().expect("a folder"));
        fs::write(folder.path().join("catalogue.yaml"), catalogue).expect("a catalogue");
        Self::start(folder, database.to_owned()).await
    }

    /// With the store (and catalogue, if there is one) of a folder.
    pub async fn in_folder(folder: Arc<TempDir>) -> Self {
        let database = folder.path().join("bridgewatch.db").display().to_string();
        Self::start(folder, database).await
    }

    async fn start(folder: Arc<TempDir>, database: String) -> Self {
        let catalogue = folder.path().join("catalogue.yaml");
        let config = Config {
            listen: "127.0.0.1:0".parse().expect("an address"),
            database,
            catalogue: catalogue.exists().then_some(catalogue),
            demo: false,
            data: folder.path().join("data"),
            settings: model::Settings::default(),
        };
        let house = House::start_with(config, Arc::new(SystemClock)).await.expect("a house");
        Self { house, folder, client: crate::client() }
    }

    /// Where its store and catalogue lie.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its address with this path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.house.url())
    }

    /// The engine.
    pub fn monitor(&self) -> monitor::Handle {
        self.house.monitor()
    }

    /// A client for further requests.
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
