//! Runs: taken in (`record`, sent ones by way of the `desk`), listed, read one by one, and read for roll-ups (`figures`).

mod desk;
mod figures;
mod insert;
mod list;
mod read;
mod record;
mod sent;

pub use figures::{Figures, VerdictRun};
pub use list::RunsFilter;
pub use read::Stretch;
pub use record::{Batch, Recorded, RunRecord};
pub use sent::{GroupRecorded, KnownRun, SentGroup, SentRecord, SentRecorded};
