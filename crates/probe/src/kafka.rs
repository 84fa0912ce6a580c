//! Asking a Kafka cluster: is it whole, how far is a group behind, does a record come back?
//!
//! The few messages that takes are written and read here: what brokers send is bounded by what came, and all of them, wherever the
//! cluster says they are, are reached the way every other target is.

mod broker;
mod cluster;
mod code;
mod form;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod group;
mod lag;
mod record;
mod scram;
mod signing;
mod trip;

use std::{sync::Arc, time::Instant};

use async_trait::async_trait;
use model::{Fault, ProbeSpec, Reason};
use rules::{
    assess::Trouble,
    kind::{CelKind, Kind, OptionKind},
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial},
    options::{Options, mentions, name, optional, secret},
    secure::{self, Tls},
    table::Entry,
};
use broker::Broker;
use cluster::Cluster;
use scram::Hash;
use signing::{Login, Signing};

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

/// Characters of a topic's name at most.
const LONGEST_TOPIC: usize = 249;

static KIND: Kind = Kind {
    name: "kafka",
    summary: "Asks a Kafka cluster what it is made of and, if asked to, how far a group is behind and for a record there and back",
    options: &[
        dial::HOST,
        dial::port(Some("9092")),
        optional("topic", OptionKind::Text, None, "A topic that has to be there; its partitions are counted"),
        optional(
            "group",
            OptionKind::Text,
            None,
            "A consumer group whose lag is looked at: in `topic`, or in all topics of which it committed offsets",
        ),
        optional(
            "round_trip",
            OptionKind::Text,
            None,
            "A topic of the probe's own, to which a record is written and from which it is read again",
        ),
        optional("partition", OptionKind::Int { min: 0, max: 100_000 }, Some("0"), "The partition of `round_trip`"),
        optional(
            "sasl",
            OptionKind::OneOf(&["plain", "scram-sha-256", "scram-sha-512"]),
            None,
            "How to sign in; without it there is no signing in",
        ),
        optional("username", OptionKind::Text, None, "The user to sign in as"),
        secret("password", "The password to sign in with"),
        optional("tls", OptionKind::Bool, Some("false"), "Whether to shake hands in TLS, with every broker"),
        dial::IP,
        dial::RESOLVE,
        secure::CA,
        secure::SERVER_NAME,
        secure::CLIENT_CERTIFICATE,
        secure::CLIENT_KEY,
        secure::INSECURE,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call to the last answer"),
        name("metadata_time", CelKind::Duration, "From asking what the cluster is made of to the answer"),
        name("brokers", CelKind::Int, "Brokers of the cluster"),
        name("controller", CelKind::Int, "The number of the broker that leads the cluster; -1 if none does"),
        name("cluster_id", CelKind::Text, "The cluster's own name"),
        name("partitions", CelKind::Int, "Partitions of the topic"),
        name("offline", CelKind::Int, "Partitions of the topic without a leader"),
        name(
            "under_replicated",
            CelKind::Int,
            "Partitions of the topic with fewer replicas in sync than they should have",
        ),
        name(
            "group_state",
            CelKind::Text,
            "What the group does, by Kafka's word: Stable, Empty, PreparingRebalance, Dead",
        ),
        name("members", CelKind::Int, "Consumers in the group"),
        name("lag", CelKind::Int, "Records that the group has yet to take, over all partitions"),
        name("lag_max", CelKind::Int, "The same in the partition that is furthest behind"),
        name("uncommitted", CelKind::Int, "Partitions of the group without a committed offset; not part of `lag`"),
        name("round_trip_time", CelKind::Duration, "From writing a record until it was read again"),
        secure::CERT,
        secure::CERT_EXPIRES_IN,
        secure::CERT_SUBJECT,
        secure::CERT_ISSUER,
    ],
    counts_as_ask: true,
};

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let dial = Dial::read(&mut options, clients, "kafka");
    let login = login(&mut options);
    let topic = topic(&mut options, "topic");
    let round_trip = topic_of(&mut options);
    let group = options.text("group");
    if group.as_ref().is_some_and(|group| group.is_empty() || group.len() > 255) {
        options.fault("group", "has to have 1 to 255 bytes");
    }
    let members = ["members", "group_state"].iter().any(|name| mentions(spec, name));
    let with_tls = options.bool("tls").unwrap_or_default();
    let named = options.is_given("tls_server_name");
    let made = dial.and_then(|dial| {
        let tls = if with_tls { Some(Tls::read(&mut options, clients, &dial.target, &[])?) } else { None };
        let party = Party::of(&dial.target, "METADATA");
        Some((party, Kafka { way: Way { dial, tls, named, login }, topic, group, members, round_trip }))
    });
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    dial::whom(&KIND, spec, "kafka")
}

fn login(options: &mut Options<'_>) -> Option<Login> {
    let (sasl, username, password) = (options.text("sasl"), options.text("username"), options.text("password"));
    let Some(sasl) = sasl else {
        if username.is_some() || password.is_some() {
            options.fault("sasl", "is missing: say how the user signs in");
        }
        return None;
    };
    if username.is_none() {
        options.fault("username", "is missing: `sasl` needs one");
    }
    if password.is_none() {
        options.fault("password", "is missing: `sasl` needs one");
    }
    let hash = match sasl.as_str() {
        "scram-sha-256" => Some(Hash::Sha256),
        "scram-sha-512" => Some(Hash::Sha512),
        _ => None,
    };
    Some(Login { hash, username: username?, password: password? })
}

/// A topic's name, as Kafka takes it.
fn topic(options: &mut Options<'_>, option: &str) -> Option<String> {
    let topic = options.text(option)?;
    let allowed = |sign: char| sign.is_ascii_alphanumeric() || "._-".contains(sign);
    if topic.is_empty() || topic.len() > LONGEST_TOPIC || !topic.chars().all(allowed) {
        options.fault(option, "is no topic: 1 to 249 letters, digits, dots, underscores and hyphens");
        return None;
    }
    Some(topic)
}

fn topic_of(options: &mut Options<'_>) -> Option<(String, i32)> {
    let partition = options.int("partition").and_then(|number| i32::try_from(number).ok());
    topic(options, "round_trip").zip(partition)
}

/// How every broker is reached.
struct Way {
    dial: Dial,
    tls: Option<Tls>,
    /// Whether the name in the certificates is written; else it is each broker's own.
    named: bool,
    login: Option<Login>,
}

impl Way {
    /// The way to another broker.
    fn elsewhere(&self, host: &str, port: u16) -> Result<(Dial, Option<Tls>), Trouble> {
        let dial = self.dial.elsewhere("kafka", host, port);
        let tls = match &self.tls {
            Some(tls) if !self.named => Some(tls.naming(&dial.target.host).ok_or_else(|| {
                let message =
                    format!("the cluster names the broker {}, for which no certificate can be", dial.target.peer);
                Trouble::new(Reason::Tls, message)
            })?),
            tls => tls.clone(),
        };
        Ok((dial, tls))
    }
}

struct Kafka {
    way: Way,
    topic: Option<String>,
    group: Option<String>,
    /// Whether an expression looks at who is in it.
    members: bool,
    /// The topic and partition to write to.
    round_trip: Option<(String, i32)>,
}

#[async_trait]
impl Conversation for Kafka {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let Way { dial, tls, login, .. } = &self.way;
        let mut signing = Signing::by(login.as_ref());
        let first = Broker::first(attempt, dial, tls.as_ref(), &mut signing).await?;
        let mut cluster = Cluster::through(first, &self.way, signing);
        let began = Instant::now();
        let told = cluster.describe(attempt, &self.topic.iter().map(String::as_str).collect::<Vec<_>>()).await?;
        attempt.put_time("metadata_time", began);
        attempt.heard(format!("{} brokers\n", told.nodes.len()).as_bytes());
        attempt.put("brokers", count(told.nodes.len()));
        attempt.put("controller", i64::from(told.controller));
        if let Some(id) = &told.cluster_id {
            attempt.put("cluster_id", id.clone());
        }
        if let Some(topic) = &self.topic {
            let (partitions, offline, under_replicated) = told.counts(topic);
            attempt.put("partitions", count(partitions));
            attempt.put("offline", count(offline));
            attempt.put("under_replicated", count(under_replicated));
        }
        if let Some(group) = &self.group {
            let coordinator = group::coordinator(attempt, cluster.first(), group).await?;
            if self.members {
                let (state, members) = group::members(attempt, &mut cluster, &coordinator, group).await?;
                attempt.heard(format!("{group} is {state}, {members} members\n").as_bytes());
                attempt.put("group_state", state);
                attempt.put("members", count(members));
            }
            let lag = lag::of(attempt, &mut cluster, &coordinator, group, self.topic.as_deref()).await?;
            attempt.heard(format!("{group} is {} records behind\n", lag.sum).as_bytes());
            attempt.put("lag", lag.sum);
            attempt.put("lag_max", lag.most);
            attempt.put("uncommitted", lag.uncommitted);
        }
        if let Some((topic, partition)) = &self.round_trip {
            trip::there_and_back(attempt, &mut cluster, topic, *partition).await?;
        }
        Ok(())
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
