//! The whole Api over a real store and a real engine, asked as a page asks it.

mod catalogue;
mod commands;
mod house;
mod lists;
mod overview;
mod runs;
mod series;
