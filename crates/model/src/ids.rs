//! Names and numbers that things are known by.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The name in a URL: 1 to 63 of `a-z`, `0-9` and `-`, beginning and ending with a letter or digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema), schema(value_type = String, pattern = "^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"))]
#[serde(transparent)]
pub struct Slug(String);

/// Said of a text that is no [`Slug`].
#[derive(Debug, Clone, thiserror::Error)]
#[error("`{0}` is not a slug: use 1 to 63 of a-z, 0-9 and -, beginning and ending with a letter or digit")]
pub struct NotASlug(pub String);

impl Slug {
    /// Reads a slug as it is written; nothing is lowered or replaced.
    pub fn parse(text: &str) -> Result<Self, NotASlug> {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let right = (1..=63).contains(&bytes.len())
            && inner(bytes[0])
            && inner(bytes[bytes.len() - 1])
            && bytes.iter().all(|&byte| inner(byte) || byte == b'-');
        if right { Ok(Self(text.to_owned())) } else { Err(NotASlug(text.to_owned())) }
    }

    /// A slug made from a person's words: lower case, everything else a single `-`. `None` if nothing is left.
    pub fn from_words(words: &str) -> Option<Self> {
        let mut slug = String::new();
        for sign in words.chars() {
            let sign = sign.to_ascii_lowercase();
            if sign.is_ascii_lowercase() || sign.is_ascii_digit() {
                slug.push(sign);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() == 63 {
                break;
            }
        }
        Self::parse(slug.trim_end_matches('-')).ok()
    }

    /// The slug as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = NotASlug;

    fn from_str(text: &str) -> Result<Self, NotASlug> {
        Self::parse(text)
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A run's id: a `UUIDv7` made by the recorder, so that runs sort by when they were recorded and a replay cannot write twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema), schema(value_type = String, format = Uuid))]
#[serde(transparent)]
pub struct RunId(pub Uuid);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for RunId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, uuid::Error> {
        Uuid::parse_str(text).map(Self)
    }
}

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident)*) => { $(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )* };
}

row_id! {
    /// A system's row in the store. People see its slug.
    SystemId
    /// An integration's row in the store. People see its slug.
    IntegrationId
    /// A probe's row in the store. People see `{integration}/{probe}`.
    ProbeId
    /// A baseline's row in the store.
    BaselineId
    /// A window's row in the store. People see its slug.
    WindowId
    /// A person's row in the store. People see their address.
    PersonId
    /// A session's row in the store: a signed-in browser.
    SessionId
    /// A token's row in the store.
    TokenId
}

#[cfg(test)]
mod tests {
    use super::Slug;

    #[test]
    fn a_slug_is_read_as_written_or_not_at_all() {
        for right in ["a", "orders-to-netsuite", "9-lives"] {
            assert_eq!(Slug::parse(right).map(|slug| slug.to_string()).ok().as_deref(), Some(right));
        }
        for wrong in ["", "-a", "a-", "A", "a_b", "a b", &"x".repeat(64)] {
            assert!(Slug::parse(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn words_become_a_slug() {
        assert_eq!(
            Slug::from_words("  Orders → NetSuite (EU) ").map(|slug| slug.to_string()).as_deref(),
            Some("orders-netsuite-eu")
        );
        assert_eq!(Slug::from_words("→→"), None);
    }
}
