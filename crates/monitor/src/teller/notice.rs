//! In which words it is told.

use chrono_tz::Tz;
use model::{ChangeId, Notice, NoticeKind, Slug, Timestamp, hours::Cost};
use rules::withheld::in_message;
use store::{NewNotice, ToldRow};

use crate::BoardRow;

/// What holds after the beginning of a change was told.
pub(super) fn began(change: ChangeId, row: &BoardRow, now: Timestamp) -> ToldRow {
    let worst = row.standing.why.first();
    ToldRow {
        change,
        level: row.standing.level,
        since: row.standing.since.map_or(now, |since| since.min(now)),
        sentence: worst.map_or_else(|| "not as it should be".to_owned(), |why| why.sentence.clone()),
        reason: worst.and_then(|why| why.reason),
        at: now,
    }
}

/// What holds after it was told that a change got worse: it is still the one that began then.
pub(super) fn worse(told: &ToldRow, row: &BoardRow, now: Timestamp) -> ToldRow {
    ToldRow { since: told.since, ..began(told.change, row, now) }
}

/// When a change was over: since when all is well, as far as that is after it began.
pub(super) fn over_at(told: &ToldRow, row: &BoardRow, now: Timestamp) -> Timestamp {
    let within = |at: &Timestamp| told.since <= *at && *at <= now;
    let stands = row.standing.since.filter(within);
    stands.or(row.sent.last_good.as_ref().map(|run| run.at).filter(within)).unwrap_or(now)
}

/// Something to say.
pub(super) struct Word<'a> {
    pub(super) kind: NoticeKind,
    /// The change. Of one that is over, what was said of it last.
    pub(super) said: &'a ToldRow,
    /// The change that was open, and whose place this takes.
    pub(super) instead_of: Option<&'a ToldRow>,
    /// Until when; only of what is over.
    pub(super) until: Option<Timestamp>,
    pub(super) cost: Cost,
    /// The zone that times are told in.
    pub(super) zone: Tz,
    /// Where the pages are.
    pub(super) address: &'a str,
}

impl Word<'_> {
    /// A notice for each channel.
    pub(super) fn to(&self, channels: &[Slug], row: &BoardRow, now: Timestamp) -> Vec<NewNotice> {
        let integration_id = row.integration.id;
        channels.iter().map(|channel| NewNotice { integration_id, notice: self.by(channel, row, now) }).collect()
    }

    fn by(&self, channel: &Slug, row: &BoardRow, now: Timestamp) -> Notice {
        let (spec, said) = (&row.integration.spec, self.said);
        let mut sentence = in_message(spec, &said.sentence).into_owned();
        if let Some(before) = self.instead_of {
            let before = in_message(spec, &before.sentence);
            sentence = format!(
                "{sentence} (this takes the place of what was told before, whose probe is no longer asked: {before})"
            );
        }
        Notice {
            change: said.change,
            kind: self.kind,
            channel: channel.clone(),
            at: now,
            integration: spec.slug.clone(),
            name: spec.name.clone(),
            from: row.from_name.clone(),
            to: row.to_name.clone(),
            environment: spec.environment.clone(),
            tier: spec.tier,
            owner: spec.owner.clone(),
            level: said.level,
            sentence,
            reason: said.reason,
            since: said.since,
            until: self.until,
            cost: self.cost.clone(),
            runbook: spec.runbook.clone(),
            link: format!("{}/integrations/{}", self.address.trim_end_matches('/'), spec.slug),
            time_zone: self.zone.name().to_owned(),
        }
    }
}
