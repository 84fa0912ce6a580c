//! A record there and back.

use std::time::Instant;

use model::Reason;
use rules::assess::Trouble;

use super::{
    broker::{self, Broker, FETCH, PRODUCE},
    cluster::{Cluster, Place},
    code,
    form::{bytes, list, put_bytes},
    lag::{places, put_places},
    record::{self, Found},
};
use crate::{attempt::Attempt, octets::Octets};

/// Bytes that are fetched at once at most.
const FETCHED: i32 = 1_048_576;

/// Milliseconds that the broker waits for more before it answers.
const WAITED: i32 = 500;

/// Writes a record to the partition, takes it from there again, and puts how long that took.
pub(super) async fn there_and_back(
    attempt: &mut Attempt,
    cluster: &mut Cluster<'_>,
    topic: &str,
    partition: i32,
) -> Result<(), Trouble> {
    let place = (topic.to_owned(), partition);
    let leader = cluster.describe(attempt, &[topic]).await?.leaders().get(&place).copied();
    let Some(leader) = leader else {
        let message = format!("the topic {topic} has no partition {partition}");
        return Err(Trouble::new(Reason::NotFound, message));
    };
    if leader < 0 {
        let message = format!("{topic}/{partition} has no leader: it takes no records");
        return Err(Trouble::new(Reason::ServerError, message));
    }
    let broker = cluster.node(attempt, leader).await?;
    let value = format!("bridgewatch {}", broker::nonce()?);
    let began = Instant::now();
    let offset = produce(attempt, broker, &place, value.as_bytes()).await?;
    loop {
        match fetch(attempt, broker, &place, offset, value.as_bytes()).await? {
            Found::Ours => break,
            Found::Nothing => {}
            Found::Other => {
                let message = format!("{} gave back another record of {topic}/{partition}", broker.peer);
                return Err(Trouble::new(Reason::Protocol, message));
            }
        }
    }
    attempt.put_time("round_trip_time", began);
    Ok(())
}

/// Writes, waits until all replicas in sync have it, and tells its offset.
async fn produce(attempt: &mut Attempt, broker: &mut Broker, place: &Place, value: &[u8]) -> Result<i64, Trouble> {
    let batch = record::batch(value, attempt.asking.at.0);
    let timeout = i32::try_from(attempt.asking.timeout.as_duration().as_millis()).unwrap_or(i32::MAX);
    // No transaction; acknowledged by all in sync.
    let mut body = (-1_i16).to_be_bytes().to_vec();
    body.extend_from_slice(&(-1_i16).to_be_bytes());
    body.extend_from_slice(&timeout.to_be_bytes());
    put_places(&mut body, std::iter::once(place), |_| {
        let mut records = Vec::new();
        put_bytes(&mut records, &batch);
        records
    });
    let answer = broker.ask(attempt, PRODUCE, &body).await?;
    let read = places(&mut Octets::of(&answer), |octets| {
        let (code, offset, _at) = (octets.i16()?, octets.i64()?, octets.i64()?);
        Some((code, offset))
    });
    let written = read.and_then(|places| places.into_iter().find(|(written, _)| written == place));
    let (_, (code, offset)) = written.ok_or_else(|| broker.unlike(PRODUCE.name))?;
    code::check(&broker.peer, &format!("{} to {}/{}", PRODUCE.name, place.0, place.1), code, None)?;
    Ok(offset)
}

/// Looks for the record at its offset.
async fn fetch(
    attempt: &mut Attempt,
    broker: &mut Broker,
    place: &Place,
    offset: i64,
    value: &[u8],
) -> Result<Found, Trouble> {
    let mut body = (-1_i32).to_be_bytes().to_vec();
    for number in [WAITED, 1, FETCHED] {
        body.extend_from_slice(&number.to_be_bytes());
    }
    body.push(0);
    put_places(&mut body, std::iter::once(place), |_| [&offset.to_be_bytes()[..], &FETCHED.to_be_bytes()].concat());
    let answer = broker.ask(attempt, FETCH, &body).await?;
    let mut octets = Octets::of(&answer);
    let _throttled = octets.i32();
    let read = places(&mut octets, |octets| {
        let (code, _watermark, _stable) = (octets.i16()?, octets.i64()?, octets.i64()?);
        let _aborted = list(octets, |octets| octets.i64().zip(octets.i64()))?;
        Some((code, record::find(bytes(octets)?, offset, value)))
    });
    let fetched = read.and_then(|places| places.into_iter().find(|(fetched, _)| fetched == place));
    let (_, (code, found)) = fetched.ok_or_else(|| broker.unlike(FETCH.name))?;
    code::check(&broker.peer, &format!("{} of {}/{}", FETCH.name, place.0, place.1), code, None)?;
    Ok(found)
}
