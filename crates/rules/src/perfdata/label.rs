//! Words and labels of performance data, and the names that measures get of them.

/// Characters of a measure's name.
const LONGEST: usize = 64;
/// Bytes of a label.
const LABEL: usize = 256;

/// The next word and what comes after it. Words are parted by blanks, but for those between single quotes.
pub(super) fn next_word(data: &str) -> Option<(&str, &str)> {
    let data = data.trim_start();
    let mut quoted = false;
    let end = data.find(|sign: char| {
        quoted ^= sign == '\'';
        !quoted && sign.is_whitespace()
    });
    let (word, after) = match end {
        Some(end) => data.split_at_checked(end)?,
        // A quote that nobody closed ends with its first blank, so that what follows is not lost.
        None if quoted => data.split_once(char::is_whitespace).unwrap_or((data, "")),
        None => (data, ""),
    };
    (!word.is_empty()).then_some((word, after))
}

/// The label of a word and what stands after its `=`. A quote in a quoted label is written twice.
pub(super) fn label(word: &str) -> Option<(String, &str)> {
    let (label, rest) = if let Some(quoted) = word.strip_prefix('\'') {
        unquoted(quoted)?
    } else {
        let (label, rest) = word.split_once('=')?;
        (label.to_owned(), rest)
    };
    let fits = !label.trim().is_empty() && label.len() <= LABEL && !label.contains(char::is_control);
    fits.then_some((label, rest))
}

/// A label behind its opening quote, and what stands after its `=`.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut open = quoted;
    let mut label = String::new();
    loop {
        let (part, after) = open.split_once('\'')?;
        label.push_str(part);
        let Some(more) = after.strip_prefix('\'') else { return Some((label, after.strip_prefix('=')?)) };
        label.push('\'');
        open = more;
    }
}

/// The name of a measure: of `/var/log` `var_log`, of `time` `time`, of `5min` `_5min`.
pub(super) fn name_of(label: &str) -> String {
    let mut name = String::new();
    for sign in label.chars() {
        if sign.is_ascii_alphanumeric() {
            name.push(sign);
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    let name = if name.is_empty() { "value" } else { name };
    let name = if name.starts_with(|sign: char| sign.is_ascii_digit()) { format!("_{name}") } else { name.to_owned() };
    name.chars().take(LONGEST).collect()
}

/// This name, or with `_2`, `_3` ... where it is taken.
pub(super) fn unused(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number: u32| {
        let end = format!("_{number}");
        let begin: String = name.chars().take(LONGEST - end.len()).collect();
        begin + &end
    });
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
}
