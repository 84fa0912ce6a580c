//! The owner is told: from the outbox of a real store, by a real mail relay, however often we are killed on the way.

mod fate;
mod killed;
mod relayed;
mod scene;
