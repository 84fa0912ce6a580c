//! How numbers, lengths of time and moments read: always with a unit, never more digits than are known.
//!
//! Pure functions with tables for tests. Numbers and their units are joined by spaces that do not break.

pub mod amount;
pub mod cost;
pub mod difference;
pub mod handling;
pub mod length;
pub mod moment;
pub mod role;
pub mod share;
pub mod window;

/// A narrow space that does not break: between groups of digits.
pub const THIN: char = '\u{202f}';
/// A space that does not break: between a number and its unit.
pub const FIXED: char = '\u{a0}';
