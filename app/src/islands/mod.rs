//! The few places that come alive in the browser. Pages are complete without them.
//!
//! Each island is a few lines of view; what it does to the page is in `browser`, which only the WebAssembly half compiles.
//! Islands serve the page by attributes (`data-live`, `data-post`, `data-copy`, `data-submit`, `data-plot`), so that what
//! the live island swaps in works without being brought to life itself.

pub mod actions;
pub mod add;
pub mod form;
pub mod hover;
pub mod live;
pub mod tried;

#[cfg(feature = "hydrate")]
mod browser;
