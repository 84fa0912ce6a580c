//! What can go wrong before anybody asks.

/// Why a service could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The reporting zone is no IANA name.
    #[error("`{0}` is no time zone: use an IANA name such as Europe/Berlin")]
    Zone(String),
}
