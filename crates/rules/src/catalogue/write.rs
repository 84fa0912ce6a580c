//! A catalogue -> YAML text that reads back as the same catalogue.

mod windows;

use model::{
    BaselineSpec, Catalogue, Expectation, IntegrationSpec, Lifecycle, MeasureSpec, ProbeSpec, Retries, Schedule, Slug,
    SystemSpec, Tier, Unit,
};
use serde_json::Value;

use super::{
    emit::emit,
    integration::{PRODUCTION, plural},
    probe::{DOWN_AFTER, UP_AFTER},
    timing::default_timeout,
    tree::{Entry, Node, Tree},
};

/// The catalogue as YAML: in the order it holds, defaults left out, options nested below `options`. For everything that
/// [`read`](super::read) gave out, `read(write(c)) == c`.
pub fn write(catalogue: &Catalogue) -> String {
    let mut map = Draft::default();
    map.put("catalogue", text(&catalogue.catalogue));
    map.put("systems", list(&catalogue.systems, system));
    map.put("integrations", list(&catalogue.integrations, integration));
    map.filled("windows", &catalogue.windows, windows::window);
    emit(&map.tree())
}

/// A map that is being written.
#[derive(Default)]
struct Draft(Vec<Entry>);

impl Draft {
    fn put(&mut self, key: &str, tree: Tree) {
        self.0.push(Entry { key: key.to_owned(), line: None, node: tree.into() });
    }

    fn maybe<T: ToString>(&mut self, key: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.put(key, text(value));
        }
    }

    /// Writes what is not as it would be unsaid.
    fn unless<T: PartialEq>(&mut self, key: &str, value: &T, unsaid: &T, tree: impl FnOnce(&T) -> Tree) {
        if value != unsaid {
            self.put(key, tree(value));
        }
    }

    fn filled<T>(&mut self, key: &str, items: &[T], tree: impl Fn(&T) -> Tree) {
        if !items.is_empty() {
            self.put(key, list(items, tree));
        }
    }

    fn tree(self) -> Tree {
        Tree::Map(self.0)
    }
}

fn text<T: ToString + ?Sized>(value: &T) -> Tree {
    Tree::Text(value.to_string())
}

fn list<T>(items: &[T], tree: impl Fn(&T) -> Tree) -> Tree {
    Tree::List(items.iter().map(|item| tree(item).into()).collect())
}

/// Whole numbers without a fraction.
fn number(number: f64) -> Tree {
    let whole = format!("{number:.0}").parse::<i64>();
    match whole {
        Ok(whole) if number.fract() == 0.0 && number.abs() < 1e15 => Tree::Int(whole),
        _ => Tree::Float(number),
    }
}

fn system(system: &SystemSpec) -> Tree {
    let mut map = Draft::default();
    map.put("slug", text(&system.slug));
    map.put("name", text(&system.name));
    map.maybe("kind", system.kind.as_ref());
    map.maybe("owner", system.owner.as_ref());
    map.maybe("description", system.description.as_ref());
    map.filled("depends_on", &system.depends_on, text::<Slug>);
    map.maybe("formerly", system.formerly.as_ref());
    map.tree()
}

fn integration(spec: &IntegrationSpec) -> Tree {
    let mut map = Draft::default();
    map.put("slug", text(&spec.slug));
    map.put("name", text(&spec.name));
    map.put("from", text(&spec.from));
    map.put("to", text(&spec.to));
    map.filled("via", &spec.via, text::<Slug>);
    map.maybe("description", spec.description.as_ref());
    map.maybe("owner", spec.owner.as_ref());
    map.maybe("business_owner", spec.business_owner.as_ref());
    map.maybe("analyst", spec.analyst.as_ref());
    map.maybe("department", spec.department.as_ref());
    map.maybe("business_process", spec.business_process.as_ref());
    map.unless("tier", &spec.tier, &Tier::default(), |tier| Tree::Int(tier.get().into()));
    map.unless("lifecycle", &spec.lifecycle, &Lifecycle::Live, text);
    map.maybe("live_since", spec.live_since.as_ref());
    map.maybe("classification", spec.classification.as_ref());
    map.unless("environment", &spec.environment, &PRODUCTION.to_owned(), text);
    map.maybe("runbook", spec.runbook.as_ref());
    map.filled("documents", &spec.documents, |link| {
        let mut map = Draft::default();
        map.put("title", text(&link.title));
        map.put("url", text(&link.url));
        map.tree()
    });
    map.filled("building_blocks", &spec.building_blocks, text::<String>);
    map.filled("tags", &spec.tags, text::<Slug>);
    if let Some(of) = &spec.unit {
        map.put("unit", unit(of));
    }
    if let Some(of) = &spec.expect {
        map.put("expect", expectation(of));
    }
    if let Some(of) = &spec.baseline {
        map.put("baseline", baseline(of));
    }
    map.filled("probes", &spec.probes, probe);
    map.maybe("formerly", spec.formerly.as_ref());
    map.tree()
}

fn unit(unit: &Unit) -> Tree {
    if unit.many == plural(&unit.one) {
        return text(&unit.one);
    }
    let mut map = Draft::default();
    map.put("one", text(&unit.one));
    map.put("many", text(&unit.many));
    map.tree()
}

fn schedule(map: &mut Draft, schedule: &Schedule) {
    match schedule {
        Schedule::Every { every } => map.put("every", text(every)),
        Schedule::Cron { cron, time_zone } => {
            map.put("cron", text(cron));
            map.put("time_zone", text(time_zone));
        }
    }
}

fn expectation(expect: &Expectation) -> Tree {
    let mut map = Draft::default();
    schedule(&mut map, &expect.schedule);
    map.put("grace", text(&expect.grace));
    if let Some(units) = expect.min_units {
        map.put("min_units", number(units));
    }
    map.tree()
}

fn baseline(spec: &BaselineSpec) -> Tree {
    let mut map = Draft::default();
    map.put("per", text(&spec.per));
    let minutes = [spec.low_minutes, spec.likely_minutes, spec.high_minutes].map(number);
    let [low, likely, high] = &minutes;
    let minutes = if low == likely && likely == high { low.clone() } else { list(&minutes, Tree::clone) };
    map.put("minutes", minutes);
    map.put("method", text(&spec.method));
    map.put("source", text(&spec.source));
    map.put("valid_from", text(&spec.valid_from));
    map.tree()
}

fn probe(spec: &ProbeSpec) -> Tree {
    let mut map = Draft::default();
    map.put("slug", text(&spec.slug));
    map.maybe("name", spec.name.as_ref());
    map.put("kind", text(&spec.kind));
    if !spec.options.is_empty() {
        let options = spec.options.iter().map(|(name, value)| entry(name, value)).collect();
        map.put("options", Tree::Map(options));
    }
    schedule(&mut map, &spec.schedule);
    map.unless("timeout", &spec.timeout, &default_timeout(&spec.schedule), text);
    map.unless("retries", &spec.retries, &Retries::default(), retries);
    map.unless("down_after", &spec.down_after, &DOWN_AFTER, |count| Tree::Int((*count).into()));
    map.unless("up_after", &spec.up_after, &UP_AFTER, |count| Tree::Int((*count).into()));
    map.maybe("retry_interval", spec.retry_interval.as_ref());
    map.filled("assert", &spec.assert, text::<String>);
    map.filled("warn", &spec.warn, text::<String>);
    if !spec.measures.is_empty() {
        let mut measures = Draft::default();
        for (name, of) in &spec.measures {
            measures.put(name, measure(of));
        }
        map.put("measures", measures.tree());
    }
    map.unless("counts", &spec.counts, &true, |counts| Tree::Bool(*counts));
    map.unless("enabled", &spec.enabled, &true, |enabled| Tree::Bool(*enabled));
    map.unless("upside_down", &spec.upside_down, &false, |upside_down| Tree::Bool(*upside_down));
    map.maybe("environment", spec.environment.as_ref());
    map.tree()
}

fn retries(retries: &Retries) -> Tree {
    if retries.backoff == Retries::default().backoff {
        return Tree::Int(retries.count.into());
    }
    let mut map = Draft::default();
    map.put("count", Tree::Int(retries.count.into()));
    map.put("backoff", text(&retries.backoff));
    map.tree()
}

fn measure(measure: &MeasureSpec) -> Tree {
    let mut map = Draft::default();
    map.put("value", text(&measure.value));
    map.maybe("unit", measure.unit.as_ref());
    map.tree()
}

fn entry(name: &str, value: &Value) -> Entry {
    // Options were read from a tree and nest no deeper than one.
    let node = Node::of_json(value).unwrap_or(Tree::Null.into());
    Entry { key: name.to_owned(), line: None, node }
}
