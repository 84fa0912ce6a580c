//! The schema as an editor would use it: on what stands in this repository.

use std::{fs, path::Path};

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

#[test]
fn the_landscape_of_the_demo_fits() {
    let with_ports = filled_in(LANDSCAPE);
    assert_eq!(said(&validator(), &with_ports), Vec::<String>::new());
    let slip = with_ports.replace("business_process:", "business_proces:");
    assert!(!said(&validator(), &slip).is_empty());
}

#[test]
fn every_example_of_the_pages_fits_and_a_slip_in_it_does_not() {
    let validator = validator();
    for kind in probe::kinds() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/probes").join(format!("{}.md", kind.name));
        let page = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let examples = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().expect("an end"));
        let mut count = 0;
        for example in examples {
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
