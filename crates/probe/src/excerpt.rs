//! The beginning of a body, as it is kept with a run.

use model::Body;

use crate::redact::Masks;

/// Characters kept of a body.
const KEPT_CHARS: usize = 4_096;

/// Bytes looked at for them; a character takes four at most.
const LOOKED_AT: usize = KEPT_CHARS * 4;

/// The first characters of `body`, secrets masked; bytes that are no UTF-8 are replaced. `more` says that the body went on
/// after what was read.
pub(crate) fn excerpt(body: &[u8], more: bool, masks: &Masks) -> Body {
    let head = &body[..body.len().min(LOOKED_AT)];
    let text = String::from_utf8_lossy(head).into_owned();
    let mut text = if more || head.len() < body.len() { masks.beginning(text) } else { masks.text(text) };
    let end = text.char_indices().nth(KEPT_CHARS).map(|(at, _)| at);
    if let Some(end) = end {
        text.truncate(end);
    }
    Body {
        excerpt: text,
        bytes: i64::try_from(body.len()).unwrap_or(i64::MAX),
        cut: more || end.is_some() || head.len() < body.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_CHARS, Masks, excerpt};

    #[test]
    fn an_excerpt_counts_characters_not_bytes() {
        for (body, chars, cut) in [
            ("ok".to_owned(), 2, false),
            ("ä".repeat(KEPT_CHARS), KEPT_CHARS, false),
            ("ä".repeat(KEPT_CHARS + 1), KEPT_CHARS, true),
            ("𝄞".repeat(KEPT_CHARS + 1), KEPT_CHARS, true),
            ("x".repeat(100_000), KEPT_CHARS, true),
        ] {
            let kept = excerpt(body.as_bytes(), false, &Masks::default());
            assert_eq!((kept.excerpt.chars().count(), kept.cut), (chars, cut), "{} bytes", body.len());
            assert_eq!(kept.bytes, i64::try_from(body.len()).expect("small"));
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_replaced() {
        assert_eq!(excerpt(b"a\xffb", true, &Masks::default()).excerpt, "a\u{fffd}b");
    }

    #[test]
    fn a_secret_that_was_cut_leaves_no_beginning_of_it() {
        let masks = Masks::of(["hunter2-hunter2".to_owned(), "hunt-other".to_owned()]);
        for (body, more, kept) in [
            ("said hunter2-hunt", true, "said (redacted)"),
            ("said hunt", true, "said (redacted)"),
            ("said hun", true, "said hun"),
            ("said hunt", false, "said hunt"),
        ] {
            assert_eq!(excerpt(body.as_bytes(), more, &masks).excerpt, kept);
        }
    }

    #[test]
    fn a_secret_at_the_very_end_of_an_excerpt_leaves_no_beginning_of_it() {
        let masks = Masks::of(["hunter2-hunter2".to_owned()]);
        let body = format!("{}hunter2-hunter2", "x".repeat(KEPT_CHARS - 4));
        assert!(!excerpt(body.as_bytes(), false, &masks).excerpt.contains("hunt"));
    }
}
