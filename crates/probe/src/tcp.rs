//! Asking over plain TCP: does it accept, and does it say what it should?

use std::{io, net::SocketAddr, sync::Arc, time::Instant};

use async_trait::async_trait;
use model::{Exchange, Fault, ProbeSpec, Reason, Request, Response};
use rules::{
    assess::{Facts, Observation, Trouble},
    kind::{CelKind, Kind, NameSpec, OptionKind, OptionSpec},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout_at,
};

use crate::{
    Asking, Clients, HostKey, Probe,
    excerpt::excerpt,
    filled::BEGINS,
    lookup::{Names, NoAddress},
    marks::{self, Mark, Moments, Stage, marked, micros},
    options::{Options, mentions},
    redact::Masks,
    said::{connecting, in_time},
};

/// Bytes of a banner that are read at most.
const LONGEST_BANNER: usize = 65_536;

/// The kind's row.
pub(crate) const KIND: Kind = Kind {
    name: "tcp",
    summary: "Opens a TCP connection and, if asked to, sends a text and waits for another",
    options: &[
        option("host", OptionKind::Text, true, "The name or address to connect to"),
        option("port", OptionKind::Int { min: 1, max: 65_535 }, true, "The port to connect to"),
        option("send", OptionKind::Text, false, "A text to send once connected"),
        option("expect", OptionKind::Text, false, "A text that must come back within the timeout"),
    ],
    names: &[
        name("latency", CelKind::Duration, "From the first network call until it was connected, or had answered"),
        name("banner", CelKind::Text, "What the other side said"),
    ],
    counts_as_ask: true,
};

const fn option(name: &'static str, kind: OptionKind, required: bool, help: &'static str) -> OptionSpec {
    OptionSpec { name, kind, required, default: None, help, secret: false }
}

const fn name(name: &'static str, cel: CelKind, help: &'static str) -> NameSpec {
    NameSpec { name, cel, help }
}

/// A probe of what is written.
pub(crate) fn build(spec: &ProbeSpec, clients: &Clients) -> Result<Arc<dyn Probe>, Vec<Fault>> {
    let mut options = Options::of(&KIND, spec);
    let (host, port) = whom_to_ask(&mut options);
    if host.as_deref().is_some_and(str::is_empty) {
        options.fault("host", "is empty");
    }
    if host.as_deref().is_some_and(|host| host.contains(BEGINS)) {
        options.fault("host", "has to be written: whom a probe asks cannot be filled in");
    }
    let (send, expect) = (options.text("send"), options.text("expect"));
    let made = host.zip(port).map(|(host, port)| {
        let host_in_address = bracketed(&host);
        let listen = expect.is_some() || mentions(spec, "banner");
        let peer = format!("{host_in_address}:{port}");
        let key = HostKey::new("tcp", &host_in_address, port);
        let (names, masks) = (clients.names().clone(), Masks::of(clients.masked().to_vec()));
        Arc::new(Tcp { names, host, port, send, expect, listen, peer, key, masks }) as Arc<dyn Probe>
    });
    options.finish(made)
}

/// Whom such a probe asks.
pub(crate) fn whom(spec: &ProbeSpec) -> Option<HostKey> {
    let (host, port) = whom_to_ask(&mut Options::of(&KIND, spec));
    Some(HostKey::new("tcp", &bracketed(&host?), port?))
}

fn whom_to_ask(options: &mut Options<'_>) -> (Option<String>, Option<u16>) {
    let host = options.text("host").map(|host| host.trim_matches(['[', ']']).to_owned());
    (host, options.int("port").and_then(|port| u16::try_from(port).ok()))
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

struct Tcp {
    names: Names,
    host: String,
    port: u16,
    send: Option<String>,
    expect: Option<String>,
    /// Whether anybody wants to know what the other side says.
    listen: bool,
    peer: String,
    key: HostKey,
    /// What must not be kept.
    masks: Masks,
}

/// How far it came.
#[derive(Default)]
struct Seen {
    peer: Option<SocketAddr>,
    banner: Vec<u8>,
}

impl Tcp {
    /// Connects to the first address that accepts.
    async fn connect(&self) -> Result<TcpStream, Trouble> {
        let addresses = self.names.resolve(&self.host).await.map_err(|error| match error {
            NoAddress::Refused(refused) => {
                Trouble::new(Reason::Config, format!("{} may not be asked: {refused}", self.peer))
            }
            why => Trouble::new(Reason::Dns, format!("the name {} does not resolve: {why}", self.host)),
        })?;
        let mut failed = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for address in addresses {
            match TcpStream::connect((address, self.port)).await {
                Ok(stream) => {
                    marks::stamp(Mark::Connected);
                    return Ok(stream);
                }
                Err(error) => failed = error,
            }
        }
        Err(connecting(&self.peer, &failed))
    }

    /// Sends and listens as the options say.
    async fn talk(&self, seen: &mut Seen) -> Result<(), Trouble> {
        let mut stream = self.connect().await?;
        seen.peer = stream.peer_addr().ok();
        let broken = |error: io::Error| Trouble::new(Reason::Connect, format!("{} broke off: {error}", self.peer));
        if let Some(text) = &self.send {
            stream.write_all(text.as_bytes()).await.map_err(broken)?;
        }
        while self.listen && seen.banner.len() < LONGEST_BANNER {
            if stream.read_buf(&mut seen.banner).await.map_err(broken)? == 0 {
                return match &self.expect {
                    Some(expect) => {
                        let message = format!("{} closed the connection without saying `{}`", self.peer, expect.trim());
                        Err(Trouble::new(Reason::Protocol, message))
                    }
                    None => Ok(()),
                };
            }
            if self.expect.as_ref().is_none_or(|expect| contains(&seen.banner, expect.as_bytes())) {
                return Ok(());
            }
        }
        match &self.expect {
            Some(expect) => {
                let message = format!("{} said {LONGEST_BANNER} bytes without `{}`", self.peer, expect.trim());
                Err(Trouble::new(Reason::TooLarge, message))
            }
            None => Ok(()),
        }
    }

    fn too_slow(&self, asking: &Asking, moments: &Moments) -> Trouble {
        match (moments.stage(), &self.expect) {
            (Stage::FirstByte, Some(expect)) => {
                in_time(&self.peer, asking.timeout, &format!("waiting for `{}`", expect.trim()))
            }
            (stage, _) => in_time(&self.peer, asking.timeout, stage.doing()),
        }
    }
}

#[async_trait]
impl Probe for Tcp {
    async fn ask(&self, asking: &Asking) -> Observation {
        let began = Instant::now();
        let deadline = tokio::time::Instant::from_std(began + asking.timeout.as_duration());
        let mut seen = Seen::default();
        let (talked, moments) = marked(timeout_at(deadline, self.talk(&mut seen))).await;
        let trouble = match talked {
            Err(_too_late) => Some(self.too_slow(asking, &moments)),
            Ok(talked) => talked.err(),
        };

        let mut observation = Observation::answered(asking.at, micros(began.elapsed()));
        observation.phases = moments.phases();
        observation.trouble =
            trouble.map(|Trouble { reason, message }| Trouble { reason, message: self.masks.text(message) });
        observation.exchange = Some(self.exchange(&seen));
        if self.listen {
            let banner = self.masks.text(String::from_utf8_lossy(&seen.banner).into_owned());
            observation.facts = Facts::default().with("banner", banner);
        }
        observation
    }

    fn peer(&self) -> Option<HostKey> {
        Some(self.key.clone())
    }
}

impl Tcp {
    fn exchange(&self, seen: &Seen) -> Exchange {
        let request = Request {
            method: "TCP".to_owned(),
            url: self.masks.text(self.key.to_string()),
            headers: Vec::new(),
            body: self.send.as_ref().map(|text| excerpt(text.as_bytes(), false, &self.masks)),
        };
        let response = seen.peer.map(|peer| Response {
            peer: Some(peer.to_string()),
            body: self.listen.then(|| excerpt(&seen.banner, true, &self.masks)),
            ..Response::default()
        });
        Exchange { request, response, redirects: Vec::new() }
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    part.is_empty() || text.windows(part.len()).any(|window| window == part)
}
