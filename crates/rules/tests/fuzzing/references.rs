//! Texts that refer to values: what is found stands in the text, what is filled in is not looked at again, and of a text that is
//! refused nothing is shown.

use rules::secret::{Reference, fill, fill_in_steps, found_by_steps, is_name, is_step_name, references};

/// Texts that hold nothing, one for each way to be refused.
const REFUSED: [&str; 4] = ["${", "${}", "${env:}", "${file:}"];

/// References of one text that are looked at.
const LOOKED_AT: usize = 100;

/// A value that looks like more of them and begins another at its end, and a sign that stands for it.
const VALUE: (&str, &str) = ("${env:AGAIN} ${step.again} $${ ${ $", "\u{1}");

/// Whether it refers to anything.
pub fn check(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input).into_owned();
    let found = references(&text);
    match &found {
        Ok(found) => stand_in(&text, found),
        Err(message) => shows_nothing(&text, message),
    }
    let written = text.replace("${", "$${");
    assert_eq!(references(&written), Ok(Vec::new()), "{written:?}");
    assert_eq!(fill(&written, |_| None).as_ref(), Ok(&text), "with its dollars doubled it is itself");
    filled(&text);
    of_steps(&text);
    found.is_ok_and(|found| !found.is_empty())
}

fn stand_in(text: &str, found: &[Reference]) {
    assert_eq!(fill(text, |_| None).err().unwrap_or_default(), found, "those without a value are those found");
    for reference in found.iter().take(LOOKED_AT) {
        let written = reference.to_string();
        assert!(text.contains(&written), "{written} is not in {text:?}");
        assert_eq!(references(&written), Ok(vec![reference.clone()]));
        assert!(match reference {
            Reference::Secret(name) | Reference::Env(name) => is_name(name),
            Reference::File(path) => (1..=4_096).contains(&path.len()) && !path.chars().any(char::is_control),
        });
    }
}

/// A refusal says where, and why in words that are the same for every text.
fn shows_nothing(text: &str, message: &str) {
    let (character, why) = place(message);
    let there: String = text.chars().skip(character - 1).take(2).collect();
    assert_eq!(there, "${", "{message}");
    assert!(REFUSED.iter().any(|text| place(&references(text).expect_err(text)).1 == why), "{message}");
}

fn place(message: &str) -> (usize, &str) {
    let said = message.strip_prefix("the `${` at character ").and_then(|rest| rest.split_once(' '));
    let (character, why) = said.unwrap_or_else(|| panic!("{message}"));
    (character.parse().expect("a number"), why)
}

fn filled(text: &str) {
    if !text.contains("$${") {
        assert_eq!(fill(text, |reference| Some(reference.to_string())).as_deref(), Ok(text));
    }
    let (value, sign) = VALUE;
    if !text.contains(sign) {
        let [of_values, of_signs] = [value, sign].map(|value| fill(text, |_| Some(value.to_owned())));
        assert_eq!(of_values, of_signs.map(|text| text.replace(sign, value)), "a value is looked at again");
    }
}

fn of_steps(text: &str) {
    let written = |step: &str, name: &str| format!("${{{step}.{name}}}");
    for (step, name) in found_by_steps(text).into_iter().take(LOOKED_AT) {
        assert!(is_step_name(step) && is_step_name(name) && text.contains(&written(step, name)), "{step} {name}");
    }
    let doubled = text.replace("${", "$${");
    let again = |sign: &str| Some(format!("<{sign} is read twice>"));
    let itself = fill_in_steps(&doubled, |_| again("a reference"), |_, _| again("a step"));
    assert_eq!(itself, text, "with its dollars doubled steps send it as it is");
    if !text.contains("$${") {
        assert_eq!(fill_in_steps(text, |_| None, |_, _| None), text, "without a value it stays as it is written");
        let found = |step: &str, name: &str| Some(written(step, name));
        let itself = fill_in_steps(text, |reference| Some(reference.to_string()), found);
        assert_eq!(itself, text);
    }
    // Those who fill in secrets alone leave what steps found to be filled in, and are at one on all else.
    if found_by_steps(text).is_empty() {
        let value = |reference: &Reference| Some(format!("<{reference}>"));
        assert_eq!(fill(text, value), Ok(fill_in_steps(text, value, |_, _| again("a step"))));
    }
    let (value, sign) = VALUE;
    if !text.contains(sign) {
        let [of_values, of_signs] =
            [value, sign].map(|value| fill_in_steps(text, |_| Some(value.to_owned()), |_, _| Some(value.to_owned())));
        assert_eq!(of_values, of_signs.replace(sign, value), "a value is looked at again");
    }
}
