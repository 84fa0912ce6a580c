//! What a step takes out of its answer.

use std::cell::OnceCell;

use hyper::header::HeaderName;
use model::Reason;
use regex::{Regex, RegexBuilder};
use reqwest::Url;
use rules::{assess::Trouble, secret::is_step_name};
use serde_json::Value;

use super::path::Path;
use crate::{
    http::{answer::Answer, cookies::Jar},
    options::Options,
};

/// Bytes of a value at most.
const LONGEST: usize = 16_384;

/// Bytes that a regular expression takes in memory at most.
const LARGEST_REGEX: usize = 1_048_576;

/// A value to take out.
#[derive(Debug)]
pub(super) struct Extract {
    pub(super) name: String,
    pub(super) shown: bool,
    from: Place,
    regex: Option<Regex>,
}

#[derive(Debug)]
enum Place {
    Json(Path),
    Header(HeaderName),
    Cookie(String),
    Body,
}

/// Reads `extract`.
pub(super) fn read(step: &mut Options<'_>) -> Option<Vec<Extract>> {
    let groups = step.groups("extract")?;
    let mut made: Vec<Extract> = Vec::with_capacity(groups.len());
    let mut whole = true;
    for mut group in groups {
        match one(&mut group) {
            Some(extract) if made.iter().any(|other| other.name == extract.name) => {
                group.fault("name", "is the name of a value before it");
            }
            Some(extract) => made.push(extract),
            None => whole = false,
        }
    }
    whole.then_some(made)
}

fn one(group: &mut Options<'_>) -> Option<Extract> {
    let name = group.text("name");
    let is_right = name.as_ref().is_some_and(|name| is_step_name(name));
    if name.is_some() && !is_right {
        group.fault("name", "is not 1 to 64 of a-z, 0-9, `_` and `-`, the first a letter");
    }
    let given: Vec<&str> =
        ["from_json", "from_header", "from_cookie"].into_iter().filter(|from| group.is_given(from)).collect();
    if let [_, another, ..] = given.as_slice() {
        group.fault(another, format!("is one place too many: there is {} already", given[0]));
    } else if given.is_empty() && !group.is_given("regex") {
        group.fault("from_json", "is missing: say where the value stands, or a regex for the body");
    }
    let json = group.text("from_json").map(|text| Path::parse(&text));
    let header = group.text("from_header").map(|text| HeaderName::from_bytes(text.as_bytes()));
    let cookie = group.text("from_cookie");
    let regex = group.text("regex").map(|text| RegexBuilder::new(&text).size_limit(LARGEST_REGEX).build());
    let shown = group.bool("shown");
    let from = match (json, header, cookie) {
        (Some(Ok(path)), ..) => Some(Place::Json(path)),
        (Some(Err(why)), ..) => {
            group.fault("from_json", why);
            None
        }
        (None, Some(Ok(name)), _) => Some(Place::Header(name)),
        (None, Some(Err(_)), _) => {
            group.fault("from_header", "is not a name of a header");
            None
        }
        (None, None, Some(name)) => Some(Place::Cookie(name)),
        (None, None, None) => Some(Place::Body),
    };
    let regex = match regex {
        Some(Err(error)) => {
            group.fault("regex", format!("is no regular expression: {error}"));
            return None;
        }
        Some(Ok(regex)) => Some(regex),
        None => None,
    };
    Some(Extract { name: name.filter(|_| is_right)?, shown: shown?, from: from?, regex })
}

/// What a step has heard, its body read as JSON once however many values are taken out of it.
pub(super) struct Heard<'a> {
    answer: &'a Answer,
    jar: &'a Jar,
    url: &'a Url,
    json: OnceCell<Option<Value>>,
}

impl<'a> Heard<'a> {
    /// The answer to a request for `url`, and the cookies after it.
    pub(super) fn of(answer: &'a Answer, jar: &'a Jar, url: &'a Url) -> Self {
        Self { answer, jar, url, json: OnceCell::new() }
    }

    fn json(&self) -> Option<&Value> {
        self.json.get_or_init(|| serde_json::from_slice(&self.answer.body).ok()).as_ref()
    }
}

impl Extract {
    /// The value, as a text.
    pub(super) fn take(&self, heard: &Heard<'_>) -> Result<String, Trouble> {
        let Heard { answer, jar, url, .. } = heard;
        let missing = |what: &str| Trouble::new(Reason::Assertion, format!("no value for `{}`: {what}", self.name));
        let taken = match &self.from {
            Place::Json(path) => {
                let json = heard.json().ok_or_else(|| {
                    Trouble::new(Reason::Parse, format!("no value for `{}`: the answer is no JSON", self.name))
                })?;
                match path.of(json) {
                    None | Some(Value::Null) => return Err(missing("nothing stands there in the answer")),
                    Some(Value::String(text)) => text.clone(),
                    Some(other) => other.to_string(),
                }
            }
            Place::Header(name) => {
                let value = answer.headers.get(name).ok_or_else(|| missing("the answer has no such header"))?;
                String::from_utf8_lossy(value.as_bytes()).into_owned()
            }
            Place::Cookie(name) => {
                let value = jar.value(url, name).ok_or_else(|| missing("there is no such cookie"))?;
                value.to_owned()
            }
            Place::Body => String::from_utf8_lossy(&answer.body).into_owned(),
        };
        let taken = match &self.regex {
            None => taken,
            Some(regex) => {
                let found = regex.captures(&taken).ok_or_else(|| missing("the regular expression finds nothing"))?;
                found.get(1).or_else(|| found.get(0)).map(|found| found.as_str().to_owned()).unwrap_or_default()
            }
        };
        if taken.is_empty() {
            return Err(missing("it is empty"));
        }
        if taken.len() > LONGEST {
            return Err(missing("it is longer than 16 KiB"));
        }
        Ok(taken)
    }
}
