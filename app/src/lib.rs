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
//!   [`surroundings::Surroundings`] (service acting as the caller, the [`visitor::Visitor`], providers, kinds, clock, zone, assets,
//!   base path, origin, status sink). While routes are listed the visitor is [`visitor::Visitor::nobody`].
//! - For a POST of [`routes::FORMS`] that is refused, or that made something that is shown once: the page that stands beside it
//!   there, rendered with [`visitor::Posted`]; it sets the status of a refusal. Else 303, with `?done=` and a word that the page
//!   has a sentence for.
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
//! | `data-kind`, `data-asks` | the fields of a kind of probe; whether it can be tried |
//! | `form[data-probe-of][data-probe]` | a form that adds a probe to that integration, or changes this one |
//! | `svg[data-plot]`, `figure[data-series]`, `[data-fields]`, `[data-zone]` | a chart that can be read by pointing |
//!
//! # What forms send
//!
//! Plain `application/x-www-form-urlencoded`, so that they work without scripts. `..scope` are `departments`, `owners`,
//! `building_blocks`: texts with a name on each line. A field without a fault of its own name gets none.
//!
//! | POST | fields | done (the 303 leads to) |
//! | --- | --- | --- |
//! | `/sign-in` | `email`, `password`, `next` | `next` or `/` |
//! | `/sign-out` | | `/sign-in?done=out` |
//! | `/set-up/{link}`, `/invitation/{link}` | `email` (of an invitation it is not read), `name`, `password`, `again` | `/` |
//! | `/reset/{link}` | `password`, `again` (`email` is not read) | `/` |
//! | `/people` | `email`, `name`, `role`, ..scope | 200 with [`visitor::Made::Link`] |
//! | `/people/{id}` | `name`, `role`, ..scope | `/people/{id}?done=saved` |
//! | `/people/{id}/link` | | 200 with [`visitor::Made::Link`] |
//! | `/people/{id}/disable`, `../enable` | | `/people/{id}?done=disabled`, `enabled` |
//! | `/account/password` | `current`, `password`, `again` (`email` is not read) | `/account?done=password` |
//! | `/account/sessions/{id}/end`, `../end-others` | | `/account?done=session`, `sessions` |
//! | `/account/tokens` | `name`, `integration` (a slug, empty or absent: one's own), `expires` (a span, empty: the usual, `never`: of an integration only) | 200 with [`visitor::Made::Token`] |
//! | `/account/tokens/{id}/revoke` | | `/account?done=revoked` |
//! | `/secrets` | `name`, `value` | `/secrets?done=secret` |
//! | `/secrets/{name}/remove` | | `/secrets?done=removed` |
//! | `/integrations/{slug}/handling`, `../probes/{probe}/handling` | `action`, `for` (a span), `until` (on the clocks of the reporting zone, before `for`), `note` | `/integrations/{slug}?done=paused`, `resumed`, `muted`, `unmuted`, `acknowledged`, `withdrawn` |
//! | `/maintenance` | those of [`pages::maintenance`]; a box is there or not | `/maintenance?done=window` |
//! | `/maintenance/{slug}/delete` | | `/maintenance?done=window-deleted` |
//! | `/channels/{name}/test` | | 200 with [`visitor::Made::Tested`] |
//! | `/demo/view` | `role`, `next` | `next`, with the other role |
//!
//! # What islands ask for
//!
//! `GET /api/v1/stream` (server-sent events whose data is one `model::Event` as JSON, or an array of them; any event name),
//! the page's own address, `GET /api/v1/integrations/{slug}/series`, `POST /api/v1/integrations/{slug}/probes/{probe}/run`,
//! `PATCH` and `DELETE` of an integration or a probe, `POST /api/v1/probes/try` with `{"probe": {..}}`, `POST /api/v1/integrations` and
//! `POST /api/v1/integrations/{slug}/probes`, and in the demo
//! `POST /api/v1/demo/servers/{system}` with `{"running": false}`. All JSON; refusals are problem+json. What a page asks for by itself
//! carries the header `bridgewatch-look`, so that an open page keeps no session awake.

#[cfg(feature = "ssr")]
pub mod visitor;

#[cfg(feature = "ssr")]
pub mod surroundings;

#[cfg(feature = "ssr")]
pub mod kinds;

#[cfg(feature = "ssr")]
pub mod shell;

#[cfg(feature = "ssr")]
pub mod routes;

#[cfg(feature = "ssr")]
mod rail;

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
