//! A question on its way: over UDP, over TCP, and to whom if nobody said.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use hickory_proto::{
    op::{Edns, Message, MessageType, Query},
    rr::{Name, RecordType},
};
use model::Reason;
use rules::assess::Trouble;
use tokio::net::UdpSocket;

use crate::{
    attempt::Attempt,
    dial::Dial,
    marks::{self, Mark},
    said,
    wire::Wire,
};

/// Bytes of an answer over UDP that we say we take: what passes every network unbroken (DNS flag day 2020).
const LONGEST_DATAGRAM: u16 = 1_232;

/// Where the machine's own name servers stand.
const RESOLV_CONF: &str = "/etc/resolv.conf";

/// What is asked.
pub(super) struct Question {
    /// The name, from the root.
    pub(super) name: Name,
    /// The records.
    pub(super) record_type: RecordType,
    /// Whether the server may ask others.
    pub(super) recursion: bool,
}

impl Question {
    /// As people write it.
    pub(super) fn text(&self) -> String {
        format!("{} {}", self.name, self.record_type)
    }

    /// A message with an id of its own.
    fn message(&self) -> Message {
        let mut message = Message::query();
        message.metadata.recursion_desired = self.recursion;
        message.add_query(Query::query(self.name.clone(), self.record_type));
        let mut edns = Edns::new();
        edns.set_max_payload(LONGEST_DATAGRAM);
        message.set_edns(edns);
        message
    }
}

/// The answer over one datagram. Datagrams that belong to another question are passed over.
pub(super) async fn over_udp(dial: &Dial, question: &Question, attempt: &mut Attempt) -> Result<Message, Trouble> {
    let peer = &dial.target.peer;
    let broken = |error: std::io::Error| said::connecting(peer, &error);
    let addresses = dial.addresses().await?;
    let to = addresses.first().copied().unwrap_or(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)));
    let from: SocketAddr =
        if to.is_ipv4() { (Ipv4Addr::UNSPECIFIED, 0).into() } else { (Ipv6Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(from).await.map_err(broken)?;
    socket.connect(to).await.map_err(broken)?;
    marks::stamp(Mark::Ready);
    attempt.peer = Some(to);
    let asked = question.message();
    socket.send(&bytes(&asked)?).await.map_err(broken)?;
    attempt.waiting_for("the answer");
    let mut buffer = vec![0; usize::from(u16::MAX)];
    loop {
        let count = socket.recv(&mut buffer).await.map_err(broken)?;
        let heard = buffer.get(..count).unwrap_or_default();
        // What cannot be read may come from anybody: only what carries our id is answered for by the server.
        let ours = heard.starts_with(&asked.metadata.id.to_be_bytes());
        match Message::from_vec(heard) {
            Ok(answer) if ours && fits(&asked, &answer) => return Ok(answer),
            Err(error) if ours => return Err(unread(peer, &error.to_string())),
            _ => {}
        }
    }
}

/// The same over a connection, where a length of two bytes stands before each message.
pub(super) async fn over_tcp(dial: &Dial, question: &Question, attempt: &mut Attempt) -> Result<Message, Trouble> {
    let peer = &dial.target.peer;
    let mut wire = Wire::unkept(dial.stream(attempt, None).await?, peer);
    let asked = question.message();
    let message = bytes(&asked)?;
    let length = u16::try_from(message.len()).unwrap_or(u16::MAX).to_be_bytes();
    wire.send(attempt, &[&length[..], &message].concat()).await?;
    let length = wire.exactly(attempt, 2, "the answer").await?;
    let length = length.iter().fold(0, |length, byte| (length << 8) | usize::from(*byte));
    let heard = wire.exactly(attempt, length, "the answer").await?;
    match Message::from_vec(&heard) {
        Ok(answer) if fits(&asked, &answer) => Ok(answer),
        Ok(_) => Err(unread(peer, "it belongs to another question")),
        Err(error) => Err(unread(peer, &error.to_string())),
    }
}

/// The way to the first name server that the machine itself asks.
pub(super) async fn own_server(dial: &Dial) -> Result<Dial, Trouble> {
    let unknown = |why: &str| {
        let message = format!("the machine's own name server is not known ({RESOLV_CONF}: {why}): write `server`");
        Trouble::new(Reason::Config, message)
    };
    let text = tokio::fs::read_to_string(RESOLV_CONF).await.map_err(|error| unknown(&error.to_string()))?;
    let server = first_server(&text).ok_or_else(|| unknown("it names none"))?;
    Ok(dial.elsewhere("dns", server, 53))
}

fn first_server(text: &str) -> Option<&str> {
    let lines = text.lines().map(|line| line.split(['#', ';']).next().unwrap_or_default());
    lines
        .filter_map(|line| line.trim_start().strip_prefix("nameserver"))
        .find_map(|rest| rest.split_whitespace().next())
}

fn bytes(message: &Message) -> Result<Vec<u8>, Trouble> {
    message.to_vec().map_err(|error| Trouble::new(Reason::Config, format!("the question cannot be written: {error}")))
}

fn fits(asked: &Message, answer: &Message) -> bool {
    answer.metadata.id == asked.metadata.id
        && answer.metadata.message_type == MessageType::Response
        // A server that cannot read the question may leave it out.
        && (answer.queries.is_empty() || answer.queries == asked.queries)
}

fn unread(peer: &str, why: &str) -> Trouble {
    Trouble::new(Reason::Protocol, format!("the answer of {peer} is not DNS: {why}"))
}

#[cfg(test)]
mod tests {
    use super::first_server;

    #[test]
    fn the_first_name_server_is_the_one() {
        for (text, server) in [
            ("# none\nsearch x.example\n", None),
            ("#nameserver 1.1.1.1\nnameserver  10.0.0.1 # ours\nnameserver 10.0.0.2\n", Some("10.0.0.1")),
            (" nameserver fe80::1%eth0", Some("fe80::1%eth0")),
            ("nameserver", None),
        ] {
            assert_eq!(first_server(text), server, "{text}");
        }
    }
}
