//! The browser half: brings the islands of a page to life. Bundled by Trunk, see `Trunk.toml`.

// Islands are found by name, so nothing refers to them: this keeps them from being left out.
#[expect(unused_imports, reason = "links the islands")]
use app::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Called by the script that Leptos puts into every page.
#[wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_islands();
}

fn main() {}
