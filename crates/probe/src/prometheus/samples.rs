//! The samples of an answer (<https://prometheus.io/docs/prometheus/latest/querying/api/>, "Instant queries").

use std::collections::BTreeMap;

use model::Reason;
use rules::assess::{Fact, Facts, Trouble};
use serde_json::Value;

use crate::http::{answer::Answer, ask::Read};

/// Samples looked at; of more than that only the number is known.
const MOST: usize = 10_000;

/// Characters of an error that are said.
const LONGEST: usize = 200;

/// Reads them; that there are none is trouble.
pub(super) fn read_some(answer: &Answer, facts: &mut Facts, peer: &str) -> Read {
    let read = read_any(answer, facts, peer);
    if read.trouble.is_none() && answer.status.is_success() && facts.get("count") == Some(&Fact::Int(0)) {
        let message = format!("{peer} finds no sample for the query");
        return Read { trouble: Some(Trouble::new(Reason::Assertion, message)), ..read };
    }
    read
}

/// Reads them.
pub(super) fn read_any(answer: &Answer, facts: &mut Facts, peer: &str) -> Read {
    let said = serde_json::from_slice::<Value>(&answer.body).ok();
    let word = |name: &str| said.as_ref().and_then(|said| said.get(name)).and_then(Value::as_str);
    let status = answer.status.as_u16();
    if status >= 400 {
        let of_status = Trouble::of_status(status, answer.status.canonical_reason());
        let told = word("error").map(|why| shortened(&format!("{} {why}", word("errorType").unwrap_or_default())));
        let with_words = of_status.zip(told).map(|(trouble, told)| {
            let message = format!("{}: {told}", trouble.message);
            Trouble { message, ..trouble }
        });
        return Read { of_status: with_words, ..Read::default() };
    }
    let troubled = |reason, message: String| Read { trouble: Some(Trouble::new(reason, message)), ..Read::default() };
    let Some(said) = &said else { return troubled(Reason::Parse, format!("the answer of {peer} is no JSON")) };
    let warnings = said.get("warnings").and_then(Value::as_array).into_iter().flatten();
    let warnings: Vec<Fact> = warnings.filter_map(Value::as_str).take(MOST).map(Fact::from).collect();
    facts.put("warnings", warnings);
    if word("status") != Some("success") {
        let why = shortened(word("error").unwrap_or("without a reason"));
        return troubled(Reason::ServerError, format!("{peer} does not answer the query: {why}"));
    }
    let result = said.pointer("/data/result");
    match (said.pointer("/data/resultType").and_then(Value::as_str), result) {
        (Some("vector"), Some(Value::Array(items))) => vector(items, facts),
        (Some("scalar"), Some(sample)) => {
            let value = value(sample);
            put(facts, value.into_iter().map(|value| one(BTreeMap::new(), value)).collect(), value, 1);
        }
        (Some(other), _) => {
            let message = format!("the query gives a {}, not samples of one moment", shortened(other));
            return troubled(Reason::Config, message);
        }
        (None, _) => return troubled(Reason::Parse, format!("the answer of {peer} holds no samples")),
    }
    Read::default()
}

fn vector(items: &[Value], facts: &mut Facts) {
    let samples: Vec<(BTreeMap<String, Fact>, f64)> = items
        .iter()
        .take(MOST)
        .filter_map(|item| {
            let labels = item.get("metric").and_then(Value::as_object).into_iter().flatten();
            let labels = labels.filter_map(|(name, label)| Some((name.clone(), Fact::from(label.as_str()?)))).collect();
            Some((labels, value(item.get("value")?)?))
        })
        .collect();
    let first = samples.first().map(|(_, value)| *value);
    let samples = samples.into_iter().map(|(labels, value)| one(labels, value)).collect();
    put(facts, samples, first, items.len());
}

fn put(facts: &mut Facts, samples: Vec<Fact>, first: Option<f64>, count: usize) {
    facts.put("samples", samples);
    facts.put("count", i64::try_from(count).unwrap_or(i64::MAX));
    if let Some(first) = first {
        facts.put("value", first);
    }
}

fn one(labels: BTreeMap<String, Fact>, value: f64) -> Fact {
    Fact::Map(BTreeMap::from([("labels".to_owned(), Fact::Map(labels)), ("value".to_owned(), Fact::Double(value))]))
}

/// The value of `[1795392000.123, "0.5"]`; it may be `NaN`, `+Inf` and `-Inf`.
fn value(sample: &Value) -> Option<f64> {
    sample.get(1)?.as_str()?.parse().ok()
}

fn shortened(text: &str) -> String {
    text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(status: u16, body: &str) -> (Read, Facts) {
        let answer = Answer {
            status: hyper::StatusCode::from_u16(status).expect("a status"),
            version: hyper::Version::HTTP_11,
            headers: hyper::HeaderMap::new(),
            peer: None,
            certificate: None,
            body: body.as_bytes().to_vec(),
            cut: false,
            unmasked: None,
        };
        let mut facts = Facts::default();
        (read_some(&answer, &mut facts, "prom.example:9090"), facts)
    }

    #[test]
    fn vectors_and_scalars_are_samples() {
        let vector = r#"{"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"job":"erp"},"value":[1795392000.1,"0.5"]},{"metric":{},"value":[1795392000.1,"+Inf"]}]}}"#;
        let (read, facts) = read(200, vector);
        assert_eq!(read.trouble, None);
        assert_eq!(facts.get("count"), Some(&Fact::Int(2)));
        assert_eq!(facts.get("value"), Some(&Fact::Double(0.5)));
        let Some(Fact::List(samples)) = facts.get("samples") else { panic!("samples") };
        let labels = BTreeMap::from([("job".to_owned(), Fact::from("erp"))]);
        assert_eq!(samples[0], one(labels, 0.5));
        assert_eq!(samples[1], one(BTreeMap::new(), f64::INFINITY));

        let scalar =
            r#"{"status":"success","data":{"resultType":"scalar","result":[1795392000,"7"]},"warnings":["old"]}"#;
        let (read, facts) = self::read(200, scalar);
        assert_eq!(read.trouble, None);
        assert_eq!(facts.get("value"), Some(&Fact::Double(7.0)));
        assert_eq!(facts.get("warnings"), Some(&Fact::List(vec!["old".into()])));
    }

    #[test]
    fn what_is_no_sample_is_trouble_of_its_own() {
        for (status, body, reason) in [
            (200, "no json", Reason::Parse),
            (200, "{}", Reason::ServerError),
            (200, r#"{"status":"error","error":"on\nfire"}"#, Reason::ServerError),
            (200, r#"{"status":"success","data":{}}"#, Reason::Parse),
            (200, r#"{"status":"success","data":{"resultType":"matrix","result":[]}}"#, Reason::Config),
            (200, r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#, Reason::Assertion),
        ] {
            let trouble = read(status, body).0.trouble.expect(body);
            assert_eq!(trouble.reason, reason, "{body}");
            assert!(!trouble.message.contains('\n'), "{body}");
        }
        let (read, _) = read(400, r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#);
        let told = read.of_status.expect("what the status says");
        assert_eq!(
            (told.reason, told.message.as_str()),
            (Reason::ClientError, "answered 400 Bad Request: bad_data parse error")
        );
    }
}
