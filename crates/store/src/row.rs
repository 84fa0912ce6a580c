//! From rows to the model's types, and back to what both engines keep.

use std::{borrow::Cow, fmt::Display, str::FromStr};

use serde::{Serialize, de::DeserializeOwned};

use crate::{Result, StoreError};

/// Where a value was read, to name it when it is wrong.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    pub(crate) table: &'static str,
    pub(crate) row: &'a dyn Display,
}

impl At<'_> {
    /// For `map_err`: this column holds what it should not.
    pub(crate) fn bad<E: Display>(self, column: &'static str) -> impl FnOnce(E) -> StoreError {
        move |error| StoreError::Row {
            table: self.table,
            column,
            row: self.row.to_string(),
            message: error.to_string(),
        }
    }

    /// A word, slug or key.
    pub(crate) fn word<T: FromStr<Err: Display>>(self, column: &'static str, text: &str) -> Result<T> {
        text.parse().map_err(self.bad(column))
    }

    /// JSON.
    pub(crate) fn json<T: DeserializeOwned>(self, column: &'static str, text: &str) -> Result<T> {
        serde_json::from_str(text).map_err(self.bad(column))
    }

    /// JSON, or nothing where there is none.
    pub(crate) fn json_or_none<T: DeserializeOwned + Default>(
        self,
        column: &'static str,
        text: Option<&str>,
    ) -> Result<T> {
        text.map_or_else(|| Ok(T::default()), |text| self.json(column, text))
    }

    /// A number in the model's width.
    pub(crate) fn number<T: TryFrom<i64, Error: Display>>(self, column: &'static str, number: i64) -> Result<T> {
        number.try_into().map_err(self.bad(column))
    }
}

/// As JSON.
#[expect(
    clippy::expect_used,
    reason = "the model's types are plain: no map with keys that are no text, no failing serializer"
)]
pub(crate) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("the model's types are always JSON")
}

/// A text as both engines keep it: PostgreSQL refuses NUL.
pub(crate) fn clean(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

/// [`clean`], where there is a text.
pub(crate) fn clean_some(text: Option<&str>) -> Option<Cow<'_, str>> {
    text.map(clean)
}

/// A number as both engines keep it: SQLite would make NULL of one that is not finite.
pub(crate) fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number)
}

/// The pattern of texts that contain this one, for `like .. escape '\\'`.
pub(crate) fn containing(text: &str) -> String {
    let mut pattern = String::from("%");
    for sign in clean(text).chars() {
        if matches!(sign, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(sign);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    use super::{At, clean, containing, finite};

    #[test]
    fn what_the_engines_refuse_is_replaced_or_left_out() {
        assert_eq!(clean("a\0b"), "a\u{fffd}b");
        assert_eq!(clean("Grüße"), "Grüße");
        assert_eq!(finite(f64::NAN), None);
        assert_eq!(finite(f64::INFINITY), None);
        assert_eq!(finite(1.5), Some(1.5));
    }

    #[test]
    fn signs_that_mean_something_in_a_pattern_are_taken_as_they_are() {
        assert_eq!(containing(r"50%_of\it"), r"%50\%\_of\\it%");
    }

    #[test]
    fn a_bad_value_is_named_by_table_column_and_row() {
        let error = At { table: "runs", row: &7 }.word::<model::Outcome>("outcome", "great").expect_err("no outcome");
        assert!(error.to_string().starts_with("row 7 of table `runs`: column `outcome`: `great` is not"), "{error}");
    }
}
