//! What a query gave, bounded, as expressions see it.

use std::collections::BTreeMap;

use model::Reason;
use rules::assess::{Fact, Trouble};

use crate::attempt::Attempt;

/// Columns at most.
const MOST_COLUMNS: usize = 256;

/// How much may come back.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) rows: usize,
    pub(super) bytes: usize,
}

/// How a column's values are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    Int,
    Number,
    Bool,
    Text,
}

impl Reads {
    /// A value as the database wrote it. What cannot be read as its type says stays a text.
    pub(super) fn fact(self, text: &[u8]) -> Fact {
        let text = String::from_utf8_lossy(text);
        let int = || text.parse().ok().map(Fact::Int);
        let number = || text.parse().ok().filter(|number: &f64| number.is_finite()).map(Fact::Double);
        let read = match self {
            // A whole number beyond what fits is near enough as one with a fraction.
            Self::Int => int().or_else(number),
            Self::Number => number(),
            Self::Bool => match &*text {
                "t" | "true" | "1" => Some(Fact::Bool(true)),
                "f" | "false" | "0" => Some(Fact::Bool(false)),
                _ => None,
            },
            Self::Text => None,
        };
        read.unwrap_or_else(|| Fact::Text(text.into_owned()))
    }
}

/// Columns and rows.
#[derive(Debug)]
pub(super) struct Table {
    peer: String,
    limits: Limits,
    columns: Vec<String>,
    rows: Vec<Vec<Fact>>,
    bytes: usize,
}

impl Table {
    /// Nothing yet.
    pub(super) fn new(peer: &str, limits: Limits) -> Self {
        Self { peer: peer.to_owned(), limits, columns: Vec::new(), rows: Vec::new(), bytes: 0 }
    }

    /// Fails for more columns than are read; before room is made for them.
    pub(super) fn wide(peer: &str, columns: usize) -> Result<(), Trouble> {
        if columns <= MOST_COLUMNS {
            return Ok(());
        }
        let message = format!("{peer} gave {columns} columns, at most {MOST_COLUMNS} are read");
        Err(Trouble::new(Reason::TooLarge, message))
    }

    /// The names of the columns.
    pub(super) fn name(&mut self, columns: Vec<String>) {
        self.columns = columns;
    }

    /// One more row, and the bytes that it came in.
    pub(super) fn push(&mut self, row: Vec<Fact>, bytes: usize) -> Result<(), Trouble> {
        if self.rows.len() == self.limits.rows {
            return Err(self.too_many());
        }
        self.bytes += bytes;
        if self.bytes > self.limits.bytes {
            return Err(self.too_long());
        }
        self.rows.push(row);
        Ok(())
    }

    /// The trouble of more rows than are read.
    pub(super) fn too_many(&self) -> Trouble {
        let message = format!(
            "{} gave more than {} rows: let the query count, or say LIMIT or max_rows",
            self.peer, self.limits.rows
        );
        Trouble::new(Reason::TooLarge, message)
    }

    /// The trouble of rows with more bytes than are read.
    pub(super) fn too_long(&self) -> Trouble {
        let message = format!("{} gave more than {} bytes of rows, see max_bytes", self.peer, self.limits.bytes);
        Trouble::new(Reason::TooLarge, message)
    }

    /// Puts all of it, and keeps what people see of it.
    pub(super) fn tell(self, attempt: &mut Attempt) {
        attempt.heard(self.shown().as_bytes());
        attempt.put("row_count", i64::try_from(self.rows.len()).unwrap_or(i64::MAX));
        attempt.put("columns", self.columns.iter().map(|name| name.as_str().into()).collect::<Vec<Fact>>());
        if let Some(first) = self.rows.first().and_then(|row| row.first()) {
            attempt.put("value", first.clone());
        }
        let columns = &self.columns;
        let named = |row: Vec<Fact>| Fact::Map(columns.iter().cloned().zip(row).collect::<BTreeMap<_, _>>());
        attempt.put("rows", self.rows.into_iter().map(named).collect::<Vec<Fact>>());
    }

    /// A line for the names and one for each row.
    fn shown(&self) -> String {
        let rows = self.rows.iter().map(|row| row.iter().map(shown).collect::<Vec<_>>().join(" | "));
        std::iter::once(self.columns.join(" | ")).chain(rows).collect::<Vec<_>>().join("\n")
    }
}

fn shown(fact: &Fact) -> String {
    match fact {
        Fact::Null => "null".to_owned(),
        Fact::Int(number) => number.to_string(),
        Fact::Double(number) => number.to_string(),
        Fact::Bool(yes) => yes.to_string(),
        Fact::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use model::Reason;
    use rules::assess::Fact;

    use super::{Limits, Reads, Table};

    #[test]
    fn values_are_read_as_their_type_says_and_else_stay_texts() {
        for (reads, text, fact) in [
            (Reads::Int, "-12", Fact::Int(-12)),
            (Reads::Int, "18446744073709551615", Fact::Double(18_446_744_073_709_551_615.0)),
            (Reads::Number, "12.50", Fact::Double(12.5)),
            (Reads::Number, "NaN", Fact::from("NaN")),
            (Reads::Number, "Infinity", Fact::from("Infinity")),
            (Reads::Bool, "t", Fact::Bool(true)),
            (Reads::Bool, "false", Fact::Bool(false)),
            (Reads::Bool, "maybe", Fact::from("maybe")),
            (Reads::Text, "12", Fact::from("12")),
        ] {
            assert_eq!(reads.fact(text.as_bytes()), fact, "{text}");
        }
        assert_eq!(Reads::Text.fact(b"a\xff"), Fact::from("a\u{fffd}"));
    }

    #[test]
    fn a_table_takes_as_many_rows_and_bytes_as_it_may() {
        let row = || vec![Fact::Int(1)];
        let mut table = Table::new("db:1", Limits { rows: 2, bytes: 10 });
        assert!(table.push(row(), 5).is_ok() && table.push(row(), 5).is_ok());
        let trouble = table.push(row(), 0).expect_err("a row too many");
        assert_eq!(trouble.reason, Reason::TooLarge);
        assert!(trouble.message.starts_with("db:1 gave more than 2 rows"), "{}", trouble.message);

        let mut table = Table::new("db:1", Limits { rows: 2, bytes: 10 });
        let trouble = table.push(row(), 11).expect_err("a byte too many");
        assert!(trouble.message.starts_with("db:1 gave more than 10 bytes"), "{}", trouble.message);
    }
}
