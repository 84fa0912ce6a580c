//! Who may come in: people, the browsers they signed in with (`sessions`), one-time `links`, and `tokens` for the API.
//!
//! Nothing here is clear: passwords, links, sessions and tokens are kept and looked up by hashes, which the caller makes. A change
//! may bring the entry of the audit that tells of it; it is written in the transaction of the change, and only if the change was
//! made.

mod person;
mod token;

mod administrators;
mod change;
mod links;
mod people;
mod sessions;
mod tokens;

pub use change::{PersonChange, PersonChanged, TellChange};
pub use links::{LinkPurpose, LinkRecord, LinkSpec, SetUp};
pub use person::{PasswordHash, PersonRecord, PersonSpec, ProviderSubject};
pub use sessions::{SessionRecord, SessionSpec, SignedIn};
pub(crate) use tokens::revoke_tokens_of;

pub use token::{Bearer, TokenHolder, TokenOwner, TokenRecord, TokenSpec};

/// Sessions and tokens note their use at most once in so many milliseconds: a page of twenty requests is one write.
const NOTE_USE_EVERY_MS: i64 = 60_000;
