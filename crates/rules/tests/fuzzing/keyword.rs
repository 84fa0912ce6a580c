//! Keywords of pings, held against a reading of their rules that is as plain as can be. Three lines hold the lists for start,
//! success and failure; what follows is a ping's body.

use rules::keyword::{Keywords, LIST, LOOKED_AT, Signal};

/// Whether a keyword is found.
pub fn check(input: &[u8]) -> bool {
    let mut parts = input.splitn(4, |byte| *byte == b'\n');
    let mut list = || String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned();
    let (start, success, fail) = (list(), list(), list());
    let body = parts.next().unwrap_or_default();
    let [loose, strict] = [false, true].map(|strict| Keywords::new(&start, &success, &fail, strict));
    assert_eq!(strict.meaning(Signal::Ignored, body), Signal::Ignored, "a log is a log");

    let lists = [(&fail, Signal::Fail), (&success, Signal::Success), (&start, Signal::Start)];
    let (longest, most) = LIST;
    let short = |list: &String| list.chars().count() <= longest && words(list).count() <= most;
    if lists.iter().all(|(list, _)| short(list)) && body.len() <= LOOKED_AT {
        let body_text = String::from_utf8_lossy(body);
        let is_said = |list: &str| words(list).any(|word| body_text.contains(word));
        let found = lists.iter().find(|(list, _)| is_said(list)).map(|(_, signal)| *signal);
        let none = lists.iter().all(|(list, _)| words(list).next().is_none());
        assert_eq!(loose.is_empty(), none);
        let otherwise = if none { Signal::Success } else { Signal::Ignored };
        assert_eq!(loose.meaning(Signal::Success, body), found.unwrap_or(otherwise));
        assert_eq!(strict.meaning(Signal::Success, body), found.unwrap_or(Signal::Fail));
    }
    !loose.is_empty() && loose.meaning(Signal::Success, body) != Signal::Ignored
}

fn words(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim).filter(|word| !word.is_empty())
}
