//! What is written of a step, and the request that it is once earlier steps have found what it refers to.

use model::{ProbeSpec, Reason};
use reqwest::Url;
use rules::{
    assess::{Compiled, Trouble},
    kind::Kind,
    secret::is_step_name,
};
use serde_json::{Map, Value};

use super::{
    STEP,
    extract::{self, Extract},
    refer::{self, Values},
};
use crate::{
    filled::{forms, refers},
    http::{
        self,
        facts::Needs,
        request::{self, Ask},
        sign::{self, Signed},
        token::Grant,
    },
    options::Options,
    redact::{self, Masks},
};

/// A step by itself, so that its options can be read as those of a probe are.
static ALONE: Kind = Kind { name: "a step", summary: "", options: STEP, names: http::NAMES, counts_as_ask: true };

/// A step.
pub(super) struct Step {
    pub(super) name: String,
    /// What is written of it, as if it were a probe.
    spec: ProbeSpec,
    url: Url,
    token_url: Option<Url>,
    pub(super) asserts: Compiled,
    pub(super) needs: Needs,
    pub(super) extracts: Vec<Extract>,
    pub(super) graphql: bool,
    /// Whether an expression may turn its answer into trouble.
    pub(super) may_fail: bool,
    /// The request, where nothing has to be filled in.
    fixed: Option<Fixed>,
}

/// A request that is the same in each check.
struct Fixed {
    ask: Ask,
    grant: Option<Grant>,
    /// What must not be kept of it, in all forms.
    masked: Vec<String>,
}

/// A request that can be sent now.
pub(super) struct Ready {
    pub(super) ask: Ask,
    /// How it gets a token.
    pub(super) grant: Option<Grant>,
    /// What must not be kept of it.
    pub(super) masks: Masks,
}

/// Reads a list of steps; `before` come before them.
pub(super) fn read(
    options: &mut Options<'_>,
    spec: &ProbeSpec,
    list: &'static str,
    before: &[Step],
) -> Option<Vec<Step>> {
    let written = spec.options.get(list).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let groups = options.groups(list)?;
    // What a step with a fault would take out counts all the same: each fault is named once.
    let mut known: Vec<Known> = before.iter().filter_map(|step| Known::of(&step.spec.options)).collect();
    let mut steps: Vec<Step> = Vec::with_capacity(groups.len());
    let mut whole = true;
    for (mut group, written) in groups.into_iter().zip(written) {
        match one(&mut group, spec, written, &known) {
            Some(step) => steps.push(step),
            None => whole = false,
        }
        known.extend(written.as_object().and_then(Known::of));
    }
    whole.then_some(steps)
}

/// A step that comes before, and what it takes out.
struct Known {
    name: String,
    values: Vec<String>,
}

impl Known {
    fn of(written: &Map<String, Value>) -> Option<Self> {
        let name = |written: &Value| written.get("name").and_then(Value::as_str).map(str::to_owned);
        let extracts = written.get("extract").and_then(Value::as_array).into_iter().flatten();
        Some(Self { name: written.get("name")?.as_str()?.to_owned(), values: extracts.filter_map(name).collect() })
    }
}

fn one(group: &mut Options<'_>, spec: &ProbeSpec, written: &Value, known: &[Known]) -> Option<Step> {
    let name = group.text("name");
    if let Some(name) = &name {
        if !is_step_name(name) {
            group.fault("name", "is not 1 to 64 of a-z, 0-9, `_` and `-`, the first a letter");
        } else if known.iter().any(|step| step.name == *name) {
            group.fault("name", "is the name of a step before it");
        }
    }
    let (mut ask, graphql) = request::read(group);
    // Where it refers to values, it is read for its faults, and made anew once they are known.
    let signed = sign::sign(group, ask.as_mut());
    let grant = Grant::read(group, ask.as_ref());
    let extracts = extract::read(group)?;
    let assert = group.list("assert")?;
    let may_fail = !assert.is_empty();
    let options = written.as_object()?.clone();
    for (step, value) in refer::all(&options) {
        let is_known = known.iter().any(|known| known.name == step && known.values.contains(&value));
        if !is_known {
            group.fault("name", format!("refers to `${{{step}.{value}}}`, which no step before it takes out"));
        }
    }
    let alone =
        ProbeSpec { options, assert, warn: Vec::new(), measures: std::collections::BTreeMap::new(), ..spec.clone() };
    let asserts = match Compiled::compile(&alone, &ALONE) {
        Ok(asserts) => asserts,
        Err(faults) => {
            for fault in faults {
                group.fault(&fault.field, fault.message);
            }
            return None;
        }
    };
    let (name, ask) = name.zip(ask)?;
    let url = ask.url.clone();
    let token_url = grant.as_ref().map(|grant| grant.url().clone());
    let fixed = (!refers(&alone)).then(|| Fixed { masked: forms_of(signed, &ask), ask, grant });
    // What the probe's own expressions look at is known of the last answer, whichever that is.
    let looked_at = ProbeSpec {
        assert: alone.assert.iter().chain(&spec.assert).cloned().collect(),
        warn: spec.warn.clone(),
        measures: spec.measures.clone(),
        ..alone.clone()
    };
    let needs = Needs::of(&looked_at).with_size_and_status();
    Some(Step { name, spec: alone, url, token_url, asserts, needs, extracts, graphql, may_fail, fixed })
}

impl Step {
    /// Where it is sent, without what is filled in.
    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    /// Where its token is granted, so too.
    pub(super) fn token_url(&self) -> Option<&Url> {
        self.token_url.as_ref()
    }

    /// Whether all is there that it refers to.
    pub(super) fn is_ready(&self, values: &Values) -> bool {
        refer::all(&self.spec.options).iter().all(|(step, name)| values.get(step, name).is_some())
    }

    /// The request, with secrets and what was found in their place.
    pub(super) fn ready(&self, values: &Values, masks: &Masks) -> Result<Ready, Trouble> {
        let hidden = || values.hidden().into_iter().flat_map(|secret| forms::of(&secret));
        if let Some(Fixed { ask, grant, masked }) = &self.fixed {
            let masks = masks.and(masked.iter().cloned().chain(hidden()));
            return Ok(Ready { ask: ask.clone(), grant: grant.clone(), masks });
        }
        let mut spec = self.spec.clone();
        refer::fill(STEP, &mut spec.options, values);
        let mut options = Options::of(&ALONE, &spec);
        let (mut ask, _) = request::read(&mut options);
        let signed = sign::sign(&mut options, ask.as_mut());
        let grant = Grant::read(&mut options, ask.as_ref());
        let written = options.secrets();
        let ask = options.finish(ask).map_err(|faults| {
            let faults: Vec<String> =
                faults.iter().map(|fault| format!("{}: {}", fault.field, fault.message)).collect();
            let why = format!("step `{}` with values filled in: {}", self.name, faults.join("; "));
            Trouble::new(Reason::Config, masks.and(values.hidden()).text(why))
        })?;
        let written = written.iter().flat_map(|secret| forms::of(secret));
        let masks = masks.and(forms_of(signed, &ask).into_iter().chain(written).chain(hidden()));
        Ok(Ready { ask, grant, masks })
    }
}

/// What must not be kept of a request, in all forms.
fn forms_of(signed: Signed, ask: &Ask) -> Vec<String> {
    let secrets = signed.secrets.into_iter().chain(redact::in_query(&ask.url));
    secrets.flat_map(|secret| forms::of(&secret)).collect()
}
