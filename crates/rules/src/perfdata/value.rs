//! One value of performance data.

use super::{
    label::{label, name_of},
    range::{Range, number},
};

/// Characters of a unit.
const UNIT: usize = 16;

/// `'label'=value[UOM];[warn];[crit];[min];[max]`
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The label as it was written, without its quotes.
    pub label: String,
    /// The name that the measure has: 1 to 64 of a-z, A-Z, 0-9 and _, not beginning with a digit.
    pub name: String,
    /// The number; `None` where the plugin says that it is not known (`U`).
    pub value: Option<f64>,
    /// The unit as it was written.
    pub unit: String,
    /// Where it warns.
    pub warn: Option<Range>,
    /// Where it is critical.
    pub crit: Option<Range>,
    /// The least that it can be.
    pub min: Option<f64>,
    /// The most that it can be.
    pub max: Option<f64>,
}

impl Value {
    /// Reads one word of performance data. A threshold or limit that cannot be read is left out; a label or value makes it none.
    pub fn read(word: &str) -> Option<Self> {
        let (label, rest) = label(word)?;
        let mut parts = rest.split(';');
        let (value, unit) = quantity(parts.next()?)?;
        let mut part = || parts.next().unwrap_or_default();
        let (warn, crit) = (Range::parse(part()), Range::parse(part()));
        let (min, max) = (number(part()), number(part()));
        Some(Self { name: name_of(&label), label, value, unit, warn, crit, min, max })
    }

    /// The number in the base unit of its kind, and that unit as measures call it: `s`, `bytes`, `percent`, `count`; other units stay as they
    /// are. `KB` is 1,000 and `KiB` 1,024 bytes.
    pub fn canonical(&self) -> Option<(f64, &str)> {
        const SCALES: [(&str, f64, &str); 18] = [
            ("", 1.0, "count"),
            ("c", 1.0, "count"),
            ("%", 1.0, "percent"),
            ("ns", 1e-9, "s"),
            ("us", 1e-6, "s"),
            ("ms", 1e-3, "s"),
            ("s", 1.0, "s"),
            ("b", 1.0, "bytes"),
            ("kb", 1e3, "bytes"),
            ("mb", 1e6, "bytes"),
            ("gb", 1e9, "bytes"),
            ("tb", 1e12, "bytes"),
            ("pb", 1e15, "bytes"),
            ("kib", 1_024.0, "bytes"),
            ("mib", 1_048_576.0, "bytes"),
            ("gib", 1_073_741_824.0, "bytes"),
            ("tib", 1_099_511_627_776.0, "bytes"),
            ("pib", 1_125_899_906_842_624.0, "bytes"),
        ];
        let value = self.value?;
        let lower = self.unit.to_ascii_lowercase();
        let (value, unit) = match SCALES.iter().find(|(unit, _, _)| *unit == lower) {
            Some((_, scale, base)) => (value * scale, *base),
            None => (value, self.unit.as_str()),
        };
        value.is_finite().then_some((value, unit))
    }
}

/// `12.5ms` -> the number and its unit; `U` is a value that is not known.
fn quantity(text: &str) -> Option<(Option<f64>, String)> {
    if text == "U" {
        return Some((None, String::new()));
    }
    let numeric = text.bytes().take_while(|byte| byte.is_ascii_digit() || b"+-.".contains(byte)).count();
    // An exponent belongs to the number, the `E` of a unit does not.
    let exponent = text.get(numeric..).and_then(|rest| rest.strip_prefix(['e', 'E'])).map_or(0, |rest| {
        let sign = usize::from(rest.starts_with(['+', '-']));
        let digits = rest.bytes().skip(sign).take_while(u8::is_ascii_digit).count();
        if digits == 0 { 0 } else { 1 + sign + digits }
    });
    let (digits, unit) = text.split_at_checked(numeric + exponent)?;
    let is_unit =
        unit.chars().count() <= UNIT && unit.chars().all(|sign| sign.is_alphabetic() || "%/_°µ".contains(sign));
    let value = number(digits).filter(|_| is_unit)?;
    Some((Some(value), unit.to_owned()))
}
