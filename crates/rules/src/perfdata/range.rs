//! Ranges of the Monitoring Plugins Development Guidelines, section "Threshold and Ranges".

use std::fmt;

/// `[@][start:]end`: an alert is raised outside of it, or with `@` inside. Both ends belong to it. `start` is 0 if absent and `~` without
/// limit, an absent `end` is without limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    start: f64,
    end: f64,
    inside: bool,
}

/// Characters of a range.
const LONGEST: usize = 64;

impl Range {
    /// Reads a range: `10`, `10:`, `~:10`, `10:20`, `@10:20`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.is_empty() || text.len() > LONGEST {
            return None;
        }
        let (inside, ends) = text.strip_prefix('@').map_or((false, text), |ends| (true, ends));
        let (start, end) = match ends.split_once(':') {
            None => (Some(0.0), number(ends)),
            Some((start, end)) => {
                let start = match start {
                    "~" => Some(f64::NEG_INFINITY),
                    "" => Some(0.0),
                    start => number(start),
                };
                (start, if end.is_empty() { Some(f64::INFINITY) } else { number(end) })
            }
        };
        let (start, end) = start.zip(end)?;
        (start <= end).then_some(Self { start, end, inside })
    }

    /// Whether this value raises an alert.
    pub fn alerts(self, value: f64) -> bool {
        (self.start <= value && value <= self.end) == self.inside
    }
}

/// In a form that reads back as the same range.
impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.inside {
            f.write_str("@")?;
        }
        if self.start == f64::NEG_INFINITY {
            f.write_str("~:")?;
        } else if self.start != 0.0 || self.end == f64::INFINITY {
            write!(f, "{}:", written(self.start))?;
        }
        if self.end == f64::INFINITY { Ok(()) } else { f.write_str(&written(self.end)) }
    }
}

/// With an exponent where there would be more digits than are read.
fn written(number: f64) -> String {
    const PLAIN: usize = 20;
    let plain = number.to_string();
    if plain.len() <= PLAIN { plain } else { format!("{number:e}") }
}

/// A finite number in digits: no `nan`, no `inf`, no comma.
pub(super) fn number(text: &str) -> Option<f64> {
    let plain = text.len() <= LONGEST && text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    text.parse().ok().filter(|number: &f64| plain && number.is_finite())
}
