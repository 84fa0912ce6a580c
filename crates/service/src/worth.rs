//! The answer "Worth" and the hours that it rests on: the board knows no sums, so it is added here.

use model::{Answer, Answers, HoursSaved, Level, Timestamp, hours::HoursRange};
use monitor::BoardRow;
use rules::level::words;

use crate::summary::Month;

/// Hours saved this month; `None` where nothing is known.
pub(crate) fn hours(row: &BoardRow, month: &Month) -> Option<HoursRange> {
    month.hours(row.integration.id, &row.baselines)
}

/// The four answers, Worth included.
pub(crate) fn answers(row: &BoardRow, hours: Option<HoursRange>, month: &Month) -> Answers {
    let worth = match hours {
        Some(range) => {
            Answer { level: Level::Okay, says: format!("{} in {}, unverified", words::hours(range.mean), month.name) }
        }
        None if row.baselines.is_empty() => Answer::unearned("no baseline"),
        None => Answer::unearned("no data"),
    };
    Answers { worth, ..row.standing.answers.clone() }
}

/// The sum of these integrations, each with its hours or with nothing known.
pub(crate) fn total(each: &[Option<HoursRange>], month: &Month, now: Timestamp) -> HoursSaved {
    let counted = each.iter().flatten().count();
    HoursSaved {
        from: month.from,
        to: now,
        period: month.name.clone(),
        hours: rules::hours::total(each.iter().flatten()),
        counted: as_count(counted),
        without: as_count(each.len() - counted),
    }
}

/// A length as a count of the Api.
pub(crate) fn as_count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
