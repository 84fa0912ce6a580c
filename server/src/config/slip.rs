//! What is said of a configuration that cannot be read.

/// `5: unknown field ..`: the number of the line and what is wrong there. The line itself may hold a password, and so may the value.
pub(super) fn told(text: &str, mut why: toml::de::Error) -> String {
    let before = why.span().map_or(0, |span| span.start);
    let line = 1 + text.bytes().take(before).filter(|byte| *byte == b'\n').count();
    // Without the text it says no line, but of which key it speaks.
    why.set_input(None);
    let whole = why.to_string();
    let key = whole.strip_prefix(why.message()).unwrap_or_default().trim();
    format!("{line}: {} {key}", without_value(why.message())).trim_end().to_owned()
}

/// `invalid type: string "...", expected a number` without the string.
fn without_value(message: &str) -> String {
    let found = message.split_once(": ").filter(|(what, _)| matches!(*what, "invalid type" | "invalid value"));
    match found.and_then(|(what, rest)| Some((what, rest.rsplit_once(", expected ")?.1))) {
        Some((what, right)) => format!("{what}, expected {right}"),
        None => message.to_owned(),
    }
}
