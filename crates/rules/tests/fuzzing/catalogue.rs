//! Catalogues in YAML: what was read is the same when it is written and read again, and what was not read has faults that say where.

use rules::catalogue::{plan, read, write};

use crate::kinds::KINDS;

/// Whether it is one.
pub fn check(input: &[u8]) -> bool {
    let Ok(text) = String::from_utf8(input.to_vec()) else { return false };
    let of = |text: String| read(&[("a.yaml".to_owned(), text)], KINDS);
    match of(text) {
        Ok(catalogue) => {
            let written = write(&catalogue);
            assert_eq!(of(written.clone()).as_ref(), Ok(&catalogue), "{written}");
            assert!(plan(&catalogue, &catalogue).changes.is_empty(), "nothing changes");
            true
        }
        Err(faults) => {
            assert!(!faults.is_empty() && faults.len() <= 1_001, "{} faults", faults.len());
            assert!(faults.iter().all(|fault| !fault.message.is_empty()));
            false
        }
    }
}
