//! What people see: pages rendered on the server, and the few islands that come alive in the browser.
//!
//! ```text
//! server: Surroundings --> shell --> routes --> pages (ask `Api`) --> parts, words (values to views) --> HTML
//! browser: islands (live, actions, add, hover) --> /api/v1 by fetch, and the page's own address
//! ```
//!
//! Pages are complete without JavaScript. Feature `ssr` (default) compiles all of it for the server; feature `hydrate`, which
//! only Trunk turns on, compiles the islands for WebAssembly and none of the pages.
//!
//! # What the server provides
//!
//! - For each request, in the additional context of `leptos_axum`: [`surroundings::provide`] with
//!   [`surroundings::Surroundings`] (service acting as the caller, clock, zone, assets, base path, origin, status sink).
//! - [`shell::shell`] as the app function, [`routes::PATHS`] (or `leptos_axum::generate_route_list`) as its routes, all of
//!   them [`leptos_router::SsrMode::Async`], and the same app for every other path: it renders the not-found page and sets
//!   404 through the sink.
//! - The bundled files below `/pkg/` (`LeptosOptions` with `output_name("browser-<hash>")`, `site_pkg_dir("pkg")`), their
//!   paths in [`surroundings::Assets`]. With `scripts: false` pages load no script and say so to nobody: they just work.
//! - `Content-Security-Policy: script-src 'self' 'nonce-..' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:;
//!   font-src 'self'; connect-src 'self'`. There is no `style` attribute and no inline script but Leptos' own with its nonce.
//!
//! # What pages promise to the browser
//!
//! | attribute | means |
//! | --- | --- |
//! | `data-live="id"` | swapped by the live island when its HTML changed; never holds an island or another such element |
//! | `data-post`, `data-body`, `data-then` | a button that sends JSON, then opens `data-then` + the answer's `id`, or stays |
//! | `data-method`, `data-open` | of such a button: another method than POST; a page to open when it is done |
//! | `form[data-patch][data-open]` | a form whose fields change what is at that address |
//! | `data-copy="#id"` | a button that copies the text of that element |
//! | `data-submit` | a field whose change sends its form |
//! | `data-fault="field"` | where a fault of that field is shown |
//! | `svg[data-plot]`, `figure[data-series]`, `[data-fields]`, `[data-zone]` | a chart that can be read by pointing |
//!
//! # What islands ask for
//!
//! `GET /api/v1/stream` (server-sent events whose data is one `model::Event` as JSON, or an array of them; any event name),
//! the page's own address, `GET /api/v1/integrations/{slug}/series`, `POST /api/v1/integrations/{slug}/probes/{probe}/run`,
//! `PATCH` and `DELETE` of an integration or a probe, `POST /api/v1/probes/try` with `{"probe": {..}}`, `POST /api/v1/integrations`, and in the demo
//! `POST /api/v1/demo/servers/{system}` with `{"running": false}`. All JSON; refusals are problem+json.

#[cfg(feature = "ssr")]
pub mod surroundings;

#[cfg(feature = "ssr")]
pub mod shell;

#[cfg(feature = "ssr")]
pub mod routes;

#[cfg(feature = "ssr")]
pub mod pages;

#[cfg(feature = "ssr")]
pub mod parts;

#[cfg(feature = "ssr")]
pub mod words;

#[cfg(feature = "ssr")]
pub mod href;

#[cfg(feature = "ssr")]
mod escape;

pub mod islands;
