//! How long each verdict held, and what share of the watched time was up.
//!
//! A verdict holds until the next run, at most two periods and the timeout; after that nothing is known. Time in
//! which failures do not count (maintenance, a freeze) is neither, whatever was seen in it.

use model::{Held, Span, Timestamp};

use crate::{outcome::Verdict, window::Opening};

/// A verdict of one run, and how long it holds if no other run follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// When the run began.
    pub at: Timestamp,
    /// What it said.
    pub verdict: Verdict,
    /// The end of what it is evidence for.
    pub until: Timestamp,
}

impl Mark {
    /// A run of a probe with this period and timeout.
    pub fn new(at: Timestamp, verdict: Verdict, period: Span, timeout: Span) -> Self {
        Self { at, verdict, until: at + hold(period, timeout) }
    }
}

/// How long a verdict holds at most: two periods and the timeout.
pub fn hold(period: Span, timeout: Span) -> Span {
    Span::ms(period.as_ms().saturating_mul(2).saturating_add(timeout.as_ms()))
}

/// What was known from one moment to another, without gaps or overlaps; `None`: nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    from: Timestamp,
    to: Timestamp,
    verdict: Option<Verdict>,
    in_maintenance: bool,
}

impl Timeline {
    /// The timeline of one probe from `from` to `to`. `marks` may lie outside (the newest before `from` matters: it may still
    /// hold) and may be in any order; of two at the same moment the worse counts. For a bucket that has not ended `to` is now,
    /// or what is ahead would be judged.
    pub fn new(marks: &[Mark], from: Timestamp, to: Timestamp) -> Self {
        let mut marks: Vec<Mark> = marks.iter().copied().filter(|mark| mark.at < to).collect();
        marks.sort_by_key(|mark| (mark.at, mark.verdict));
        let mut line = Builder { pieces: Vec::new(), known_to: from, end: to };
        for (index, mark) in marks.iter().enumerate() {
            let next = marks.get(index + 1).map_or(to, |next| next.at);
            line.put(mark.at, mark.until.min(next), Some(mark.verdict));
        }
        line.put(to, to, None);
        Self(line.pieces)
    }

    /// At each instant the worst of these, which must span the same time: down, then warn, then nothing known, then up, so
    /// that a probe that is not heard of is not hidden behind one that is. Of none, nothing is known.
    pub fn worst(lines: &[Self], from: Timestamp, to: Timestamp) -> Self {
        let mut cuts: Vec<Timestamp> =
            lines.iter().flat_map(|line| line.0.iter().map(|piece| piece.from)).filter(|&cut| from < cut).collect();
        cuts.push(to);
        cuts.sort_unstable();
        cuts.dedup();
        let mut line = Builder { pieces: Vec::new(), known_to: from, end: to };
        let mut cursors = vec![0_usize; lines.len()];
        let mut start = from;
        for cut in cuts {
            let mut worst = if lines.is_empty() { None } else { Some(Verdict::Up) };
            for (cursor, one) in cursors.iter_mut().zip(lines) {
                while one.0.get(*cursor).is_some_and(|piece| piece.to <= start) {
                    *cursor += 1;
                }
                worst = worse(worst, one.0.get(*cursor).and_then(|piece| piece.verdict));
            }
            line.put(start, cut, worst);
            start = cut;
        }
        Self(line.pieces)
    }

    /// The same with maintenance, whose openings stand in order and without overlaps, as [`crate::window::union`] gives them. Put over
    /// a line at last: over that of a probe, and again over that of its integration.
    #[must_use]
    pub fn with_maintenance(self, openings: &[Opening]) -> Self {
        let mut pieces = Vec::with_capacity(self.0.len() + 2 * openings.len());
        for piece in self.0 {
            let mut rest = piece;
            let first = openings.partition_point(|opening| opening.to <= piece.from);
            for opening in openings.iter().skip(first).map_while(|opening| opening.within(piece.from, piece.to)) {
                pieces.push(Piece { to: opening.from, ..rest });
                pieces.push(Piece { from: opening.from, to: opening.to, in_maintenance: true, ..piece });
                rest = Piece { from: opening.to, ..rest };
                if rest.from >= rest.to {
                    break;
                }
            }
            pieces.push(rest);
        }
        pieces.retain(|piece| piece.from < piece.to);
        Self(pieces)
    }

    /// How long each verdict held; adds up to the timeline's length.
    pub fn held(&self) -> Held {
        self.held_between(Timestamp(i64::MIN), Timestamp(i64::MAX))
    }

    /// The same within a part of it, such as one bucket.
    pub fn held_between(&self, from: Timestamp, to: Timestamp) -> Held {
        let mut held = Held::default();
        for piece in &self.0 {
            let ms = (piece.to.min(to).0.saturating_sub(piece.from.max(from).0)).max(0);
            match piece.verdict {
                _ if piece.in_maintenance => held.maintenance_ms += ms,
                Some(Verdict::Up) => held.up_ms += ms,
                Some(Verdict::Warn) => held.warn_ms += ms,
                Some(Verdict::Down) => held.down_ms += ms,
                None => held.unknown_ms += ms,
            }
        }
        held
    }
}

/// The share of the watched time that was up (warnings included), `None` where less than 95 % of the time was watched; and
/// the share that was watched, 0 to 1. Maintenance is left out of both.
#[expect(clippy::cast_precision_loss, reason = "2^52 ms are 142,000 years")]
pub fn availability(held: Held) -> (Option<f64>, f64) {
    let up = held.up_ms + held.warn_ms;
    let watched = up + held.down_ms;
    let whole = watched + held.unknown_ms;
    if whole <= 0 {
        return (None, 0.0);
    }
    let coverage = watched as f64 / whole as f64;
    // In whole numbers, so that exactly 95 % counts.
    let enough = watched > 0 && i128::from(watched) * 100 >= i128::from(whole) * 95;
    (enough.then(|| up as f64 / watched as f64), coverage)
}

fn worse(one: Option<Verdict>, other: Option<Verdict>) -> Option<Verdict> {
    let rank = |verdict| match verdict {
        Some(Verdict::Up) => 0,
        None => 1,
        Some(Verdict::Warn) => 2,
        Some(Verdict::Down) => 3,
    };
    if rank(other) > rank(one) { other } else { one }
}

/// Pieces laid end to end: what is skipped becomes a piece of which nothing is known.
struct Builder {
    pieces: Vec<Piece>,
    known_to: Timestamp,
    end: Timestamp,
}

impl Builder {
    fn put(&mut self, from: Timestamp, to: Timestamp, verdict: Option<Verdict>) {
        let from = from.clamp(self.known_to, self.end.max(self.known_to));
        let to = to.min(self.end);
        if self.known_to < from {
            self.pieces.push(Piece { from: self.known_to, to: from, verdict: None, in_maintenance: false });
            self.known_to = from;
        }
        if from < to {
            self.pieces.push(Piece { from, to, verdict, in_maintenance: false });
            self.known_to = to;
        }
    }
}

#[cfg(test)]
mod tests;
