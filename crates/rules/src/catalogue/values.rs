//! Reading one value: each function gives the value, or adds a fault and gives `None`.

use std::str::FromStr;

use model::{Slug, Span, integration::chrono_date::Day};
use url::Url;

use super::{
    faults::{Faults, one_of, quoted},
    fields::At,
    tree::Tree,
};

/// What a slug may be, as faults say it.
pub(super) const SLUG: &str = "1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit";
/// What a name may be.
pub(super) const NAME: &str = "a text of 1 to 200 characters on one line";
/// What a length of time may be.
pub(super) const SPAN: &str = "a length of time such as 250ms, 30s, 5m, 1h 30m or 2days";
/// What a day may be.
pub(super) const DAY: &str = "a day such as 2026-11-23";
/// What an address may be.
pub(super) const URL: &str = "an address that begins with http:// or https://";

const NAME_CHARACTERS: usize = 200;
const LONG_CHARACTERS: usize = 65_536;

/// The fault of a value of the wrong type.
fn mistyped(at: &At<'_>, wanted: &str, allowed: &str, faults: &mut Faults) {
    faults.add(at, format!("must be {wanted}, not {}", at.node.tree.noun()), allowed);
}

/// A text as it stands.
fn text<'n>(at: &At<'n>, allowed: &str, faults: &mut Faults) -> Option<&'n str> {
    let text = at.node.as_text();
    if text.is_none() {
        let scalar = matches!(at.node.tree, Tree::Bool(_) | Tree::Int(_) | Tree::Float(_));
        let hint = if scalar { format!("{allowed}; put it in quotes") } else { allowed.to_owned() };
        mistyped(at, "a text", &hint, faults);
    }
    text
}

/// A name for people: one line, not blank.
pub(super) fn name(at: &At<'_>, faults: &mut Faults) -> Option<String> {
    let text = text(at, NAME, faults)?;
    if text.trim().is_empty() {
        faults.add(at, "must not be empty", NAME);
        return None;
    }
    line(at, faults)
}

/// One line that may be left empty, which is the same as leaving it out.
pub(super) fn line(at: &At<'_>, faults: &mut Faults) -> Option<String> {
    let text = text(at, NAME, faults)?;
    let length = text.chars().count();
    if length > NAME_CHARACTERS {
        faults.add(at, format!("is too long: {length} characters"), NAME);
    } else if text.contains(char::is_control) {
        faults.add(at, "has a line break or another control character", NAME);
    } else if !text.trim().is_empty() {
        return Some(text.to_owned());
    }
    None
}

/// Any number of lines; empty is the same as absent.
pub(super) fn prose(at: &At<'_>, faults: &mut Faults) -> Option<String> {
    long_text(at, faults).filter(|text| !text.trim().is_empty())
}

/// Any number of lines, kept even if empty.
pub(super) fn long_text(at: &At<'_>, faults: &mut Faults) -> Option<String> {
    const ALLOWED: &str = "a text of at most 65,536 characters";
    let text = text(at, ALLOWED, faults)?;
    let length = text.chars().count();
    if length > LONG_CHARACTERS {
        faults.add(at, format!("is too long: {length} characters"), ALLOWED);
    } else if text.contains(|sign: char| sign.is_control() && !matches!(sign, '\n' | '\r' | '\t')) {
        faults.add(at, "has a control character", ALLOWED);
    } else {
        return Some(text.to_owned());
    }
    None
}

/// A slug as written.
pub(super) fn slug(at: &At<'_>, faults: &mut Faults) -> Option<Slug> {
    let text = text(at, SLUG, faults)?;
    let slug = Slug::parse(text).ok();
    if slug.is_none() {
        let near = Slug::from_words(text).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        faults.add(at, format!("{} is not a slug{near}", quoted(text)), SLUG);
    }
    slug
}

/// Slugs: a list, or a single one. Those that are wrong are left out, with their faults, and so is what stands twice.
pub(super) fn slugs(at: &At<'_>, faults: &mut Faults) -> Vec<Slug> {
    let mut slugs: Vec<Slug> = Vec::new();
    for at in one_or_more(at) {
        let Some(slug) = slug(&at, faults) else { continue };
        if slugs.contains(&slug) {
            faults.add(&at, format!("`{slug}` stands here twice"), "each once");
        } else {
            slugs.push(slug);
        }
    }
    slugs
}

/// One of a noun's words.
pub(super) fn word<W: FromStr>(at: &At<'_>, words: &[&str], faults: &mut Faults) -> Option<W> {
    let all = one_of(words.iter().copied());
    let text = text(at, &all, faults)?;
    let word = text.parse().ok();
    if word.is_none() {
        let near = faults.did_you_mean(text, words.iter().copied());
        faults.add(at, format!("{} is not known{near}", quoted(text)), all);
    }
    word
}

/// A length of time of at least `least` and at most `most`.
pub(super) fn span(at: &At<'_>, least: Span, most: Span, faults: &mut Faults) -> Option<Span> {
    let text = match &at.node.tree {
        Tree::Int(number) => {
            faults.add(at, format!("`{number}` has no unit; did you mean `{number}s`?"), SPAN);
            return None;
        }
        _ => text(at, SPAN, faults)?,
    };
    match Span::parse(text) {
        Err(_) => faults.add(at, format!("{} is not a length of time", quoted(text)), SPAN),
        Ok(span) if span < least => faults.add(at, format!("`{span}` is too short"), format!("at least {least}")),
        Ok(span) if span > most => faults.add(at, format!("`{span}` is too long"), format!("at most {most}")),
        Ok(span) => return Some(span),
    }
    None
}

/// A day.
pub(super) fn day(at: &At<'_>, faults: &mut Faults) -> Option<Day> {
    let text = text(at, DAY, faults)?;
    // Only as it is written again: chrono also reads `2026-1-3` and years of five digits.
    let day = Day::parse(text).filter(|day| day.to_string() == text && text.len() == 10);
    if day.is_none() {
        faults.add(at, format!("{} is not a day", quoted(text)), DAY);
    }
    day
}

/// An absolute http or https address, kept as written.
pub(super) fn url(at: &At<'_>, faults: &mut Faults) -> Option<String> {
    url_of(at, &["http", "https"], URL, faults)
}

/// An absolute address of one of these schemes, kept as written.
pub(super) fn url_of(at: &At<'_>, schemes: &[&str], allowed: &str, faults: &mut Faults) -> Option<String> {
    let text = text(at, allowed, faults)?;
    let fits = |url: &Url| schemes.contains(&url.scheme()) && url.has_host();
    // The parser drops line breaks and outer blanks, and forgives missing slashes; what is kept must need no forgiveness.
    let plain = text.contains("://") && !text.contains(|sign: char| sign.is_control() || sign.is_whitespace());
    if plain && text.len() <= 2_000 && Url::parse(text).is_ok_and(|url| fits(&url)) {
        return Some(text.to_owned());
    }
    // A password may stand before the `@`, a token behind the `?`: such an address is not repeated.
    let shown = if text.contains(['@', '?']) { "what is written".to_owned() } else { quoted(text) };
    let kind = if allowed == URL { "an http(s) address" } else { "such an address" };
    faults.add(at, format!("{shown} is not {kind}"), allowed);
    None
}

/// A whole number from `least` to `most`.
pub(super) fn int(at: &At<'_>, least: i64, most: i64, faults: &mut Faults) -> Option<i64> {
    let allowed = format!("a whole number from {least} to {most}");
    match at.node.tree {
        Tree::Int(number) if (least..=most).contains(&number) => Some(number),
        Tree::Int(number) => {
            faults.add(at, format!("`{number}` is out of range"), allowed);
            None
        }
        Tree::Float(number) => {
            faults.add(at, format!("`{number}` is not a whole number"), allowed);
            None
        }
        _ => {
            mistyped(at, "a whole number", &allowed, faults);
            None
        }
    }
}

/// A finite number of at least 0.
pub(super) fn amount(at: &At<'_>, faults: &mut Faults) -> Option<f64> {
    const ALLOWED: &str = "a number of at least 0";
    let number = match at.node.tree {
        #[expect(clippy::cast_precision_loss, reason = "amounts beyond 2^53 are nobody's minutes or units")]
        Tree::Int(number) => number as f64,
        Tree::Float(number) => number,
        _ => {
            mistyped(at, "a number", ALLOWED, faults);
            return None;
        }
    };
    if number.is_finite() && number >= 0.0 {
        return Some(number);
    }
    faults.add(at, format!("`{number}` is out of range"), ALLOWED);
    None
}

/// `true` or `false`.
pub(super) fn flag(at: &At<'_>, faults: &mut Faults) -> Option<bool> {
    if let Tree::Bool(flag) = at.node.tree {
        return Some(flag);
    }
    mistyped(at, "true or false", "true or false", faults);
    None
}

/// The items of a list, each with its path.
pub(super) fn list<'n>(at: &At<'n>, faults: &mut Faults) -> Option<Vec<At<'n>>> {
    if matches!(at.node.tree, Tree::List(_)) {
        return Some(at.items());
    }
    mistyped(at, "a list", "a list", faults);
    None
}

/// The items of a list; anything else is a list of one.
pub(super) fn one_or_more<'n>(at: &At<'n>) -> Vec<At<'n>> {
    if matches!(at.node.tree, Tree::List(_)) { at.items() } else { vec![at.clone()] }
}

/// The fields of a map with free names, each with its path.
pub(super) fn entries<'n>(at: &At<'n>, faults: &mut Faults) -> Option<Vec<(&'n str, At<'n>)>> {
    if let Tree::Map(entries) = &at.node.tree {
        return Some(entries.iter().map(|entry| (entry.key.as_str(), at.field(&entry.key, &entry.node))).collect());
    }
    mistyped(at, "a map", "names, each with its value", faults);
    None
}
