//! Before and after, field by field.

use std::collections::BTreeMap;

use serde_json::Value;

/// One field, as it was and as it is; `None` where there was or is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its path: `probes[0].every`; empty where the whole is no object.
    pub field: String,
    /// Before.
    pub before: Option<String>,
    /// After.
    pub after: Option<String>,
}

impl Line {
    /// Whether it is another now.
    pub fn changed(&self) -> bool {
        self.before != self.after
    }
}

/// Every field of either side by path; those that changed first.
pub fn lines(before: Option<&Value>, after: Option<&Value>) -> Vec<Line> {
    let mut sides: BTreeMap<String, (Option<String>, Option<String>)> = BTreeMap::new();
    for (path, text) in leaves(before) {
        sides.entry(path).or_default().0 = Some(text);
    }
    for (path, text) in leaves(after) {
        sides.entry(path).or_default().1 = Some(text);
    }
    let mut lines: Vec<Line> =
        sides.into_iter().map(|(field, (before, after))| Line { field, before, after }).collect();
    lines.sort_by_key(|line| !line.changed());
    lines
}

/// What happened in a few words: `owner, tier`, `owner, tier, name and 2 more`, `made`, `taken away`, `nothing`.
pub fn summary(before: Option<&Value>, after: Option<&Value>, lines: &[Line]) -> String {
    const NAMED: usize = 3;
    match (before, after) {
        (None, None) => return "no details".to_owned(),
        (None, Some(_)) => return "what was made".to_owned(),
        (Some(_), None) => return "what was taken away".to_owned(),
        (Some(_), Some(_)) => {}
    }
    let changed: Vec<&str> = lines.iter().filter(|line| line.changed()).map(|line| line.field.as_str()).collect();
    match changed.len() {
        0 => "nothing changed".to_owned(),
        number if number <= NAMED => changed.join(", "),
        number => format!("{} and {} more", changed[..NAMED].join(", "), number - NAMED),
    }
}

fn leaves(value: Option<&Value>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some(value) = value {
        walk(value, String::new(), &mut found);
    }
    found
}

fn walk(value: &Value, path: String, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            for (name, inner) in fields {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                walk(inner, path, found);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (index, inner) in items.iter().enumerate() {
                walk(inner, format!("{path}[{index}]"), found);
            }
        }
        // Not set is the same whether it is said or not.
        Value::Null => {}
        Value::String(text) => found.push((path, text.clone())),
        other => found.push((path, other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_changed_stands_first_by_its_path() {
        let before = json!({"name": "Orders", "tier": 2, "owner": null, "probes": [{"every": "30s"}]});
        let after = json!({"name": "Orders", "tier": 1, "owner": "Finance", "probes": [{"every": "30s"}]});
        let lines = lines(Some(&before), Some(&after));
        let said: Vec<(&str, Option<&str>, Option<&str>)> =
            lines.iter().map(|line| (line.field.as_str(), line.before.as_deref(), line.after.as_deref())).collect();
        assert_eq!(
            said,
            [
                ("owner", None, Some("Finance")),
                ("tier", Some("2"), Some("1")),
                ("name", Some("Orders"), Some("Orders")),
                ("probes[0].every", Some("30s"), Some("30s")),
            ]
        );
        assert_eq!(summary(Some(&before), Some(&after), &lines), "owner, tier");
    }

    #[test]
    fn a_summary_names_no_more_than_three() {
        let (before, after) =
            (json!({"a": 1, "b": 1, "c": 1, "d": 1, "e": 1}), json!({"a": 2, "b": 2, "c": 2, "d": 2}));
        assert_eq!(summary(Some(&before), Some(&after), &lines(Some(&before), Some(&after))), "a, b, c and 2 more");
        assert_eq!(summary(None, Some(&after), &lines(None, Some(&after))), "what was made");
        assert_eq!(summary(Some(&after), Some(&after), &lines(Some(&after), Some(&after))), "nothing changed");
    }
}
