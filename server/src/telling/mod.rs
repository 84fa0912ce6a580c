//! What `notify` is handed: the store as an outbox, and an HTTP client that goes where it may.

mod outbox;
mod post;

pub use outbox::StoredOutbox;
pub use post::Way;
