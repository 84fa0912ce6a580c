//! A real Chromium, driven by its own driver: what a person sees.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use fantoccini::{Client, ClientBuilder, wd::WebDriverCompatibleCommand};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::{
    house::{ADMINISTRATOR, PASSWORD, TestHouse},
    wait::until,
};

/// How a browser is started: without a display, and without the background requests that are refused on a closed network.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// What there is to look at a page with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Screen {
    /// In CSS pixels.
    pub width: u32,
    /// In CSS pixels.
    pub height: u32,
    /// Whether the person prefers dark pages.
    pub dark: bool,
}

/// A desktop in light.
pub const DESKTOP: Screen = Screen { width: 1440, height: 1000, dark: false };
/// A small tablet.
pub const TABLET: Screen = Screen { width: 768, height: 1000, dark: false };
/// A phone.
pub const PHONE: Screen = Screen { width: 390, height: 844, dark: false };

impl Screen {
    /// The same in the dark.
    #[must_use]
    pub fn in_the_dark(self) -> Self {
        Self { dark: true, ..self }
    }
}

/// One browser at a time: what a test promises within seconds is about us, not about how many browsers two cores can carry.
static TURN: Semaphore = Semaphore::const_new(1);

/// How many drivers are tried.
const DRIVERS: usize = 5;

/// A browser with one window. Its driver and its profile end with it.
pub struct Browser {
    _turn: SemaphorePermit<'static>,
    client: Client,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Opens one. Panics with what to install where there is none.
    pub async fn open(screen: Screen) -> Self {
        let turn = TURN.acquire().await.expect("the turn is never closed");
        let (driver, port) = driver();
        let profile = tempfile::tempdir().expect("a folder");
        let mut flags: Vec<String> = FLAGS.map(str::to_owned).to_vec();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        flags.push(format!("--window-size={},{}", screen.width, screen.height));
        let capabilities = json!({
            "browserName": "chrome",
            "goog:chromeOptions": { "args": flags },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(serde_json::from_value(capabilities).expect("capabilities"))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .expect("a browser");
        let browser = Self { _turn: turn, client, driver, _profile: profile };
        browser.look_with(screen).await;
        browser
    }

    /// Makes the window that large, and the person prefer that theme.
    pub async fn look_with(&self, screen: Screen) {
        let Screen { width, height, dark } = screen;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics).await;
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await;
    }

    /// The window, for what is not here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Signs in as the administrator of a house; opens its first page.
    pub async fn sign_in(&self, house: &TestHouse) {
        self.go(&house.url("/sign-in")).await;
        for (field, value) in [("email", ADMINISTRATOR), ("password", PASSWORD)] {
            let selector = format!("[name='{field}']");
            let input = self.client.wait().for_element(fantoccini::Locator::Css(&selector)).await.expect(field);
            input.send_keys(value).await.expect(field);
        }
        self.click("main form button[type=submit]").await;
        until("the first page", async || {
            (self.client.current_url().await.expect("an address").path() == "/").then_some(())
        })
        .await;
    }

    /// Goes to a page and waits until it is loaded.
    pub async fn go(&self, url: &str) {
        self.client.goto(url).await.expect("the page loads");
    }

    /// All text in sight.
    pub async fn text(&self) -> String {
        self.script("return document.body.innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Runs a script and answers what it returns.
    pub async fn script(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.expect("the script runs")
    }

    /// Clicks what a CSS selector finds first, after it was brought to the middle: at the edge it may lie below a bar, from where a
    /// person scrolls on and a driver does not.
    pub async fn click(&self, selector: &str) {
        let element = self.client.wait().for_element(fantoccini::Locator::Css(selector)).await.expect(selector);
        let there = serde_json::to_value(&element).expect("a reference");
        let middle = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.client.execute(middle, vec![there]).await.expect("it can be scrolled to");
        element.click().await.expect("it can be clicked");
    }

    /// Turns scripts off or on for pages loaded from now on.
    pub async fn scripts(&self, on: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({ "value": !on })).await;
    }

    /// A picture of the whole page.
    pub async fn picture(&self, file: &Path) {
        let whole =
            self.devtools("Page.captureScreenshot", json!({ "captureBeyondViewport": true, "format": "png" })).await;
        let data = whole["data"].as_str().expect("a picture");
        fs::write(file, fantoccini_base64(data)).expect("the picture is written");
    }

    /// Errors and warnings that the pages wrote to the console since this was asked last.
    pub async fn complaints(&self) -> Vec<String> {
        let entries = self.client.issue_cmd(GetLog).await.expect("the console's log");
        let entries = entries.as_array().cloned().unwrap_or_default();
        let bad = entries.iter().filter(|entry| entry["level"] == "SEVERE" || entry["level"] == "WARNING");
        bad.filter_map(|entry| entry["message"].as_str().map(str::to_owned)).collect()
    }

    /// Barriers that axe-core finds in the present page: rule, what is wrong, and where.
    pub async fn barriers(&self) -> Vec<String> {
        let path = std::env::var("AXE_CORE").expect("AXE_CORE names axe.min.js: run the tests by `cargo xtask test`");
        self.script(&fs::read_to_string(path).expect("axe-core")).await;
        let script = "const done = arguments[arguments.length - 1];
            axe.run(document, { resultTypes: ['violations'] }).then(found => done(found.violations));";
        let found = self.client.execute_async(script, Vec::new()).await.expect("axe runs");
        let line = |rule: &Value| {
            let places: Vec<String> =
                rule["nodes"].as_array().into_iter().flatten().map(|node| node["html"].to_string()).collect();
            format!("{}: {} at {}", rule["id"], rule["help"], places.join(" | "))
        };
        found.as_array().into_iter().flatten().map(line).collect()
    }

    async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        self.client.issue_cmd(DevTools { command, parameters }).await.expect(command)
    }

    /// Closes the window.
    pub async fn close(self) {
        let _ = self.client.clone().close().await;
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A driver, and the port that it chose. It takes one for IPv4 and then the same for IPv6, and ends where somebody else has that.
fn driver() -> (Child, u16) {
    for _ in 0..DRIVERS {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is not installed: apt-get install chromium chromium-driver");
        if let Some(port) = port_of(&mut driver) {
            return (driver, port);
        }
        let _ = driver.wait();
    }
    panic!("{DRIVERS} times chromedriver ended before it said its port");
}

/// The port that the driver chose, from what it says when it is ready; none if it ends before.
fn port_of(driver: &mut Child) -> Option<u16> {
    let said = BufReader::new(driver.stdout.take().expect("its output"));
    let mut lines = said.lines().map_while(Result::ok);
    let port = lines.find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    // What it says later is read and dropped, so that it never waits for us.
    std::thread::spawn(move || lines.for_each(drop));
    port
}

#[derive(Debug)]
struct GetLog;

impl WebDriverCompatibleCommand for GetLog {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}

#[derive(Debug)]
struct DevTools {
    command: &'static str,
    parameters: Value,
}

impl WebDriverCompatibleCommand for DevTools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.command, "params": self.parameters }).to_string()))
    }
}

fn fantoccini_base64(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(text).expect("base64")
}
