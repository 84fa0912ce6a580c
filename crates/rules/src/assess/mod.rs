//! Judging what a probe saw: expressions are compiled once when a probe is loaded, then every observation is held against them.
//!
//! ```text
//! text -> guard (length, nesting) -> parse -> walk (names, types, loops, JSON paths) -> Compiled
//! Observation -> scope (only what the walk named) -> evaluate -> Judgement
//! ```
//!
//! The rule behind every choice here: what cannot be told fails with a reason. A missing path, a wrong type or a body that is
//! no JSON is never a pass and never a panic.

mod compile;
mod evaluate;
mod guard;
mod judge;
mod need;
mod observation;
mod path;
mod scope;
mod text;
mod types;
mod walk;

#[cfg(test)]
mod tests;

pub use compile::Compiled;
pub use judge::{Judgement, assess};
pub use observation::{Fact, Facts, Observation, Trouble};
