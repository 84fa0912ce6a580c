//! Values that are planted where a secret can enter, and the search for them: as they are, escaped, in base64, in hex, squeezed.

use std::{fmt::Write as _, io::Read as _};

use base64::{Engine as _, prelude::BASE64_STANDARD_NO_PAD};
use flate2::read::MultiGzDecoder;
use percent_encoding::percent_decode;

/// Every canary begins so. Letters and digits only: escaping leaves them as they are, and base64 makes neither `+` nor `/` of them.
const STEM: &str = "c4nary";
/// Ends every canary, so that none is the beginning of another.
const END: &str = "q9";
/// What a squeezed file begins with.
const GZIP: [u8; 3] = [0x1f, 0x8b, 8];
/// The most that is taken out of one squeezed file.
const LARGEST: u64 = 64 * 1024 * 1024;
/// So often something squeezed may hold something squeezed.
const DEEPEST: u8 = 3;

/// A value that is nowhere else in the world.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Canary {
    /// Where it is planted, in letters and digits.
    place: &'static str,
}

impl Canary {
    /// Of this place.
    pub const fn of(place: &'static str) -> Self {
        Self { place }
    }

    /// What is looked for.
    pub fn song(&self) -> String {
        format!("{STEM}{}{END}", self.place)
    }

    /// As a password would be: with signs that each means something to a shell, an address, a form, JSON or HTML.
    pub fn value(&self) -> String {
        format!("{}/+\"&= <%41>'?@:#", self.song())
    }
}

/// Which canaries were found, and in which clothes: `bearer (base64)`.
pub fn found<'c>(canaries: impl IntoIterator<Item = &'c Canary>, within: &[u8]) -> Vec<String> {
    let mut layers = Vec::new();
    unwrap(within, DEEPEST, &mut layers);
    layers.retain(Layer::may_sing);
    let clothes = |canary: &Canary| layers.iter().find_map(|layer| layer.clothes(&canary.song()));
    canaries.into_iter().filter_map(|canary| Some(format!("{} ({})", canary.place, clothes(canary)?))).collect()
}

/// What is searched, and how it came out of what was given.
struct Layer {
    text: String,
    lower: String,
    how: &'static str,
    /// Where canaries begin that are written as they are.
    begin: Vec<usize>,
}

impl Layer {
    fn of(bytes: &[u8], how: &'static str) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let lower = text.to_ascii_lowercase();
        let begin = lower.match_indices(STEM).map(|(at, _)| at).collect();
        Self { text, lower, how, begin }
    }

    /// Whether any canary may be in it: most have none, and are looked at once.
    fn may_sing(&self) -> bool {
        self.clothes(STEM).is_some()
    }

    fn clothes(&self, song: &str) -> Option<&'static str> {
        if self.begin.iter().any(|at| self.lower[*at..].starts_with(song)) {
            Some(self.how)
        } else if (0..3).any(|before| self.text.contains(&within_base64(song, before))) {
            Some("base64")
        } else if self.lower.contains(&hex(song)) {
            Some("hex")
        } else {
            None
        }
    }
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        // Writing into a String does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

fn unwrap(bytes: &[u8], deeper: u8, layers: &mut Vec<Layer>) {
    layers.push(Layer::of(bytes, if deeper == DEEPEST { "plain" } else { "gzip" }));
    let decoded: Vec<u8> = percent_decode(bytes).collect();
    if decoded != bytes {
        layers.push(Layer::of(&decoded, "percent-encoded"));
    }
    if deeper == 0 {
        return;
    }
    for at in bytes.windows(GZIP.len()).enumerate().filter_map(|(at, three)| (three == GZIP).then_some(at)) {
        let mut inner = Vec::new();
        // What comes out before it breaks off is looked at too.
        let _broken = MultiGzDecoder::new(&bytes[at..]).take(LARGEST).read_to_end(&mut inner);
        if !inner.is_empty() {
            unwrap(&inner, deeper - 1, layers);
        }
    }
}

/// What base64 makes of a text that has so many bytes (modulo 3) before it: the signs that are its own alone.
fn within_base64(text: &str, before: usize) -> String {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(text.bytes()).collect();
    let whole = bytes.len() * 8 / 6;
    let signs = BASE64_STANDARD_NO_PAD.encode(bytes);
    signs[(before * 8).div_ceil(6)..whole].to_owned()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use flate2::{Compression, write::GzEncoder};
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

    use super::*;

    const ONE: Canary = Canary::of("one");
    const OTHER: Canary = Canary::of("other");

    fn squeezed(bytes: &[u8]) -> Vec<u8> {
        let mut squeezing = GzEncoder::new(Vec::new(), Compression::default());
        squeezing.write_all(bytes).expect("squeezed");
        squeezing.finish().expect("squeezed")
    }

    fn clothes(bytes: &[u8]) -> Vec<String> {
        found([&ONE, &OTHER], bytes)
    }

    #[test]
    fn a_canary_is_found_in_any_clothes() {
        let value = ONE.value();
        let every_byte: Vec<String> = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let escaped = utf8_percent_encode(&value, NON_ALPHANUMERIC).to_string();
        for (bytes, how) in [
            (value.clone().into_bytes(), "plain"),
            (value.to_uppercase().into_bytes(), "plain"),
            (escaped.into_bytes(), "plain"),
            (every_byte.concat().into_bytes(), "percent-encoded"),
            (hex(&value).to_uppercase().into_bytes(), "hex"),
            (squeezed(value.as_bytes()), "gzip"),
            (squeezed(&[b"\xff some ", squeezed(value.as_bytes()).as_slice()].concat()), "gzip"),
        ] {
            assert_eq!(clothes(&bytes), [format!("one ({how})")]);
            let amid = [b"\xff\x00 before".as_slice(), &bytes, b"after \xfe"].concat();
            assert_eq!(clothes(&amid), [format!("one ({how})")], "amid others");
        }
    }

    #[test]
    fn a_canary_is_found_in_base64_wherever_it_begins() {
        for before in ["", "u", "u:", "me:", "ada:", "Basic"] {
            for signs in [
                BASE64_STANDARD_NO_PAD.encode(format!("{before}{}", ONE.value())),
                BASE64_URL_SAFE_NO_PAD.encode(format!("{before}{}", ONE.song())),
            ] {
                assert_eq!(clothes(format!("x-echo: {signs}==").as_bytes()), ["one (base64)"], "{before}");
            }
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for harmless in ["", "c4nar", "c4naryone", "c4naryanotherq9", "%%%", "bearer (redacted)"] {
            assert_eq!(clothes(harmless.as_bytes()), Vec::<String>::new(), "{harmless}");
        }
        assert_eq!(clothes(&squeezed(b"harmless")), Vec::<String>::new());
    }
}
