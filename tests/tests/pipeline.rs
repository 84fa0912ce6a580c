//! A bridge from its catalogue to its level, through a whole house: real servers, real runs, real store.

mod pipeline {
    mod applying;
    mod restarting;
    mod sending;
    mod standing;
}
