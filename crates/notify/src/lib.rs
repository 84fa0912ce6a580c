//! Channels that a message leaves by (mail, webhook, chat), each one small file behind `trait Deliver`.
//!
//! An empty room until its issue. It will know `model` and nothing else: the engine writes what is to be said into an outbox
//! in the same transaction as the change that causes it, and this crate only delivers it and says whether that worked.
//! `server` wires it up; no other crate may use it.
