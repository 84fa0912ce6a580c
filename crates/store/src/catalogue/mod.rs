//! Systems, integrations, probes and baselines: read whole (`load`), written in one transaction (`write`, `apply`). Beside them the
//! windows, and what people did with integrations and probes (`handling`), which are written in the same way.

mod apply;
mod facts;
mod handling;
mod load;
mod rename;
mod windows;
mod write;

pub use facts::Fact;
pub use handling::HandlingRows;
pub use load::{Retired, Snapshot};
pub use windows::WindowRow;
pub use write::Write;
