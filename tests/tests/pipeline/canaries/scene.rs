//! A server with everything that secrets pass through, and whoever speaks with it.

use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use model::Role;
use reqwest::{
    Client, Method, Response,
    header::{COOKIE, HeaderMap, HeaderValue, ORIGIN},
    redirect::Policy,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    child::{Serving, browser, cookie_of},
    parrot::Parrot,
};
use tokio::task::JoinHandle;

use super::planted::{CLIENT, ENVIRONMENT, FILE, catalogue, said};
use crate::BINARY;

/// Something that came out or is kept.
pub struct Piece {
    /// What it is, for messages.
    pub name: String,
    pub bytes: Vec<u8>,
    /// Whether the store keeps it, with what is written into options.
    pub is_store: bool,
}

impl Piece {
    pub fn new(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), bytes: bytes.into(), is_store: false }
    }

    pub fn of_store(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        Self { is_store: true, ..Self::new(name, bytes) }
    }
}

/// Somebody who is signed in.
pub struct Signed {
    pub role: Role,
    pub client: Client,
}

pub struct Scene {
    /// Where the server works: everything in it is searched.
    pub folder: TempDir,
    /// Where it is given something from: not searched.
    given: TempDir,
    pub http: Parrot,
    pub tls: Parrot,
    pub tcp: Parrot,
    pub server: Serving,
    pub people: Vec<Signed>,
    /// What was shown once, and opens something.
    pub opening: Vec<String>,
    /// What came out so far.
    pub pieces: Vec<Piece>,
    heard: Arc<Mutex<Vec<u8>>>,
    hearing: JoinHandle<()>,
}

impl Scene {
    pub async fn begin() -> Self {
        let (folder, given) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let (http, tls, tcp) = (Parrot::http().await, Parrot::tls().await, Parrot::tcp().await);
        fs::write(given.path().join("password"), format!("{}\n", FILE.value())).expect("a file");
        fs::write(given.path().join("catalogue.yaml"), catalogue()).expect("a catalogue");
        let settings = format!(
            "secret_variables = ['CANARY_OF_TEST']\nsecret_folders = ['{}']\n[[sign_in.provider]]\nname = 'parrot'\nissuer = 'http://{}'\nclient_id = 'bridgewatch'\n\
             client_secret = '${{env:CLIENT_OF_TEST}}'\ndefault_role = 'viewer'\n[[channel]]\nname = 'parrot'\nkind = 'webhook'\nowners = ['*']\n\
             url = '{}'\nsecret = '${{secret:CHANNELKEY}}'\nheaders = {{ authorization = 'Bearer ${{secret:CHANNELHEADER}}' }}\n",
            given.path().display(),
            http.address,
            http.url("/any/${secret:CHANNELPATH}")
        );
        let environment = [
            ("BRIDGEWATCH_LOG", "debug"),
            ("CANARY_OF_TEST", &ENVIRONMENT.value()),
            ("CLIENT_OF_TEST", &CLIENT.value()),
        ];
        let catalogue = given.path().join("catalogue.yaml").display().to_string();
        let server = BINARY.serve_with(folder.path(), &["--catalogue", &catalogue], &environment, &settings).await;
        let cookie = server.administer(&said("ownpassword").value()).await;
        let client = signed(&server, &cookie);
        let heard = Arc::<Mutex<Vec<u8>>>::default();
        let hearing = listen(&client, &server, Arc::clone(&heard)).await;
        let people = vec![Signed { role: Role::Admin, client }];
        let opening = vec![cookie];
        Self { folder, given, http, tls, tcp, server, people, opening, pieces: Vec::new(), heard, hearing }
    }

    /// The file that `${file:..}` names.
    pub fn file(&self) -> String {
        self.given.path().join("password").display().to_string()
    }

    /// The catalogue that was applied.
    pub fn catalogue(&self) -> String {
        self.given.path().join("catalogue.yaml").display().to_string()
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The value of an `Authorization` that is written out.
    pub fn basic(password: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(format!("ada:{password}")))
    }

    pub fn admin(&self) -> &Client {
        &self.people[0].client
    }

    /// Keeps what an answer says, with its headers.
    pub async fn keep(&mut self, name: impl Into<String>, answer: Response) -> Value {
        let mut bytes = format!("{:?}\n{:?}\n", answer.status(), answer.headers()).into_bytes();
        let body = answer.bytes().await.expect("a body");
        bytes.extend_from_slice(&body);
        self.pieces.push(Piece::new(name, bytes));
        serde_json::from_slice(&body).unwrap_or(Value::Null)
    }

    /// Tells the API something as the administrator; keeps its answer.
    pub async fn tell(&mut self, method: Method, path: &str, body: Value) -> Value {
        let name = format!("the answer to {method} {path}");
        let answer = self.admin().request(method, self.server.url(path)).json(&body).send().await.expect("an answer");
        self.keep(name, answer).await
    }

    /// Sends a form as the administrator; keeps its answer.
    pub async fn form(&mut self, path: &str, fields: &[(&str, &str)]) {
        let answer = self.server.send_form(self.admin(), &self.server.url(path), fields).await;
        self.keep(format!("the answer to the form {path}"), answer).await;
    }

    /// Invites somebody who chooses this password, and signs them in by it.
    pub async fn invite(&mut self, role: Role, password: &str) {
        let email = format!("{role}@example.com");
        let ask = self.admin().post(self.server.url("/api/v1/people")).json(&json!({ "email": email, "role": role }));
        let link: Value = ask.send().await.expect("an answer").json().await.expect("a link");
        let path = link["path"].as_str().expect("a path").to_owned();
        let fields = [("name", "Bob"), ("password", password), ("again", password)];
        let chosen = self.server.send_form(&browser(), &self.server.url(&path), &fields).await;
        assert_eq!(chosen.status(), 303, "the password is chosen");
        let again = [("email", email.as_str()), ("password", password)];
        let signed_in = self.server.send_form(&browser(), &self.server.url("/sign-in"), &again).await;
        assert_eq!(signed_in.status(), 303, "signed in");
        self.opening.extend([path.rsplit('/').next().unwrap_or_default().to_owned(), cookie_of(&chosen)]);
        let cookie = cookie_of(&signed_in);
        self.people.push(Signed { role, client: signed(&self.server, &cookie) });
        self.opening.push(cookie);
    }

    /// Runs a command beside the server; keeps what it says.
    pub async fn command(&mut self, args: &[&str], told: &str) {
        let environment = [("BRIDGEWATCH_CONFIG", "serve.toml"), ("CLIENT_OF_TEST", &CLIENT.value())];
        let ran = BINARY.run_told(self.path(), args, told, &environment).await;
        let said = format!("{:?}\n{}\n{}", ran.code, ran.printed, ran.complained);
        self.pieces.push(Piece::new(format!("what `bridgewatch {}` says", args.join(" ")), said));
    }

    /// Ends the server; what the stream said until then is the last piece of what came out.
    pub async fn end(self) -> (TempDir, Vec<Piece>) {
        let Self { folder, server, mut pieces, heard, hearing, .. } = self;
        server.end().await;
        hearing.await.expect("no panic");
        let said = heard.lock().unwrap_or_else(PoisonError::into_inner).clone();
        pieces.push(Piece::new("the stream", said));
        (folder, pieces)
    }
}

/// Their browser, which follows nothing.
fn signed(server: &Serving, cookie: &str) -> Client {
    let value = |text: &str| HeaderValue::from_str(text).expect("a header");
    let headers = HeaderMap::from_iter([(COOKIE, value(cookie)), (ORIGIN, value(&server.url("")))]);
    Client::builder().no_proxy().redirect(Policy::none()).default_headers(headers).build().expect("a client")
}

/// Everything that happens from now on, as the stream tells it.
async fn listen(client: &Client, server: &Serving, heard: Arc<Mutex<Vec<u8>>>) -> JoinHandle<()> {
    let mut stream = client.get(server.url("/api/v1/stream")).send().await.expect("a stream");
    tokio::spawn(async move {
        while let Ok(Some(said)) = stream.chunk().await {
            heard.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(&said);
        }
    })
}
