//! How every bridge stands now, in memory: what pages and lists read without asking the store.

use std::{collections::BTreeMap, sync::Arc};

use model::{Baseline, Counts, Handling, Integration, Level, Probe, Reason, Slug, Standing, Timestamp, Why};
use rules::{
    cause::Cause,
    level::{Circumstances, Maintenance},
    state::{ProbeState, SentState},
};

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
    /// What people did with it. What has ended by itself is still here: ask with the moment.
    pub handling: Handling,
    /// The same of its probes, by slug; those with which nothing was done are left out.
    pub probe_handling: Arc<BTreeMap<Slug, Handling>>,
    /// The maintenance or freeze that it was in when the row was made.
    pub maintenance: Option<Maintenance>,
    /// The down system that explains why it is down.
    pub cause: Option<Cause>,
}

impl BoardRow {
    /// What holds of it beside what was seen, for [`rules::level::of_probe_in`].
    pub fn circumstances(&self) -> Circumstances<'_> {
        Circumstances {
            handling: Some(&self.handling),
            probes: Some(&self.probe_handling),
            maintenance: self.maintenance,
            cause: self.cause.as_ref(),
        }
    }

    /// The probe of this slug.
    pub fn probe(&self, slug: &Slug) -> Option<&BoardProbe> {
        self.probes.iter().find(|one| one.probe.spec.slug == *slug)
    }

    /// Since when nothing crosses, as far as the reasons tell: what fails or is overdue, not what is slow or rejects a part.
    pub fn stopped_since(&self) -> Option<Timestamp> {
        let began = |why: &Why| match (&why.probe, why.reason) {
            // Overdue is dated at the deadline; what was due should have crossed a grace before.
            (None, Some(Reason::Overdue)) => {
                let grace = self.integration.spec.expect.as_ref().map(|expect| expect.grace).unwrap_or_default();
                self.sent.missed.as_ref().map(|missed| missed.since - grace)
            }
            (None, _) if self.sent.failures > 0 => why.since,
            (Some(_), _) if why.level == Level::Problem || why.confirming.is_some() => why.since,
            _ => None,
        };
        self.standing.why.iter().filter(|why| why.level >= Level::Attention).filter_map(began).min()
    }
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
