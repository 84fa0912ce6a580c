//! A window -> the tree that reads back as the same window.

use model::{DayOfMonth, Opens, Slug, Weekday, WindowKind, WindowSpec};

use super::{Draft, Tree, list, text};

pub(super) fn window(spec: &WindowSpec) -> Tree {
    let mut map = Draft::default();
    map.put("slug", text(&spec.slug));
    map.maybe("name", spec.name.as_ref());
    map.unless("kind", &spec.kind, &WindowKind::Maintenance, text);
    let (form, opens) = opens(&spec.opens);
    map.put(form, opens);
    map.unless("counts", &spec.counts, &false, |counts| Tree::Bool(*counts));
    map.unless("everything", &spec.everything, &false, |everything| Tree::Bool(*everything));
    map.filled("integrations", &spec.integrations, text::<Slug>);
    map.filled("systems", &spec.systems, text::<Slug>);
    map.filled("tags", &spec.tags, text::<Slug>);
    map.tree()
}

/// The form and what it says.
fn opens(opens: &Opens) -> (&'static str, Tree) {
    let mut map = Draft::default();
    let (form, zone) = match opens {
        Opens::Once { from, to } => {
            map.put("from", text(from));
            map.put("to", text(to));
            ("once", None)
        }
        Opens::Weekly { days, from, to, time_zone } => {
            map.put("days", list(days, text::<Weekday>));
            map.put("from", text(from));
            map.put("to", text(to));
            ("weekly", Some(time_zone))
        }
        Opens::Monthly { on, from, to, time_zone } => {
            match on {
                DayOfMonth::Day { day } => map.put("day", Tree::Int((*day).into())),
                DayOfMonth::Nth { nth, weekday } => {
                    map.put("nth", Tree::Int((*nth).into()));
                    map.put("weekday", text(weekday));
                }
            }
            map.put("from", text(from));
            map.put("to", text(to));
            ("monthly", Some(time_zone))
        }
        Opens::Cron { at, lasts, time_zone } => {
            map.put("at", text(at));
            map.put("lasts", text(lasts));
            ("cron", Some(time_zone))
        }
        Opens::Rrule { rule, starts, lasts, time_zone } => {
            map.put("rule", text(rule));
            map.put("starts", text(starts));
            map.put("lasts", text(lasts));
            ("rrule", Some(time_zone))
        }
    };
    map.maybe("time_zone", zone);
    (form, map.tree())
}
