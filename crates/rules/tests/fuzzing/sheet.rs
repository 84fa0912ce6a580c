//! Catalogues in CSV: what was read is the same when it is written in YAML and read again.

use rules::catalogue::{read, read_csv, write};

use crate::kinds::KINDS;

/// Whether it is one.
pub fn check(input: &[u8]) -> bool {
    let Ok(catalogue) = std::str::from_utf8(input).map_err(|_| Vec::new()).and_then(|text| read_csv("a.csv", text))
    else {
        return false;
    };
    let written = write(&catalogue);
    assert_eq!(read(&[("a.yaml".to_owned(), written.clone())], KINDS).as_ref(), Ok(&catalogue), "{written}");
    true
}
