//! The colours of charts: sentinels, which a style sheet replaces.
//!
//! plotters writes colours as attributes and knows no class names. So each role has one colour that nothing else uses, and
//! themes repaint by attribute: `svg.chart [stroke="#0072B2"] { stroke: var(--series-1) }`, and the same with `fill`. Where
//! no style sheet is (a mail, a PDF) the sentinels are themselves a fair choice: the series are Okabe and Ito's colour-blind
//! safe ones (<https://jfly.uni-koeln.de/color/>).

use plotters::style::RGBColor;

/// One role's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sentinel {
    /// The role, as style sheets call it: `series-1`, `grid` ...
    pub name: &'static str,
    /// As it stands in the SVG, always in capitals: `#0072B2`.
    pub hex: &'static str,
    red: u8,
    green: u8,
    blue: u8,
}

impl Sentinel {
    const fn new(name: &'static str, hex: &'static str, red: u8, green: u8, blue: u8) -> Self {
        Self { name, hex, red, green, blue }
    }

    pub(crate) const fn rgb(self) -> RGBColor {
        RGBColor(self.red, self.green, self.blue)
    }
}

/// The first line or the bars of a chart: p50, a measure.
pub const SERIES_1: Sentinel = Sentinel::new("series-1", "#0072B2", 0x00, 0x72, 0xB2);
/// The second line: p95.
pub const SERIES_2: Sentinel = Sentinel::new("series-2", "#E69F00", 0xE6, 0x9F, 0x00);
/// The third line: p99.
pub const SERIES_3: Sentinel = Sentinel::new("series-3", "#CC79A7", 0xCC, 0x79, 0xA7);
/// What failed.
pub const FAILURE: Sentinel = Sentinel::new("failure", "#D55E00", 0xD5, 0x5E, 0x00);
/// A stretch without data.
pub const NO_DATA: Sentinel = Sentinel::new("no-data", "#F1F2F4", 0xF1, 0xF2, 0xF4);
/// Lines across the plot at each number of the value axis.
pub const GRID: Sentinel = Sentinel::new("grid", "#E3E5E8", 0xE3, 0xE5, 0xE8);
/// The axes and their marks.
pub const AXIS: Sentinel = Sentinel::new("axis", "#B4B9C0", 0xB4, 0xB9, 0xC0);
/// Labels.
pub const TEXT: Sentinel = Sentinel::new("text", "#5B626C", 0x5B, 0x62, 0x6C);

/// All of them: what a style sheet has to theme.
pub const ALL: [Sentinel; 8] = [SERIES_1, SERIES_2, SERIES_3, FAILURE, NO_DATA, GRID, AXIS, TEXT];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::ALL;

    #[test]
    fn a_colours_text_is_its_numbers() {
        for sentinel in ALL {
            let numbers = format!("#{:02X}{:02X}{:02X}", sentinel.red, sentinel.green, sentinel.blue);
            assert_eq!(sentinel.hex, numbers, "{}", sentinel.name);
        }
    }

    #[test]
    fn no_two_roles_share_a_colour() {
        let colours: HashSet<_> = ALL.iter().map(|sentinel| sentinel.hex).collect();
        assert_eq!(colours.len(), ALL.len());
    }
}
