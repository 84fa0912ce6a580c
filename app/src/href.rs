//! Every address in one place, so that Bridgewatch can live below a path.

use std::fmt::{Display, Write as _};

use model::{RunId, Slug};

use crate::surroundings::here;

/// The address of a path of this server: `/runs` below whatever the server lies below.
pub fn href(path: &str) -> String {
    format!("{}{path}", here().base)
}

/// One integration.
pub fn integration(slug: &Slug) -> String {
    href(&format!("/integrations/{slug}"))
}

/// One run.
pub fn run(id: RunId) -> String {
    href(&format!("/runs/{id}"))
}

/// A path with questions; empty values are left out.
pub fn with(path: &str, pairs: &[(&str, &dyn Display)]) -> String {
    let mut address = href(path);
    let mut mark = '?';
    for (name, value) in pairs {
        let value = value.to_string();
        if !value.is_empty() {
            address.push(mark);
            address.push_str(name);
            address.push('=');
            escape(&value, &mut address);
            mark = '&';
        }
    }
    address
}

fn escape(value: &str, into: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte) {
            into.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(into, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn values_are_escaped() {
        let mut text = String::new();
        escape("a b&c=ü/2026-11-23T09:41:00Z", &mut text);
        assert_eq!(text, "a%20b%26c%3D%C3%BC%2F2026-11-23T09:41:00Z");
    }
}
