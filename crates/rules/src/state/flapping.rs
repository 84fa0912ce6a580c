//! Whether a hard verdict changes too often to be told each time.
//!
//! As Nagios Core does it ("Detection and Handling of State Flapping"; the weights are those of its `base/flapping.c`): of the
//! newest 21 hard verdicts each of the 20 possible changes weighs 0.75 (the oldest) to 1.25 (the newest), evenly spaced; their sum is a share of 20.
//! From [`HIGH`] on it flaps, until the share is no more than [`LOW`]. A verdict that is still being confirmed is none.

use std::fmt::Write as _;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::outcome::Verdict;

/// Verdicts that are looked at.
const KEPT: usize = 21;
/// In percent: from here on it flaps.
pub const HIGH: f64 = 30.0;
/// In percent: down to here it goes on flapping.
pub const LOW: f64 = 20.0;
/// The weight of the oldest change, and of the newest.
const WEIGHTS: (f64, f64) = (0.75, 1.25);

/// The newest hard verdicts, and whether they flap. Always of the same size.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Flapping {
    verdicts: History,
    flaps: bool,
}

/// Oldest first; `None` before the first one, which then stands for those that were not seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct History(Option<[Verdict; KEPT]>);

impl Flapping {
    /// After one more hard verdict.
    #[must_use]
    pub fn then(self, verdict: Verdict) -> Self {
        let mut kept = self.verdicts.0.unwrap_or([verdict; KEPT]);
        kept.rotate_left(1);
        kept[KEPT - 1] = verdict;
        let after = Self { verdicts: History(Some(kept)), ..self };
        let share = after.share();
        Self { flaps: share >= HIGH || self.flaps && share > LOW, ..after }
    }

    /// Whether it flaps.
    pub fn flaps(self) -> bool {
        self.flaps
    }

    /// Whether nothing was seen yet.
    pub fn is_new(&self) -> bool {
        *self == Self::default()
    }

    /// Changes among the newest 21 hard verdicts.
    pub fn changes(self) -> usize {
        self.changed().count()
    }

    /// The weighted share of changes, in percent; 0 to 100.
    #[expect(clippy::cast_precision_loss, reason = "indices below 21")]
    pub fn share(self) -> f64 {
        let (oldest, newest) = WEIGHTS;
        let step = (newest - oldest) / (KEPT - 2) as f64;
        let sum: f64 = self.changed().map(|index| oldest + index as f64 * step).sum();
        sum * 100.0 / (KEPT - 1) as f64
    }

    /// The places of the changes, 0 (the oldest) to 19.
    fn changed(self) -> impl Iterator<Item = usize> {
        let kept = self.verdicts.0.unwrap_or([Verdict::Up; KEPT]);
        (0..KEPT - 1).filter(move |index| kept[*index] != kept[index + 1])
    }
}

const LETTERS: [(Verdict, char); 3] = [(Verdict::Up, 'u'), (Verdict::Warn, 'w'), (Verdict::Down, 'd')];

/// As 21 letters, `u`p, `w`arn, `d`own; none before the first verdict.
impl Serialize for History {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = String::with_capacity(KEPT);
        for verdict in self.0.iter().flatten() {
            let letter = LETTERS.iter().find(|(known, _)| known == verdict).map_or('u', |(_, letter)| *letter);
            text.write_char(letter).map_err(serde::ser::Error::custom)?;
        }
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for History {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let verdict = |letter| LETTERS.iter().find(|(_, known)| *known == letter).map(|(verdict, _)| *verdict);
        let read: Option<Vec<Verdict>> = text.chars().map(verdict).collect();
        // What another version wrote is no reason to lose the state that it is a part of.
        Ok(Self(read.and_then(|read| read.try_into().ok())))
    }
}

#[cfg(test)]
mod tests;
