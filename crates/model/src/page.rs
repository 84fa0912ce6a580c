//! A list, a page at a time.

use serde::{Deserialize, Serialize};

/// Some of a list, and where it goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Page<T> {
    /// The things.
    pub items: Vec<T>,
    /// Pass it as `cursor` to go on; `null` at the end.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// All there is.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next_cursor: None }
    }
}
