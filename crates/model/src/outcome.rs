//! How a run ended.

/// An enum of words: the same text in store, catalogue, API and page, with all of them listed.
// A word is a `tt`: a `literal` comes with a group around it, which serde looks into and utoipa does not.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $noun:literal { $($(#[$vdoc:meta])* $variant:ident = $word:tt,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every one of them, in the order of the page that lists them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            fn from_str(word: &str) -> Result<Self, String> {
                match word {
                    $($word => Ok(Self::$variant),)*
                    _ => {
                        let all = [$($word),*].join(", ");
                        Err(format!("`{word}` is not {}: use one of {all}", $noun))
                    }
                }
            }
        }
    };
}
pub(crate) use words;

words! {
    /// How a run ended. What each one counts for is told by `rules::outcome`.
    Outcome, "an outcome" {
        /// As it should be.
        Ok = "ok",
        /// Worked, but a warn-assertion failed.
        Warn = "warn",
        /// Worked, some records were rejected.
        Partial = "partial",
        /// It did not work, the target's garbage included.
        Failed = "failed",
        /// Expected of the integration and did not come.
        Missed = "missed",
        /// Our side could not tell: store, scheduler, config, internal.
        Unknown = "unknown",
        /// Someone stopped it.
        Cancelled = "cancelled",
        /// Begun, not finished; past its deadline it becomes `missed`.
        Running = "running",
    }
}
