//! Whether a query reads, by its first word.
//!
//! The transaction allows no writing, but some statements reach beyond it: COPY runs programs, CALL may begin a transaction of its
//! own, SET opens what was closed. Such a query is a mistake that is better said when it is written. It is no fence: what a function
//! does is for the database's own rights, so the user of a probe should have none but to read.

/// Words that a query may begin with.
pub(super) const FIRST: [&str; 8] = ["SELECT", "WITH", "SHOW", "VALUES", "TABLE", "EXPLAIN", "DESCRIBE", "DESC"];

/// Bytes of a query at most.
pub(super) const LONGEST: usize = 65_536;

/// Why a query cannot be asked.
pub(super) fn wrong(query: &str) -> Option<String> {
    if query.len() > LONGEST {
        return Some(format!("is longer than {LONGEST} bytes"));
    }
    if query.contains('\0') {
        return Some("holds a sign that no query may have".to_owned());
    }
    let begin = begin(query);
    let word: String = begin.chars().take_while(char::is_ascii_alphabetic).collect();
    let known = begin.starts_with('(') || FIRST.iter().any(|first| word.eq_ignore_ascii_case(first));
    (!known).then(|| format!("has to begin with one of {}: a probe reads", FIRST.join(", ")))
}

/// The query without the comments before it. What looks like one and is run by `MySQL` (`/*! .. */`) is none.
fn begin(query: &str) -> &str {
    let mut rest = query.trim_start();
    loop {
        let after = match rest.as_bytes() {
            [b'-', b'-', ..] => match rest.split_once('\n') {
                // At a carriage return alone, PostgreSQL ends the line and others do not.
                Some((line, _)) if line.trim_end_matches('\r').contains('\r') => return rest,
                Some((_, after)) => after,
                None => "",
            },
            [b'/', b'*', next, ..] if *next != b'!' && *next != b'M' => match rest[2..].split_once("*/") {
                // Where one comment is within another, databases disagree on where both end. `/*/` may begin the inner one as well.
                Some((within, _)) if within.contains("/*") || within.ends_with('/') => return rest,
                Some((_, after)) => after,
                None => return rest,
            },
            _ => return rest,
        };
        rest = after.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, wrong};

    #[test]
    fn a_query_that_reads_is_taken_and_others_are_not() {
        for (query, taken) in [
            ("SELECT 1", true),
            ("  select count(*) from orders", true),
            ("-- how old?\nselect 1", true),
            ("/* how old? */ select 1", true),
            ("(select 1) union (select 2)", true),
            ("with late as (select 1) select * from late", true),
            ("show slave status", true),
            ("values (1)", true),
            ("", false),
            ("-- nothing", false),
            ("/* nothing", false),
            ("selection", false),
            ("/*/ select 1 */ call pay()", false),
            ("/* /* */ select */ call pay()", false),
            ("/*/*/ select 1 */*/ call pay()", false),
            ("/* a /*/ select 1 */*/ call pay()", false),
            ("-- \rcall pay() /*\nselect 1 */", false),
            ("-- how old?\r\nselect 1", true),
            ("/**/select 1", true),
            ("/* a/b */select 1", true),
            ("/*!50000 call pay() */", false),
            ("/*M! call pay() */", false),
            ("call pay()", false),
            ("copy orders to program 'rm'", false),
            ("set transaction read write", false),
            ("delete from orders", false),
            ("select '\0'", false),
        ] {
            assert_eq!(wrong(query).is_none(), taken, "{query}");
        }
        assert!(wrong(&format!("select '{}'", "x".repeat(LONGEST))).is_some());
    }
}
