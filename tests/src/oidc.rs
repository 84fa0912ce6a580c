//! A real OpenID provider: the certified `oidc-provider` from npm, in a process of its own, on loopback.
//!
//! People sign in there by their name alone; what it says of each is told by [`OpenIdProvider::open`], and may be told anew. A
//! [`Scene`] is such a provider with a house that lets people in by it.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::Arc,
};

use model::{Clock, SystemClock};
use serde_json::{Value, json};
use server::{Config, http::oidc::ProviderSettings};
use tokio::{sync::mpsc, time::timeout};

use crate::{house::TestHouse, wait::LONGEST};

/// What to do where there is none.
const MISSING: &str =
    "OIDC_PROVIDER names the entry of the npm package `oidc-provider`: run the tests by `cargo xtask test`";

/// Somebody whom the provider lets sign in for others: Bridgewatch.
#[derive(Debug, Clone, Copy)]
pub struct Client<'a> {
    /// Its name there.
    pub id: &'a str,
    /// Its password there; a client without one proves itself by PKCE alone.
    pub secret: Option<&'a str>,
    /// Where people are sent back to.
    pub back: &'a str,
    /// Where people are sent who signed out.
    pub after: &'a str,
}

/// A running provider. It ends when it is dropped, however the test goes.
pub struct OpenIdProvider {
    issuer: String,
    process: Child,
    told: Option<ChildStdin>,
    said: mpsc::UnboundedReceiver<String>,
}

impl OpenIdProvider {
    /// Starts one on a free port; it answers 503 until it is opened. Panics with what to install where there is none.
    pub async fn start() -> Self {
        let package = std::env::var("OIDC_PROVIDER").expect(MISSING);
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/oidc/provider.mjs");
        let mut process = Command::new("node")
            .arg(script)
            .arg(package)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It warns of what does not matter here: that it forgets everything when it ends.
            .stderr(Stdio::null())
            .spawn()
            .expect("node is not installed: apt-get install nodejs");
        let told = process.stdin.take();
        let lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let (say, said) = mpsc::unbounded_channel();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(say.send(line))));
        let mut provider = Self { issuer: String::new(), process, told, said };
        let line = provider.next_word().await;
        line.strip_prefix("address ").expect("its address").clone_into(&mut provider.issuer);
        provider
    }

    /// Its issuer, which is its address.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Opens it, or opens it anew: from now on it knows these clients and people, `{login: claims}`. Sessions there go on.
    pub async fn open(&mut self, clients: &[Client<'_>], people: &Value) {
        self.tell(clients, people, false).await;
    }

    /// The same with another key, which no token was signed with before.
    pub async fn open_with_new_key(&mut self, clients: &[Client<'_>], people: &Value) {
        self.tell(clients, people, true).await;
    }

    /// Ends it: nothing answers at its address any more.
    pub fn stop(&mut self) {
        drop(self.told.take());
        let _ = self.process.wait();
    }

    async fn tell(&mut self, clients: &[Client<'_>], people: &Value, new_key: bool) {
        let clients: Vec<Value> = clients.iter().map(registration).collect();
        let line = json!({ "clients": clients, "people": people, "new_key": new_key });
        let told = self.told.as_mut().expect("it was not stopped");
        writeln!(told, "{line}").and_then(|()| told.flush()).expect("it listens");
        let answer = self.next_word().await;
        assert_eq!(answer, "ready", "the provider opened");
    }

    /// What it says next; notices of the package itself are none of ours.
    async fn next_word(&mut self) -> String {
        loop {
            let word = timeout(LONGEST, self.said.recv()).await.expect("the provider says something in time");
            let word =
                word.expect("the provider runs; try `node tests/src/oidc/provider.mjs` with the package's entry");
            if !word.starts_with("oidc-provider ") {
                return word;
            }
        }
    }
}

impl Drop for OpenIdProvider {
    fn drop(&mut self) {
        drop(self.told.take());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn registration(client: &Client<'_>) -> Value {
    let mut registration = json!({
        "client_id": client.id, "redirect_uris": [client.back], "post_logout_redirect_uris": [client.after],
        "grant_types": ["authorization_code"], "response_types": ["code"], "scope": "openid profile email groups",
    });
    match client.secret {
        Some(secret) => registration["client_secret"] = secret.into(),
        None => registration["token_endpoint_auth_method"] = "none".into(),
    }
    registration
}

/// Bridgewatch's password at the provider.
const SECRET: &str = "a-secret-that-only-this-test-knows-0123456789";

/// A provider, and a house that lets people in by it: as Contoso with a secret, as Fabrikam with PKCE alone.
pub struct Scene {
    /// The provider.
    pub provider: OpenIdProvider,
    /// Bridgewatch.
    pub house: TestHouse,
}

impl Scene {
    /// Both know these people, `{login: claims}`.
    pub async fn with(people: &Value) -> Self {
        Self::under(Arc::new(SystemClock), people, |_| {}).await
    }

    /// The same, with a house under another clock and with this changed of the usual.
    pub async fn under(clock: Arc<dyn Clock>, people: &Value, change: impl FnOnce(&mut Config)) -> Self {
        let provider = OpenIdProvider::start().await;
        let settings = format!(
            "[[provider]]
            name = 'contoso'
            title = 'Contoso'
            issuer = '{issuer}'
            client_id = 'bridgewatch'
            client_secret = '{SECRET}'
            scopes = ['profile', 'email', 'groups']
            roles = {{ bridge-admins = 'admin', integration-team = 'engineer', staff = 'viewer' }}
            sees = {{ integration-team = {{}}, staff = {{ departments = ['Sales'] }} }}
            [[provider]]
            name = 'fabrikam'
            issuer = '{issuer}'
            client_id = 'fabrikam'
            scopes = ['profile', 'email', 'groups']
            roles = {{ partners = 'viewer' }}",
            issuer = provider.issuer()
        );
        let mut settings: BTreeMap<String, Vec<ProviderSettings>> = toml::from_str(&settings).expect("settings");
        let providers = settings.remove("provider").unwrap_or_default();
        let with_providers = |config: &mut Config| {
            config.sign_in.provider = providers;
            change(config);
        };
        let house = TestHouse::under(clock, with_providers).await;
        let mut scene = Self { provider, house };
        scene.open(people, false).await;
        scene
    }

    /// From now on the provider knows these people, and signs with another key if that is wanted.
    pub async fn open(&mut self, people: &Value, new_key: bool) {
        let back = |name: &str| self.house.url(&format!("/sign-in/with/{name}/back"));
        let (contoso, fabrikam, after) = (back("contoso"), back("fabrikam"), self.house.url("/sign-in"));
        let clients = [
            Client { id: "bridgewatch", secret: Some(SECRET), back: &contoso, after: &after },
            Client { id: "fabrikam", secret: None, back: &fabrikam, after: &after },
        ];
        if new_key {
            self.provider.open_with_new_key(&clients, people).await;
        } else {
            self.provider.open(&clients, people).await;
        }
    }
}

/// What a provider says of somebody with a verified address at Contoso and these groups.
pub fn person(name: &str, groups: &[&str]) -> Value {
    let email = format!("{}@contoso.example", name.to_lowercase());
    json!({ "name": name, "email": email, "email_verified": true, "groups": groups })
}
