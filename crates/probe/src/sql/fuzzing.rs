//! Queries as people write them, held against how databases read comments.

use super::reading::{FIRST, LONGEST, wrong};

/// Whether a comment may be within another, and what ends one of a line: in PostgreSQL, and in the others.
const COMMENTS: [(bool, &[u8]); 2] = [(true, b"\r\n"), (false, b"\n")];

/// What no query that reads begins with, whatever follows it.
const WRITING: [&str; 5] = ["call ", "copy ", "set ", "/*!", "/*M!"];

/// What makes no difference before a query.
const NOTHING: [&str; 3] = ["\n ", "-- a note\r\n", "/* a note */"];

/// Whether a query is asked. Then every database that reads it begins with a word that reads, or finds no word at all.
pub(crate) fn query(input: &[u8]) -> bool {
    let query = String::from_utf8_lossy(input);
    let taken = wrong(&query).is_none();
    for writing in WRITING {
        assert!(wrong(&format!("{writing}{query}")).is_some(), "{writing:?} before {query:?}");
    }
    for nothing in NOTHING.iter().filter(|nothing| query.len() + nothing.len() <= LONGEST) {
        assert_eq!(wrong(&format!("{nothing}{query}")).is_none(), taken, "{nothing:?} before {query:?}");
    }
    if taken {
        assert!(query.len() <= LONGEST);
        for (nests, line_ends) in COMMENTS {
            let Some(begin) = begin(query.as_bytes(), nests, line_ends) else { continue };
            let letters = begin.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            let reads = FIRST.iter().any(|first| begin[..letters].eq_ignore_ascii_case(first.as_bytes()));
            assert!(reads || letters == 0 && !begin.starts_with(b"/*"), "{query:?}");
        }
    }
    taken
}

/// Where a database begins to read. `None`: a comment takes all of it.
fn begin<'q>(query: &'q [u8], nests: bool, line_ends: &[u8]) -> Option<&'q [u8]> {
    let mut rest = query.trim_ascii_start();
    loop {
        let is_run = !nests && (rest.starts_with(b"/*!") || rest.starts_with(b"/*M!"));
        let length = if rest.starts_with(b"--") {
            rest.iter().position(|byte| line_ends.contains(byte))?
        } else if rest.starts_with(b"/*") && !is_run {
            comment(rest, nests)?
        } else {
            return Some(rest);
        };
        rest = rest[length..].trim_ascii_start();
    }
}

/// The bytes of the comment that a text begins with, if it ends.
fn comment(text: &[u8], nests: bool) -> Option<usize> {
    let (mut open, mut at) = (1_usize, 2);
    while open > 0 {
        match text.get(at..at + 2)? {
            b"*/" => (open, at) = (open - 1, at + 2),
            b"/*" if nests => (open, at) = (open + 1, at + 2),
            _ => at += 1,
        }
    }
    Some(at)
}
