//! The beginning of a body and of a sentence, as they are kept with a run.

use model::Body;

use crate::redact::Masks;

/// Characters kept of a body.
const KEPT_CHARS: usize = 4_096;

/// Bytes looked at for them; a character takes four at most.
const LOOKED_AT: usize = KEPT_CHARS * 4;

/// Characters kept of a sentence; what a server puts into an error may be a thousand times as long.
const LONGEST_SENTENCE: usize = 1_000;

/// A sentence, secrets masked, its end left out where nobody would read so far.
pub(crate) fn sentence(text: String, masks: &Masks) -> String {
    let mut text = masks.text(text);
    if let Some((end, _)) = text.char_indices().nth(LONGEST_SENTENCE) {
        text.truncate(end);
        text.push('…');
    }
    text
}

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
    use super::{KEPT_CHARS, LONGEST_SENTENCE, Masks, excerpt, sentence};

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
    fn a_sentence_is_as_long_as_people_read_and_holds_no_secret() {
        let masks = Masks::of(["hunter2".to_owned()]);
        assert_eq!(sentence("it said hunter2".to_owned(), &masks), "it said (redacted)");
        let whole = "ä".repeat(LONGEST_SENTENCE);
        assert_eq!(sentence(whole.clone(), &masks), whole);
        assert_eq!(sentence(format!("{whole}ä"), &masks), format!("{whole}…"));
        let at_the_end = format!("{}hunter2", "x".repeat(LONGEST_SENTENCE - 4));
        assert!(!sentence(at_the_end, &masks).contains("hunt"));
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
