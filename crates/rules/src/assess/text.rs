//! Values as people read them beside an assertion.

use std::fmt::Write as _;

use cel::common::{
    types::{
        CelBool, CelDouble, CelDuration, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelTimestamp, CelUInt,
    },
    value::Val,
};

/// Characters that a value is shown with.
const LONGEST: usize = 120;

/// A value, cut to 120 characters: texts in quotes, so that `5` and `"5"` are told apart.
pub(super) fn text(value: &dyn Val) -> String {
    let mut text = String::new();
    write(&mut text, value);
    cut(&text, LONGEST)
}

/// The beginning of a text.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn write(out: &mut String, value: &dyn Val) {
    // Enough is there already: nested lists of ten thousand items are not walked for a hundred characters.
    if out.len() > 4 * LONGEST {
        return;
    }
    // Writing into a String cannot fail.
    let _ = if let Some(value) = value.downcast_ref::<CelInt>() {
        write!(out, "{}", value.inner())
    } else if let Some(value) = value.downcast_ref::<CelUInt>() {
        write!(out, "{}", value.inner())
    } else if let Some(value) = value.downcast_ref::<CelDouble>() {
        write!(out, "{}", value.inner())
    } else if let Some(value) = value.downcast_ref::<CelBool>() {
        write!(out, "{}", value.inner())
    } else if let Some(value) = value.downcast_ref::<CelString<'_>>() {
        write!(out, "\"{}\"", cut(value.inner(), LONGEST))
    } else if let Some(value) = value.downcast_ref::<CelDuration>() {
        write!(out, "{}", duration(value.inner().num_microseconds().unwrap_or(i64::MAX)))
    } else if let Some(value) = value.downcast_ref::<CelTimestamp>() {
        write!(out, "{}", value.inner().to_rfc3339())
    } else if value.downcast_ref::<CelNull>().is_some() {
        write!(out, "null")
    } else if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        out.push('[');
        for (index, item) in list.inner().iter().enumerate().take(LONGEST) {
            out.push_str(if index == 0 { "" } else { ", " });
            write_val(out, item.as_ref());
        }
        write!(out, "]")
    } else if let Some(map) = value.downcast_ref::<CelMap<'_>>() {
        write_map(out, map);
        Ok(())
    } else {
        write!(out, "{}", value.get_type().name())
    };
}

fn write_val(out: &mut String, value: &dyn Val) {
    write(out, value);
}

fn write_map(out: &mut String, map: &CelMap<'_>) {
    let mut entries: Vec<_> = map.inner().iter().map(|(key, value)| (key_text(key), value)).collect();
    entries.sort_unstable_by(|one, other| one.0.cmp(&other.0));
    out.push('{');
    for (index, (key, value)) in entries.into_iter().enumerate().take(LONGEST) {
        out.push_str(if index == 0 { "" } else { ", " });
        out.push_str(&key);
        out.push_str(": ");
        write(out, value.as_ref());
    }
    out.push('}');
}

fn key_text(key: &CelMapKey<'_>) -> String {
    match key {
        CelMapKey::String(text) => text.inner().to_owned(),
        other => text(other.inner()),
    }
}

/// A length of time with two significant parts: `842 ms`, `1.25 s`, `3 min 20 s`, `14 d`.
fn duration(us: i64) -> String {
    const UNITS: [(u64, &str); 4] =
        [(86_400_000_000, "d"), (3_600_000_000, "h"), (60_000_000, "min"), (1_000_000, "s")];
    let sign = if us < 0 { "-" } else { "" };
    let us = us.unsigned_abs();
    match us {
        0..1_000 => format!("{sign}{us} us"),
        1_000..1_000_000 => format!("{sign}{} ms", thousandths(us, usize::from(us < 100_000))),
        1_000_000..60_000_000 => format!("{sign}{} s", thousandths(us / 1_000, 2)),
        _ => {
            let first = UNITS.iter().position(|(unit, _)| us >= *unit).unwrap_or(UNITS.len() - 1);
            let (unit, name) = UNITS[first];
            let rest = UNITS.get(first + 1).map(|(unit, name)| (us % UNITS[first].0 / unit, name));
            match rest {
                Some((more, finer)) if more > 0 => format!("{sign}{} {name} {more} {finer}", us / unit),
                _ => format!("{sign}{} {name}", us / unit),
            }
        }
    }
}

/// A count of thousandths with so many digits after the point, none of them a trailing zero.
fn thousandths(thousandths: u64, digits: usize) -> String {
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    let end = text.len() - (3 - digits);
    text[..end].trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn lengths_of_time_have_two_significant_parts() {
        for (us, text) in [
            (0, "0 us"),
            (842, "842 us"),
            (12_345, "12.3 ms"),
            (842_000, "842 ms"),
            (1_250_000, "1.25 s"),
            (10_000_000, "10 s"),
            (200_000_000, "3 min 20 s"),
            (336 * 3_600_000_000, "14 d"),
            (-1_000_000, "-1 s"),
            (i64::MIN, "-106751991 d 4 h"),
        ] {
            assert_eq!(duration(us), text);
        }
    }
}
