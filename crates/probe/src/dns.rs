//! Asking a name server: what it answers, how it answers, and whether that is what it should.

mod ask;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod fuzzing;
mod told;

use std::sync::Arc;

use async_trait::async_trait;
use hickory_proto::{
    op::ResponseCode,
    rr::{Name, RecordType},
};
use model::{Fault, ProbeSpec, Reason};
use rules::{
    assess::Trouble,
    kind::{CelKind, Kind, OptionKind},
};

use crate::{
    Clients, HostKey, Probe,
    attempt::{self, Attempt, Conversation, Party},
    dial::{self, Dial, Target},
    options::{Options, mentions, name, optional, required},
    table::Entry,
};
use ask::Question;

/// The kind's line in the table.
pub(crate) const ENTRY: Entry = Entry { kind: &KIND, build, whom };

static KIND: Kind = Kind {
    name: "dns",
    summary: "Asks a name server for records of a name",
    options: &[
        required("query", OptionKind::Text, "The name to ask for, or the address for PTR"),
        optional("type", OptionKind::OneOf(TYPES), Some("A"), "The type of the records"),
        optional(
            "server",
            OptionKind::Text,
            None,
            "The name server to ask, name or address; without one the first that the machine itself asks",
        ),
        optional("port", OptionKind::Int { min: 1, max: 65_535 }, Some("53"), "The server's port"),
        optional(
            "protocol",
            OptionKind::OneOf(&["udp", "tcp"]),
            Some("udp"),
            "How to ask; an answer that is too long for udp is asked for again over tcp",
        ),
        optional("recursion", OptionKind::Bool, Some("true"), "Whether the server may ask others"),
        optional(
            "rcode",
            OptionKind::OneOf(&["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "NOTIMP", "FORMERR"]),
            Some("NOERROR"),
            "The code that the answer has to have",
        ),
        optional("expect", OptionKind::TextList, None, "Records that all have to be among the answers"),
        dial::IP,
    ],
    names: &[
        name("latency", CelKind::Duration, "From the question to the answer"),
        name("rcode", CelKind::Text, "The code of the answer: NOERROR, NXDOMAIN, SERVFAIL"),
        name("answers", CelKind::List, "The data of the records of the type asked for, as texts"),
        name("answer_count", CelKind::Int, "How many these are"),
        name("ttl_s", CelKind::Int, "Seconds for which they may be kept, the least of them"),
        name("serial", CelKind::Int, "The serial of a SOA record"),
        name("records", CelKind::List, "Every record of the answer: name, type, ttl_s, data"),
        name("authority", CelKind::List, "The records that tell who is in charge, in the same form"),
        name("authoritative", CelKind::Bool, "Whether the server is in charge of the name"),
        name("recursion_available", CelKind::Bool, "Whether the server would ask others"),
        name("authenticated", CelKind::Bool, "Whether the server says that it verified signatures"),
        name("protocol", CelKind::Text, "What the answer came over: udp, tcp"),
    ],
    counts_as_ask: true,
};

const TYPES: &[&str] = &[
    "A", "AAAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT", "CAA", "HTTPS", "SVCB", "TLSA", "NAPTR", "DS",
    "DNSKEY", "ANY",
];

fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let record_type: Option<RecordType> = options.text("type").and_then(|word| word.parse().ok());
    let name = options.text("query").and_then(|text| read_name(&mut options, &text, record_type));
    let target = server(&mut options);
    let over_tcp = options.text("protocol").map(|word| word == "tcp");
    let recursion = options.bool("recursion");
    let rcode = options.text("rcode").filter(|_| !mentions(spec, "rcode"));
    let expect = options.list("expect").unwrap_or_default();
    let may_be_empty = mentions(spec, "answers") || mentions(spec, "answer_count");

    let made = match (name, record_type, over_tcp, recursion) {
        (Some(name), Some(record_type), Some(over_tcp), Some(recursion)) => {
            let known = target.is_some();
            let target = target.unwrap_or_else(|| Target::new("dns", "localhost", 53, None));
            let party = if known {
                Party::of(&target, "QUERY")
            } else {
                let peer = "the machine's own name server".to_owned();
                Party { method: "QUERY", url: "dns:".to_owned(), peer, key: None }
            };
            let dial = Dial::to(target, &mut options, clients, None);
            let question = Question { name, record_type, recursion };
            Some((party, Dns { dial, known, question, over_tcp, rcode, expect, may_be_empty }))
        }
        _ => None,
    };
    attempt::probe(spec, clients, options, made)
}

fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    server(&mut Options::of(&KIND, spec)).map(|target| target.key)
}

fn server(options: &mut Options<'_>) -> Option<Target> {
    let port = options.int("port").and_then(|port| u16::try_from(port).ok());
    let host = options.text("server")?;
    let host = dial::is_host(options, "server", &host).then_some(host)?;
    Some(Target::new("dns", &host, port?, None))
}

/// A name as it is asked for: from the root. For PTR an address is turned into its name.
fn read_name(options: &mut Options<'_>, text: &str, record_type: Option<RecordType>) -> Option<Name> {
    if let (Some(RecordType::PTR), Ok(address)) = (record_type, text.parse::<std::net::IpAddr>()) {
        return Some(address.into());
    }
    match Name::from_str_relaxed(text) {
        Ok(mut name) if !text.is_empty() => {
            name.set_fqdn(true);
            Some(name)
        }
        _ => {
            options.fault("query", "is not a name such as erp.example");
            None
        }
    }
}

struct Dns {
    dial: Dial,
    /// Whether the dial leads to a server that is written; else the machine's own is looked up at each ask.
    known: bool,
    question: Question,
    over_tcp: bool,
    /// The code that the answer has to have; `None` where an expression looks at it.
    rcode: Option<String>,
    expect: Vec<String>,
    may_be_empty: bool,
}

#[async_trait]
impl Conversation for Dns {
    async fn talk(&self, attempt: &mut Attempt) -> Result<(), Trouble> {
        let dial = if self.known { self.dial.clone() } else { ask::own_server(&self.dial).await? };
        attempt.sent(self.question.text().as_bytes());
        let (mut answer, mut protocol) = (None, "tcp");
        if !self.over_tcp {
            let over_udp = ask::over_udp(&dial, &self.question, attempt).await?;
            if !over_udp.metadata.truncation {
                (answer, protocol) = (Some(over_udp), "udp");
            }
        }
        let answer = match answer {
            Some(answer) => answer,
            None => ask::over_tcp(&dial, &self.question, attempt).await?,
        };
        attempt.put("protocol", protocol);
        let answers = told::tell(attempt, &answer, self.question.record_type);
        self.judge(&dial.target.peer, answer.metadata.response_code, &answers)
    }
}

impl Dns {
    fn judge(&self, peer: &str, code: ResponseCode, answers: &[String]) -> Result<(), Trouble> {
        let (name, record_type) = (self.question.name.to_string(), self.question.record_type);
        let name = told::bare(&name);
        let said = told::rcode(code);
        if let Some(expected) = &self.rcode
            && *expected != said
        {
            let reason = match code {
                ResponseCode::NoError | ResponseCode::NXDomain => Reason::Dns,
                ResponseCode::ServFail => Reason::ServerError,
                ResponseCode::Refused => Reason::Auth,
                _ => Reason::ClientError,
            };
            let message = format!("{peer} answered {said} for {name} ({record_type}), not {expected}");
            return Err(Trouble::new(reason, message));
        }
        let missing = self.expect.iter().find(|expected| !answers.iter().any(|answer| told::same(answer, expected)));
        if let Some(missing) = missing {
            let found = if answers.is_empty() { "nothing".to_owned() } else { answers.join(", ") };
            let message = format!("{peer} does not answer `{missing}` for {name} ({record_type}), but {found}");
            return Err(Trouble::new(Reason::Assertion, message));
        }
        if answers.is_empty() && said == "NOERROR" && !self.may_be_empty {
            return Err(Trouble::new(
                Reason::NotFound,
                format!("{peer} knows {name}, but no {record_type} record of it"),
            ));
        }
        Ok(())
    }
}
