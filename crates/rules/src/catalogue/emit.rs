//! A tree -> YAML text: block style, plain where that is safe, quoted where it is not.

use std::fmt::Write as _;

use saphyr::{Scalar, ScalarStyle};

use super::tree::{Entry, Node, Tree};

/// Lists of short plain values up to this many characters stand on one line.
const FLOW_WIDTH: usize = 80;

/// The tree as a document that ends with a line break.
pub(super) fn emit(tree: &Tree) -> String {
    let mut out = String::new();
    match tree {
        Tree::Map(entries) if !entries.is_empty() => map(&mut out, entries, 0, 0),
        _ => {
            out.push_str(&inline(tree).unwrap_or_default());
            out.push('\n');
        }
    }
    out
}

/// The entries of a map, each on its line. The first one stands where the writer is, `begun` columns in already.
fn map(out: &mut String, entries: &[Entry], indent: usize, begun: usize) {
    for (index, entry) in entries.iter().enumerate() {
        let missing = if index == 0 { indent - begun } else { indent };
        spaces(out, missing);
        out.push_str(&scalar(&entry.key));
        out.push(':');
        value(out, &entry.node.tree, indent);
    }
}

/// What follows a key, its line break included.
fn value(out: &mut String, tree: &Tree, indent: usize) {
    if let Some(short) = inline(tree) {
        out.push(' ');
        out.push_str(&short);
        out.push('\n');
        return;
    }
    match tree {
        Tree::Map(entries) => {
            out.push('\n');
            map(out, entries, indent + 2, 0);
        }
        Tree::List(items) => {
            out.push('\n');
            list(out, items, indent + 2);
        }
        Tree::Text(text) => {
            out.push(' ');
            block(out, text, indent + 2);
        }
        _ => out.push('\n'),
    }
}

fn list(out: &mut String, items: &[Node], indent: usize) {
    for item in items {
        spaces(out, indent);
        out.push('-');
        match &item.tree {
            Tree::Map(entries) if !entries.is_empty() => {
                out.push(' ');
                map(out, entries, indent + 2, indent + 2);
            }
            tree => value(out, tree, indent),
        }
    }
}

/// The value on one line, if it has such a form.
fn inline(tree: &Tree) -> Option<String> {
    Some(match tree {
        Tree::Null => "null".to_owned(),
        Tree::Bool(flag) => flag.to_string(),
        Tree::Int(number) => number.to_string(),
        // Rust's shortest form that reads back as the same number, with a fraction or an exponent.
        Tree::Float(number) => format!("{number:?}"),
        Tree::Text(text) if is_block(text) => return None,
        Tree::Text(text) => scalar(text),
        Tree::Map(entries) if entries.is_empty() => "{}".to_owned(),
        Tree::Map(_) => return None,
        Tree::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(|item| simple(&item.tree)).collect();
            let flow = format!("[{}]", items?.join(", "));
            return (flow.chars().count() <= FLOW_WIDTH).then_some(flow);
        }
    })
}

/// A value that may stand in a list on one line: no sign in it means anything there.
fn simple(tree: &Tree) -> Option<String> {
    match tree {
        Tree::Bool(_) | Tree::Int(_) | Tree::Float(_) => inline(tree),
        Tree::Text(text) => {
            let plain = is_plain(text) && text.chars().all(|sign| sign.is_alphanumeric() || " _-.".contains(sign));
            plain.then(|| text.clone())
        }
        Tree::Null | Tree::List(_) | Tree::Map(_) => None,
    }
}

/// A text on one line: plain or in double quotes.
fn scalar(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Whether the text without quotes is this text, for us and for readers of YAML 1.1.
fn is_plain(text: &str) -> bool {
    const OLD_WORDS: [&str; 6] = ["y", "n", "yes", "no", "on", "off"];
    // `22:00` was a number to the base of 60.
    let is_old_time = text.contains(':') && text.chars().all(|sign| sign.is_ascii_digit() || ":._".contains(sign));
    let begins = text.starts_with(|sign: char| sign.is_alphanumeric() || sign == '/');
    let ends = !text.ends_with([' ', ':']);
    let clear = text.chars().all(|sign| matches!(sign, ' '..='~') || sign.is_alphanumeric());
    begins
        && ends
        && clear
        && !text.contains(": ")
        && !text.contains(" #")
        && !OLD_WORDS.contains(&text.to_lowercase().as_str())
        && !is_old_time
        && matches!(Scalar::parse_from_cow_and_metadata(text.into(), ScalarStyle::Plain, None), Some(Scalar::String(_)))
}

fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for sign in text.chars() {
        match sign {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' ' => out.push(' '),
            _ if is_visible(sign) => out.push(sign),
            _ => write!(out, "\\U{:08X}", u32::from(sign)).unwrap_or(()),
        }
    }
    out.push('"');
    out
}

/// Whether a sign shows as itself in every editor. What does not is written by its number.
fn is_visible(sign: char) -> bool {
    let hidden = sign.is_control()
        || sign.is_whitespace()
        || matches!(sign, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF0}'..='\u{FFFF}');
    !hidden
}

/// Whether several lines read best as a block: no line needs an escape, and none begins or ends with a blank.
fn is_block(text: &str) -> bool {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let plain_line = |line: &str| {
        line.chars().all(|sign| sign == ' ' || is_visible(sign)) && !line.starts_with(' ') && !line.ends_with(' ')
    };
    text.contains('\n')
        && body.split('\n').all(plain_line)
        && !body.starts_with('\n')
        && !body.ends_with('\n')
        && !body.is_empty()
}

/// The text as a literal block, its header first.
fn block(out: &mut String, text: &str, indent: usize) {
    out.push_str(if text.ends_with('\n') { "|\n" } else { "|-\n" });
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            spaces(out, indent);
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn spaces(out: &mut String, count: usize) {
    out.extend(std::iter::repeat_n(' ', count));
}
