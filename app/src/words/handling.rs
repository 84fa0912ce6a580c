//! What was done with an integration or a probe, in a few words.

use chrono_tz::Tz;
use model::{Handling, Timestamp};

use super::moment;

/// What holds: `paused by Ada until 18:00`, `paused by Ada`, `muted by Ada until Fri 08:00`, `acknowledged by Ada`.
pub fn short(handling: &Handling, now: Timestamp, zone: Tz) -> Vec<String> {
    let until = |until: Timestamp| format!(" until {}", moment::short(until, now, zone));
    let paused = handling.paused_at(now).map(|paused| {
        let end = paused.until.map(until).unwrap_or_default();
        format!("paused by {}{end}", paused.by)
    });
    let muted = handling.muted.as_ref().filter(|_| handling.muted_at(now).is_some());
    let muted = muted.map(|muted| format!("muted by {}{}", muted.by, until(muted.until)));
    let acknowledged = handling.acknowledged.as_ref().map(|said| format!("acknowledged by {}", said.by));
    [paused, muted, acknowledged].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use model::{Acknowledged, Muted, Paused};

    use super::*;

    #[test]
    fn what_holds_says_who_and_until_when() {
        let at = |text| Timestamp::parse(text).expect("a moment");
        let (now, by) = (at("2026-11-23T10:00:00Z"), || "Ada".to_owned());
        let handling = Handling {
            paused: Some(Paused { by: by(), since: at("2026-11-23T09:00:00Z"), until: None, note: None }),
            muted: Some(Muted {
                by: by(),
                since: at("2026-11-23T09:00:00Z"),
                until: at("2026-11-23T17:00:00Z"),
                note: None,
            }),
            acknowledged: Some(Acknowledged { by: by(), at: at("2026-11-23T09:30:00Z"), note: None }),
        };
        assert_eq!(
            short(&handling, now, Tz::Europe__Berlin),
            ["paused by Ada", "muted by Ada until 18:00", "acknowledged by Ada"]
        );
        // What has ended is not said.
        let later = short(&handling, at("2026-11-24T10:00:00Z"), Tz::Europe__Berlin);
        assert_eq!(later, ["paused by Ada", "acknowledged by Ada"]);
        assert!(short(&Handling::default(), now, Tz::UTC).is_empty());
    }
}
