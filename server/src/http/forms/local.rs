//! Moments as people type them: on the clocks of a zone.

use chrono_tz::Tz;
use model::{Fault, LocalTime, Timestamp};

/// The moment that clocks of this zone show `2026-11-28T22:00` at, the first of two; or what is wrong with the field.
pub fn moment(field: &str, text: &str, zone: Tz) -> Result<Timestamp, Fault> {
    let local = LocalTime::parse(text)
        .map_err(|_| Fault::at(field, format!("`{text}` is no day and time")).allowed("2026-11-28T22:00"))?;
    let moment = local.naive().and_local_timezone(zone).earliest();
    moment.map(|moment| moment.to_utc().into()).ok_or_else(|| {
        let message = format!("does not come on the clocks of {}: they are put forward then", zone.name());
        Fault::at(field, message).allowed("a time before or after that")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_on_the_clocks_of_its_zone() {
        let read = |text| moment("until", text, Tz::Europe__Berlin);
        assert_eq!(read("2026-11-28T22:00").expect("a moment").to_string(), "2026-11-28T21:00:00.000Z");
        // Of two equal times the first counts, and one that is left out is told.
        assert_eq!(read("2026-10-25T02:30").expect("a moment").to_string(), "2026-10-25T00:30:00.000Z");
        assert!(read("2026-03-29T02:30").expect_err("left out").message.contains("put forward"));
        assert_eq!(read("tomorrow").expect_err("no moment").field, "until");
    }
}
