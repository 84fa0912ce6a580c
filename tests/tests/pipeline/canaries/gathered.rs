//! Everything that comes out of a server, and everything that is kept.

use std::{collections::BTreeSet, fs, path::Path};

use model::Role;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING};
use serde_json::Value;
use server::http::{
    pages::PATHS,
    rules::{ROUTES, Route},
};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};

use super::scene::{Piece, Scene};

/// It has no end; whoever listens is asked later what was heard.
const STREAM: &str = "/api/v1/stream";

/// Each page, document and answer that can be read, as each role; as one of them squeezed too.
pub async fn read(scene: &mut Scene) {
    let addresses = addresses(scene).await;
    let mut pieces = Vec::new();
    for person in &scene.people {
        for (route, path) in &addresses {
            for coding in if person.role == Role::Viewer { ["identity", "gzip"].as_slice() } else { &["identity"] } {
                let accept = if PATHS.contains(&route.path) { "text/html" } else { "*/*" };
                let ask =
                    person.client.get(scene.server.url(path)).header(ACCEPT, accept).header(ACCEPT_ENCODING, *coding);
                let answer = ask.send().await.expect("an answer");
                assert!(!answer.status().is_server_error(), "{path}: {}", answer.status());
                let mut bytes = format!("{:?}\n", answer.headers()).into_bytes();
                bytes.extend_from_slice(&answer.bytes().await.expect("a body"));
                pieces.push(Piece::new(format!("{path} as {} ({coding})", person.role), bytes));
            }
        }
    }
    scene.pieces.extend(pieces);
}

/// What can be read, with what is there in the place of each name.
async fn addresses(scene: &Scene) -> Vec<(&'static Route, String)> {
    let list = async |path: &str, field: &str| -> Vec<String> {
        let answer = scene.admin().get(scene.server.url(path)).send().await.expect("an answer");
        let page: Value = answer.json().await.expect("a list");
        let items = page["items"].as_array().expect("items").clone();
        let name = |item: &Value| item[field].as_str().map_or_else(|| item[field].to_string(), str::to_owned);
        items.iter().map(name).collect()
    };
    let runs = list("/api/v1/runs?limit=200", "id").await;
    let people = list("/api/v1/people", "id").await;
    let integrations = list("/api/v1/integrations", "slug").await;
    let mut probes = Vec::new();
    for slug in &integrations {
        let of_it = scene.admin().get(scene.server.url(&format!("/api/v1/integrations/{slug}/probes")));
        let page: Value = of_it.send().await.expect("an answer").json().await.expect("a list");
        let found = page["items"].as_array().expect("items").iter();
        probes.extend(found.filter_map(|item| Some(format!("{slug}/probes/{}", item["probe"]["slug"].as_str()?))));
    }
    let each = |path: &'static str| -> Vec<String> {
        let all = |name: &str, found: &[String]| found.iter().map(|it| path.replace(name, it)).collect();
        match path {
            STREAM => Vec::new(),
            path if path.contains("{slug}/probes/{probe}") => all("{slug}/probes/{probe}", &probes),
            path if path.starts_with("/api/v1/systems/") => all("{slug}", &["shop".to_owned(), "erp".to_owned()]),
            path if path.contains("{slug}") => all("{slug}", &integrations),
            path if path.contains("/runs/{id}") => all("{id}", &runs),
            path if path.contains("{id}") => all("{id}", &people),
            "/api/v1/audit" => vec!["/api/v1/audit?limit=1000".to_owned()],
            "/api/v1/runs" => vec!["/api/v1/runs?limit=200".to_owned()],
            path => vec![path.to_owned()],
        }
    };
    let reading = ROUTES.iter().filter(|route| route.method == "GET");
    let addresses = reading.flat_map(|route| each(route.path).into_iter().map(move |path| (route, path)));
    addresses.map(|(route, path)| (route, filled(&path))).collect()
}

/// What is left to be filled in.
fn filled(path: &str) -> String {
    path.replace("{chart}", "latency")
        .replace("{provider}", "parrot")
        .replace("{what}", "start")
        .replace("{key}", "none")
        .replace("{link}", "none")
        .replace("{*path}", "none")
}

/// Every file in a folder, and every row of the stores among them: a row that lies on two pages of a file is in two parts there.
pub async fn kept(folder: &Path, when: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap_or(&path).display().to_string();
            let is_store = [".db", ".db-wal", ".db-shm"].iter().any(|end| name.ends_with(end));
            let bytes = fs::read(&path).expect("a file");
            let called = format!("the file {name} {when}");
            pieces.push(if is_store { Piece::of_store(called, bytes) } else { Piece::new(called, bytes) });
            if path.extension().is_some_and(|end| end == "db") {
                pieces.push(Piece::of_store(format!("the rows of {name} {when}"), rows(&path).await));
            }
        }
    }
    pieces
}

async fn rows(file: &Path) -> String {
    const COLUMNS: &str =
        "select t.name, c.name from sqlite_schema t join pragma_table_info(t.name) c where t.type = 'table'";
    let mut store: SqliteConnection =
        SqliteConnectOptions::new().filename(file).read_only(true).connect().await.expect("the store opens");
    let columns: BTreeSet<(String, String)> =
        sqlx::query_as(COLUMNS).fetch_all(&mut store).await.expect("columns").into_iter().collect();
    assert!(columns.len() > 50, "{columns:?}");
    let mut rows = String::new();
    for (table, column) in columns {
        let text = format!("select coalesce(group_concat(quote(\"{column}\"), char(10)), '') from \"{table}\"");
        let all: String = sqlx::query_scalar(AssertSqlSafe(text)).fetch_one(&mut store).await.expect("values");
        rows = rows + &table + "." + &column + "\n" + &all + "\n";
    }
    store.close().await.expect("the store closes");
    rows
}
