//! The binary in a process of its own: what its commands print, and a server that can be killed.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use reqwest::{
    Client, Response,
    header::{AUTHORIZATION, CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE},
    redirect::Policy,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::wait::LONGEST;

/// What the server prints once it can be asked.
const READY: &str = "Bridgewatch is at ";
/// What it prints before that, as long as nobody administers it.
const SET_UP: &str = "Nobody administers it yet. Set it up at ";
/// How a server is started. Senders that never pause are what tests do; limits of how much may be asked are tested elsewhere.
const CONFIGURATION: &str = "[limits]
address_per_second = 1000000
address_burst = 1000000
token_per_second = 1000000
token_burst = 1000000
";
/// The first administrator's.
const PASSWORD: &str = "four unrelated words here";

/// Where the binary lies.
#[derive(Debug, Clone, Copy)]
pub struct Binary(&'static str);

/// How a command went.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status; none if a signal ended it.
    pub code: Option<i32>,
    /// What it printed.
    pub printed: String,
    /// What it complained of.
    pub complained: String,
}

impl Ran {
    fn of(ended: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self { code: ended.status.code(), printed: text(&ended.stdout), complained: text(&ended.stderr) }
    }
}

impl Binary {
    /// At the path that cargo told.
    pub const fn at(path: &'static str) -> Self {
        Self(path)
    }

    /// Runs a command to its end, in a folder.
    pub async fn run(self, folder: &Path, args: &[&str]) -> Ran {
        self.run_with(folder, args, &[]).await
    }

    /// The same with more in its environment.
    ///
    /// # Panics
    /// If it does not end within [`LONGEST`].
    pub async fn run_with(self, folder: &Path, args: &[&str], environment: &[(&str, &str)]) -> Ran {
        let ended = self.command(folder, args).envs(environment.iter().copied()).stdin(Stdio::null()).output();
        let ended = timeout(LONGEST, ended).await.unwrap_or_else(|_| panic!("{args:?} did not end"));
        Ran::of(&ended.expect("the binary can be started"))
    }

    /// The same for one that reads something from standard input.
    ///
    /// # Panics
    /// If it does not end within [`LONGEST`].
    pub async fn run_told(self, folder: &Path, args: &[&str], told: &str, environment: &[(&str, &str)]) -> Ran {
        let mut command = self.command(folder, args);
        command.envs(environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary can be started");
        let mut input = child.stdin.take().expect("standard input is a pipe");
        // One that reads nothing may have ended already.
        let _ = input.write_all(told.as_bytes()).await;
        drop(input);
        let ended = timeout(LONGEST, child.wait_with_output()).await.unwrap_or_else(|_| panic!("{args:?} did not end"));
        Ran::of(&ended.expect("it can be waited for"))
    }

    /// Starts a server on a free port, in a folder; returns when it can be asked.
    ///
    /// # Panics
    /// If it ends before, or takes longer than [`LONGEST`]; with what it complained of.
    pub async fn serve(self, folder: &Path, args: &[&str]) -> Serving {
        self.serve_with(folder, args, &[], "").await
    }

    /// The same with more in its environment and in its configuration.
    ///
    /// # Panics
    /// Likewise.
    pub async fn serve_with(
        self,
        folder: &Path,
        args: &[&str],
        environment: &[(&str, &str)],
        settings: &str,
    ) -> Serving {
        let complaints = folder.join("serve.log");
        fs::write(folder.join("serve.toml"), format!("{settings}\n{CONFIGURATION}")).expect("a configuration");
        let mut command = self.command(folder, &["serve", "--listen", "127.0.0.1:0", "--config", "serve.toml"]);
        command.args(args).envs(environment.iter().copied()).stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(File::create(&complaints).expect("a file for what it complains of"));
        let mut child = command.spawn().expect("the binary can be started");
        let mut printed = BufReader::new(child.stdout.take().expect("standard output is a pipe")).lines();
        let mut set_up = None;
        let told = timeout(LONGEST, async {
            loop {
                let line = printed.next_line().await.expect("standard output can be read")?;
                set_up = line.strip_prefix(SET_UP).map(str::to_owned).or(set_up.take());
                if let Some(url) = line.strip_prefix(READY) {
                    return Some(url.to_owned());
                }
            }
        });
        let Ok(Some(url)) = told.await else {
            panic!("the server did not start: {}", fs::read_to_string(&complaints).unwrap_or_default());
        };
        Serving { child, url, set_up, complaints, _printed: printed }
    }

    /// In an environment that says nothing to Bridgewatch; what is started ends with the test.
    fn command(self, folder: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(self.0);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("BRIDGEWATCH_") {
                command.env_remove(name);
            }
        }
        command.args(args).current_dir(folder).kill_on_drop(true);
        command
    }
}

/// A client that follows nothing and keeps nothing.
pub fn browser() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().redirect(Policy::none()).build().expect("a client")
}

/// The cookie that an answer has a browser keep.
///
/// # Panics
/// If there is none.
pub fn cookie_of(answer: &Response) -> String {
    let kept = answer.headers()[SET_COOKIE].to_str().expect("text");
    kept.split(';').next().unwrap_or_default().to_owned()
}

/// A server in a process of its own. Dropped, it is killed.
#[derive(Debug)]
pub struct Serving {
    child: Child,
    url: String,
    set_up: Option<String>,
    complaints: PathBuf,
    /// Held open, so that the server may go on to print.
    _printed: Lines<BufReader<ChildStdout>>,
}

impl Serving {
    /// Its address with this path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    /// The link that it printed, where nobody administers it yet.
    pub fn set_up_link(&self) -> Option<&str> {
        self.set_up.as_deref()
    }

    /// Makes the first administrator by the link that the server printed; answers a client that asks with a token of theirs, which
    /// is good after a restart too.
    ///
    /// # Panics
    /// If there is an administrator already.
    pub async fn set_up(&self) -> Client {
        let cookie = self.administer(PASSWORD).await;
        let ask = browser().post(self.url("/api/v1/tokens")).header(ORIGIN, &self.url).header(COOKIE, cookie);
        let made = ask.json(&json!({ "name": "tests" })).send().await.expect("an answer");
        let made: Value = made.error_for_status().expect("a token").json().await.expect("a token");
        let token = format!("Bearer {}", made["token"].as_str().expect("a token"));
        crate::client_with(&[(AUTHORIZATION, &token)])
    }

    /// Makes the first administrator, `admin@example.com` with this password, by the link that the server printed; answers the
    /// cookie of their browser.
    ///
    /// # Panics
    /// If there is an administrator already.
    pub async fn administer(&self, password: &str) -> String {
        let link = self.set_up.as_deref().expect("nobody administers it yet");
        let fields = [("email", "admin@example.com"), ("name", "Ada"), ("password", password), ("again", password)];
        let answer = self.send_form(&browser(), link, &fields).await;
        assert_eq!(answer.status(), 303, "the set-up link works");
        cookie_of(&answer)
    }

    /// Sends a form as a browser does.
    pub async fn send_form(&self, browser: &Client, address: &str, fields: &[(&str, &str)]) -> Response {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let form =
            browser.post(address).header(ORIGIN, &self.url).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        form.body(body).send().await.expect("an answer")
    }

    /// Ends it at once, as `kill -9` does; returns when it is gone.
    pub async fn kill(&mut self) {
        self.child.kill().await.expect("the server runs");
    }

    /// Asks it to end, as a service manager does.
    pub async fn ask_to_end(&self) {
        let id = self.child.id().expect("the server runs").to_string();
        let asked = Command::new("/bin/sh").args(["-c", "kill -TERM \"$1\"", "sh", &id]).status().await;
        assert!(asked.expect("a shell can be started").success(), "{id} cannot be asked to end");
    }

    /// Waits for its end; answers its exit status.
    ///
    /// # Panics
    /// If that takes longer than `limit`; with what it complained of.
    pub async fn ended(mut self, limit: Duration) -> Option<i32> {
        let Ok(status) = timeout(limit, self.child.wait()).await else {
            panic!("not ended within {limit:?}: {}", fs::read_to_string(&self.complaints).unwrap_or_default());
        };
        status.expect("a process can be waited for").code()
    }

    /// Ends it in order.
    pub async fn end(self) {
        self.ask_to_end().await;
        let complaints = self.complaints.clone();
        let code = self.ended(LONGEST).await;
        assert_eq!(code, Some(0), "{}", fs::read_to_string(complaints).unwrap_or_default());
    }
}
