//! What can keep somebody from signing in by a provider, in words for that person.

use axum::http::StatusCode;

/// Why nobody was let in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// There is no provider of that name.
    #[error("there is no such provider")]
    NoProvider,
    /// This browser began no sign-in, or another one since, or too long ago; or the answer is not to what it asked.
    #[error("the answer does not belong to a sign-in that this browser began: {0}")]
    NotBegun(&'static str),
    /// Whoever it was went back, or the provider let them not in.
    #[error("the provider said no: {0}")]
    Declined(String),
    /// The provider cannot be reached, or says what cannot be believed.
    #[error("the provider cannot be used: {0}")]
    Provider(String),
    /// None of the groups is let in.
    #[error("none of the groups is let in")]
    NoRole,
    /// The house itself said no: the person is disabled, or the address is another person's.
    #[error("{detail}")]
    House {
        /// The status of that.
        status: u16,
        /// Why, in words for that person.
        detail: String,
    },
}

impl Trouble {
    /// The status of the page that tells it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NoProvider => StatusCode::NOT_FOUND,
            Self::NotBegun(_) => StatusCode::BAD_REQUEST,
            Self::Declined(_) | Self::NoRole => StatusCode::FORBIDDEN,
            Self::House { status, .. } => StatusCode::from_u16(*status).unwrap_or(StatusCode::FORBIDDEN),
            Self::Provider(_) => StatusCode::BAD_GATEWAY,
        }
    }

    /// Heading and sentence. What a provider or an address says is in neither: anybody can write an address.
    pub fn told(&self, title: &str) -> (String, String) {
        match self {
            Self::NoProvider => (
                "There is no such way in".to_owned(),
                "The address names a provider that is not set up here. Start again from the sign-in page.".to_owned(),
            ),
            Self::NotBegun(_) => (
                "Please sign in again".to_owned(),
                "The answer does not belong to a sign-in that this browser began in the last ten minutes. Nobody was \
                 signed in."
                    .to_owned(),
            ),
            Self::Declined(_) => (
                "You were not signed in".to_owned(),
                format!("{title} did not confirm who you are, or you went back. Nothing has changed."),
            ),
            Self::Provider(_) => (
                format!("{title} cannot be used at the moment"),
                "It could not be reached, or its answer could not be verified. Try again in a minute; if it stays so, an \
                 administrator finds the reason in the log."
                    .to_owned(),
            ),
            Self::NoRole => (
                "You have no access here yet".to_owned(),
                format!(
                    "{title} confirmed who you are, but none of your groups there is let in here. Ask your administrator \
                     to add you to one."
                ),
            ),
            Self::House { detail, .. } => ("You were not signed in".to_owned(), detail.clone()),
        }
    }
}
