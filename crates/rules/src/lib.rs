//! The verbs of Bridgewatch, without IO: nothing here awaits, reads a file, asks the time or rolls dice. Who calls passes the
//! moment in and gets a value back, so that the engine, the demo's simulated history and the tests judge by the same code.
//!
//! The modules stand in the order in which data passes through them:
//!
//! ```text
//! catalogue (what is written)  -> kind, schedule, expectation, window (what that means in time)
//!   -> assess, sent, keyword, perfdata (one run)  -> outcome, upside, state (what a run moves)
//!   -> cause, level, notice, handling (what a person should make of it, be told, and do about it)
//!   -> bucket, availability, rollup, hours (what runs add up to)
//! ```
//!
//! Beside that way stand who may do what (rights, lockout, password), what was done (audit), what nobody may read
//! (secret) and what is for few (withheld); canonical makes of one value one text, so that the same hashes alike.

pub mod catalogue;
pub mod kind;

pub mod expectation;
pub mod schedule;
pub mod window;

pub mod assess;
pub mod keyword;
pub mod perfdata;
pub mod sent;

pub mod outcome;
pub mod state;
pub mod upside;

pub mod cause;
pub mod handling;
pub mod level;
pub mod notice;

pub mod availability;
pub mod bucket;
pub mod hours;
pub mod rollup;

pub mod lockout;
pub mod password;
pub mod rights;
pub mod withheld;

pub mod audit;
pub mod canonical;
pub mod secret;
