//! How every bridge stands now, in memory: what pages and lists read without asking the store.

use std::sync::Arc;

use model::{Baseline, Counts, Integration, Probe, Slug, Standing, Timestamp};
use rules::state::{ProbeState, SentState};

/// Every integration as it stands. Replaced as a whole, never changed; rows that nothing touched are shared with the board before.
#[derive(Debug, Clone)]
pub struct Board {
    /// When it was made up.
    pub as_of: Timestamp,
    /// By slug.
    pub rows: Vec<Arc<BoardRow>>,
}

impl Board {
    /// The row of one integration.
    pub fn row(&self, integration: &Slug) -> Option<&Arc<BoardRow>> {
        let at = self.rows.binary_search_by(|row| row.integration.spec.slug.cmp(integration)).ok()?;
        self.rows.get(at)
    }
}

/// One integration as it stands.
#[derive(Debug, Clone)]
pub struct BoardRow {
    /// What is stored of it; `spec.probes` and `spec.baseline` (the one valid today) are filled.
    pub integration: Arc<Integration>,
    /// The source's name.
    pub from_name: String,
    /// The target's name.
    pub to_name: String,
    /// The middleware's names, in order.
    pub via_names: Vec<String>,
    /// Level, reasons and the four answers. `Worth` is grey here: it needs sums that `service` adds.
    pub standing: Standing,
    /// Its probes and how each is, in the order written.
    pub probes: Vec<BoardProbe>,
    /// How the runs that it sends are.
    pub sent: SentState,
    /// Its runs since midnight of the reporting zone.
    pub today: Counts,
    /// Every version of its baseline, newest first.
    pub baselines: Vec<Baseline>,
}

/// One probe as it is.
#[derive(Debug, Clone)]
pub struct BoardProbe {
    /// What is stored of it.
    pub probe: Arc<Probe>,
    /// How its checks went.
    pub state: ProbeState,
    /// When it asks next, or when its next ping is due; none while it is disabled or its integration is not live.
    pub next_at: Option<Timestamp>,
}
