//! The web's edge: pages without a browser, the API's document, guards and problems.

mod web {
    mod below_a_path;
    mod coming_in;
    mod demo;
    mod document;
    mod flood;
    mod forged;
    mod guards;
    mod let_alone;
    mod listening;
    mod pages;
    mod problems;
    mod single_sign_on;
    mod tls;
    mod too_fast;
    mod who_may;
}
