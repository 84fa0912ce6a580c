//! Fields of a form to the JSON that the API takes, and faults back to fields. Pure, so that it is tested without a browser.
//!
//! A field is named by its path, `probe.options.url`; `data-as` says how its text is meant: `text` (if absent), `number`, `bool`,
//! `lines`, `pairs` (a `name: value` on each line), `json`, `slug`.

use model::Slug;
use serde_json::{Map, Value};

/// A field's text as JSON; `None` for a blank one, which is left out.
pub fn meant(text: &str, kind: &str) -> Option<Value> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    Some(match kind {
        // What is no number goes as text: the server names the field and says what is allowed.
        "number" => text
            .parse::<i64>()
            .map(Value::from)
            .or_else(|_| text.parse::<f64>().map(Value::from))
            .unwrap_or_else(|_| text.into()),
        "bool" => text.parse::<bool>().map_or_else(|_| text.into(), Value::from),
        "json" => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        "lines" => lines(text).map(Value::from).collect(),
        "pairs" => Value::Object(
            lines(text)
                .map(|line| line.split_once(':').unwrap_or((line, "")))
                .map(|(name, value)| (name.trim().to_owned(), value.trim().into()))
                .collect(),
        ),
        "slug" => Slug::from_words(text).map_or_else(|| text.into(), |slug| slug.to_string().into()),
        _ => text.into(),
    })
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Puts a value at its path, making the objects on the way.
pub fn put(tree: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            tree.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            let inner = tree.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                put(inner, rest, value);
            }
        }
    }
}

/// Says of what stands at this path that it is to go, unless the form has something for it.
pub fn clear(tree: &mut Map<String, Value>, path: &str) {
    match path.split_once('.') {
        None => {
            tree.entry(path).or_insert(Value::Null);
        }
        Some((first, rest)) => {
            let inner = tree.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                clear(inner, rest);
            }
        }
    }
}

/// A map of which nothing but what is to go is left is to go itself.
pub fn collapse(value: &mut Value) {
    if let Value::Object(fields) = value {
        fields.values_mut().for_each(collapse);
        if !fields.is_empty() && fields.values().all(Value::is_null) {
            *value = Value::Null;
        }
    }
}

/// The kind that asks nobody, so that it needs no target.
const HEARTBEAT: &str = "heartbeat";

/// Leaves out what was not meant (a probe without options, a baseline without minutes) and fills in what the form says it
/// fills in.
pub fn complete(fields: &mut Map<String, Value>) {
    let is_heartbeat = fields.get("probe").and_then(|probe| probe.get("kind")).is_some_and(|kind| kind == HEARTBEAT);
    for (group, needed) in
        [("probe", "/options"), ("baseline", "/likely_minutes"), ("expect", "/every"), ("unit", "/one")]
    {
        let is_meant = |value: &Value| value.pointer(needed).is_some() || (group == "probe" && is_heartbeat);
        if fields.get(group).is_some_and(|value| !is_meant(value)) {
            fields.remove(group);
        }
    }
    let (slug, every) = if is_heartbeat { (HEARTBEAT, "1day") } else { ("api", "30s") };
    if let Some(Value::Object(probe)) = fields.get_mut("probe") {
        probe.entry("slug").or_insert_with(|| slug.into());
        if !probe.contains_key("cron") {
            probe.entry("every").or_insert_with(|| every.into());
        }
    }
    if let Some(Value::Object(expect)) = fields.get_mut("expect") {
        expect.entry("grace").or_insert_with(|| "10m".into());
    }
}

/// The body of `POST /integrations`: `probe` becomes the only one of `probes`; without a slug one is made of the name.
pub fn integration(mut fields: Map<String, Value>) -> Value {
    if let Some(probe) = fields.remove("probe") {
        fields.insert("probes".to_owned(), vec![probe].into());
    }
    if !fields.contains_key("slug")
        && let Some(slug) = fields.get("name").and_then(Value::as_str).and_then(Slug::from_words)
    {
        fields.insert("slug".to_owned(), slug.to_string().into());
    }
    Value::Object(fields)
}

/// The form's name of a field that the server found a fault with: `probes[0].options.url` is `probe.options.url` here.
pub fn field_of(fault: &str, of_trial: bool) -> String {
    let field = fault.strip_prefix("probes[0].").map_or_else(|| fault.to_owned(), |rest| format!("probe.{rest}"));
    if of_trial && field != "probe" && !field.starts_with("probe.") { format!("probe.{field}") } else { field }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tree(fields: &[(&str, &str, &str)]) -> Map<String, Value> {
        let mut tree = Map::new();
        for (path, kind, text) in fields {
            if let Some(value) = meant(text, kind) {
                put(&mut tree, path, value);
            }
        }
        tree
    }

    #[test]
    fn fields_become_the_body_that_the_api_takes() {
        let fields = tree(&[
            ("name", "text", " Orders to NetSuite "),
            ("from", "slug", "Sales Force"),
            ("tier", "number", "1"),
            ("owner", "text", "  "),
            ("probe.options.url", "text", "http://127.0.0.1:1"),
            ("probe.options.headers", "pairs", "accept: text/plain\nx-a:b:c"),
            ("probe.assert", "lines", "status == 200\n\nlatency < duration('1s')"),
        ]);
        assert_eq!(
            integration(fields),
            json!({
                "name": "Orders to NetSuite",
                "slug": "orders-to-netsuite",
                "from": "sales-force",
                "tier": 1,
                "probes": [{
                    "options": {"url": "http://127.0.0.1:1", "headers": {"accept": "text/plain", "x-a": "b:c"}},
                    "assert": ["status == 200", "latency < duration('1s')"],
                }],
            })
        );
    }

    #[test]
    fn what_was_not_meant_is_left_out_and_the_usual_is_filled_in() {
        let mut fields = tree(&[
            ("probe.kind", "text", "http"),
            ("probe.assert", "lines", "status == 200"),
            ("baseline.per", "text", "unit"),
            ("expect.every", "text", "1h"),
        ]);
        complete(&mut fields);
        assert_eq!(Value::Object(fields), json!({"expect": {"every": "1h", "grace": "10m"}}));

        let mut fields = tree(&[("probe.options.url", "text", "http://a"), ("probe.slug", "slug", "Main")]);
        complete(&mut fields);
        assert_eq!(fields["probe"], json!({"options": {"url": "http://a"}, "slug": "main", "every": "30s"}));
    }

    #[test]
    fn a_heartbeat_needs_no_target_and_a_cron_expression_no_period() {
        let mut fields = tree(&[("probe.kind", "text", "heartbeat")]);
        complete(&mut fields);
        assert_eq!(fields["probe"], json!({"kind": "heartbeat", "slug": "heartbeat", "every": "1day"}));

        let mut fields = tree(&[("probe.options.url", "text", "http://a"), ("probe.cron", "text", "0 2 * * *")]);
        complete(&mut fields);
        assert_eq!(fields["probe"], json!({"options": {"url": "http://a"}, "slug": "api", "cron": "0 2 * * *"}));
    }

    #[test]
    fn what_is_cleared_goes_unless_the_form_has_something_for_it() {
        let mut fields = tree(&[("probe.every", "text", "30s")]);
        for path in ["probe.every", "probe.options.oauth2.url"] {
            clear(&mut fields, path);
        }
        assert_eq!(fields["probe"], json!({"every": "30s", "options": {"oauth2": {"url": null}}}));
    }

    #[test]
    fn a_map_of_which_nothing_is_left_goes_as_a_whole() {
        let mut probe = json!({"every": null, "options": {"url": "http://a", "oauth2": {"url": null, "scope": null}}});
        collapse(&mut probe);
        assert_eq!(probe, json!({"every": null, "options": {"url": "http://a", "oauth2": null}}));
    }

    #[test]
    fn truths_and_json_are_read_or_left_for_the_server_to_refuse() {
        assert_eq!(meant("false", "bool"), Some(json!(false)));
        assert_eq!(meant("maybe", "bool"), Some(json!("maybe")));
        assert_eq!(meant(r#"[{"name": "token"}]"#, "json"), Some(json!([{"name": "token"}])));
        assert_eq!(meant("[{", "json"), Some(json!("[{")));
    }

    #[test]
    fn what_is_no_number_is_left_for_the_server_to_refuse() {
        assert_eq!(meant("many", "number"), Some(json!("many")));
        assert_eq!(meant("2.5", "number"), Some(json!(2.5)));
        assert_eq!(meant("→", "slug"), Some(json!("→")));
    }

    #[test]
    fn faults_find_their_field() {
        assert_eq!(field_of("probes[0].options.url", false), "probe.options.url");
        assert_eq!(field_of("name", false), "name");
        assert_eq!(field_of("options.url", true), "probe.options.url");
        assert_eq!(field_of("probe.every", true), "probe.every");
    }
}
