//! The web's edge: pages without a browser, the API's document, guards and problems.

mod web {
    mod document;
    mod guards;
    mod pages;
    mod problems;
}
