//! What is looked at before a text is given to the parser, whose recursion knows no bound of its own.

/// Characters that an expression may have.
pub(super) const LONGEST_TEXT: usize = 500;
/// Brackets that may be open at once, and conditionals in one expression: each is a level of the parser's recursion.
const DEEPEST_NESTING: usize = 16;

/// Refuses what might be too much for the parser; the message says what would be right.
pub(super) fn guard(text: &str) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("an empty expression says nothing: write one such as `status == 200`".to_owned());
    }
    if text.chars().count() > LONGEST_TEXT {
        return Err(format!("an expression has at most {LONGEST_TEXT} characters: split it into several"));
    }
    let mut open = 0_usize;
    let mut deepest = 0;
    for character in text.chars() {
        match character {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    if deepest > DEEPEST_NESTING || text.matches('?').count() > DEEPEST_NESTING {
        return Err(format!("it is nested too deeply: at most {DEEPEST_NESTING} levels"));
    }
    Ok(())
}
