//! References to secrets in the options of a probe: `${secret:NAME}`, `${env:NAME}` and `${file:PATH}`, each anywhere in a
//! text and as often as one likes. `$${` stands for `${` itself. What is filled in is not looked at again, so that a value
//! may hold anything. `${STEP.NAME}`, what an earlier step of the same probe found, is a text to [`fill`]; what steps send is filled in
//! by [`fill_in_steps`] alone, secrets and what was found in one go, so that none of it is read twice.

use std::fmt;

/// The longest path of a file, in bytes.
const LONGEST_PATH: usize = 4_096;
/// Any host at all.
const EVERYWHERE: &str = "*";
/// The longest name of a host, as the DNS has it.
const LONGEST_HOST: usize = 253;
/// The longest name of a secret or variable.
const LONGEST_NAME: usize = 64;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reference {
    /// The secret of this name.
    Secret(String),
    /// This variable of the environment.
    Env(String),
    /// What this file holds.
    File(String),
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Secret(name) => write!(f, "${{secret:{name}}}"),
            Self::Env(name) => write!(f, "${{env:{name}}}"),
            Self::File(path) => write!(f, "${{file:{path}}}"),
        }
    }
}

/// Whether a secret may be called so: 1 to 64 of `A-Z`, `a-z`, `0-9`, `_`, `.` and `-`.
pub fn is_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
}

/// Whether this may stand in the list of hosts that a secret goes to: `erp.example.com`, `*.example.com` for every host below it, or
/// `*` for every host; no scheme, no port, no blanks.
pub fn is_host(pattern: &str) -> bool {
    if pattern == EVERYWHERE {
        return true;
    }
    let bare = pattern.strip_prefix("*.").unwrap_or(pattern);
    (1..=LONGEST_HOST).contains(&bare.len())
        && bare
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']'))
        && (!bare.contains(':') || (bare.starts_with('[') && bare.ends_with(']')))
}

/// Whether a secret that goes to these hosts may go to this one; `None`: nobody in particular is asked.
pub fn goes_to(hosts: &[String], host: Option<&str>) -> bool {
    let fits = |pattern: &String, host: &str| {
        let (pattern, host) = (pattern.to_ascii_lowercase(), host.to_ascii_lowercase());
        match pattern.strip_prefix('*') {
            // At least one label before the dot.
            Some(end) => host.len() > end.len() && host.ends_with(end),
            None => host == pattern,
        }
    };
    hosts.iter().any(|pattern| pattern == EVERYWHERE || host.is_some_and(|host| fits(pattern, host)))
}

/// What a text refers to, each once, in the order in which it comes. The error says where a `${` begins nothing that is known
/// and what to write; of the text it shows nothing, as that may itself be secret.
pub fn references(text: &str) -> Result<Vec<Reference>, String> {
    let mut found = Vec::new();
    for part in parts(text) {
        match part {
            Part::Text(_) | Part::OfStep { .. } => {}
            Part::Reference(reference) if found.contains(&reference) => {}
            Part::Reference(reference) => found.push(reference),
            Part::Wrong { at, why, .. } => {
                let character = text.get(..at).unwrap_or_default().chars().count() + 1;
                let instead = "write `$${` where `${` itself is meant";
                return Err(format!("the `${{` at character {character} {why}; {instead}"));
            }
        }
    }
    Ok(found)
}

/// What a text refers to of earlier steps, `${login.token}` as `("login", "token")`, in the order in which it comes.
pub fn found_by_steps(text: &str) -> Vec<(&str, &str)> {
    let of_step = |part| if let Part::OfStep { step, name, .. } = part { Some((step, name)) } else { None };
    parts(text).into_iter().filter_map(of_step).collect()
}

/// The text with the value of each reference and of each thing that earlier steps found in its place, `$${` as `${`. It is cut once: no
/// value is looked at again. What has no value stays as it is written.
pub fn fill_in_steps(
    text: &str,
    value: impl Fn(&Reference) -> Option<String>,
    found: impl Fn(&str, &str) -> Option<String>,
) -> String {
    let mut filled = String::with_capacity(text.len());
    for part in parts(text) {
        match part {
            Part::Text(text) | Part::Wrong { text, .. } => filled.push_str(text),
            Part::Reference(reference) => {
                filled.push_str(&value(&reference).unwrap_or_else(|| reference.to_string()));
            }
            Part::OfStep { step, name, text } => match found(step, name) {
                Some(found) => filled.push_str(&found),
                None => filled.push_str(text),
            },
        }
    }
    filled
}

/// Whether a step, or what it found, may be called so: 1 to 64 of `a-z`, `0-9`, `_` and `-`, the first a letter.
pub fn is_step_name(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.len())
        && name.starts_with(|sign: char| sign.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-'))
}

fn of_step(part: &str) -> Option<(&str, &str)> {
    let inside = part.strip_prefix("${")?.strip_suffix('}')?;
    let (step, name) = inside.split_once('.')?;
    let is_ours = matches!(step, "secret" | "env" | "file");
    (is_step_name(step) && is_step_name(name) && !is_ours).then_some((step, name))
}

/// The text with the value of each reference in its place. The error names those that have none, each once. What
/// [`references`] refuses stays as it is written: ask that first.
pub fn fill(text: &str, mut value: impl FnMut(&Reference) -> Option<String>) -> Result<String, Vec<Reference>> {
    let mut filled = String::with_capacity(text.len());
    let mut missing = Vec::new();
    for part in parts(text) {
        match part {
            Part::Text(text) | Part::OfStep { text, .. } | Part::Wrong { text, .. } => filled.push_str(text),
            Part::Reference(reference) => match value(&reference) {
                Some(value) => filled.push_str(&value),
                None if missing.contains(&reference) => {}
                None => missing.push(reference),
            },
        }
    }
    if missing.is_empty() { Ok(filled) } else { Err(missing) }
}

/// A piece of a text.
enum Part<'t> {
    Text(&'t str),
    Reference(Reference),
    /// What an earlier step found; `text` as it is written.
    OfStep {
        step: &'t str,
        name: &'t str,
        text: &'t str,
    },
    /// From the byte `at`: a `${` that begins no reference.
    Wrong {
        at: usize,
        text: &'t str,
        why: &'static str,
    },
}

fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(dollar) = rest.find('$') {
        let (before, from) = rest.split_at(dollar);
        parts.push(Part::Text(before));
        let length = if from.starts_with("$${") {
            parts.push(Part::Text("${"));
            "$${".len()
        } else if from.starts_with("${") {
            let end = from.find('}').map_or(from.len(), |close| close + 1);
            let part = &from[..end];
            let at = text.len() - from.len();
            parts.push(match (read(part), of_step(part)) {
                (Ok(reference), _) => Part::Reference(reference),
                (Err(_), Some((step, name))) => Part::OfStep { step, name, text: part },
                (Err(why), None) => Part::Wrong { at, text: part, why },
            });
            end
        } else {
            parts.push(Part::Text("$"));
            "$".len()
        };
        rest = &from[length..];
    }
    parts.push(Part::Text(rest));
    parts
}

/// Reads one reference, from its `${` to its `}`.
fn read(part: &str) -> Result<Reference, &'static str> {
    let inside = part.strip_prefix("${").and_then(|part| part.strip_suffix('}')).ok_or("has no `}` behind it")?;
    match inside.split_once(':') {
        Some(("secret", name)) if is_name(name) => Ok(Reference::Secret(name.to_owned())),
        Some(("env", name)) if is_name(name) => Ok(Reference::Env(name.to_owned())),
        Some(("secret" | "env", _)) => Err("has no right name: use 1 to 64 of A-Z, a-z, 0-9, `_`, `.` and `-`"),
        Some(("file", path)) if is_path(path) => Ok(Reference::File(path.to_owned())),
        Some(("file", _)) => Err("has no right path: use 1 to 4096 bytes without control characters"),
        _ => Err("begins none of `${secret:NAME}`, `${env:NAME}` and `${file:PATH}`"),
    }
}

fn is_path(path: &str) -> bool {
    (1..=LONGEST_PATH).contains(&path.len()) && !path.chars().any(char::is_control)
}

#[cfg(test)]
mod tests;
