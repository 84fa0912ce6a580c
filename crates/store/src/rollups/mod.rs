//! Roll-ups: which buckets to make anew (`dirty`), their replacement (`put`), and their reading (`read`, `sums`).

mod dirty;
mod measures;
mod put;
mod read;
mod sums;

pub use dirty::Dirty;
pub(crate) use dirty::mark;
pub use sums::{Family, Sums, UnitsAt};
