//! Probes whose options refer to values, as `${secret:NAME}`. The values are looked up each time such a probe asks: one that was
//! changed holds from the next ask on, and none stays in memory in between.
//!
//! Whatever was filled in is masked in all that is kept of the ask, as the secrets that stand in options are.
//! In an address a value is escaped, so that it stays in its place; in every other text it stands as it is. What steps send is filled in
//! by them, with the values that are looked up here.

use std::{
    collections::{BTreeSet, HashMap},
    pin::Pin,
    sync::Arc,
    time::Instant,
};

use async_trait::async_trait;
use model::{ProbeSpec, Reason, Span};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rules::{
    assess::Observation,
    kind::{OptionKind, OptionSpec},
    secret::{self, Reference},
};
use serde_json::{Map, Value};
use tokio::time::timeout;

use crate::{Asking, Clients, HostKey, Probe, http_steps::Sent, kinds, marks::micros, plain, redact::Masks};

pub(crate) mod forms;

/// Begins every reference.
pub(crate) const BEGINS: &str = "${";

/// Looking values up takes a few milliseconds, and so many of them (ms) are not taken from the probe's own time: a sentence about an
/// answer that came too late names the timeout as it was written.
const FREE: i64 = 50;

/// What a value is in an address: whatever it holds, it stays in its place and means itself.
const IN_AN_ADDRESS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// In the path it may be several steps of it.
const IN_A_PATH: &AsciiSet = &IN_AN_ADDRESS.remove(b'/');

/// A text with values in the place of its references.
pub struct Filled {
    /// The text.
    pub text: String,
    /// What was put in.
    pub values: Vec<String>,
}

/// A text on its way; or which value is not to be had and why, in words that show none.
pub type Filling = Pin<Box<dyn Future<Output = Result<Filled, String>> + Send>>;

/// Who fills texts in, given the host that they are sent to. It is passed in, since who keeps the values, and where they may go, is
/// nothing that probes know.
pub type Fill = Arc<dyn Fn(String, Option<String>) -> Filling + Send + Sync>;

/// What references stand for, where a probe fills them in itself. Cheap to clone.
pub(crate) type Known = Arc<HashMap<Reference, String>>;

/// A probe that is made anew for each ask.
pub(crate) struct Referring {
    spec: ProbeSpec,
    clients: Clients,
    fill: Fill,
    peer: Option<HostKey>,
}

impl Referring {
    /// Of a spec that refers to values; `peer` is whom it asks.
    pub(crate) fn new(spec: &ProbeSpec, clients: &Clients, fill: &Fill, peer: Option<HostKey>) -> Self {
        Self { spec: spec.clone(), clients: clients.clone(), fill: Arc::clone(fill), peer }
    }

    /// As it is asked now, and by clients that mask what was filled in.
    async fn filled(&self) -> Result<(ProbeSpec, Clients), String> {
        let mut spec = self.spec.clone();
        let kind = kinds().iter().find(|kind| kind.name == spec.kind);
        let hosts = self.peer.as_ref().map_or_else(Vec::new, |peer| peer.hosts().map(str::to_owned).collect());
        let mut values = Vec::new();
        let table = kind.map_or(&[][..], |kind| kind.options);
        let sent = Sent::take(&spec.kind, &mut spec.options);
        let known = self.known(&sent, &hosts, &mut values).await?;
        for (text, is_address) in texts(table, &mut spec.options) {
            if is_address {
                *text = self.address(text, &hosts, &mut values).await?;
            } else {
                let filled = self.value(text, &hosts).await?;
                *text = filled.text;
                values.extend(filled.values);
            }
        }
        sent.put_back(&mut spec.options);
        let masked = values.iter().flat_map(|value| forms::of(value)).collect();
        Ok((spec, self.clients.masking(masked).knowing(known)))
    }

    /// What stands for the references in what steps send, each looked up once.
    async fn known(
        &self,
        sent: &Sent,
        hosts: &[String],
        values: &mut Vec<String>,
    ) -> Result<HashMap<Reference, String>, String> {
        let mut wanted = BTreeSet::new();
        for text in sent.texts() {
            wanted.extend(secret::references(text)?);
        }
        let mut known = HashMap::new();
        for reference in wanted {
            let filled = self.value(&reference.to_string(), hosts).await?;
            values.extend(filled.values);
            known.insert(reference, filled.text);
        }
        Ok(known)
    }

    /// A text with its values in it. Where several may see what is sent, it may have to go to each of them.
    async fn value(&self, text: &str, hosts: &[String]) -> Result<Filled, String> {
        let mut filled = (self.fill)(text.to_owned(), hosts.first().cloned()).await?;
        for another in hosts.iter().skip(1) {
            filled = (self.fill)(text.to_owned(), Some(another.clone())).await?;
        }
        Ok(filled)
    }

    /// An address with its values in it, escaped as their place asks for: no value leads to another host or ends the query.
    async fn address(&self, text: &str, hosts: &[String], values: &mut Vec<String>) -> Result<String, String> {
        let mut address = String::with_capacity(text.len());
        for (part, escaped) in parts(text) {
            let mut found: HashMap<Reference, String> = HashMap::new();
            for reference in secret::references(part)? {
                let filled = self.value(&reference.to_string(), hosts).await?;
                values.extend(filled.values);
                found.insert(reference, utf8_percent_encode(&filled.text, escaped).to_string());
            }
            let filled = secret::fill(part, |reference| found.get(reference).cloned());
            address += &filled.map_err(|missing| format!("{} of its values are missing", missing.len()))?;
        }
        Ok(address)
    }
}

#[async_trait]
impl Probe for Referring {
    async fn ask(&self, asking: &Asking) -> Observation {
        let began = Instant::now();
        let troubled = |why: String| Observation::troubled(asking.at, micros(began.elapsed()), Reason::Config, why);
        let (spec, clients) = match timeout(asking.timeout.as_duration(), self.filled()).await {
            Ok(Ok(filled)) => filled,
            Ok(Err(why)) => return troubled(why),
            Err(_too_late) => return troubled("what its options refer to was not to be had in time".to_owned()),
        };
        let probe = match plain(&spec, &clients) {
            Ok(probe) => probe,
            Err(faults) => {
                let faults: Vec<String> =
                    faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
                let why = format!("with values filled in, {}", faults.join("; "));
                return troubled(Masks::of(clients.masked().to_vec()).text(why));
            }
        };
        let spent = (micros(began.elapsed()) / 1_000 - FREE).max(0);
        probe.ask(&Asking { timeout: Span::ms((asking.timeout.as_ms() - spent).max(1)), ..*asking }).await
    }

    fn peer(&self) -> Option<HostKey> {
        self.peer.clone()
    }
}

/// Whether any option refers to a value.
pub(crate) fn refers(spec: &ProbeSpec) -> bool {
    fn any(value: &Value) -> bool {
        match value {
            Value::String(text) => text.contains(BEGINS),
            Value::Array(items) => items.iter().any(any),
            Value::Object(fields) => fields.values().any(any),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    spec.options.values().any(any)
}

/// The texts that refer to values, and which of them are addresses.
pub(crate) fn texts<'v>(table: &[OptionSpec], options: &'v mut Map<String, Value>) -> Vec<(&'v mut String, bool)> {
    let each = options.iter_mut().flat_map(|(name, value)| {
        let kind = table.iter().find(|option| option.name == name).map(|option| option.kind);
        match (kind, value) {
            (Some(OptionKind::Group(table)), Value::Object(fields)) => texts(table, fields),
            (Some(OptionKind::Groups(table)), Value::Array(items)) => {
                items.iter_mut().filter_map(Value::as_object_mut).flat_map(|fields| texts(table, fields)).collect()
            }
            (kind, value) => {
                let is_address = matches!(kind, Some(OptionKind::Url | OptionKind::UrlOf(_)));
                all_texts(value).into_iter().map(|text| (text, is_address)).collect()
            }
        }
    });
    each.collect()
}

/// Every text within a value.
pub(crate) fn texts_of(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text.as_str()],
        Value::Array(items) => items.iter().flat_map(texts_of).collect(),
        Value::Object(fields) => fields.values().flat_map(texts_of).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
    }
}

fn all_texts(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::String(text) if text.contains(BEGINS) => vec![text],
        Value::Array(items) => items.iter_mut().flat_map(all_texts).collect(),
        Value::Object(fields) => fields.values_mut().flat_map(all_texts).collect(),
        _ => Vec::new(),
    }
}

/// The parts of an address: up to its path, the path, and what follows; each with what is escaped of a value there.
pub(crate) fn parts(address: &str) -> [(&str, &'static AsciiSet); 3] {
    let (before, query) = address.split_at(address.find(['?', '#']).unwrap_or(address.len()));
    let host = before.find("://").map_or(0, |at| at + "://".len());
    let path = before[host..].find('/').map_or(before.len(), |at| host + at);
    let (before, path) = before.split_at(path);
    [(before, IN_AN_ADDRESS), (path, IN_A_PATH), (query, IN_AN_ADDRESS)]
}
