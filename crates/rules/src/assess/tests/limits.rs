//! Nothing that is written or answered can overflow a stack, panic or keep us busy.

use std::thread;

use model::Outcome;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Half of what a thread of the engine has.
const SMALL_STACK: usize = 1 << 20;

fn on_a_small_stack(test: impl FnOnce() + Send + 'static) {
    let thread = thread::Builder::new().stack_size(SMALL_STACK).spawn(test).expect("a thread");
    thread.join().expect("the test passes");
}

fn repeated(part: &str, longest: usize) -> String {
    part.repeat(longest / part.len())
}

#[test]
fn nesting_is_refused_before_it_can_overflow_a_stack() {
    on_a_small_stack(|| {
        for (start, part, end) in [
            ("", "(", "status == 1"),
            ("", "[", ""),
            ("", "{1:", ""),
            ("", "!", "(status == 1)"),
            ("", "-", "status == 1"),
            ("", "- ", "status == 1"),
            ("status == 1", " || status == 1", ""),
            ("1", "+1", " == status"),
            ("1", "==1", " == status"),
            ("status == 1", "?true:status==1", ""),
            ("json", "[0]", " == 1"),
            ("json", "['a']", " == 1"),
            ("json", ".a", " == 1"),
            ("json", ".size()", " == 1"),
            ("size(", "size(", "json)"),
            ("json", ".map(x,x)", " == []"),
            ("status in [", "1,", "1]"),
            ("", "\"", ""),
            ("", "`", ""),
            ("", "?", ""),
            ("", ")", ""),
        ] {
            for longest in [40, 120, 440, 20_000] {
                let text = format!("{start}{}{end}", repeated(part, longest));
                if let Ok(compiled) = Compiled::compile(&spec(&[&text]), &KIND) {
                    assess(&compiled, &answered(200, "[[[[]]]]"));
                }
            }
        }
    });
}

#[test]
fn an_expression_has_at_most_five_hundred_characters() {
    let longest = format!("body != '{}'", "ä".repeat(490));
    assert_eq!(longest.chars().count(), 500);
    compiled(&spec(&[&longest]));
    assert!(objection(&format!("{longest} ")).message.contains("at most 500 characters"));
}

#[test]
fn loops_are_not_nested() {
    for text in [
        "json.a.all(x, json.b.all(y, x == y))",
        "json.a.exists(x, x.b.exists(y, y == 1))",
        "json.a.map(x, x.b.filter(y, y > 1)).size() > 0",
    ] {
        assert!(objection(text).message.contains("loops cannot be nested"), "{text}");
    }
    compiled(&spec(&["json.a.filter(x, x > 1).all(y, y < 9)", "json.a.all(x, x > 1) && json.b.all(x, x > 1)"]));
}

#[test]
fn a_loop_cannot_look_at_large_things_again_and_again() {
    for text in
        ["json.a.all(x, body.contains(x))", "json.a.all(x, x in rows)", "json.a.all(x, x.matches('(a{99}){99}'))"]
    {
        assert!(objection(text).field == "assert[0]", "{text}");
    }
    assert!(objection("body.matches(json.pattern)").message.contains("written out"));

    let items: Vec<_> = (0..9_000).collect();
    let body = json!({"items": items, "ids": items, "limit": 10_000}).to_string();
    assert_eq!(outcome("json.items.all(i, i < json.limit)", &body), Outcome::Ok);
    let judgement = judged(&["json.items.all(i, i in json.ids)"], &answered(200, &body));
    assert_eq!(judgement.outcome, Outcome::Failed);
    assert!(judgement.message.is_some_and(|message| message.contains("too much")));
}

#[test]
fn a_list_is_looked_at_up_to_ten_thousand_items() {
    for (items, expected) in [(10_000, Outcome::Ok), (10_001, Outcome::Failed)] {
        let body = json!({"deep": {"items": vec![1; items]}, "other": 1}).to_string();
        assert_eq!(outcome("json.deep.items.all(i, i == 1)", &body), expected, "{items}");
        assert_eq!(outcome("json.other == 1", &body), Outcome::Ok, "what nobody asks for has no limit");
        assert_eq!(
            outcome("json.deep.items[3] == 1", &body),
            Outcome::Ok,
            "nor has what lies behind the item asked for"
        );
    }
    assert!(objection("json.items[10000] == 1").message.contains("first 10000 items"));
}

#[test]
fn a_body_nested_without_end_is_no_json() {
    let body = "[".repeat(100_000);
    assert_eq!(judged(&["json[0] == 1"], &answered(200, &body)).reason, Some(model::Reason::Parse));
}

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("[abc]|items", inner, 0..5).prop_map(|map| map.into_iter().collect()),
        ]
    })
}

/// Pieces that make texts more often near to being right than letters would.
fn nearly_expressions() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "status",
        "json",
        ".a",
        "[0]",
        "['b']",
        "(",
        ")",
        "==",
        "!=",
        "<",
        "&&",
        "||",
        "!",
        "-",
        "+",
        " in ",
        "[",
        "]",
        "{",
        "}",
        ":",
        "?",
        "1",
        "1u",
        "0.5",
        "'x'",
        "b'y'",
        "r\"",
        "\"",
        "'''",
        ".all(x, ",
        ".map(i, ",
        "has(",
        "size(",
        "duration('1s')",
        "timestamp('x')",
        ",",
        "x",
        "i",
        "null",
        "true",
        "\\",
        "//",
        "\n",
        "`",
        ".?a",
        "@",
        "é",
        "\u{0}",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_text_makes_the_compiler_panic(text in prop_oneof![".{0,600}", nearly_expressions()]) {
        if let Ok(compiled) = Compiled::compile(&spec(&[&text]), &KIND) {
            assess(&compiled, &answered(200, r#"{"a": [1, {"b": 2}], "b": "x"}"#));
        }
    }

    #[test]
    fn no_answer_makes_the_judge_panic_and_all_of_it_is_judged(value in values(), body in ".{0,40}") {
        let mut spec = spec(&[
            "json.a == 1", "json.a[0] != 'x'", "json.items.all(i, i.a > 1)", "json.items.exists(i, i == json.b)",
            "json.a.b in json.c", "has(json.a.b) || json.c < 1.5", "size(json.items) > 0 && json[0] == 1", "body.matches('^a+$')",
        ]);
        spec.measures = measuring(&[("depth", "json.a"), ("items", "json.items.size()")]).measures;
        let compiled = compiled(&spec);
        for body in [value.to_string(), body] {
            let judgement = assess(&compiled, &answered(200, &body));
            prop_assert_eq!(judgement.assertions.len(), 8);
            prop_assert_eq!(judgement.measures.len() + judgement.untold.len(), 2);
            let all = judgement.assertions.iter().all(|line| line.passed);
            prop_assert_eq!(judgement.outcome == Outcome::Ok, all);
            prop_assert_eq!(judgement.reason.is_none(), all);
        }
    }

    #[test]
    fn a_path_holds_exactly_when_the_body_has_that_value(
        value in prop_oneof![values(), values().prop_map(|inner| json!({"a": {"b": [inner]}}))],
    ) {
        let at = value.get("a").and_then(|value| value.get("b")).and_then(|value| value.get(0));
        let is_null = at.is_some_and(Value::is_null);
        let expected = if is_null { Outcome::Ok } else { Outcome::Failed };
        prop_assert_eq!(outcome("json.a.b[0] == null", &value.to_string()), expected);
    }
}
