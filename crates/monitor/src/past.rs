//! The windows that there were when something happened of which we hear late.

use model::{IntegrationSpec, Outcome, Run, Span, Timestamp, Window};
use rules::window::{self, is_over};
use store::SentGroup;

/// What began longer ago than this when it is sent is late: windows may have been written or retired since.
const LATE: Span = Span::minutes(1);

/// The windows in which failures did not count, and when each of them held.
pub(crate) struct Past(Vec<(Window, window::Window)>);

impl Past {
    /// Of what the store holds. One that cannot be read was never open.
    pub(crate) fn of(windows: Vec<Window>) -> Self {
        let compiled = |window: Window| window::Window::compile(&window.spec.opens).ok().map(|opens| (window, opens));
        Self(windows.into_iter().filter(|window| !window.spec.counts).filter_map(compiled).collect())
    }

    /// Whether failures of this integration did not count then: a window was open that had been written and was not retired yet.
    pub(crate) fn is_in_maintenance(&self, integration: &IntegrationSpec, at: Timestamp) -> bool {
        self.0.iter().any(|(window, opens)| {
            let held = window.created_at <= at && window.retired_at.is_none_or(|retired| at < retired);
            held && is_over(&window.spec, integration) && opens.is_open(at)
        })
    }
}

/// When a run began, and when it ended.
pub(crate) fn ends(run: &Run) -> [Timestamp; 2] {
    [run.started_at, run.started_at + Span::ms(run.duration_ms.unwrap_or(0).max(0))]
}

/// The time (its end left out) of which the windows have to be known to judge these, if one of them failed and is late.
pub(crate) fn of_late(sent: &SentGroup, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
    let failed = sent.runs.iter().map(|sent| &sent.record.run).filter(|run| run.outcome == Outcome::Failed);
    let wider = |(from, to): (Timestamp, Timestamp), [began, ended]: [Timestamp; 2]| (from.min(began), to.max(ended));
    let (from, to) = failed.map(ends).fold((Timestamp::MAX, now), wider);
    (from < now - LATE).then_some((from, to + Span::ms(1)))
}
