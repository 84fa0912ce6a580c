//! One file a page, or a folder where a page has many parts. A page reads its address, asks `Api`, and puts parts together.

pub mod overview;

pub mod integrations;

pub mod integration;

pub mod add;

pub mod probe;

pub mod runs;

pub mod run;

pub mod people;

pub mod secrets;

pub mod maintenance;

pub mod channels;

pub mod audit;

pub mod account;

pub mod sign_in;

pub mod set_up;
