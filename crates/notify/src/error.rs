//! What can go wrong, and whether it helps to try again.

use model::Span;

/// What this crate answers.
pub type Result<T> = std::result::Result<T, NotifyError>;

/// Why a notice was not told. Texts are bounded and hold no secret.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// It may pass later: the peer is away, busy, or does not let us in yet.
    #[error("{}", with_answer(.why, .answer.as_deref()))]
    Later {
        /// What went wrong.
        why: String,
        /// What the peer answered.
        answer: Option<String>,
        /// How long the peer asks us to wait.
        after: Option<Span>,
    },
    /// The peer will never take this message.
    #[error("{}", with_answer(.why, .answer.as_deref()))]
    Refused {
        /// What went wrong.
        why: String,
        /// What the peer answered.
        answer: Option<String>,
    },
    /// A channel cannot be made of these settings.
    #[error("{field}: {why}")]
    Settings {
        /// Which setting.
        field: &'static str,
        /// What is wrong with it, and what would be right.
        why: String,
    },
    /// The outbox could not be read or written.
    #[error("the outbox: {0}")]
    Outbox(Box<dyn std::error::Error + Send + Sync>),
}

impl NotifyError {
    /// Something that may pass later.
    pub(crate) fn later(why: impl Into<String>) -> Self {
        Self::Later { why: why.into(), answer: None, after: None }
    }

    /// For `map_err`: this setting is wrong.
    pub(crate) fn setting<E: std::fmt::Display>(field: &'static str) -> impl FnOnce(E) -> Self {
        move |why| Self::Settings { field, why: why.to_string() }
    }

    /// Whether the same message may be taken later.
    pub fn is_passing(&self) -> bool {
        !matches!(self, Self::Refused { .. })
    }

    /// How long the peer asks us to wait.
    pub fn after(&self) -> Option<Span> {
        match self {
            Self::Later { after, .. } => *after,
            _ => None,
        }
    }
}

fn with_answer(why: &str, answer: Option<&str>) -> String {
    answer.map_or_else(|| why.to_owned(), |answer| format!("{why}: {answer}"))
}
