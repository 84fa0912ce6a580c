//! What was in the bodies, headers and values of a run, and what a probe sends to get them: for engineers of that integration, and
//! left out for everybody else.

use std::sync::Arc;

use model::{Body, Exchange, IntegrationSpec, ProbeSpec, Run, RunDetail, RunRow, Series};
use monitor::BoardRow;
pub(crate) use rules::withheld::{is_red, words};
use serde_json::Value;

use crate::{permission::Right, sight::Sight};

/// Options of what a probe sends: what is left out of its runs, too.
const SENT: [&str; 4] = ["body", "headers", "send", "username"];
/// The option of what a probe expects in an answer.
const EXPECTED: &str = "expect";

/// Whether the caller may see what crossed an integration. Of one that is retired only who sees everything may.
pub(crate) fn is_for(sight: &Sight<'_>, integration: Option<&IntegrationSpec>) -> bool {
    sight.has(Right::SeePayload) && integration.map_or_else(|| sight.everything(), |spec| sight.holds(spec))
}

/// An integration with its probes as they are [`asked`].
pub(crate) fn spec(sight: &Sight<'_>, mut spec: IntegrationSpec) -> IntegrationSpec {
    let probes = std::mem::take(&mut spec.probes);
    spec.probes = probes.into_iter().map(|probe| asked(sight, &spec, probe)).collect();
    spec
}

/// A probe of an integration without what is not for this caller. What is left out of its runs is not read in its options instead.
pub(crate) fn asked(sight: &Sight<'_>, of: &IntegrationSpec, probe: ProbeSpec) -> ProbeSpec {
    if is_for(sight, Some(of)) { probe } else { outline(probe, is_red(of)) }
}

/// Whom a probe asks and when, without what it sends. Of what is marked red neither is left what it looks for in the answer.
fn outline(mut probe: ProbeSpec, red: bool) -> ProbeSpec {
    for name in SENT.into_iter().chain(red.then_some(EXPECTED)) {
        probe.options.remove(name);
    }
    for value in probe.options.values_mut() {
        if let Value::String(text) = value
            && text.contains("://")
        {
            *text = bare(text);
        }
    }
    if red {
        (probe.assert, probe.warn) = (Vec::new(), Vec::new());
        probe.measures.clear();
    }
    probe
}

/// A run that was just asked for, without what is not for this caller.
pub(crate) fn of(sight: &Sight<'_>, one: Run) -> Run {
    let known = sight.known(&one.integration);
    let spec = known.as_ref().map(|row| &row.integration.spec);
    if is_for(sight, spec) { one } else { run(one, spec.is_none_or(is_red)) }
}

/// One run with its explanation, without what is not for this caller.
pub(crate) fn detail(mut detail: RunDetail, red: bool) -> RunDetail {
    detail.differences.retain(|difference| difference.starts_with("status "));
    detail.curl = None;
    detail.last_good = detail.last_good.map(|good| row(good, red));
    detail.run = run(detail.run, red);
    detail
}

/// A run without the bodies and headers of its exchange, the sides of assertions and the words of steps. Of an integration that is
/// marked red neither message nor keys, nor what was asserted of answers or measured in them, is left.
pub(crate) fn run(mut run: Run, red: bool) -> Run {
    run.exchange = run.exchange.map(envelope);
    for assertion in &mut run.assertions {
        (assertion.left, assertion.right, assertion.error) = (None, None, None);
    }
    for step in &mut run.steps {
        step.message = None;
    }
    run.message = message(run.message, red);
    if red {
        (run.external_id, run.business_key) = (None, None);
        run.assertions.clear();
        run.measures.clear();
    }
    run
}

/// Whether what was measured in answers is kept from the caller: of what is marked red it is as good as the answer.
pub(crate) fn is_unmeasured(sight: &Sight<'_>, spec: &IntegrationSpec) -> bool {
    is_red(spec) && !is_for(sight, Some(spec))
}

/// Buckets without what is not for this caller.
pub(crate) fn series(sight: &Sight<'_>, spec: &IntegrationSpec, mut series: Series) -> Series {
    if is_unmeasured(sight, spec) {
        series.points.iter_mut().for_each(|point| point.measures.clear());
    }
    series
}

/// Who was asked and how that went, without what was said.
fn envelope(mut exchange: Exchange) -> Exchange {
    let closed = |body: Option<Body>| body.map(|body| Body { excerpt: String::new(), cut: true, ..body });
    exchange.request.url = bare(&exchange.request.url);
    exchange.request.headers.clear();
    exchange.request.body = closed(exchange.request.body);
    exchange.redirects = exchange.redirects.iter().map(|url| bare(url)).collect();
    if let Some(response) = &mut exchange.response {
        response.headers.clear();
        response.body = closed(response.body.take());
    }
    exchange
}

/// An address without user info, parameters and fragment.
fn bare(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let (authority, path) = rest.split_at(rest.find(['/', '\\']).unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{scheme}://{host}{path}")
}

/// Rows of a list without what is not for this caller.
pub(crate) fn rows(sight: &Sight<'_>, rows: Vec<RunRow>) -> Vec<RunRow> {
    if sight.has(Right::SeePayload) {
        return rows;
    }
    let shown = |one: RunRow| {
        let red = sight.known(&one.integration).is_none_or(|known| is_red(&known.integration.spec));
        row(one, red)
    };
    rows.into_iter().map(shown).collect()
}

/// Whether a row that was found by a text may be shown as found: not if only what is left out of its message holds the text, or else
/// whoever looks for a value piece by piece has it. `shown` is what is left of `whole`.
pub(crate) fn tells(whole: Option<&str>, shown: Option<&str>, text: &str) -> bool {
    let text = text.to_lowercase();
    let holds = |message: Option<&str>| message.is_some_and(|message| message.to_lowercase().contains(&text));
    // What neither holds was found by its keys.
    holds(shown) || !holds(whole)
}

fn row(mut row: RunRow, red: bool) -> RunRow {
    row.message = message(row.message, red);
    row
}

fn message(message: Option<String>, red: bool) -> Option<String> {
    message.filter(|_| !red).map(|message| words(&message, false))
}

/// How an integration stands, without values in its reasons. Most have none, and are shared.
pub(crate) fn standing(row: &Arc<BoardRow>) -> Arc<BoardRow> {
    let red = is_red(&row.integration.spec);
    in_other_words(row, |text| words(text, red))
}

/// How an integration stands, with each sentence as `say` has it; the same row where that changes none.
pub(crate) fn in_other_words(row: &Arc<BoardRow>, say: impl Fn(&str) -> String) -> Arc<BoardRow> {
    let answers = &row.standing.answers;
    let sentences = row.standing.why.iter().map(|why| &why.sentence);
    let mut told = sentences.chain([&answers.stands.says, &answers.runs.says, &answers.whole.says]);
    if told.all(|text| say(text) == *text) {
        return Arc::clone(row);
    }
    let mut row = BoardRow::clone(row);
    for why in &mut row.standing.why {
        why.sentence = say(&why.sentence);
    }
    let answers = &mut row.standing.answers;
    for answer in [&mut answers.stands, &mut answers.runs, &mut answers.whole] {
        answer.says = say(&answer.says);
    }
    Arc::new(row)
}

#[cfg(test)]
mod tests;
