//! The measures of a roll-up: numbers as JSON, sketches as bytes one after the other.

use std::collections::BTreeMap;

use model::rollup::Summary;
use serde::{Deserialize, Serialize};

use crate::row::to_json;

/// The two columns.
pub(super) struct Measures {
    pub(super) json: String,
    pub(super) sketches: Vec<u8>,
}

/// One measure in the JSON.
#[derive(Serialize, Deserialize)]
struct Numbers {
    count: i64,
    sum: f64,
    min: f64,
    max: f64,
    /// How many bytes of the sketches are its own.
    sketch_bytes: usize,
}

/// Whether both engines and JSON can keep its numbers.
pub(super) fn is_finite(summary: &Summary) -> bool {
    summary.sum.is_finite() && summary.min.is_finite() && summary.max.is_finite()
}

/// `None` for none.
pub(super) fn pack(measures: &BTreeMap<String, Summary>) -> Option<Measures> {
    let mut numbers: BTreeMap<&str, Numbers> = BTreeMap::new();
    let mut sketches = Vec::new();
    for (name, summary) in measures.iter().filter(|(_, summary)| is_finite(summary)) {
        let Summary { count, sum, min, max, sketch } = summary;
        sketches.extend_from_slice(sketch);
        let numbers_of = Numbers { count: *count, sum: *sum, min: *min, max: *max, sketch_bytes: sketch.len() };
        numbers.insert(name, numbers_of);
    }
    (!numbers.is_empty()).then(|| Measures { json: to_json(&numbers), sketches })
}

/// The way back.
pub(super) fn unpack(json: &str, sketches: &[u8]) -> Result<BTreeMap<String, Summary>, String> {
    let numbers: BTreeMap<String, Numbers> = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let mut rest = sketches;
    let mut measures = BTreeMap::new();
    for (name, Numbers { count, sum, min, max, sketch_bytes }) in numbers {
        let (sketch, after) =
            rest.split_at_checked(sketch_bytes).ok_or_else(|| format!("the sketch of `{name}` is cut off"))?;
        rest = after;
        measures.insert(name, Summary { count, sum, min, max, sketch: sketch.to_vec() });
    }
    Ok(measures)
}

#[cfg(test)]
mod tests {
    use super::{BTreeMap, Summary, pack, unpack};

    fn summary(sketch: &[u8]) -> Summary {
        Summary { count: 2, sum: 3.5, min: 1.0, max: 2.5, sketch: sketch.to_vec() }
    }

    #[test]
    fn what_is_packed_comes_back() {
        let measures: BTreeMap<String, Summary> =
            [("backlog", summary(&[1, 2, 3])), ("age", summary(&[])), ("queue", summary(&[0, 255]))]
                .map(|(name, summary)| (name.to_owned(), summary))
                .into();
        let packed = pack(&measures).expect("some");
        assert_eq!(unpack(&packed.json, &packed.sketches), Ok(measures));
        assert!(pack(&BTreeMap::new()).is_none());
    }

    #[test]
    fn a_number_that_is_not_finite_is_left_out_and_a_cut_sketch_is_noticed() {
        let infinite = Summary { sum: f64::INFINITY, ..summary(&[9]) };
        assert!(pack(&[("age".to_owned(), infinite)].into()).is_none());
        let packed = pack(&[("age".to_owned(), summary(&[1, 2]))].into()).expect("some");
        assert_eq!(unpack(&packed.json, &packed.sketches[..1]), Err("the sketch of `age` is cut off".to_owned()));
    }
}
