//! The schema as an editor would use it: on what stands in this repository.

use std::{collections::BTreeSet, fs, path::Path};

use jsonschema::Validator;
use saphyr::{LoadableYamlNode, Scalar, Yaml};
use serde_json::{Map, Value, json};

/// As it is before addresses and days are put in.
const LANDSCAPE: &str = include_str!("../demo/landscape.yaml");

fn validator() -> Validator {
    jsonschema::validator_for(&rules::catalogue::schema(probe::kinds())).expect("a schema")
}

fn said(validator: &Validator, text: &str) -> Vec<String> {
    let documents = Yaml::load_from_str(text).expect("YAML");
    let value = json_of(documents.first().expect("a document"));
    validator.iter_errors(&value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn json_of(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Boolean(flag)) => json!(flag),
        Yaml::Value(Scalar::Integer(number)) => json!(number),
        Yaml::Value(Scalar::FloatingPoint(number)) => json!(number.into_inner()),
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Sequence(items) => items.iter().map(json_of).collect(),
        Yaml::Mapping(fields) => {
            let fields =
                fields.iter().map(|(name, value)| (name.as_str().unwrap_or_default().to_owned(), json_of(value)));
            Value::Object(fields.collect::<Map<_, _>>())
        }
        _ => Value::Null,
    }
}

/// With a number for each port and a path for each file.
fn filled_in(text: &str) -> String {
    let (mut filled, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        let value = match name {
            "outbox" => "/srv/outbox.db".to_owned(),
            port if port.split_once('.').is_some_and(|(_, what)| what == "port") => "80".to_owned(),
            other => format!("{{{other}}}"),
        };
        filled.extend([before, &value]);
        rest = after;
    }
    filled + rest
}

/// A page of this repository.
fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The examples of a page.
fn examples(page: &str) -> impl Iterator<Item = &str> {
    page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().expect("an end"))
}

#[test]
fn the_landscape_of_the_demo_fits() {
    let with_ports = filled_in(LANDSCAPE);
    assert_eq!(said(&validator(), &with_ports), Vec::<String>::new());
    let slip = with_ports.replace("business_process:", "business_proces:");
    assert!(!said(&validator(), &slip).is_empty());
}

#[test]
fn the_first_integration_that_the_readme_shows_fits_and_a_slip_in_it_does_not() {
    let (validator, page) = (validator(), page("README.md"));
    let shown: Vec<&str> = examples(&page).collect();
    let [shown] = shown.as_slice() else { panic!("one example: {shown:?}") };
    assert_eq!(said(&validator, shown), Vec::<String>::new());
    for (right, wrong) in [("assert: ", "asserts: "), ("grace: ", "graze: "), ("method: interview", "method: hearsay")]
    {
        let slip = shown.replace(right, wrong);
        assert!(slip != *shown && !said(&validator, &slip).is_empty(), "{wrong}");
    }
}

#[test]
fn every_example_of_the_pages_fits_and_a_slip_in_it_does_not() {
    let validator = validator();
    for kind in probe::kinds() {
        let page = page(&format!("docs/probes/{}.md", kind.name));
        let mut count = 0;
        for example in examples(&page) {
            count += 1;
            assert_eq!(said(&validator, example), Vec::<String>::new(), "{}", kind.name);
            for (right, wrong) in
                [("kind: ", "kimd: "), ("        every: ", "        every: 7 # "), ("slug: ", "slug: _")]
            {
                let slip = example.replace(right, wrong);
                assert!(slip == example || !said(&validator, &slip).is_empty(), "{}: {wrong}", kind.name);
            }
        }
        assert!(count > 0, "{} has an example", kind.name);
    }
}

#[test]
fn what_a_page_says_of_maintenance_fits_and_a_slip_in_it_does_not() {
    let (validator, page) = (validator(), page("docs/maintenance.md"));
    let shown: Vec<&str> = examples(&page).collect();
    assert_eq!(shown.len(), 3, "of windows, of what is upside-down, of dependencies");
    for example in &shown {
        assert_eq!(said(&validator, example), Vec::<String>::new(), "{example}");
    }
    for (right, wrong) in [
        ("windows:", "window:"),
        ("once: ", "ones: "),
        ("days: [sat, sun]", "days: [sat, son]"),
        ("day: -1", "day: 0"),
        ("nth: 2, ", ""),
        ("lasts: 1h", "lasts: 60"),
        ("rule: ", "rules: "),
        ("kind: freeze", "kind: frozen"),
        ("counts: true", "counts: maybe"),
        ("everything: true", "everything: false"),
        ("tags: [finance]", "tags: [Finance]"),
        ("upside_down: true", "upside_down: 1"),
        ("depends_on: ", "depend_on: "),
    ] {
        let slips: Vec<String> =
            shown.iter().filter(|text| text.contains(right)).map(|text| text.replace(right, wrong)).collect();
        assert!(!slips.is_empty(), "no example shows `{right}`");
        assert!(slips.iter().all(|slip| !said(&validator, slip).is_empty()), "{wrong}");
    }
}

#[test]
fn the_page_of_windows_names_every_field_and_no_other() {
    let (schema, page) = (rules::catalogue::schema(probe::kinds()), page("docs/maintenance.md"));
    let table = page.split("| field |").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a table");
    let cells = table.lines().skip(2).filter_map(|row| row.split('|').nth(1));
    let named: BTreeSet<&str> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    let fields = schema["definitions"]["window"]["properties"].as_object().expect("fields");
    let known: BTreeSet<&str> = fields.keys().map(String::as_str).collect();
    assert_eq!(named, known);
}

#[test]
fn every_option_of_every_kind_can_be_written_in_both_places() {
    let schema = rules::catalogue::schema(probe::kinds());
    for kind in probe::kinds() {
        let map = &schema["definitions"][format!("probe.{}", kind.name)];
        for option in kind.options {
            for at in [&map["properties"], &map["properties"]["options"]["properties"]] {
                assert_eq!(at[option.name]["description"], option.help, "{}: {}", kind.name, option.name);
            }
        }
    }
}
