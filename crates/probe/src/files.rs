//! Files and objects as probes count them: which of them are meant, how many, how old, how large.

use model::Timestamp;
use rules::{
    assess::Fact,
    kind::{CelKind, NameSpec, OptionKind, OptionSpec},
};

use crate::{
    attempt::Attempt,
    options::{Options, name, optional},
};

/// Signs of a pattern at most: what it is held against comes by the thousand.
const LONGEST: usize = 100;

/// Which of them are meant.
pub(crate) const PATTERN: OptionSpec = optional(
    "pattern",
    OptionKind::Text,
    Some("*"),
    "Which names count: `*` stands for any signs, `?` for one, the rest for itself",
);

/// How many there are.
pub(crate) const COUNT: NameSpec = name("count", CelKind::Int, "How many there are that count");
/// How old the newest is.
pub(crate) const NEWEST_AGE: NameSpec =
    name("newest_age", CelKind::Duration, "How long ago the newest of them was changed; absent without any");
/// How old the oldest is.
pub(crate) const OLDEST_AGE: NameSpec =
    name("oldest_age", CelKind::Duration, "The same of the oldest; absent without any");
/// Its name.
pub(crate) const NEWEST_NAME: NameSpec =
    name("newest_name", CelKind::Text, "The name of the newest; absent without any");
/// Its size.
pub(crate) const NEWEST_SIZE: NameSpec = name("newest_size", CelKind::Int, "Its bytes; absent without any");
/// The size of the smallest.
pub(crate) const SMALLEST_SIZE: NameSpec =
    name("smallest_size", CelKind::Int, "The bytes of the smallest; absent without any");
/// The size of all.
pub(crate) const TOTAL_SIZE: NameSpec = name("total_size", CelKind::Int, "The bytes of all of them");
/// How many were looked at.
pub(crate) const LISTED: NameSpec =
    name("listed", CelKind::Int, "How many were looked at, those that do not count too");

/// Names that count.
#[derive(Debug, Clone)]
pub(crate) struct Pattern(Vec<char>);

impl Pattern {
    /// Reads `pattern`.
    pub(crate) fn read(options: &mut Options<'_>) -> Option<Self> {
        let pattern = Self::new(&options.text("pattern")?);
        if pattern.0.len() > LONGEST {
            options.fault("pattern", format!("is longer than {LONGEST} signs"));
            return None;
        }
        Some(pattern)
    }

    fn new(text: &str) -> Self {
        Self(text.chars().collect())
    }

    /// Whether a name counts. Takes no longer than the lengths of both, multiplied.
    pub(crate) fn fits(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let (mut at, mut sign) = (0, 0);
        // Where the last `*` stands, and how far it has reached.
        let mut star: Option<(usize, usize)> = None;
        while at < name.len() {
            match self.0.get(sign) {
                Some('*') => {
                    star = Some((sign, at));
                    sign += 1;
                }
                Some(wanted) if *wanted == '?' || *wanted == name[at] => (at, sign) = (at + 1, sign + 1),
                _ => {
                    let Some((stands, reached)) = &mut star else { return false };
                    *reached += 1;
                    (at, sign) = (*reached, *stands + 1);
                }
            }
        }
        self.0[sign..].iter().all(|sign| *sign == '*')
    }
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) name: String,
    /// In bytes.
    pub(crate) size: i64,
    pub(crate) changed: Timestamp,
}

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) listed: i64,
    count: i64,
    total: i64,
    smallest: Option<i64>,
    oldest: Option<Timestamp>,
    newest: Option<Seen>,
}

impl Tally {
    /// Looks at one more.
    pub(crate) fn look(&mut self, seen: Seen, pattern: &Pattern) {
        self.listed += 1;
        if !pattern.fits(&seen.name) {
            return;
        }
        self.count += 1;
        self.total = self.total.saturating_add(seen.size);
        self.smallest = Some(self.smallest.map_or(seen.size, |size| size.min(seen.size)));
        self.oldest = Some(self.oldest.map_or(seen.changed, |changed| changed.min(seen.changed)));
        if self.newest.as_ref().is_none_or(|newest| newest.changed < seen.changed) {
            self.newest = Some(seen);
        }
    }

    /// Puts all of it.
    pub(crate) fn tell(self, attempt: &mut Attempt) {
        let at = attempt.asking.at;
        // Whose clock runs ahead of ours changed it just now.
        let age = |changed: Timestamp| Fact::DurationUs(at.0.saturating_sub(changed.0).max(0).saturating_mul(1_000));
        attempt.put("listed", self.listed);
        attempt.put("count", self.count);
        attempt.put("total_size", self.total);
        if let (Some(smallest), Some(oldest), Some(newest)) = (self.smallest, self.oldest, self.newest) {
            attempt.put("smallest_size", smallest);
            attempt.put("oldest_age", age(oldest));
            attempt.put("newest_age", age(newest.changed));
            attempt.put("newest_size", newest.size);
            attempt.heard(format!("{} of {}, the newest {}", self.count, self.listed, newest.name).as_bytes());
            attempt.put("newest_name", newest.name);
        } else {
            attempt.heard(format!("none of {}", self.listed).as_bytes());
        }
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::{Pattern, Seen, Tally};

    #[test]
    fn stars_and_question_marks_stand_for_signs() {
        for (pattern, name, fits) in [
            ("*", "", true),
            ("*", "a/b.csv", true),
            ("", "", true),
            ("", "a", false),
            ("*.csv", "orders.csv", true),
            ("*.csv", "orders.csv.tmp", false),
            ("orders-????.csv", "orders-2026.csv", true),
            ("orders-????.csv", "orders-26.csv", false),
            ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYbZ", false),
            ("**a", "ba", true),
            ("ä?", "äö", true),
            ("[a]", "a", false),
            ("a.c", "abc", false),
        ] {
            assert_eq!(Pattern::new(pattern).fits(name), fits, "{pattern} {name}");
        }
    }

    #[test]
    fn a_pattern_of_many_stars_is_done_at_once() {
        let pattern = Pattern::new(&"a*".repeat(200));
        assert!(!pattern.fits(&format!("{}b", "a".repeat(150))));
    }

    #[test]
    fn only_those_that_count_are_counted() {
        let seen = |name: &str, size, changed| Seen { name: name.to_owned(), size, changed: Timestamp(changed) };
        let mut tally = Tally::default();
        let pattern = Pattern::new("*.csv");
        for one in [seen("b.csv", 5, 20), seen("a.csv", 7, 10), seen("c.tmp", 1, 30), seen("d.csv", 9, 15)] {
            tally.look(one, &pattern);
        }
        assert_eq!((tally.listed, tally.count, tally.total, tally.smallest), (4, 3, 21, Some(5)));
        assert_eq!(tally.oldest, Some(Timestamp(10)));
        assert_eq!(tally.newest, Some(seen("b.csv", 5, 20)));
    }
}
