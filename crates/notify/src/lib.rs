//! Telling an owner: what is said, by which channel, and who sees to it that it arrives.
//!
//! This room knows `model` and nothing else. The engine writes what is to be said into an outbox in the same transaction as the
//! change that causes it; whoever knows the store hands the outbox in, whoever knows the vault fills secrets in, and whoever
//! knows where we may go makes the HTTP requests. Data passes through in this order:
//!
//! ```text
//! outbox (what waits) -> courier (when, how many at once) -> channel -> compose (words, pure) -> mail | webhook | slack
//!        ^                                                                                          |
//!        +---- sent, again after a pause (backoff, pure), refused, given up <---- what the peer answered
//! ```
//!
//! **What holds.** Every notice is sent at least once, and one whose outcome was committed is never sent again. Where a peer takes
//! a message and its word for that is lost (it does not reach us, or we end before it is committed), the message is sent a second
//! time, with the same key: the same `Message-ID`, the same `Idempotency-Key`. A receiver that remembers keys has it once.

mod error;
mod fill;
mod mask;

mod compose;
mod phrase;

mod address;
mod mail;
mod post;
mod slack;
mod webhook;

mod backoff;
mod channel;
mod courier;
mod outbox;

#[cfg(test)]
mod testing;

pub use backoff::{GIVEN_UP_AFTER, next_attempt};
pub use channel::{Channel, Channels, Receipt};
pub use compose::{Composed, compose};
pub use courier::{Courier, CourierLimits, Jitter};
pub use error::{NotifyError, Result};
pub use fill::{Fill, Filled, Filling, as_written};
pub use mail::{Login, Mail, MailSettings, Relay, Security, message_id};
pub use outbox::Outbox;
pub use post::{Post, PostAnswer, PostRequest};
pub use slack::{Slack, SlackSettings};
pub use webhook::{Webhook, WebhookSettings};
