//! What expressions can see of one observation: only what they name.

use std::{
    collections::{BTreeMap, HashMap},
    sync::LazyLock,
};

use cel::{
    Context,
    common::types::{CelBool, CelDouble, CelDuration, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString},
};
use chrono::TimeDelta;
use serde_json::Value;

use super::{
    Fact, Observation,
    compile::Compiled,
    need::{Boxed, LONGEST_LIST},
};

/// Built once: a context with its functions costs three hundred times as much as a scope within it.
pub(super) static ROOT: LazyLock<Context<'static, 'static>> = LazyLock::new(Context::default);

/// Items of a loop times the values that it looks at again for each of them.
const MOST_LOOP_WORK: usize = 1_000_000;

/// The body, read as JSON if any expression asks for that.
#[derive(Debug)]
pub(super) enum Json {
    /// Nobody asked.
    NotAsked,
    /// It is JSON.
    Read(Value),
    /// It is not; why, as a message says it.
    Broken(String),
}

impl Json {
    /// Reads the body where `compiled` asks for it.
    pub(super) fn read(compiled: &Compiled, observation: &Observation) -> Self {
        if !compiled.wants("json") {
            return Self::NotAsked;
        }
        match observation.facts.body() {
            None | Some([]) => Self::Broken("the body is empty where JSON is asked for".to_owned()),
            Some(body) => match serde_json::from_slice(body) {
                Ok(value) => Self::Read(value),
                Err(error) => Self::Broken(format!("the body is not JSON: {error}")),
            },
        }
    }
}

/// A scope, and why names that should be in it are not.
pub(super) struct Scope<'p, 'v> {
    pub(super) context: Context<'p, 'v>,
    /// By name.
    pub(super) absent: BTreeMap<&'p str, String>,
}

/// Makes the scope for all expressions of `compiled`. It borrows all texts.
pub(super) fn scope<'v>(
    compiled: &'v Compiled,
    observation: &'v Observation,
    body: &'v str,
    json: &'v Json,
) -> Scope<'v, 'v> {
    let mut scope = Scope { context: ROOT.new_inner_scope(), absent: BTreeMap::new() };
    for name in compiled.names() {
        let value = match (name, observation.facts.get(name)) {
            ("json", _) => picked(compiled, json),
            (_, Some(fact)) => boxed(name, fact),
            ("latency", None) => Ok(length_of_time(observation.latency_us)),
            ("body", None) if observation.facts.body().is_some() => Ok(Box::new(CelString::from(body)) as Boxed<'v>),
            (_, None) => Err(format!("{name}: nothing was seen under this name")),
        };
        match value {
            Ok(value) => scope.context.add_variable_as_val(name, value),
            Err(why) => {
                scope.absent.insert(name, why);
            }
        }
    }
    scope
}

fn picked<'v>(compiled: &Compiled, json: &'v Json) -> Result<Boxed<'v>, String> {
    let value = match json {
        Json::Read(value) => value,
        Json::Broken(why) => return Err(why.clone()),
        Json::NotAsked => return Err("json: nobody asked for it".to_owned()),
    };
    let picked = compiled.json().pick(value)?;
    if !compiled.in_loops().is_empty() {
        let again = compiled.in_loops().pick(value)?.weight;
        if picked.longest.saturating_mul(again) > MOST_LOOP_WORK {
            return Err(format!("a loop over {} items looks at {again} values for each: too much", picked.longest));
        }
    }
    Ok(picked.value)
}

fn boxed<'v>(path: &str, fact: &'v Fact) -> Result<Boxed<'v>, String> {
    Ok(match fact {
        Fact::Null => Box::new(CelNull),
        Fact::Int(value) => Box::new(CelInt::from(*value)),
        Fact::Double(value) => Box::new(CelDouble::from(*value)),
        Fact::Text(text) => Box::new(CelString::from(text.as_str())),
        Fact::Bool(value) => Box::new(CelBool::from(*value)),
        Fact::DurationUs(us) => length_of_time(*us),
        Fact::Map(entries) => {
            within_limit(path, entries.len())?;
            let entries = entries.iter().map(|(name, fact)| Ok((CelMapKey::from(name.as_str()), boxed(name, fact)?)));
            Box::new(CelMap::from(entries.collect::<Result<HashMap<_, _>, String>>()?))
        }
        Fact::List(items) => {
            within_limit(path, items.len())?;
            Box::new(CelList::from(items.iter().map(|fact| boxed(path, fact)).collect::<Result<Vec<_>, _>>()?))
        }
    })
}

fn length_of_time<'v>(us: i64) -> Boxed<'v> {
    // CEL knows lengths up to 292 years: nanoseconds in 64 bits.
    let longest = i64::MAX / 1_000;
    Box::new(CelDuration::from(TimeDelta::microseconds(us.clamp(-longest, longest))))
}

fn within_limit(path: &str, items: usize) -> Result<(), String> {
    if items <= LONGEST_LIST {
        return Ok(());
    }
    Err(format!("{path} has {items} items, at most {LONGEST_LIST} can be looked at"))
}
