//! What a cluster tells of itself, and the way to each of its brokers.

use std::collections::BTreeMap;

use model::Reason;
use rules::assess::Trouble;

use super::{
    Way,
    broker::{Broker, METADATA},
    code,
    form::{list, maybe_text, put_count, put_text, text},
    signing::Signing,
};
use crate::{attempt::Attempt, octets::Octets};

/// Brokers that one attempt connects to at most.
const MOST_BROKERS: usize = 64;

/// A topic and one of its partitions.
pub(super) type Place = (String, i32);

/// Somebody named by the cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) id: i32,
    pub(super) host: String,
    pub(super) port: i32,
}

/// A topic's partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Partition {
    pub(super) index: i32,
    /// Below 0: none.
    pub(super) leader: i32,
    replicas: usize,
    in_sync: usize,
}

/// What was told of the topics that were asked about.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) nodes: Vec<Node>,
    pub(super) cluster_id: Option<String>,
    pub(super) controller: i32,
    /// The code of the topic's error with its name.
    pub(super) topics: Vec<(i16, String, Vec<Partition>)>,
}

impl Told {
    /// How many partitions there are, how many have no leader, and how many have fewer replicas in sync than they should.
    pub(super) fn counts(&self, topic: &str) -> (usize, usize, usize) {
        let topics = self.topics.iter().filter(|(_, name, _)| name == topic);
        topics.flat_map(|(.., partitions)| partitions).fold((0, 0, 0), |(all, offline, behind), partition| {
            let is_offline = usize::from(partition.leader < 0);
            (all + 1, offline + is_offline, behind + usize::from(partition.in_sync < partition.replicas))
        })
    }

    /// The broker that leads each partition.
    pub(super) fn leaders(&self) -> BTreeMap<Place, i32> {
        let each = self.topics.iter().flat_map(|(_, name, partitions)| partitions.iter().map(move |one| (name, one)));
        each.map(|(name, partition)| ((name.clone(), partition.index), partition.leader)).collect()
    }
}

/// The cluster, asked through the broker that the probe names.
pub(super) struct Cluster<'k> {
    way: &'k Way,
    signing: Signing<'k>,
    first: Broker,
    others: BTreeMap<i32, Broker>,
    nodes: Vec<Node>,
}

impl<'k> Cluster<'k> {
    pub(super) const fn through(first: Broker, way: &'k Way, signing: Signing<'k>) -> Self {
        Self { way, signing, first, others: BTreeMap::new(), nodes: Vec::new() }
    }

    /// The broker that the probe names.
    pub(super) const fn first(&mut self) -> &mut Broker {
        &mut self.first
    }

    /// Asks about the cluster and these topics; none of them is created by that.
    pub(super) async fn describe(&mut self, attempt: &mut Attempt, topics: &[&str]) -> Result<Told, Trouble> {
        let mut body = Vec::new();
        put_count(&mut body, topics.len());
        for topic in topics {
            put_text(&mut body, topic);
        }
        body.push(0);
        let answer = self.first.ask(attempt, METADATA, &body).await?;
        let told = read(&mut Octets::of(&answer)).ok_or_else(|| self.first.unlike(METADATA.name))?;
        for (code, name, _) in &told.topics {
            // A topic of which a partition has no leader says so (5), and is told of all the same.
            if *code != 5 {
                code::check(&self.first.peer, &format!("{} of {name}", METADATA.name), *code, None)?;
            }
        }
        self.nodes.clone_from(&told.nodes);
        Ok(told)
    }

    /// A connection to a broker by its number.
    pub(super) async fn node(&mut self, attempt: &mut Attempt, id: i32) -> Result<&mut Broker, Trouble> {
        let found = self.nodes.iter().find(|node| node.id == id).cloned();
        let Some(node) = found else {
            let message = format!("{} names the broker {id}, but not where it is", self.first.peer);
            return Err(Trouble::new(Reason::Protocol, message));
        };
        self.at(attempt, &node).await
    }

    /// A connection to a broker that was named.
    pub(super) async fn at(&mut self, attempt: &mut Attempt, node: &Node) -> Result<&mut Broker, Trouble> {
        let target = &self.way.dial.target;
        let port = u16::try_from(node.port).ok().filter(|port| *port > 0);
        let Some(port) = port.filter(|_| !node.host.is_empty()) else {
            let message = format!("{} names a broker without an address", self.first.peer);
            return Err(Trouble::new(Reason::ServerError, message));
        };
        if node.host.eq_ignore_ascii_case(&target.host) && port == target.port {
            return Ok(&mut self.first);
        }
        let broker = match self.others.remove(&node.id) {
            Some(broker) => broker,
            None if self.others.len() >= MOST_BROKERS => {
                let message = format!("{} names more than {MOST_BROKERS} brokers to be asked", self.first.peer);
                return Err(Trouble::new(Reason::TooLarge, message));
            }
            None => {
                let (dial, tls) = self.way.elsewhere(&node.host, port)?;
                Broker::elsewhere(attempt, &dial, tls.as_ref(), &mut self.signing).await?
            }
        };
        Ok(self.others.entry(node.id).or_insert(broker))
    }
}

/// Reads version 4 of the answer to Metadata.
fn read(octets: &mut Octets<'_>) -> Option<Told> {
    let _throttled = octets.i32()?;
    let nodes = list(octets, |octets| {
        let node = Node { id: octets.i32()?, host: text(octets)?, port: octets.i32()? };
        maybe_text(octets)?;
        Some(node)
    })?;
    let cluster_id = maybe_text(octets)?;
    let controller = octets.i32()?;
    let topics = list(octets, |octets| {
        let (code, name) = (octets.i16()?, text(octets)?);
        let _internal = octets.u8()?;
        Some((code, name, list(octets, partition)?))
    })?;
    Some(Told { nodes, cluster_id, controller, topics })
}

fn partition(octets: &mut Octets<'_>) -> Option<Partition> {
    let _code = octets.i16()?;
    let (index, leader) = (octets.i32()?, octets.i32()?);
    let (replicas, in_sync) = (list(octets, Octets::i32)?.len(), list(octets, Octets::i32)?.len());
    Some(Partition { index, leader, replicas, in_sync })
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::octets::Octets;

    #[test]
    fn an_answer_tells_brokers_topics_and_what_is_wrong_with_them() {
        let bytes = b"\0\0\0\0\0\0\0\x01\0\0\0\x07\0\x02mq\0\0\x23\x84\xff\xff\0\x01c\0\0\0\x07\0\0\0\x01\0\x05\0\x01t\0\0\0\0\x02\
            \0\x05\0\0\0\0\xff\xff\xff\xff\0\0\0\x02\0\0\0\x07\0\0\0\x08\0\0\0\0\
            \0\0\0\0\0\x01\0\0\0\x07\0\0\0\x01\0\0\0\x07\0\0\0\x01\0\0\0\x07";
        let told = read(&mut Octets::of(bytes)).expect("an answer");
        assert_eq!((told.nodes[0].id, told.nodes[0].host.as_str(), told.nodes[0].port), (7, "mq", 9_092));
        assert_eq!((told.cluster_id.as_deref(), told.controller), (Some("c"), 7));
        assert_eq!(told.counts("t"), (2, 1, 1));
        assert_eq!(told.counts("other"), (0, 0, 0));
        assert_eq!(told.leaders()[&("t".to_owned(), 1)], 7);
        for end in 0..bytes.len() {
            assert_eq!(read(&mut Octets::of(&bytes[..end])), None, "cut off after {end}");
        }
    }
}
