//! When something is due: `every` with a phase, or cron in a time zone.
//!
//! Due moments are a property of the calendar and never of when the program was started, so a restart moves nothing and the
//! demo's history is folded over the same moments that the engine waits for. Around a change of clock cron keeps what people
//! mean: a job at a fixed time runs exactly once (in spring, when its hour is left out, at the moment the clock has jumped to; in autumn
//! in the first of the two equal hours), while one that repeats (`*/15 * * * *`) goes on by elapsed time.

use chrono::DateTime;
use chrono_tz::{TZ_VARIANTS, Tz};
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use model::{Schedule, Span, Timestamp};
use sha2::{Digest, Sha256};

/// The shortest period.
const SHORTEST: Span = Span::seconds(1);
/// The longest period of `every`.
const LONGEST: Span = Span::hours(366 * 24);
/// Where the search begins that tells whether a cron ever fires: 2001-01-01, so that the next leap day is in reach.
const SEARCH_FROM: Timestamp = Timestamp(978_307_200_000);

/// A schedule that was found to be right.
#[derive(Debug, Clone)]
pub struct Cadence(Beat);

#[derive(Debug, Clone)]
enum Beat {
    Every(Span),
    Cron { cron: Box<Cron>, zone: Tz },
}

/// Where in its period something begins: the first eight bytes of the SHA-256 of `seed`, modulo `period` in milliseconds. The
/// same for ever and on every machine, and evenly spread over seeds.
pub fn phase(seed: &str, period: Span) -> Span {
    let digest = Sha256::digest(seed.as_bytes());
    let head = digest.iter().take(8).fold(0_u64, |head, byte| head << 8 | u64::from(*byte));
    let period = u64::try_from(period.as_ms()).unwrap_or(0).max(1);
    Span::ms(i64::try_from(head % period).unwrap_or(0))
}

impl Cadence {
    /// Checks a schedule; the error says what would be right.
    pub fn compile(schedule: &Schedule) -> Result<Self, String> {
        match schedule {
            Schedule::Every { every } if (SHORTEST..=LONGEST).contains(every) => Ok(Self(Beat::Every(*every))),
            Schedule::Every { every } => Err(format!("`{every}` is no period to keep: write 1s to 366days")),
            Schedule::Cron { cron, time_zone } => {
                let zone = zone(time_zone)?;
                let cron = Box::new(parse(cron)?);
                Ok(Self(Beat::Cron { cron, zone }))
            }
        }
    }

    /// The period of `every`; `None` for cron, whose periods differ: ask [`Self::period_at`].
    pub fn every(&self) -> Option<Span> {
        match self.0 {
            Beat::Every(period) => Some(period),
            Beat::Cron { .. } => None,
        }
    }

    /// The phase that something with this seed has: see [`phase`]. Cron has none, as it names its moments.
    pub fn phase_of(&self, seed: &str) -> Span {
        self.every().map_or(Span::default(), |period| phase(seed, period))
    }

    /// The first due moment strictly after `t`; [`Timestamp::MAX`] where the calendar ends. `phase` shifts `every` only.
    pub fn next_after(&self, t: Timestamp, phase: Span) -> Timestamp {
        match &self.0 {
            Beat::Every(period) => last_beat(*period, t, phase) + *period,
            Beat::Cron { cron, zone } => {
                cron.find_next_occurrence(&local(t, *zone), false).map_or(Timestamp::MAX, |fire| fire.to_utc().into())
            }
        }
    }

    /// The last due moment at or before `t`; [`Timestamp::MIN`] where the calendar begins.
    pub fn last_at_or_before(&self, t: Timestamp, phase: Span) -> Timestamp {
        match &self.0 {
            Beat::Every(period) => last_beat(*period, t, phase),
            Beat::Cron { cron, zone } => cron
                .find_previous_occurrence(&local(t, *zone), true)
                .map_or(Timestamp::MIN, |fire| fire.to_utc().into()),
        }
    }

    /// How long the period is that `t` lies in: from the last due moment at or before it to the next.
    pub fn period_at(&self, t: Timestamp) -> Span {
        match self.0 {
            Beat::Every(period) => period,
            Beat::Cron { .. } => self.next_after(t, Span::default()).since(self.last_at_or_before(t, Span::default())),
        }
    }

    /// The due moments in `from..to` (`to` left out), in order.
    pub fn between(&self, from: Timestamp, to: Timestamp, phase: Span) -> Vec<Timestamp> {
        let first = self.next_after(from - Span::ms(1), phase);
        std::iter::successors(Some(first), |due| Some(self.next_after(*due, phase)).filter(|next| next > due))
            .take_while(|due| *due < to)
            .collect()
    }
}

fn last_beat(period: Span, t: Timestamp, phase: Span) -> Timestamp {
    let phase = Span::ms(phase.as_ms().rem_euclid(period.as_ms()));
    (t - phase).floor(period) + phase
}

fn zone(name: &str) -> Result<Tz, String> {
    name.parse().map_err(|_| {
        let meant = TZ_VARIANTS.iter().map(|zone| zone.name()).find(|known| {
            let city = known.rsplit('/').next().unwrap_or(known);
            known.eq_ignore_ascii_case(name) || city.eq_ignore_ascii_case(&name.replace(' ', "_"))
        });
        let example = meant.unwrap_or("Europe/Berlin");
        format!("`{name}` is not a time zone: write an IANA name such as {example}")
    })
}

fn parse(text: &str) -> Result<Cron, String> {
    let wrong = |why: &str| {
        format!(
            "`{text}` is not a cron expression{why}: write five fields (minute hour day month weekday), such as \
             `0 2 * * 1-5`, or six with seconds first"
        )
    };
    let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build();
    let cron = parser.parse(text).map_err(|error| wrong(&format!(" ({})", error.to_string().trim_end_matches('.'))))?;
    match cron.find_next_occurrence(&local(SEARCH_FROM, Tz::UTC), false) {
        Ok(_) => Ok(cron),
        Err(_) => Err(format!("`{text}` never fires: no day of the calendar fits it")),
    }
}

/// The wall clock at `t`, whole seconds: a cron fires on whole seconds only, so nothing is lost.
fn local(t: Timestamp, zone: Tz) -> DateTime<Tz> {
    t.floor(SHORTEST).utc().with_timezone(&zone)
}

#[cfg(test)]
mod tests;
