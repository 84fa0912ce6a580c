//! Where a page of a list ended, as text that fits a URL. Callers pass it back and do not look inside.

use model::{Fault, Problem};
use rules::canonical::hex;
use serde::{Serialize, de::DeserializeOwned};

/// The text for a position.
pub(crate) fn write(position: &impl Serialize) -> String {
    hex(&serde_json::to_vec(position).unwrap_or_default())
}

/// The position in a text; a text that [`write`] did not make is a fault of the field `cursor`.
pub(crate) fn read<T: DeserializeOwned>(cursor: &str) -> Result<T, Problem> {
    let bytes: Option<Vec<u8>> = cursor
        .as_bytes()
        .chunks(2)
        .map(|pair| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).ok_or_else(|| {
        Problem::invalid(vec![
            Fault::at("cursor", "is not where a page of this list ended")
                .allowed("the `next_cursor` of the page before, with the same filters and order"),
        ])
    })
}

/// A limit between 1 and `most`.
pub(crate) fn limit(asked: Option<u32>, usual: u32, most: u32) -> Result<u32, Problem> {
    match asked {
        None => Ok(usual),
        Some(limit) if (1..=most).contains(&limit) => Ok(limit),
        Some(limit) => Err(Problem::invalid(vec![
            Fault::at("limit", format!("{limit} is out of range")).allowed(format!("1 to {most}")),
        ])),
    }
}

#[cfg(test)]
mod tests {
    use super::{limit, read, write};

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is() {
        let position = (-3_i64, "Überweisung \"a\"".to_owned());
        assert_eq!(read::<(i64, String)>(&write(&position)), Ok(position));
        for wrong in ["", "7", "zz", "5b5d", "5b312c2261225d00", "é"] {
            let problem = read::<(i64, String)>(wrong).expect_err(wrong);
            assert_eq!(problem.errors[0].field, "cursor", "{wrong}");
        }
    }

    #[test]
    fn limits_have_bounds() {
        assert_eq!(limit(None, 50, 200), Ok(50));
        assert_eq!(limit(Some(200), 50, 200), Ok(200));
        assert!(limit(Some(0), 50, 200).is_err());
        assert!(limit(Some(201), 50, 200).is_err());
    }
}
