//! Systems, integrations, probes and baselines: read whole (`load`), written in one transaction (`apply`).

mod apply;
mod facts;
mod load;
mod rename;

pub use apply::Write;
pub use facts::Fact;
pub use load::{Retired, Snapshot};
