//! What a request carries.

use std::path::{Path, PathBuf};

use hyper::body::Bytes;
use model::Reason;
use percent_encoding::percent_decode_str;
use reqwest::Url;
use rules::assess::Trouble;
use serde_json::{Map, Value};
use tokio::io::AsyncReadExt;

use crate::options::Options;

/// Bytes of a file at most.
const LARGEST_FILE: u64 = 1_048_576;

/// The ways to write a body.
const WAYS: [&str; 6] = ["body", "body_json", "body_form", "body_xml", "body_file", "graphql"];

/// What is written of a body.
#[derive(Default)]
pub(super) struct Body {
    pub(super) bytes: Bytes,
    pub(super) file: Option<PathBuf>,
    pub(super) content_type: Option<&'static str>,
    /// Whether anything is written, though it may be empty.
    pub(super) is_there: bool,
    pub(super) graphql: bool,
}

/// Reads all ways to write a body, of which there may be one.
pub(super) fn read(options: &mut Options<'_>) -> Body {
    let given: Vec<&str> = WAYS.into_iter().filter(|way| options.is_given(way)).collect();
    if let [_, another, ..] = given.as_slice() {
        options.fault(another, format!("is one body too many: there is {} already", given[0]));
    }
    let mut body = Body { is_there: !given.is_empty(), ..Body::default() };
    let text = options.text("body");
    let json = options.json("body_json");
    let form = options.map("body_form").filter(|form| !form.is_empty());
    let xml = options.text("body_xml");
    let file = options.text("body_file");
    let query = graphql(options);
    if let Some(text) = text {
        body.bytes = text.into();
    } else if let Some(json) = json {
        (body.bytes, body.content_type) = (json.to_string().into(), Some("application/json"));
    } else if let Some(form) = form {
        body.bytes = encoded(form).into();
        body.content_type = Some("application/x-www-form-urlencoded");
    } else if let Some(xml) = xml {
        (body.bytes, body.content_type) = (xml.into(), Some("application/xml"));
    } else if let Some(file) = file {
        (body.file, body.content_type) = (Some(file.into()), Some("application/octet-stream"));
    } else if let Some(query) = query {
        (body.bytes, body.content_type) = (query.to_string().into(), Some("application/json"));
        body.graphql = true;
    }
    body
}

fn graphql(options: &mut Options<'_>) -> Option<Value> {
    let mut group = options.group("graphql")?;
    let mut question = Map::new();
    question.insert("query".to_owned(), group.text("query")?.into());
    match group.json("variables") {
        Some(variables @ Value::Object(_)) => {
            question.insert("variables".to_owned(), variables);
        }
        Some(_) => group.fault("variables", "are not a map of names with a value each"),
        None => {}
    }
    if let Some(operation) = group.text("operation") {
        question.insert("operationName".to_owned(), operation.into());
    }
    Some(Value::Object(question))
}

/// As forms are sent.
pub(super) fn encoded(pairs: impl IntoIterator<Item = (String, String)>) -> String {
    // An address knows how; the part before the `?` is of no account.
    let Ok(mut url) = Url::parse("http://form/") else { return String::new() };
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap_or_default().to_owned()
}

/// The file's bytes. Links and `..` are followed before it is looked at where the file lies; of what lies elsewhere it is not even
/// told whether it is there.
pub(crate) async fn file(path: &Path, folders: &[PathBuf]) -> Result<Bytes, Trouble> {
    let wrong = |why: &str| Trouble::new(Reason::Config, format!("the body's file {} {why}", path.display()));
    let found = tokio::fs::canonicalize(path).await.ok();
    let mut is_open = false;
    for folder in folders {
        let folder = tokio::fs::canonicalize(folder).await;
        is_open |= folder.is_ok_and(|folder| found.as_ref().is_some_and(|found| found.starts_with(folder)));
    }
    let Some(found) = found.filter(|_| is_open) else {
        return Err(wrong("is not there, or lies in no folder that is open to probes; `body_folders` names them"));
    };
    if !tokio::fs::metadata(&found).await.is_ok_and(|about| about.is_file()) {
        return Err(wrong("is no file"));
    }
    let opened = tokio::fs::File::open(&found).await.map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    let mut bytes = Vec::new();
    let read = opened.take(LARGEST_FILE + 1).read_to_end(&mut bytes).await;
    read.map_err(|error| wrong(&format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(wrong("is larger than 1 MiB"));
    }
    Ok(bytes.into())
}

/// The user and the password within an address.
pub(super) fn user_of(url: &Url) -> Option<(String, Option<String>)> {
    let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
    let is_there = !url.username().is_empty() || url.password().is_some();
    is_there.then(|| (decoded(url.username()), url.password().map(decoded)))
}
