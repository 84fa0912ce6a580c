//! Pings as clients of the public Healthchecks API send them: curl and Python as its documentation has them.

mod by_slug;

use std::{collections::BTreeMap, fs, process::Stdio};

use serde_json::{Value, json};
use tests::{house::TestHouse, wait::until};
use tokio::process::Command;

const CATALOGUE: &str = "
systems:
  - {slug: crm, name: CRM}
  - {slug: erp, name: ERP}
integrations:
  - slug: nightly
    name: Nightly
    from: crm
    to: erp
    probes:
      - {slug: job, kind: heartbeat, every: 1day, options: {grace: 1h}}
      - {slug: port, kind: tcp, every: 1day, options: {host: 127.0.0.1, port: 9}, enabled: false}
      - slug: words
        kind: heartbeat
        every: 1day
        options: {success_keywords: \"all good, done\", fail_keywords: ERROR, start_keywords: begin}
";

/// A house and where its heartbeats are pinged.
struct Pinged {
    house: TestHouse,
}

/// What curl was answered: status, headers in lower case, body.
struct Answer {
    status: u16,
    headers: BTreeMap<String, String>,
    body: String,
}

impl Pinged {
    async fn begin() -> Self {
        Self { house: TestHouse::with(CATALOGUE).await }
    }

    async fn key(&self, probe: &str) -> String {
        let probe = self.house.json(&format!("/api/v1/integrations/nightly/probes/{probe}")).await;
        probe["probe"]["ping_key"].as_str().expect("a key").to_owned()
    }

    async fn token(&self, integration: &str) -> String {
        let body = json!({"name": "jobs", "integration": integration});
        let (status, made) = self.house.post("/api/v1/tokens", &body).await;
        assert_eq!(status.as_u16(), 201, "{made}");
        made["token"].as_str().expect("a token").to_owned()
    }

    /// Pings this path by curl with these arguments.
    async fn curl(&self, path: &str, arguments: &[&str]) -> Answer {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--include", "--max-time", "20"]).args(arguments);
        let output =
            command.arg(self.house.url(&format!("/ping/{path}"))).output().await.expect("curl: apt-get install curl");
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).expect("a text");
        let (head, body) = text.rsplit_once("\r\n\r\n").expect("a head");
        // A large body is sent after `100 Continue`.
        let head = head.rsplit("\r\n\r\n").next().unwrap_or(head);
        let (status, headers) = head.split_once("\r\n").expect("headers");
        let status = status.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_lowercase(), value.to_owned()));
        Answer { status, headers: headers.lines().filter_map(header).collect(), body: body.to_owned() }
    }

    /// The runs of a heartbeat with all that is kept of them, newest first.
    async fn runs(&self, probe: &str) -> Vec<Value> {
        let listed = self.house.json("/api/v1/runs?integration=nightly&origin=integration").await;
        let mut runs = Vec::new();
        for row in listed["items"].as_array().expect("runs").iter().filter(|row| row["probe"] == probe) {
            let detail = self.house.json(&format!("/api/v1/runs/{}", row["id"].as_str().expect("an id"))).await;
            runs.push(detail["run"].clone());
        }
        runs
    }
}

fn outcomes(runs: &[Value]) -> Vec<&str> {
    runs.iter().filter_map(|run| run["outcome"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_is_a_ping_and_is_answered_as_clients_expect() {
    let pinged = Pinged::begin().await;
    let key = pinged.key("job").await;
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let answer = pinged.curl(&key, &["--request", method]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "OK"), "{method}");
        assert_eq!(answer.headers["access-control-allow-origin"], "*", "{method}");
        assert_eq!(answer.headers["ping-body-limit"], "10000", "{method}");
    }
    let head = pinged.curl(&key, &["--head"]).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    // From a page, too: its key is the proof.
    let page = pinged.curl(&key, &["--header", "Origin: https://jobs.example", "--data", "done"]).await;
    assert_eq!(page.status, 200);
    assert_eq!(outcomes(&pinged.runs("job").await), ["ok"; 8]);
    pinged.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_tells_when_it_began_what_it_did_and_how_it_ended() {
    let pinged = Pinged::begin().await;
    let key = pinged.key("job").await;
    pinged.curl(&format!("{key}/start"), &["--data", "3 files to go"]).await;
    pinged.curl(&format!("{key}/log"), &["--data", "1 of 3"]).await;
    pinged.curl(&format!("{key}/0"), &["--data", "done at https://ada:hush-hush@erp.example/"]).await;

    let runs = pinged.runs("job").await;
    assert_eq!(outcomes(&runs), ["ok"], "one run: {runs:?}");
    assert!(runs[0]["duration_ms"].as_i64().is_some_and(|ms| ms >= 0), "{}", runs[0]);
    let words: Vec<_> =
        runs[0]["steps"].as_array().expect("steps").iter().map(|step| (&step["name"], &step["message"])).collect();
    assert_eq!(words, [(&json!("start"), &json!("3 files to go")), (&json!("log"), &json!("1 of 3"))]);
    assert_eq!(runs[0]["exchange"]["request"]["method"], "POST");
    assert_eq!(
        runs[0]["exchange"]["request"]["body"]["excerpt"], "done at https://(redacted)@erp.example/",
        "no password is kept"
    );
    assert!(!runs[0].to_string().contains(&key), "nor the key");

    for (ending, message) in
        [("fail", "said that it failed"), ("7", "ended with exit status 7"), ("255", "ended with exit status 255")]
    {
        pinged.curl(&format!("{key}/{ending}"), &[]).await;
        let newest = pinged.runs("job").await.remove(0);
        assert_eq!((newest["outcome"].as_str(), newest["message"].as_str()), (Some("failed"), Some(message)));
    }
    pinged.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_at_once_are_told_apart_by_their_rid() {
    let pinged = Pinged::begin().await;
    let key = pinged.key("job").await;
    let [one, two] = ["01234567-89ab-4cde-8f01-23456789abcd", "fedcba98-7654-4321-8fed-cba987654321"];
    for (what, rid) in [("/start", one), ("/start", two), ("/1", two), ("", one), ("", one)] {
        assert_eq!(pinged.curl(&format!("{key}{what}?rid={rid}"), &[]).await.body, "OK", "{what} {rid}");
    }
    // The last one came after the end: it stands for itself, and nobody knows how long it took.
    let runs = pinged.runs("job").await;
    let mut ended: Vec<_> = runs.iter().map(|run| (run["outcome"].as_str(), run["duration_ms"].is_i64())).collect();
    ended.sort_unstable();
    assert_eq!(ended, [(Some("failed"), true), (Some("ok"), false), (Some("ok"), true)]);
    pinged.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_ping_is_refused_and_leaves_nothing() {
    let pinged = Pinged::begin().await;
    let key = pinged.key("job").await;
    let nobody = "00000000-0000-4000-8000-000000000000";
    for (path, status) in [
        (nobody.to_owned(), 404),
        (format!("{nobody}/999"), 404),
        (format!("{key}/256"), 400),
        (format!("{key}/what"), 400),
        (format!("{key}?rid=seven"), 400),
        (format!("{key}?rid="), 400),
        (format!("{key}/start/0"), 404),
        ("bw_nobody-has-this/job".to_owned(), 404),
        ("bw_nobody-has-this/job?create=1".to_owned(), 404),
    ] {
        assert_eq!(pinged.curl(&path, &[]).await.status, status, "{path}");
    }
    assert_eq!(pinged.runs("job").await.len(), 0);
    pinged.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_long_log_the_beginning_is_kept() {
    let pinged = Pinged::begin().await;
    let key = pinged.key("job").await;
    let log = pinged.house.folder().join("job.log");
    fs::write(&log, format!("{}{}", "x".repeat(10_000), "y".repeat(500_000))).expect("a log");
    let data = format!("@{}", log.display());
    assert_eq!(pinged.curl(&key, &["--data-binary", &data]).await.body, "OK");
    let body = pinged.runs("job").await.remove(0)["exchange"]["request"]["body"].clone();
    assert_eq!(body["excerpt"].as_str().map(str::len), Some(10_000));
    assert_eq!((&body["bytes"], &body["cut"]), (&json!(510_000), &json!(true)));
    assert!(!body["excerpt"].as_str().expect("a text").contains('y'));

    fs::write(&log, "x".repeat(2 * 1024 * 1024 + 1)).expect("a log");
    assert_eq!(pinged.curl(&key, &["--data-binary", &data]).await.status, 413);
    pinged.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_only_logged_is_kept_and_moves_nothing() {
    let pinged = Pinged::begin().await;
    let key = pinged.key("job").await;
    let standing = || async { pinged.house.json("/api/v1/integrations/nightly/probes/job").await };
    let before = standing().await;
    assert_eq!(pinged.curl(&format!("{key}/log"), &["--data", "by the way"]).await.body, "OK");
    let runs = pinged.runs("job").await;
    assert_eq!(outcomes(&runs), ["unknown"]);
    assert_eq!(runs[0]["exchange"]["request"]["body"]["excerpt"], "by the way");
    let after = standing().await;
    for field in ["level", "last_run", "next_at"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    pinged.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keywords_tell_what_a_ping_means() {
    let pinged = Pinged::begin().await;
    let key = pinged.key("words").await;
    for (said, address, outcome) in [
        ("all good", "/fail", "ok"),
        ("done, with an ERROR", "", "failed"),
        ("nothing of that", "", "unknown"),
        ("begin", "", "running"),
        ("it is done", "/1", "ok"),
    ] {
        assert_eq!(pinged.curl(&format!("{key}{address}"), &["--data", said]).await.body, "OK");
        assert_eq!(pinged.runs("words").await[0]["outcome"], outcome, "{said}");
    }
    // The last took the place of the beginning.
    assert_eq!(outcomes(&pinged.runs("words").await), ["ok", "unknown", "failed", "ok"]);
    pinged.house.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_the_documentation_works_unchanged() {
    let pinged = Pinged::begin().await;
    let key = pinged.key("job").await;
    // Python without any package, and a shell that hands its exit status on.
    let python = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=10).read().decode())";
    let said = Command::new("python3").args(["-c", python, &pinged.house.url(&format!("/ping/{key}"))]).output().await;
    let said = said.expect("python3");
    assert_eq!(String::from_utf8_lossy(&said.stdout).trim(), "OK", "{}", String::from_utf8_lossy(&said.stderr));
    let script = "URL=$1; curl -fsS -m 10 --retry 5 -o /dev/null $URL/start; sh -c 'exit 3'; curl -fsS -m 10 --retry 5 -o /dev/null $URL/$?";
    let url = pinged.house.url(&format!("/ping/{key}"));
    let ended = Command::new("sh").args(["-c", script, "sh", &url]).stdin(Stdio::null()).status().await.expect("sh");
    assert!(ended.success());
    let runs = until("both runs", async || Some(pinged.runs("job").await).filter(|runs| runs.len() == 2)).await;
    assert_eq!(outcomes(&runs), ["failed", "ok"]);
    assert_eq!(runs[0]["message"], "ended with exit status 3");
    assert!(runs[0]["duration_ms"].is_i64());
    pinged.house.end().await;
}
