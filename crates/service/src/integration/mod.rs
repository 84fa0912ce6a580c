//! One integration: everything about it (`detail`), and its making, changing and retiring (`commands`).

mod commands;
mod detail;

pub(crate) use commands::{change, create, delete};
pub(crate) use detail::detail;
