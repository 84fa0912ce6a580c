//! Where a value stands in JSON: `$.data.items[0].id`, `['odd name'].x`, `[-1]` for the last. The `$` may be left out. It is the part of
//! `JSONPath` (RFC 9535) that names one value.

use serde_json::Value;

/// Steps of a path at most.
const LONGEST: usize = 32;

/// A path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Field(String),
    Item(i64),
}

impl Path {
    /// Reads one. The error says where it cannot be read any further.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text.trim();
        rest = rest.strip_prefix('$').unwrap_or(rest);
        let mut parts = Vec::new();
        while !rest.is_empty() {
            let wrong = || format!("cannot be read from `{rest}` on");
            if parts.len() == LONGEST {
                return Err(format!("has more than {LONGEST} parts"));
            }
            if let Some(inside) = rest.strip_prefix('[') {
                let quote = inside.chars().next().filter(|sign| matches!(sign, '\'' | '"'));
                let (part, behind) = if let Some(quote) = quote {
                    let (name, behind) = inside[1..].split_once(quote).ok_or_else(wrong)?;
                    (Part::Field(name.to_owned()), behind.strip_prefix(']').ok_or_else(wrong)?)
                } else {
                    let (number, behind) = inside.split_once(']').ok_or_else(wrong)?;
                    (Part::Item(number.trim().parse().map_err(|_| wrong())?), behind)
                };
                parts.push(part);
                rest = behind;
                continue;
            }
            let after = match rest.strip_prefix('.') {
                Some(after) => after,
                // The first name needs no dot.
                None if parts.is_empty() => rest,
                None => return Err(wrong()),
            };
            let end = after.find(['.', '[']).unwrap_or(after.len());
            let name = &after[..end];
            if name.is_empty() || name.contains([']', '*', '?', '\'', '"', ' ', '$', '@']) {
                return Err(wrong());
            }
            parts.push(Part::Field(name.to_owned()));
            rest = &after[end..];
        }
        Ok(Self(parts))
    }

    /// What stands there.
    pub(super) fn of<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        self.0.iter().try_fold(value, |value, part| match part {
            Part::Field(name) => value.get(name.as_str()),
            Part::Item(at) => {
                let items = value.as_array()?;
                let at = if *at < 0 { i64::try_from(items.len()).ok()?.checked_add(*at)? } else { *at };
                items.get(usize::try_from(at).ok()?)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::Path;

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in prop_oneof![".{0,40}", "[$.\\[\\]'\"a0ü-]{0,20}"]) {
            if let Ok(path) = Path::parse(&text) {
                let _anything = path.of(&json!({"a": [{"0": 1}, "ü"], "ü": {"a": []}}));
            }
        }

        #[test]
        fn any_name_is_found_in_quotes(name in "[^']{0,20}", behind in 0_usize..3) {
            let value = json!({name.as_str(): [0, 1, 2]});
            let path = Path::parse(&format!("$['{name}'][{behind}]")).expect("a path");
            prop_assert_eq!(path.of(&value), Some(&json!(behind)));
        }
    }

    #[test]
    fn a_path_names_one_value() {
        let value = json!({"data": {"items": [{"id": 7}, {"id": 8}], "odd name": true, "a.b": "dotted"}, "n": null});
        for (path, expected) in [
            ("data.items[0].id", Some(json!(7))),
            ("$.data.items[-1].id", Some(json!(8))),
            ("$['data'][\"odd name\"]", Some(json!(true))),
            ("data['a.b']", Some(json!("dotted"))),
            ("n", Some(json!(null))),
            ("$", Some(value.clone())),
            ("data.items[2].id", None),
            ("data.items[-3]", None),
            ("data.items.id", None),
            ("data[0]", None),
        ] {
            assert_eq!(Path::parse(path).expect(path).of(&value), expected.as_ref(), "{path}");
        }
    }

    #[test]
    fn what_is_no_such_path_is_refused() {
        let long = "a.".repeat(33) + "a";
        for wrong in
            ["a..b", "a.", "a[", "a[x]", "a['b]", "a['b'", "a[0]b", "a[*]", "*", "$..a", "a b", "a[?(@.x)]", "]", &long]
        {
            assert!(Path::parse(wrong).is_err(), "{wrong}");
        }
    }
}
