//! A connection to one broker: asked, answered, signed in.

use model::Reason;
use ring::rand::{SecureRandom, SystemRandom};
use rules::assess::Trouble;
use tokio::time::timeout_at;

use super::{
    code,
    form::{bytes, list, maybe_text, put_bytes, put_text, text},
    scram,
    signing::{Login, Signing},
};
use crate::{attempt::Attempt, dial::Dial, marks::marked, octets::Octets, said, secure::Tls, wire::Wire};

/// Bytes of one answer at most.
const LARGEST: usize = 4_194_304;

/// A request in one version of its message; all versions here are of Kafka 1.0, and brokers of 4.x still take them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Api {
    key: i16,
    version: i16,
    pub(super) name: &'static str,
}

pub(super) const PRODUCE: Api = Api { key: 0, version: 3, name: "Produce" };
pub(super) const FETCH: Api = Api { key: 1, version: 4, name: "Fetch" };
pub(super) const LIST_OFFSETS: Api = Api { key: 2, version: 1, name: "ListOffsets" };
pub(super) const METADATA: Api = Api { key: 3, version: 4, name: "Metadata" };
pub(super) const OFFSET_FETCH: Api = Api { key: 9, version: 2, name: "OffsetFetch" };
pub(super) const FIND_COORDINATOR: Api = Api { key: 10, version: 1, name: "FindCoordinator" };
pub(super) const DESCRIBE_GROUPS: Api = Api { key: 15, version: 0, name: "DescribeGroups" };
const SASL_HANDSHAKE: Api = Api { key: 17, version: 1, name: "SaslHandshake" };
const API_VERSIONS: Api = Api { key: 18, version: 0, name: "ApiVersions" };
const SASL_AUTHENTICATE: Api = Api { key: 36, version: 0, name: "SaslAuthenticate" };

/// A connection to a broker.
pub(super) struct Broker {
    wire: Wire,
    pub(super) peer: String,
    asked: i32,
    /// Requests that the broker knows, with their least and greatest version; empty: it was not asked.
    known: Vec<(i16, i16, i16)>,
}

impl Broker {
    /// The broker that the probe names.
    pub(super) async fn first(
        attempt: &mut Attempt,
        dial: &Dial,
        tls: Option<&Tls>,
        signing: &mut Signing<'_>,
    ) -> Result<Self, Trouble> {
        let stream = dial.stream(attempt, tls).await?;
        let mut broker = Self::over(Wire::unkept(stream, &dial.target.peer), dial);
        let answer = broker.ask(attempt, API_VERSIONS, &[]).await?;
        let mut octets = Octets::of(&answer);
        let code = octets.i16();
        let known = list(&mut octets, |octets| Some((octets.i16()?, octets.i16()?, octets.i16()?)));
        let (code, known) = code.zip(known).ok_or_else(|| broker.unlike(API_VERSIONS.name))?;
        code::check(&broker.peer, API_VERSIONS.name, code, None)?;
        broker.known = known;
        broker.sign_in(attempt, signing).await?;
        Ok(broker)
    }

    /// Another broker, whom that one named. Its dialling is no phase of its own, and leaves who was asked first as it is.
    pub(super) async fn elsewhere(
        attempt: &mut Attempt,
        dial: &Dial,
        tls: Option<&Tls>,
        signing: &mut Signing<'_>,
    ) -> Result<Self, Trouble> {
        let (peer, handshake) = (attempt.peer, attempt.handshake.take());
        let (dialled, moments) = marked(timeout_at(attempt.deadline, dial.stream(attempt, tls))).await;
        (attempt.peer, attempt.handshake) = (peer, handshake);
        let late = |_| Err(said::too_slow(&dial.target.peer, attempt.asking.timeout, moments.stage()));
        let stream = dialled.unwrap_or_else(late)?;
        let mut broker = Self::over(Wire::unkept(stream, &dial.target.peer), dial);
        broker.sign_in(attempt, signing).await?;
        Ok(broker)
    }

    fn over(wire: Wire, dial: &Dial) -> Self {
        Self { wire, peer: dial.target.peer.clone(), asked: 0, known: Vec::new() }
    }

    /// Whether the broker said that it takes such a request.
    pub(super) fn knows(&self, api: Api) -> bool {
        self.known.iter().any(|(key, least, most)| *key == api.key && (*least..=*most).contains(&api.version))
    }

    /// Asks, and gives the answer after its head.
    pub(super) async fn ask(&mut self, attempt: &mut Attempt, api: Api, body: &[u8]) -> Result<Vec<u8>, Trouble> {
        let Api { key, version, name } = api;
        let known = self.known.iter().find(|(known, ..)| *known == key);
        if let Some((_, least, most)) = known.filter(|(_, least, most)| !(*least..=*most).contains(&version)) {
            let message = format!("{} knows {name} in versions {least} to {most}, not in {version}", self.peer);
            return Err(Trouble::new(Reason::Protocol, message));
        }
        self.asked += 1;
        let mut request = [key.to_be_bytes(), version.to_be_bytes()].concat();
        request.extend_from_slice(&self.asked.to_be_bytes());
        put_text(&mut request, "bridgewatch");
        request.extend_from_slice(body);
        let mut framed = Vec::new();
        put_bytes(&mut framed, &request);
        self.wire.send_secret(attempt, &framed, &format!("{name} to {}\n", self.peer)).await?;

        let what = format!("the answer of {} to {name}", self.peer);
        let size = self.wire.exactly(attempt, 4, what.clone()).await?;
        let size = Octets::of(&size).u32().map_or(usize::MAX, |size| size as usize);
        if size > LARGEST && self.asked == 1 {
            return Err(self.unlike(name));
        }
        if size > LARGEST {
            let message = format!("{} announced {size} bytes as {what}, at most {LARGEST} are read", self.peer);
            return Err(Trouble::new(Reason::TooLarge, message));
        }
        let mut answer = self.wire.exactly(attempt, size, what).await?;
        if Octets::of(&answer).i32() != Some(self.asked) {
            return Err(self.unlike(name));
        }
        answer.drain(..4);
        Ok(answer)
    }

    /// What an answer should have been.
    pub(super) fn unlike(&self, name: &str) -> Trouble {
        let message = format!("{} does not speak Kafka's protocol: its answer to {name} is none", self.peer);
        Trouble::new(Reason::Protocol, message)
    }

    async fn sign_in(&mut self, attempt: &mut Attempt, signing: &mut Signing<'_>) -> Result<(), Trouble> {
        let Some(login) = signing.login else { return Ok(()) };
        let mechanism = login.mechanism();
        let mut body = Vec::new();
        put_text(&mut body, mechanism);
        let answer = self.ask(attempt, SASL_HANDSHAKE, &body).await?;
        let mut octets = Octets::of(&answer);
        let read = octets.i16().zip(list(&mut octets, text));
        let (code, offered) = read.ok_or_else(|| self.unlike(SASL_HANDSHAKE.name))?;
        if code == 33 {
            let message = format!("{} offers {} to sign in, not {mechanism}", self.peer, offered.join(", "));
            return Err(Trouble::new(Reason::Auth, message));
        }
        code::check(&self.peer, SASL_HANDSHAKE.name, code, None)?;
        let Login { hash, username, password } = login;
        let Some(hash) = hash else {
            self.authenticate(attempt, format!("\0{username}\0{password}").as_bytes()).await?;
            return Ok(());
        };
        let begun = scram::begin(*hash, username, nonce()?);
        let challenge = self.authenticate(attempt, begun.first().as_bytes()).await?;
        let wrong = |peer: &str, why: &str| Trouble::new(Reason::Auth, format!("{peer} cannot sign us in: {why}"));
        let challenge = begun.read(&challenge).map_err(|why| wrong(&self.peer, why))?;
        let secret = (*hash, password.as_str());
        let salted = signing.salted(attempt.deadline, &self.peer, secret, &challenge.salting).await?;
        let proven = begun.answer(&challenge, &salted);
        let said = self.authenticate(attempt, proven.last.as_bytes()).await?;
        if proven.knows(&said) { Ok(()) } else { Err(wrong(&self.peer, "it does not know our password itself")) }
    }

    async fn authenticate(&mut self, attempt: &mut Attempt, said: &[u8]) -> Result<String, Trouble> {
        let mut body = Vec::new();
        put_bytes(&mut body, said);
        let answer = self.ask(attempt, SASL_AUTHENTICATE, &body).await?;
        let mut octets = Octets::of(&answer);
        let read = octets.i16().zip(maybe_text(&mut octets)).zip(bytes(&mut octets));
        let ((code, why), bytes) = read.ok_or_else(|| self.unlike(SASL_AUTHENTICATE.name))?;
        code::check(&self.peer, "signing in", code, why.as_deref())?;
        Ok(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// Random characters, new each time.
pub(super) fn nonce() -> Result<String, Trouble> {
    let mut bytes = [0; 16];
    match SystemRandom::new().fill(&mut bytes) {
        Ok(()) => Ok(format!("{:032x}", u128::from_be_bytes(bytes))),
        Err(_) => Err(Trouble::new(Reason::Internal, "the machine gives no random numbers")),
    }
}
