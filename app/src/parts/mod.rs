//! What pages are put together from. Plain functions from values to views; none of them asks for data.

pub mod button;
pub mod chart;
pub mod check;
pub mod demo;
pub mod empty;
pub mod fact;
pub mod field;
pub mod filter;
pub mod header;
pub mod mark;
pub mod pager;
pub mod probe_fields;
pub mod problem;
pub mod run_rows;
pub mod sent;
pub mod strip;
pub mod table;
pub mod time;
