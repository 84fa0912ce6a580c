//! When a part of the landscape is let alone: maintenance windows and change freezes.

use serde::{Deserialize, Serialize};

use crate::{LocalTime, Slug, Span, TimeOfDay, Timestamp, WindowId};

crate::outcome::words! {
    /// Why it is let alone.
    WindowKind, "a kind of window" {
        /// Somebody works on it.
        Maintenance = "maintenance",
        /// Nobody may change it.
        Freeze = "freeze",
    }
}

crate::outcome::words! {
    /// A day of the week.
    Weekday, "a day of the week" {
        /// Monday.
        Mon = "mon",
        /// Tuesday.
        Tue = "tue",
        /// Wednesday.
        Wed = "wed",
        /// Thursday.
        Thu = "thu",
        /// Friday.
        Fri = "fri",
        /// Saturday.
        Sat = "sat",
        /// Sunday.
        Sun = "sun",
    }
}

/// A day of every month. Months that have no such day are passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(untagged, deny_unknown_fields)]
pub enum DayOfMonth {
    /// By its number.
    Day {
        /// 1 to 31; -1 is the last, -2 the one before it, to -31.
        day: i8,
    },
    /// By the day of the week.
    Nth {
        /// 1 to 5; -1 is the last, to -5.
        nth: i8,
        /// Of which day.
        weekday: Weekday,
    },
}

/// When a window is open. What is said by the clock holds on the clocks of its `time_zone`, an IANA name; `to` at or before `from`
/// is on the next day.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// Once.
    Once {
        /// When it opens.
        from: Timestamp,
        /// When it closes.
        to: Timestamp,
    },
    /// On days of the week.
    Weekly {
        /// Which.
        days: Vec<Weekday>,
        /// When it opens.
        from: TimeOfDay,
        /// When it closes.
        to: TimeOfDay,
        /// On whose clocks.
        #[serde(default = "utc")]
        time_zone: String,
    },
    /// On a day of every month.
    Monthly {
        /// Which.
        #[serde(flatten)]
        on: DayOfMonth,
        /// When it opens.
        from: TimeOfDay,
        /// When it closes.
        to: TimeOfDay,
        /// On whose clocks.
        #[serde(default = "utc")]
        time_zone: String,
    },
    /// At the moments of a cron expression.
    Cron {
        /// The expression: five fields, or six with seconds first.
        at: String,
        /// For how long.
        lasts: Span,
        /// On whose clocks.
        #[serde(default = "utc")]
        time_zone: String,
    },
    /// By a recurrence rule of RFC 5545, as far as `rules::window` reads it.
    Rrule {
        /// `FREQ=MONTHLY;BYDAY=-1SU`.
        rule: String,
        /// When it may open first, and at what time of the day: the rule's `DTSTART`.
        starts: LocalTime,
        /// For how long.
        lasts: Span,
        /// On whose clocks.
        #[serde(default = "utc")]
        time_zone: String,
    },
}

fn utc() -> String {
    "UTC".to_owned()
}

/// What one writes of a window. It is over the integrations that it names, those with an end (`from`, `to`, `via`) at a system
/// that it names, and those with a tag that it names.
// No `deny_unknown_fields` here: serde then refuses the flattened `opens`. The catalogue check refuses what is left over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct WindowSpec {
    /// Its name in URLs.
    pub slug: Slug,
    /// Its name for people: "Quarter's end"; the slug if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Why.
    #[serde(default = "maintenance")]
    pub kind: WindowKind,
    /// When.
    #[serde(flatten)]
    pub opens: Opens,
    /// Whether failures count though it is open: true of a freeze that is watched as ever.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub counts: bool,
    /// Whether it is over everything.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub everything: bool,
    /// Integrations by slug.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub integrations: Vec<Slug>,
    /// Systems by slug.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub systems: Vec<Slug>,
    /// Tags of integrations.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Slug>,
}

fn maintenance() -> WindowKind {
    WindowKind::Maintenance
}

impl WindowSpec {
    /// What people call it.
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(self.slug.as_str())
    }
}

/// A window as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Window {
    /// Its row.
    #[serde(skip, default = "unstored")]
    pub id: WindowId,
    /// What was written of it.
    #[serde(flatten)]
    pub spec: WindowSpec,
    /// The catalogue that it comes from; such a window is read-only in UI and API. `None`: made by hand.
    pub catalogue: Option<String>,
    /// Since when it is known.
    pub created_at: Timestamp,
    /// Since when it is gone: it still tells which failures of the past did not count.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retired_at: Option<Timestamp>,
}

/// One time that a window is open: `from` to `to`, its end left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Opening {
    /// When it opens.
    pub from: Timestamp,
    /// When it closes.
    pub to: Timestamp,
}

/// A window and when it is open, for pages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct WindowView {
    /// What was written of it.
    #[serde(flatten)]
    pub spec: WindowSpec,
    /// The catalogue that it comes from; such a window is read-only in UI and API. `None`: made by hand.
    pub catalogue: Option<String>,
    /// When it closes; only while it is open.
    pub open_until: Option<Timestamp>,
    /// Its next openings, the nearest first: three at most, fewer where it does not open so often.
    pub next: Vec<Opening>,
}

fn unstored() -> WindowId {
    WindowId(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Opening, WindowSpec, WindowView};
    use crate::Timestamp;

    #[test]
    fn every_form_of_a_window_is_stored_as_it_is_written() {
        for opens in [
            json!({"once": {"from": "2026-12-05T20:00:00.000Z", "to": "2026-12-06T04:00:00.000Z"}}),
            json!({"weekly": {"days": ["sat", "sun"], "from": "22:00", "to": "02:00", "time_zone": "Europe/Berlin"}}),
            json!({"monthly": {"day": -1, "from": "22:00", "to": "02:00", "time_zone": "UTC"}}),
            json!({"monthly": {"nth": 2, "weekday": "tue", "from": "22:00", "to": "02:00", "time_zone": "UTC"}}),
            json!({"cron": {"at": "0 2 * * *", "lasts": "1h", "time_zone": "UTC"}}),
            json!({"rrule": {"rule": "FREQ=DAILY", "starts": "2026-11-28T22:00", "lasts": "4h", "time_zone": "UTC"}}),
        ] {
            let mut written = json!({"slug": "patch", "kind": "freeze", "systems": ["erp"], "counts": true});
            written.as_object_mut().expect("a map").extend(opens.as_object().expect("a map").clone());
            let spec: WindowSpec = serde_json::from_value(written.clone()).expect("a window");
            assert_eq!(serde_json::to_value(&spec).expect("json"), written);

            let next = vec![Opening { from: Timestamp(1), to: Timestamp(2) }];
            let view = WindowView { spec, catalogue: None, open_until: Some(Timestamp(1)), next };
            let told = serde_json::to_value(&view).expect("json");
            assert_eq!(
                (&told["slug"], told["next"][0]["to"].as_str()),
                (&json!("patch"), Some("1970-01-01T00:00:00.002Z"))
            );
            assert_eq!(serde_json::from_value::<WindowView>(told).expect("a view"), view);
        }
    }
}
