//! The quantile sketch and its bytes.
//!
//! The crate's own decoder trusts what it reads: bytes that were damaged on the disk could make it panic or answer nonsense.
//! So a stored sketch is `version, 4 bytes of the SHA-256 of the rest, rest`, and what does not match is not decoded. The crate
//! also folds its lowest bins together once values span more than 2,048 of them, and then the order of merging would matter;
//! magnitudes are held within a range that cannot come to that.

use sha2::{Digest, Sha256};
use sketches_ddsketch::{Config, DDSketch};

/// Magnitudes below this are sketched as 0.
pub const SMALLEST: f64 = 1e-4;
/// Magnitudes above this are sketched as this.
pub const LARGEST: f64 = 1e13;

const VERSION: u8 = 1;
const CHECK: usize = 4;

/// A DDSketch (Masson, Rim and Lee, VLDB 2019) with a relative error of 1 %, always of the same configuration: others do not
/// merge with it.
#[derive(Clone)]
pub(super) struct Sketch(DDSketch);

impl Default for Sketch {
    fn default() -> Self {
        Self(DDSketch::new(Config::defaults()))
    }
}

impl Sketch {
    /// One more value.
    pub(super) fn add(&mut self, value: f64) {
        let held = if value.abs() < SMALLEST { 0.0 } else { value.clamp(-LARGEST, LARGEST) };
        self.0.add(held);
    }

    /// Both together.
    pub(super) fn merged(mut self, other: &Self) -> Option<Self> {
        self.0.merge(&other.0).ok()?;
        Some(self)
    }

    /// The value at a share of the values.
    pub(super) fn quantile(&self, q: f64) -> Option<f64> {
        self.0.quantile(q).ok().flatten()
    }

    /// As it is stored.
    pub(super) fn write(&self) -> Vec<u8> {
        let rest = self.0.to_java_bytes();
        let mut bytes = Vec::with_capacity(1 + CHECK + rest.len());
        bytes.push(VERSION);
        bytes.extend_from_slice(&check(&rest));
        bytes.extend_from_slice(&rest);
        bytes
    }

    /// From what is stored; `None` if it is damaged or of another version.
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (&version, rest) = bytes.split_first()?;
        let (sum, rest) = rest.split_at_checked(CHECK)?;
        if version != VERSION || sum != check(rest) {
            return None;
        }
        DDSketch::from_java_bytes(rest).ok().map(Self)
    }
}

fn check(bytes: &[u8]) -> [u8; CHECK] {
    let [a, b, c, d, ..]: [u8; 32] = Sha256::digest(bytes).into();
    [a, b, c, d]
}
