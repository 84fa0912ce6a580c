//! What an answer tells.

use std::{collections::BTreeMap, fmt::Write};

use hickory_proto::{
    op::{Message, ResponseCode},
    rr::{RData, Record, RecordType},
};
use rules::assess::Fact;

use crate::attempt::Attempt;

/// Records of a section that are looked at.
const MOST_RECORDS: usize = 500;

/// Puts the facts and keeps the answer as text; gives the data of the records of the type asked for.
pub(super) fn tell(attempt: &mut Attempt, answer: &Message, asked: RecordType) -> Vec<String> {
    let head = &answer.metadata;
    let code = rcode(head.response_code);
    attempt.heard(format!("{code}\n").as_bytes());
    attempt.put("rcode", code);
    attempt.put("authoritative", head.authoritative);
    attempt.put("recursion_available", head.recursion_available);
    attempt.put("authenticated", head.authentic_data);

    let records = answer.answers.iter().take(MOST_RECORDS);
    let fitting: Vec<&Record> =
        records.clone().filter(|record| asked == RecordType::ANY || record.record_type() == asked).collect();
    let answers: Vec<String> = fitting.iter().map(|record| data(&record.data)).collect();
    for record in records.clone() {
        let Record { name, ttl, .. } = record;
        attempt.heard(format!("{name} {ttl} {} {}\n", record.record_type(), data(&record.data)).as_bytes());
    }
    attempt.put("answers", answers.iter().map(|answer| answer.as_str().into()).collect::<Vec<Fact>>());
    attempt.put("answer_count", i64::try_from(answers.len()).unwrap_or(i64::MAX));
    if let Some(least) = fitting.iter().map(|record| record.ttl).min() {
        attempt.put("ttl_s", i64::from(least));
    }
    let serial =
        fitting.iter().find_map(|record| if let RData::SOA(soa) = &record.data { Some(soa.serial) } else { None });
    if let Some(serial) = serial {
        attempt.put("serial", i64::from(serial));
    }
    attempt.put("records", records.map(fact).collect::<Vec<Fact>>());
    attempt.put("authority", answer.authorities.iter().take(MOST_RECORDS).map(fact).collect::<Vec<Fact>>());
    answers
}

fn fact(record: &Record) -> Fact {
    Fact::Map(BTreeMap::from([
        ("name".to_owned(), Fact::Text(bare(&record.name.to_string()).to_owned())),
        ("type".to_owned(), Fact::Text(record.record_type().to_string())),
        ("ttl_s".to_owned(), Fact::Int(i64::from(record.ttl))),
        ("data".to_owned(), Fact::Text(data(&record.data))),
    ]))
}

/// The data as text, names without their last dot.
fn data(data: &RData) -> String {
    let mut text = String::new();
    // Some data has no text, which is no reason to fail.
    let _without = write!(text, "{data}");
    if matches!(data, RData::TXT(_)) { text } else { bare(&text).to_owned() }
}

/// Without the dot of the root.
pub(super) fn bare(name: &str) -> &str {
    name.strip_suffix('.').filter(|name| !name.is_empty()).unwrap_or(name)
}

/// Whether data is what somebody wrote: the case of names and their last dot do not matter.
pub(super) fn same(answer: &str, expected: &str) -> bool {
    answer == expected || bare(answer).eq_ignore_ascii_case(bare(expected))
}

/// The code as the standard writes it.
pub(super) fn rcode(code: ResponseCode) -> String {
    match code {
        ResponseCode::NoError => "NOERROR".to_owned(),
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::NXDomain => "NXDOMAIN".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        ResponseCode::Refused => "REFUSED".to_owned(),
        other => format!("RCODE{}", u16::from(other)),
    }
}
