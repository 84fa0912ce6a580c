//! How far a consumer group is behind.

use std::collections::BTreeMap;

use model::Reason;
use rules::assess::Trouble;

use super::{
    broker::{Broker, LIST_OFFSETS, OFFSET_FETCH},
    cluster::{Cluster, Node, Place},
    code,
    form::{list, maybe_text, put_count, put_text, text},
};
use crate::{attempt::Attempt, octets::Octets};

/// Partitions of a group that are looked at.
const MOST_PARTITIONS: usize = 20_000;

/// How far a group is behind, in records.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Lag {
    /// Over all partitions.
    pub(super) sum: i64,
    /// In the partition that is furthest behind.
    pub(super) most: i64,
    /// Partitions without a committed offset, of which nobody knows how far behind they are.
    pub(super) uncommitted: i64,
}

/// Of a group, for one topic or for all of which it has committed offsets.
pub(super) async fn of(
    attempt: &mut Attempt,
    cluster: &mut Cluster<'_>,
    coordinator: &Node,
    group: &str,
    topic: Option<&str>,
) -> Result<Lag, Trouble> {
    let asked: Option<Vec<Place>> = match topic {
        Some(topic) => Some(cluster.describe(attempt, &[topic]).await?.leaders().into_keys().collect()),
        None => None,
    };
    let broker = cluster.at(attempt, coordinator).await?;
    let committed = committed(attempt, broker, group, asked.as_deref()).await?;
    if committed.len() > MOST_PARTITIONS {
        let message = format!("the group {group} has offsets of {} partitions, too many to look at", committed.len());
        return Err(Trouble::new(Reason::TooLarge, message));
    }
    let known: BTreeMap<Place, i64> =
        committed.iter().filter(|(_, offset)| **offset >= 0).map(|(place, offset)| (place.clone(), *offset)).collect();
    if known.is_empty() {
        let message = format!("{} knows no committed offsets of the group {group}", broker.peer);
        return Err(Trouble::new(Reason::NotFound, message));
    }
    let mut topics: Vec<&str> = known.keys().map(|(topic, _)| topic.as_str()).collect();
    topics.dedup();
    let leaders = cluster.describe(attempt, &topics).await?.leaders();
    let ends = ends(attempt, cluster, &known, &leaders).await?;
    let uncommitted = i64::try_from(committed.len() - known.len()).unwrap_or(i64::MAX);
    let mut lag = Lag { uncommitted, ..Lag::default() };
    for (place, offset) in &known {
        let Some(end) = ends.get(place) else {
            let message = format!("nobody told the end of {}/{}, though its leader was asked", place.0, place.1);
            return Err(Trouble::new(Reason::Protocol, message));
        };
        // Who had records deleted may leave a group beyond the end.
        let behind = end.saturating_sub(*offset).max(0);
        lag.sum = lag.sum.saturating_add(behind);
        lag.most = lag.most.max(behind);
    }
    Ok(lag)
}

/// The offsets that a group has committed, -1 where none; of all that it has without `asked`.
async fn committed(
    attempt: &mut Attempt,
    broker: &mut Broker,
    group: &str,
    asked: Option<&[Place]>,
) -> Result<BTreeMap<Place, i64>, Trouble> {
    let mut body = Vec::new();
    put_text(&mut body, group);
    match asked {
        None => body.extend_from_slice(&(-1_i32).to_be_bytes()),
        Some(places) => put_places(&mut body, places.iter(), |_| Vec::new()),
    }
    let answer = broker.ask(attempt, OFFSET_FETCH, &body).await?;
    let mut octets = Octets::of(&answer);
    let read = places(&mut octets, |octets| {
        let offset = octets.i64()?;
        maybe_text(octets)?;
        Some((octets.i16()?, offset))
    });
    let (offsets, code) = read.zip(octets.i16()).ok_or_else(|| broker.unlike(OFFSET_FETCH.name))?;
    code::check(&broker.peer, &format!("{} of {group}", OFFSET_FETCH.name), code, None)?;
    sound(broker, OFFSET_FETCH.name, offsets)
}

/// The offset after the last record of each partition, asked of its leader.
async fn ends(
    attempt: &mut Attempt,
    cluster: &mut Cluster<'_>,
    known: &BTreeMap<Place, i64>,
    leaders: &BTreeMap<Place, i32>,
) -> Result<BTreeMap<Place, i64>, Trouble> {
    let mut by_leader: BTreeMap<i32, Vec<Place>> = BTreeMap::new();
    for place in known.keys() {
        let Some(leader) = leaders.get(place).filter(|leader| **leader >= 0) else {
            let message = format!("{}/{} has no leader: nobody knows its end", place.0, place.1);
            return Err(Trouble::new(Reason::ServerError, message));
        };
        by_leader.entry(*leader).or_default().push(place.clone());
    }
    let mut ends = BTreeMap::new();
    for (leader, led) in by_leader {
        let broker = cluster.node(attempt, leader).await?;
        let mut body = (-1_i32).to_be_bytes().to_vec();
        // -1: the end.
        put_places(&mut body, led.iter(), |_| (-1_i64).to_be_bytes().to_vec());
        let answer = broker.ask(attempt, LIST_OFFSETS, &body).await?;
        let read = places(&mut Octets::of(&answer), |octets| {
            let (code, _at) = (octets.i16()?, octets.i64()?);
            Some((code, octets.i64()?))
        });
        let read = read.ok_or_else(|| broker.unlike(LIST_OFFSETS.name))?;
        ends.extend(sound(broker, LIST_OFFSETS.name, read)?);
    }
    Ok(ends)
}

/// Topics with their partitions, in order, each partition followed by what `more` makes of it.
pub(super) fn put_places<'p>(
    body: &mut Vec<u8>,
    places: impl Iterator<Item = &'p Place>,
    more: impl Fn(&Place) -> Vec<u8>,
) {
    let mut topics: BTreeMap<&str, Vec<&Place>> = BTreeMap::new();
    places.for_each(|place| topics.entry(&place.0).or_default().push(place));
    put_count(body, topics.len());
    for (topic, places) in topics {
        put_text(body, topic);
        put_count(body, places.len());
        for place in places {
            body.extend_from_slice(&place.1.to_be_bytes());
            body.extend_from_slice(&more(place));
        }
    }
}

/// Topics with their partitions, each followed by what `more` reads.
pub(super) fn places<'b, T>(
    octets: &mut Octets<'b>,
    more: impl Fn(&mut Octets<'b>) -> Option<T>,
) -> Option<Vec<(Place, T)>> {
    let topics = list(octets, |octets| {
        let topic = text(octets)?;
        let partitions = list(octets, |octets| Some((octets.i32()?, more(octets)?)))?;
        Some((topic, partitions))
    })?;
    let each = topics.into_iter().flat_map(|(topic, partitions)| {
        partitions.into_iter().map(move |(index, value)| ((topic.clone(), index), value))
    });
    Some(each.collect())
}

/// The offsets, if no partition has an error.
fn sound(broker: &Broker, name: &str, read: Vec<(Place, (i16, i64))>) -> Result<BTreeMap<Place, i64>, Trouble> {
    let mut offsets = BTreeMap::new();
    for ((topic, index), (code, offset)) in read {
        code::check(&broker.peer, &format!("{name} of {topic}/{index}"), code, None)?;
        offsets.insert((topic, index), offset);
    }
    Ok(offsets)
}

#[cfg(test)]
mod tests {
    use super::{places, put_places};
    use crate::octets::Octets;

    #[test]
    fn partitions_stand_below_their_topic() {
        let asked = [("b".to_owned(), 0), ("a".to_owned(), 1), ("b".to_owned(), 2)];
        let mut body = Vec::new();
        put_places(&mut body, asked.iter(), |place| vec![u8::try_from(place.1).expect("small")]);
        let read = places(&mut Octets::of(&body), Octets::u8).expect("places");
        let read: Vec<(&str, i32, u8)> =
            read.iter().map(|((topic, index), value)| (topic.as_str(), *index, *value)).collect();
        assert_eq!(read, [("a", 1, 1), ("b", 0, 0), ("b", 2, 2)]);
        assert!(places(&mut Octets::of(&body[..body.len() - 1]), Octets::u8).is_none());
    }
}
