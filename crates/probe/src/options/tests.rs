//! Options as they are read.

use super::*;

const STEP: &[OptionSpec] = &[
    required("url", OptionKind::Url, "Where"),
    optional("wait", OptionKind::Span, Some("1s"), "How long"),
    secret("password", "A word"),
    optional("vars", OptionKind::Json, None, "Anything"),
];

static KIND: Kind = Kind {
    name: "steps",
    summary: "Several",
    options: &[
        required("steps", OptionKind::Groups(STEP), "One after the other"),
        optional("last", OptionKind::Group(STEP), None, "Always"),
        optional("tags", OptionKind::TextList, None, "Words"),
        optional("headers", OptionKind::Map, None, "Headers"),
    ],
    names: &[],
    counts_as_ask: true,
};

fn spec(options: Value) -> ProbeSpec {
    let mut whole = serde_json::json!({"slug": "check", "kind": "steps", "every": "1m"});
    whole["options"] = options;
    serde_json::from_value(whole).expect("a probe")
}

#[test]
fn maps_below_are_read_by_their_own_table_and_their_faults_tell_the_way() {
    let spec = spec(serde_json::json!({
        "steps": [{"url": "http://a/", "wait": "soon"}, {"urll": "http://b/"}], "last": {"url": 7}, "tags": "one",
    }));
    let mut options = Options::of(&KIND, &spec);
    for mut step in options.groups("steps").expect("steps") {
        step.text("url");
        step.span("wait");
    }
    options.group("last").expect("the last").text("url");
    assert_eq!(options.list("tags"), Some(vec!["one".to_owned()]));
    let faults = options.finish(Some(())).expect_err("faults");
    let fields: Vec<&str> = faults.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["options.steps[1].urll", "options.steps[1].url", "options.steps[0].wait", "options.last.url"]);
}

#[test]
fn what_is_not_written_has_its_usual_value_or_none() {
    let spec = spec(serde_json::json!({"steps": [{"url": "http://a/", "vars": {"of": [1, null]}}]}));
    let mut options = Options::of(&KIND, &spec);
    assert!(options.is_given("steps") && !options.is_given("tags"));
    let mut step = options.groups("steps").expect("steps").remove(0);
    assert_eq!(step.span("wait"), Some(Span::seconds(1)));
    assert_eq!(step.json("vars"), Some(serde_json::json!({"of": [1, null]})));
    assert_eq!(options.list("tags"), Some(Vec::new()));
    assert!(options.group("last").is_none());
    assert_eq!(options.finish(Some(7)), Ok(7), "nothing is wrong with what is left out");
}

#[test]
fn secrets_are_found_wherever_they_stand() {
    let spec = spec(serde_json::json!({
        "steps": [{"url": "https://ada:hush%21@a/?token=quiet", "password": "whisper"}],
        "headers": {"Authorization": "Bearer silence", "Accept": "text/plain"},
    }));
    let mut secrets = Options::of(&KIND, &spec).secrets();
    secrets.sort();
    assert_eq!(secrets, ["Bearer silence", "hush!", "quiet", "silence", "whisper"]);
}
