//! Paths into JSON.

use super::path::Path;

/// Whether the first line is a path, and leads to something in the JSON after it. With its `$` written out it is the same path.
pub(crate) fn path(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let (text, json) = text.split_once('\n').unwrap_or((&text, "null"));
    let Ok(path) = Path::parse(text) else { return false };
    let bare = text.trim();
    if !bare.is_empty() && !bare.starts_with(['$', '.', '[']) {
        assert_eq!(Path::parse(&format!("$.{bare}")), Ok(path.clone()), "{bare}");
    }
    serde_json::from_str(json).is_ok_and(|value| path.of(&value).is_some())
}
