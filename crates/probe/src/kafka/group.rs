//! A consumer group: who keeps it, and who is in it.

use model::Reason;
use rules::assess::Trouble;

use super::{
    broker::{Broker, DESCRIBE_GROUPS, FIND_COORDINATOR},
    cluster::{Cluster, Node},
    code,
    form::{bytes, list, maybe_text, put_count, put_text, text},
};
use crate::{attempt::Attempt, octets::Octets};

/// The broker that keeps a group's offsets.
pub(super) async fn coordinator(attempt: &mut Attempt, broker: &mut Broker, group: &str) -> Result<Node, Trouble> {
    let mut body = Vec::new();
    put_text(&mut body, group);
    body.push(0);
    let answer = broker.ask(attempt, FIND_COORDINATOR, &body).await?;
    let mut octets = Octets::of(&answer);
    let mut read = || {
        let _throttled = octets.i32()?;
        let (code, why) = (octets.i16()?, maybe_text(&mut octets)?);
        Some((code, why, Node { id: octets.i32()?, host: text(&mut octets)?, port: octets.i32()? }))
    };
    let (code, why, node) = read().ok_or_else(|| broker.unlike(FIND_COORDINATOR.name))?;
    let to = format!("{} of {group}", FIND_COORDINATOR.name);
    code::check(&broker.peer, &to, code, why.as_deref().filter(|why| !why.is_empty() && *why != "NONE"))?;
    Ok(node)
}

/// What a group does, by Kafka's word for it (`Stable`, `Empty`, `Dead`), and how many consumers are in it.
pub(super) async fn members(
    attempt: &mut Attempt,
    cluster: &mut Cluster<'_>,
    coordinator: &Node,
    group: &str,
) -> Result<(String, usize), Trouble> {
    if !cluster.first().knows(DESCRIBE_GROUPS) {
        let message = format!("{} cannot tell who is in a group", cluster.first().peer);
        return Err(Trouble::new(Reason::Protocol, message));
    }
    let broker = cluster.at(attempt, coordinator).await?;
    let mut body = Vec::new();
    put_count(&mut body, 1);
    put_text(&mut body, group);
    let answer = broker.ask(attempt, DESCRIBE_GROUPS, &body).await?;
    let groups = list(&mut Octets::of(&answer), |octets| {
        let (code, _group, state) = (octets.i16()?, text(octets)?, text(octets)?);
        let (_protocol_type, _protocol) = (maybe_text(octets)?, maybe_text(octets)?);
        let members = list(octets, |octets| {
            let (_member, _client, _host) = (maybe_text(octets)?, maybe_text(octets)?, maybe_text(octets)?);
            let (_subscription, _assignment) = (bytes(octets)?, bytes(octets)?);
            Some(())
        })?;
        Some((code, state, members.len()))
    });
    let told = groups.and_then(|groups| groups.into_iter().next());
    let (code, state, members) = told.ok_or_else(|| broker.unlike(DESCRIBE_GROUPS.name))?;
    code::check(&broker.peer, &format!("{} of {group}", DESCRIBE_GROUPS.name), code, None)?;
    Ok((state, members))
}
