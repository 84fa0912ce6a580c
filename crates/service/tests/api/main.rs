//! The whole Api over a real store and a real engine, asked as a page asks it.

mod catalogue;
mod causes;
mod channels;
mod commands;
mod guessing;
mod handling;
mod house;
mod lists;
mod moved;
mod overview;
mod people;
mod retired;
mod runs;
mod scopes;
mod series;
mod sign_in;
mod tokens;
mod told;
mod vouched;
mod windows;
mod withheld;
