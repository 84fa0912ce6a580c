//! What a Nagios plugin prints: a first line, further lines, and performance data as measures.
//!
//! As the Monitoring Plugins Development Guidelines have it (sections "Plugin Output for Nagios" and "Performance data"):
//!
//! ```text
//! DISK OK - 3326 MB free | /=2643MB;5948;5958;0;5968
//! further lines
//! the last of them | /boot=68MB;88;93;0;98
//! '/var/log'=818MB;970;975;0;980
//! ```
//!
//! Up to the first `|` of the first line stands what happened. After a second `|`, in any later line, all is performance data. A value
//! is `'label'=value[UOM];[warn];[crit];[min];[max]`. Whatever is printed, [`READ`] bytes of it are looked at, and what of it cannot be
//! read is counted and left out.

mod label;
mod range;
mod value;

pub use range::Range;
pub use value::Value;

/// Bytes of an output that are looked at.
pub const READ: usize = 64 * 1024;
/// Characters that are kept of the first line, and of all others together.
pub const KEPT: (usize, usize) = (500, 8_000);
/// Values that are kept.
pub const MOST: usize = 100;

/// An output that was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Output {
    /// What happened: the first line that is not blank, without its performance data.
    pub line: String,
    /// The lines after it.
    pub long: String,
    /// Performance data, in order; each measure once.
    pub values: Vec<Value>,
    /// Words of performance data that are none, or that are too many.
    pub unread: usize,
}

impl Output {
    /// Reads what a plugin printed. Bytes that are no UTF-8 are replaced.
    pub fn read(printed: &[u8]) -> Self {
        let text = String::from_utf8_lossy(printed.get(..READ).unwrap_or(printed));
        let text = text.trim_start();
        let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
        let (line, first_data) = first.split_once('|').unwrap_or((first, ""));
        let (long, more_data) = rest.split_once('|').unwrap_or((rest, ""));
        let mut output = Self {
            line: shortened(&visible(line), KEPT.0),
            long: shortened(&visible(long), KEPT.1),
            ..Self::default()
        };
        output.take(first_data);
        output.take(more_data);
        output
    }

    /// The values by the names that measures have. Those whose number is not known have none.
    pub fn measures(&self) -> std::collections::BTreeMap<String, f64> {
        self.values.iter().filter_map(|value| Some((value.name.clone(), value.canonical()?.0))).collect()
    }

    fn take(&mut self, data: &str) {
        let mut left = data;
        while let Some((word, after)) = label::next_word(left) {
            left = after;
            match Value::read(word) {
                Some(value) if self.values.len() < MOST => {
                    let name = label::unused(&value.name, |name| self.values.iter().any(|known| known.name == name));
                    self.values.push(Value { name, ..value });
                }
                _ => self.unread += 1,
            }
        }
    }
}

/// Without signs that do nothing but harm on a page or a terminal.
fn visible(text: &str) -> String {
    text.trim().chars().filter(|sign| !sign.is_control() || matches!(sign, '\n' | '\t')).collect()
}

fn shortened(text: &str, characters: usize) -> String {
    if text.chars().nth(characters).is_none() {
        return text.to_owned();
    }
    text.chars().take(characters.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
