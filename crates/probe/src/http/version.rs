//! Which versions of HTTP are spoken.

/// Which may be agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versions {
    /// What the server prefers; without TLS, 1.1.
    Any,
    /// 1.1 alone.
    One,
    /// 2 alone, without TLS as well.
    Two,
}

/// The words of the option.
pub(super) const WORDS: &[&str] = &["any", "1.1", "2"];

impl Versions {
    /// By the option's word.
    pub(super) fn of(word: &str) -> Self {
        match word {
            "1.1" => Self::One,
            "2" => Self::Two,
            _ => Self::Any,
        }
    }

    /// What is offered in TLS.
    pub(super) const fn alpn(self) -> &'static [&'static [u8]] {
        match self {
            Self::Any => &[b"h2", b"http/1.1"],
            Self::One => &[b"http/1.1"],
            Self::Two => &[b"h2"],
        }
    }
}
