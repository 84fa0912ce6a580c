//! Keywords in what a heartbeat's ping says: they tell what it means, as the public Healthchecks ping API does.
//!
//! Keywords are separated by commas, blanks around them do not count, upper and lower case do. Failure is looked for first, then
//! success, then start; a ping in which none is found is passed over, or a failure where that is asked for.

/// What a ping means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Signal {
    /// The work began.
    Start,
    /// It went well.
    Success,
    /// It failed.
    Fail,
    /// Nothing: kept, and moves nothing.
    Ignored,
}

/// Bytes of a body that are looked at: as many as are kept of it.
pub const LOOKED_AT: usize = 10_000;
/// Characters of one list of keywords, and keywords in it: what is written beyond is not looked for.
pub const LIST: (usize, usize) = (200, 50);

/// The keywords of a heartbeat.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Keywords {
    fail: Vec<String>,
    success: Vec<String>,
    start: Vec<String>,
    /// Whether a ping in which no keyword is found is a failure.
    otherwise_fail: bool,
}

impl Keywords {
    /// Of lists as they are written: `done, finished`.
    pub fn new(start: &str, success: &str, fail: &str, otherwise_fail: bool) -> Self {
        Self { fail: split(fail), success: split(success), start: split(start), otherwise_fail }
    }

    /// Whether there are none, so that pings mean what their address says.
    pub fn is_empty(&self) -> bool {
        self.fail.is_empty() && self.success.is_empty() && self.start.is_empty() && !self.otherwise_fail
    }

    /// What a ping with this body means whose address said `said`. Bytes that are no UTF-8 hold no keyword. A ping that only logs is
    /// not asked.
    pub fn meaning(&self, said: Signal, body: &[u8]) -> Signal {
        if self.is_empty() || said == Signal::Ignored {
            return said;
        }
        let body = String::from_utf8_lossy(body.get(..LOOKED_AT).unwrap_or(body));
        let found = |words: &[String]| words.iter().any(|word| body.contains(word.as_str()));
        match () {
            () if found(&self.fail) => Signal::Fail,
            () if found(&self.success) => Signal::Success,
            () if found(&self.start) => Signal::Start,
            () if self.otherwise_fail => Signal::Fail,
            () => Signal::Ignored,
        }
    }
}

fn split(list: &str) -> Vec<String> {
    let (characters, words) = LIST;
    let list: String = list.chars().take(characters).collect();
    list.split(',').map(str::trim).filter(|word| !word.is_empty()).take(words).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Keywords, LOOKED_AT, Signal};

    #[test]
    fn failure_is_looked_for_first_then_success_then_start() {
        use Signal::{Fail, Ignored, Start, Success};
        let words = Keywords::new("begin", "done, all good ,", "ERROR,fatal", false);
        for (body, meaning) in [
            ("job done", Success),
            ("all good", Success),
            ("all  good", Ignored),
            ("Done", Ignored),
            ("done with 1 ERROR", Fail),
            ("begin, not done", Success),
            ("begin", Start),
            ("hello", Ignored),
            ("", Ignored),
        ] {
            assert_eq!(words.meaning(Success, body.as_bytes()), meaning, "{body}");
        }
        let strict = Keywords::new("", "done", "", true);
        assert_eq!(strict.meaning(Success, b"hello"), Fail);
        assert_eq!(strict.meaning(Fail, b"done"), Success, "what is said inside counts");
        assert_eq!(strict.meaning(Ignored, b"done"), Ignored, "a log is a log");
    }

    #[test]
    fn without_keywords_a_ping_means_what_its_address_says() {
        let none = Keywords::new(" , ,", "", "", false);
        assert!(none.is_empty());
        assert_eq!(none.meaning(Signal::Start, b"ERROR"), Signal::Start);
    }

    #[test]
    fn a_keyword_behind_what_is_kept_is_not_found_and_a_cut_letter_does_no_harm() {
        let words = Keywords::new("", "done", "é", false);
        let mut body = vec![b'x'; LOOKED_AT - 1];
        body.extend("é done".bytes());
        assert_eq!(words.meaning(Signal::Success, &body), Signal::Ignored);
    }

    proptest! {
        #[test]
        fn no_bytes_are_too_odd(body in prop::collection::vec(any::<u8>(), 0..300), list in ".{0,300}", strict in any::<bool>()) {
            let words = Keywords::new(&list, &list, "", strict);
            let meaning = words.meaning(Signal::Start, &body);
            prop_assert!(words.is_empty() || meaning != Signal::Start, "success stands before start");
            // A body that holds a keyword is found to.
            if let Some(word) = words.success.first() {
                let said = [&b"so: "[..], word.as_bytes(), &body[..]].concat();
                prop_assert_eq!(words.meaning(Signal::Start, &said), Signal::Success);
            }
        }
    }
}
