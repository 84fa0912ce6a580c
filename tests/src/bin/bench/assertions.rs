//! What it costs to hold one observation against one assertion, by `rules::assess` alone.

use std::{hint::black_box, time::Instant};

use model::{Outcome, ProbeSpec, Timestamp};
use rules::{
    assess::{Compiled, Facts, Observation, assess},
    kind::Kind,
};
use serde_json::{Value, json};

use crate::{
    Tried,
    table::{Promise, Sorted, Table},
};

/// Times that one is judged between two looks at the clock.
const EACH: u32 = 1_000;
/// Looks at the clock, of which the median is taken.
const LOOKS: usize = 201;
/// Bytes of the body at least.
const BODY: usize = 2_000;
/// Deep in the body.
const PATH: &str = "json.queues.billing.oldest.age_s < 900";

/// On a status, and on a path in a body.
pub fn measure(table: &mut Table) -> Tried<()> {
    eprintln!("one assertion");
    let status = answered(Facts::default().with("status", 200_i64));
    let status_us = judged_us("status == 200", &status)?;
    let name = "one assertion on a status";
    table.promised(name, format!("{status_us:.2}"), "us", status_us, Promise::AtMost(1.0));

    let body = body();
    let bare_us = median_us(|| read_age(black_box(body.as_bytes())));
    let mut facts = Facts::default().with("status", 200_i64);
    facts.put_body(body.as_str());
    let path_us = judged_us(PATH, &answered(facts))?;
    let name = |what: &str| format!("{what} a path in a JSON body of {} bytes", body.len());
    table.row(&name("bare serde_json reads"), format!("{bare_us:.2}"), "us");
    table.promised(&name("one assertion on"), format!("{path_us:.2}"), "us", path_us, Promise::AtMost(30.0));
    table.cost(&name("against that, one assertion on"), path_us, "us", bare_us);
    table.note(format!(
        "One assertion: medians of {LOOKS} times {EACH} calls in this process, after a call that was judged ok; compiling is not \
         part of it, reading the body as JSON is."
    ));
    Ok(())
}

fn answered(facts: Facts) -> Observation {
    Observation { facts, ..Observation::answered(Timestamp(0), 1_500) }
}

/// Microseconds of judging an observation that is ok by this expression.
fn judged_us(expression: &str, observation: &Observation) -> Tried<f64> {
    let spec = json!({
        "slug": "api", "kind": "http", "options": { "url": "http://127.0.0.1/" }, "every": "30s", "assert": [expression]
    });
    let spec: ProbeSpec = serde_json::from_value(spec)?;
    let kind = Kind::find(probe::kinds(), &spec.kind).ok_or("there is no kind http")?;
    let compiled = Compiled::compile(&spec, kind).map_err(|faults| format!("{faults:?}"))?;
    let judgement = assess(&compiled, observation);
    if judgement.outcome != Outcome::Ok {
        return Err(format!("`{expression}` was to hold: {judgement:?}").into());
    }
    Ok(median_us(|| assess(black_box(&compiled), black_box(observation))))
}

/// Microseconds of one call.
fn median_us<T>(call: impl Fn() -> T) -> f64 {
    let look = || {
        let begun = Instant::now();
        for _ in 0..EACH {
            black_box(call());
        }
        begun.elapsed().as_secs_f64() * 1e6 / f64::from(EACH)
    };
    // The first one finds cold caches.
    look();
    (0..LOOKS).map(|_| look()).collect::<Sorted>().median()
}

/// What the expression asks, by hand.
fn read_age(body: &[u8]) -> bool {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    value["queues"]["billing"]["oldest"]["age_s"].as_i64().is_some_and(|age| age < 900)
}

/// An answer as a queue's status page gives it.
fn body() -> String {
    let mut workers = Vec::new();
    loop {
        let number = workers.len();
        workers.push(
            json!({ "name": format!("worker-{number}"), "busy": number.is_multiple_of(2), "jobs": 1_200 + number }),
        );
        let body = json!({
            "ok": true,
            "version": "1.0",
            "queues": { "billing": { "backlog": 12, "oldest": { "age_s": 3, "id": "INV-2026-1123" } } },
            "workers": &workers,
        });
        let text = body.to_string();
        if text.len() >= BODY {
            return text;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BODY, Facts, PATH, answered, body, judged_us, read_age};

    #[test]
    fn what_is_timed_is_a_body_of_two_kilobytes_in_which_the_path_is_found() {
        let body = body();
        assert!((BODY..BODY + 100).contains(&body.len()), "{} bytes", body.len());
        assert!(read_age(body.as_bytes()));
        let mut facts = Facts::default();
        facts.put_body(body.replace("\"age_s\":3", "\"age_s\":901"));
        assert!(judged_us(PATH, &answered(facts)).is_err(), "what does not hold is not timed");
    }
}
