//! Recurrence rules of RFC 5545, section 3.3.10, as far as a window needs them: which days a rule names.
//!
//! Read are `FREQ` (`DAILY`, `WEEKLY`, `MONTHLY`, `YEARLY`), `INTERVAL`, `COUNT`, `UNTIL`, `BYDAY`, `BYMONTHDAY`, `BYMONTH` and
//! `WKST`, each at most once; everything else is refused by name. A rule is a question to one day and keeps no place, so its cost does not
//! grow with the years since it began. As in the RFC, `WEEKLY`, `MONTHLY` and `YEARLY` rules that name no day take that of their start, and a
//! month that has no such day is passed over. A start that the rule does not name is no opening.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;
use model::{Fault, Timestamp};

use super::{
    AHEAD,
    days::{is_day, is_nth},
    local::{Twice, moment},
};

const RULE: &str = "FREQ=DAILY, WEEKLY, MONTHLY or YEARLY with INTERVAL, COUNT or UNTIL, BYDAY, BYMONTHDAY, BYMONTH, WKST, \
                    such as FREQ=MONTHLY;BYDAY=-1SU";
/// Characters of a rule.
const LONGEST: usize = 500;
/// The greatest `INTERVAL` and `COUNT`.
const MOST: u32 = 1_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Freq {
    Daily,
    Weekly,
    Monthly,
    Yearly,
}

/// A day of the week, perhaps with which of its month; days after Monday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ByDay {
    nth: Option<i8>,
    weekday: u32,
}

/// A rule, and the days between which it holds.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    freq: Freq,
    interval: u32,
    by_day: Vec<ByDay>,
    by_month_day: Vec<i8>,
    by_month: Vec<u32>,
    week_start: u32,
    first: NaiveDate,
    last: Option<NaiveDate>,
}

impl Rule {
    /// Reads a rule that begins at `starts` on the clocks of `zone`. Faults are of the field `rrule.rule`.
    pub(super) fn read(text: &str, starts: NaiveDateTime, zone: Tz) -> Result<Self, Fault> {
        if text.len() > LONGEST {
            return Err(wrong("is too long").allowed(format!("at most {LONGEST} characters")));
        }
        let parts = parts(text)?;
        let find = |name: &str| parts.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let freq = match find("FREQ") {
            Some("DAILY") => Freq::Daily,
            Some("WEEKLY") => Freq::Weekly,
            Some("MONTHLY") => Freq::Monthly,
            Some("YEARLY") => Freq::Yearly,
            Some(often @ ("SECONDLY" | "MINUTELY" | "HOURLY")) => {
                return Err(wrong(format!("`FREQ={often}` opens more than once a day")).allowed("`cron` with `lasts`"));
            }
            _ => return Err(wrong("does not say `FREQ`").allowed(RULE)),
        };
        let mut rule = Self {
            freq,
            interval: find("INTERVAL").map_or(Ok(1), |value| number("INTERVAL", value))?,
            by_day: list("BYDAY", find("BYDAY"), by_day)?,
            by_month_day: list("BYMONTHDAY", find("BYMONTHDAY"), |text| signed(text, 31))?,
            by_month: list("BYMONTH", find("BYMONTH"), |text| {
                text.parse().ok().filter(|month| (1..=12).contains(month))
            })?,
            week_start: match find("WKST") {
                None => 0,
                Some(day) => {
                    weekday(day).ok_or_else(|| wrong(format!("`WKST={day}` names no day")).allowed("MO to SU"))?
                }
            },
            first: starts.date(),
            last: None,
        };
        rule.fits_together()?;
        rule.take_day_of_start();
        match (find("COUNT"), find("UNTIL")) {
            (Some(_), Some(_)) => return Err(wrong("says both `COUNT` and `UNTIL`").allowed("one of both")),
            (Some(count), None) => rule.last = Some(rule.day_of(number("COUNT", count)?)?),
            (None, Some(until)) => rule.last = Some(last_day(until, starts.time(), zone)?),
            (None, None) => {}
        }
        if rule.days_ahead().next().is_none() {
            return Err(wrong("never opens: no day of 40 years from `starts` fits it").allowed(RULE));
        }
        Ok(rule)
    }

    /// Whether it names this day.
    pub(super) fn has(&self, day: NaiveDate) -> bool {
        self.first <= day && self.last.is_none_or(|last| day <= last) && self.is_turn(day) && self.is_named(day)
    }

    /// Whether this day lies in a day, week, month or year that is not left out by `INTERVAL`.
    fn is_turn(&self, day: NaiveDate) -> bool {
        let week = |day: NaiveDate| {
            let into = (day.weekday().num_days_from_monday() + 7 - self.week_start) % 7;
            day.num_days_from_ce() - into.cast_signed()
        };
        let months = |day: NaiveDate| day.year() * 12 + day.month0().cast_signed();
        let turns = match self.freq {
            Freq::Daily => day.num_days_from_ce() - self.first.num_days_from_ce(),
            Freq::Weekly => (week(day) - week(self.first)) / 7,
            Freq::Monthly => months(day) - months(self.first),
            Freq::Yearly => day.year() - self.first.year(),
        };
        turns.unsigned_abs().is_multiple_of(self.interval)
    }

    fn is_named(&self, day: NaiveDate) -> bool {
        let weekday = day.weekday().num_days_from_monday();
        let fits = |by: &ByDay| by.weekday == weekday && by.nth.is_none_or(|nth| is_nth(day, nth));
        (self.by_month.is_empty() || self.by_month.contains(&day.month()))
            && (self.by_month_day.is_empty() || self.by_month_day.iter().any(|number| is_day(day, *number)))
            && (self.by_day.is_empty() || self.by_day.iter().any(fits))
    }

    fn fits_together(&self) -> Result<(), Fault> {
        let counted = self.by_day.iter().any(|by| by.nth.is_some());
        let of_a_month = self.freq == Freq::Monthly || self.freq == Freq::Yearly && !self.by_month.is_empty();
        if counted && !of_a_month {
            return Err(wrong("counts days of the week (`BYDAY=2TU`) outside of a month")
                .allowed("FREQ=MONTHLY, or FREQ=YEARLY with BYMONTH"));
        }
        if self.freq == Freq::Weekly && !self.by_month_day.is_empty() {
            return Err(wrong("names a `BYMONTHDAY` of a week").allowed("FREQ=DAILY, MONTHLY or YEARLY"));
        }
        Ok(())
    }

    fn take_day_of_start(&mut self) {
        let says_day = !self.by_day.is_empty() || !self.by_month_day.is_empty();
        match self.freq {
            Freq::Weekly if !says_day => {
                self.by_day.push(ByDay { nth: None, weekday: self.first.weekday().num_days_from_monday() });
            }
            Freq::Monthly | Freq::Yearly if !says_day => {
                self.by_month_day.extend(i8::try_from(self.first.day()));
                if self.freq == Freq::Yearly && self.by_month.is_empty() {
                    self.by_month.push(self.first.month());
                }
            }
            _ => {}
        }
    }

    /// The days that it names in the 40 years from its start.
    fn days_ahead(&self) -> impl Iterator<Item = NaiveDate> + '_ {
        let end = self.first.checked_add_days(AHEAD).unwrap_or(NaiveDate::MAX);
        self.first.iter_days().take_while(move |day| *day <= end).filter(|day| self.has(*day))
    }

    fn day_of(&self, count: u32) -> Result<NaiveDate, Fault> {
        let index = usize::try_from(count).unwrap_or(usize::MAX).saturating_sub(1);
        let beyond =
            || wrong(format!("`COUNT={count}` goes on for more than 40 years")).allowed("UNTIL, or neither of both");
        self.days_ahead().nth(index).ok_or_else(beyond)
    }
}

/// `NAME=VALUE` by name, each once.
fn parts(text: &str) -> Result<Vec<(&str, &str)>, Fault> {
    const KNOWN: [&str; 8] = ["FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST"];
    let mut parts: Vec<(&str, &str)> = Vec::new();
    for part in text.split(';') {
        let (name, value) =
            part.split_once('=').ok_or_else(|| wrong(format!("`{part}` is no part of a rule")).allowed(RULE))?;
        if !KNOWN.contains(&name) {
            return Err(wrong(format!("`{name}` is not read here")).allowed(RULE));
        }
        if parts.iter().any(|(known, _)| *known == name) {
            return Err(wrong(format!("says `{name}` twice")).allowed("each part once"));
        }
        parts.push((name, value));
    }
    Ok(parts)
}

fn wrong(message: impl Into<String>) -> Fault {
    Fault::at("rrule.rule", message)
}

fn number(name: &str, text: &str) -> Result<u32, Fault> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    number
        .filter(|number| (1..=MOST).contains(number))
        .ok_or_else(|| wrong(format!("`{name}={text}` is out of range")).allowed(format!("1 to {MOST}")))
}

fn list<T>(name: &str, text: Option<&str>, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, Fault> {
    let Some(text) = text else { return Ok(Vec::new()) };
    let item = |item| read(item).ok_or_else(|| wrong(format!("`{item}` is nothing for `{name}`")).allowed(RULE));
    text.split(',').map(item).collect()
}

/// `1` to `most` or `-1` to `-most`, perhaps with a plus.
fn signed(text: &str, most: u8) -> Option<i8> {
    text.parse::<i8>().ok().filter(|number| (1..=most).contains(&number.unsigned_abs()))
}

/// `MO`, `2TU`, `-1SU`.
fn by_day(text: &str) -> Option<ByDay> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let nth = if nth.is_empty() { None } else { Some(signed(nth, 5)?) };
    Some(ByDay { nth, weekday: weekday(day)? })
}

fn weekday(text: &str) -> Option<u32> {
    let index = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].iter().position(|day| *day == text)?;
    u32::try_from(index).ok()
}

/// The last day on which it may open, of `20261231` or `20261231T235959Z`.
fn last_day(text: &str, time: NaiveTime, zone: Tz) -> Result<NaiveDate, Fault> {
    let wanted = || {
        wrong(format!("`UNTIL={text}` is neither a day nor a moment in UTC")).allowed("20261231 or 20261231T235959Z")
    };
    let padded = |length: usize| text.len() == length && text.starts_with(|sign: char| sign.is_ascii_digit());
    if padded(8) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").map_err(|_| wanted());
    }
    let until = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok().filter(|_| padded(16)).ok_or_else(wanted)?;
    let until = Timestamp::from(until.and_utc());
    let day = until.utc().with_timezone(&zone).date_naive();
    let opens = moment(day.and_time(time), zone, Twice::First);
    if opens <= until { Ok(day) } else { day.checked_sub_days(Days::new(1)).ok_or_else(wanted) }
}
