//! Runs: the list, and one run with what explains it: the last good run before, what differs, how to ask the same by hand.

mod curl;
mod detail;
mod differences;
mod list;

pub(crate) use detail::detail;
pub(crate) use list::list;
