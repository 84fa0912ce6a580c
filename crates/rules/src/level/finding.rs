//! One reason in the making.

use chrono_tz::Tz;
use model::{Answer, Level, Reason, Slug, Timestamp, Why};

use super::words;

/// A reason, and when it began even where its sentence tells the time already, so that `why.since` is left out.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) why: Why,
    pub(super) began: Option<Timestamp>,
}

impl Finding {
    /// This level for this reason since then.
    pub(super) fn new(level: Level, sentence: impl Into<String>, since: Option<Timestamp>) -> Self {
        let sentence = sentence.into();
        let why = Why { level, sentence, since, reason: None, probe: None, run: None, confirming: None };
        Self { why, began: since }
    }

    /// Found by a probe.
    pub(super) fn by(mut self, probe: Slug) -> Self {
        self.why.probe = Some(probe);
        self
    }

    /// The sentence, how far it is confirmed, and since when if a zone is given: "401 from NetSuite (1 of 3, confirming)",
    /// "401 from NetSuite since 09:41 UTC".
    pub(super) fn says(&self, zone: Option<Tz>, now: Timestamp) -> String {
        let mut says = self.why.sentence.clone();
        if let Some((zone, since)) = zone.zip(self.why.since) {
            says = format!("{says} since {}", words::clock_zoned(since, zone, now));
        }
        match self.why.confirming {
            Some((so_many, of)) => format!("{says} ({so_many} of {of}, confirming)"),
            None => says,
        }
    }

    /// The answer that it gives.
    pub(super) fn answer(&self, zone: Tz, now: Timestamp) -> Answer {
        Answer { level: self.why.level, says: self.says(Some(zone), now) }
    }
}

/// The worst first; of the same level what keeps us from reaching the other side at all, since it explains the rest; then the one
/// that began first.
pub(super) fn sort(findings: &mut [Finding]) {
    let reaches = |finding: &Finding| !matches!(finding.why.reason, Some(Reason::Dns | Reason::Connect | Reason::Tls));
    findings.sort_by_key(|finding| {
        (std::cmp::Reverse(finding.why.level), reaches(finding), finding.began.unwrap_or(Timestamp::MAX))
    });
}
