//! Series to SVG, drawn by plotters on the server; nothing else is done here.
//!
//! ```text
//! model::Series -> latency | error_rate | measure | failures   (what to show: a `Plot`, plain data)
//!     -> axis, ticks                                            (nice numbers, nice moments of the zone)
//!     -> draw                                                   (the one file that knows plotters) -> SVG text
//! ```
//!
//! What every chart promises: it scales (`viewBox`, no width or height), it has a `<title>` and a `<desc>`, it has no `style`
//! attribute, its colours are the sentinels of [`palette`], which style sheets repaint, and a line never crosses a stretch
//! without data: such stretches are shaded. For what hovers above it, the root carries `data-plot="x y width height"` (the
//! plot's rectangle in units of the view box), `data-from` and `data-to` (its first moment and its end, epoch milliseconds)
//! and `data-step`.

pub mod palette;

mod error_rate;
mod failures;
mod latency;
mod measure;

mod plot;

mod axis;
mod ticks;

mod draw;

pub use draw::ChartError;
pub use error_rate::error_rate;
pub use failures::failures;
pub use latency::latency;
pub use measure::measure;
