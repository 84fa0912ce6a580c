//! Outputs of plugins: bounded, their names distinct, and each value the same when it is written out and read again.

use std::collections::BTreeSet;

use rules::perfdata::{KEPT, MOST, Output, Value};

/// Whether it holds values.
pub fn check(input: &[u8]) -> bool {
    let output = Output::read(input);
    assert!(output.line.chars().count() <= KEPT.0 && output.long.chars().count() <= KEPT.1);
    assert!(!output.line.contains('\n'), "{:?} is no line", output.line);
    assert!(output.values.len() <= MOST);

    let names: BTreeSet<&str> = output.values.iter().map(|value| value.name.as_str()).collect();
    assert_eq!(names.len(), output.values.len(), "names are distinct");
    assert!(names.iter().all(|name| is_name(name)), "{names:?}");
    assert!(output.measures().values().all(|number| number.is_finite()));
    for value in &output.values {
        let word = written(value);
        let again = Value::read(&word).unwrap_or_else(|| panic!("{word:?} is not read again"));
        assert_eq!(Value { name: value.name.clone(), ..again }, *value, "{word:?}");
    }
    !output.values.is_empty()
}

fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && !name.starts_with(|sign: char| sign.is_ascii_digit())
        && name.chars().all(|sign| sign.is_ascii_alphanumeric() || sign == '_')
}

fn written(value: &Value) -> String {
    let number = |number: Option<f64>| number.map(|number| format!("{number:e}")).unwrap_or_default();
    let range = |range: Option<rules::perfdata::Range>| range.map(|range| range.to_string()).unwrap_or_default();
    let quantity = if value.value.is_some() { number(value.value) } else { "U".to_owned() };
    format!(
        "'{}'={quantity}{};{};{};{};{}",
        value.label.replace('\'', "''"),
        value.unit,
        range(value.warn),
        range(value.crit),
        number(value.min),
        number(value.max)
    )
}
