//! Percentages with the digits that the sample supports.

use super::FIXED;

/// `part` of `whole` in percent: `25 %` of 4, `0.17 %` of 18 204. What is not none never reads as none, what is not all
/// never as all. `None` where there is nothing to be a part of.
#[expect(clippy::cast_precision_loss, reason = "at most three digits after the point are shown")]
pub fn percent(part: i64, whole: i64) -> Option<String> {
    if whole <= 0 {
        return None;
    }
    let digits = match whole {
        ..1_000 => usize::from(whole >= 200),
        1_000..10_000 => 1,
        10_000..1_000_000 => 2,
        _ => 3,
    };
    Some(bounded(part as f64 / whole as f64, digits, part == 0, part == whole))
}

/// A share of time, rounded away from all: `99.91 %`, never `100.00 %` with a minute missing.
pub fn of_time(share: f64) -> String {
    let share = share.clamp(0.0, 1.0);
    let digits = if (0.9..1.0).contains(&share) { 2 } else { 0 };
    bounded(share, digits, share == 0.0, share >= 1.0)
}

fn bounded(share: f64, digits: usize, none: bool, all: bool) -> String {
    if none {
        return format!("0{FIXED}%");
    }
    if all {
        return format!("100{FIXED}%");
    }
    let smallest = 10_f64.powi(-i32::try_from(digits).unwrap_or(0));
    let percent = share * 100.0;
    if percent < smallest / 2.0 {
        format!("<{FIXED}{smallest:.digits$}{FIXED}%")
    } else if percent > 100.0 - smallest / 2.0 {
        format!(">{FIXED}{:.digits$}{FIXED}%", 100.0 - smallest)
    } else {
        format!("{percent:.digits$}{FIXED}%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_have_the_digits_that_the_sample_supports() {
        for (part, whole, text) in [
            (0, 0, None),
            (0, 7, Some("0 %")),
            (7, 7, Some("100 %")),
            (1, 4, Some("25 %")),
            (1, 300, Some("0.3 %")),
            (31, 18_204, Some("0.17 %")),
            (1, 900_000, Some("< 0.01 %")),
            (899_999, 900_000, Some("> 99.99 %")),
        ] {
            assert_eq!(percent(part, whole).map(|said| said.replace(FIXED, " ")).as_deref(), text, "{part} of {whole}");
        }
    }

    #[test]
    fn availability_never_rounds_up_to_all() {
        for (share, text) in
            [(0.0, "0 %"), (0.614, "61 %"), (0.9991, "99.91 %"), (0.999_99, "> 99.99 %"), (1.0, "100 %")]
        {
            assert_eq!(of_time(share).replace(FIXED, " "), text, "{share}");
        }
    }
}
