//! Chance that falls the same way every time, so that the past can be made up twice and what a job sends twice is the same.

use model::Timestamp;

/// 64 bits for a name and a moment: FNV-1a over the name, then the finisher of `SplitMix64`.
pub fn bits(name: &str, t: Timestamp) -> u64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut mixed = hash.wrapping_add(t.0.unsigned_abs().wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

/// A number of `0.0..1.0` for a name and a moment.
#[expect(clippy::cast_precision_loss, reason = "53 bits are kept, which a double holds exactly")]
pub fn share(name: &str, t: Timestamp) -> f64 {
    (bits(name, t) >> 11) as f64 / (1_u64 << 53) as f64
}

/// `around` give or take the share `spread`, rounded.
#[expect(clippy::cast_possible_truncation, reason = "the demo's numbers are small")]
pub fn about(name: &str, t: Timestamp, around: f64, spread: f64) -> i64 {
    (around * (1.0 + spread * (2.0 * share(name, t) - 1.0))).round() as i64
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, about, share};

    #[test]
    fn chance_is_the_same_for_the_same_and_evenly_spread_over_moments() {
        assert_eq!(share("okta", Timestamp(7)).to_bits(), share("okta", Timestamp(7)).to_bits());
        assert_ne!(share("okta", Timestamp(7)).to_bits(), share("okta", Timestamp(8)).to_bits());
        assert_ne!(share("okta", Timestamp(7)).to_bits(), share("jira", Timestamp(7)).to_bits());
        let shares: Vec<f64> = (0..4_000).map(|t| share("okta", Timestamp(t))).collect();
        assert!(shares.iter().all(|share| (0.0..1.0).contains(share)));
        for quarter in [1_u8, 2, 3] {
            let below = shares.iter().filter(|share| **share < f64::from(quarter) / 4.0).count();
            assert!(below.abs_diff(usize::from(quarter) * 1_000) < 150, "{below} below {quarter} quarters");
        }
    }

    #[test]
    fn about_stays_within_its_spread() {
        for t in 0..1_000 {
            assert!((80..=120).contains(&about("orders", Timestamp(t), 100.0, 0.2)));
        }
    }
}
