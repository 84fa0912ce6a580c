//! One file a page, or a folder where a page has many parts. A page reads its address, asks `Api`, and puts parts together.

pub mod overview;

pub mod integrations;

pub mod integration;

pub mod add;

pub mod runs;

pub mod run;
