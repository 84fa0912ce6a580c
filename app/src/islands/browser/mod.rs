//! What islands do to the page. Compiled for the browser alone.

pub mod actions;
pub mod add;
mod change;
mod faults;
pub mod hover;
pub mod live;
mod page;
mod talk;
