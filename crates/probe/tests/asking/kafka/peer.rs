//! A broker of our own that signs in by the SASL mechanisms, over TLS if asked to, and tells of a cluster that a test makes up.

use std::{num::NonZeroU32, sync::Arc};

use ring::{digest, hmac, pbkdf2};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::{TlsAcceptor, rustls::ServerConfig};

use crate::server::{Server, Stream};

pub const PASSWORD: &str = "four unrelated words";

/// How the broker is.
#[derive(Clone, Default)]
pub struct Peer {
    /// The mechanism that it offers; empty: nobody signs in.
    pub mechanism: &'static str,
    /// Whether it lets anybody in and proves nothing.
    pub impostor: bool,
    /// Where it says the leader of `orders` is; else it is that itself.
    pub leader: Option<(&'static str, i32)>,
    pub tls: Option<Arc<ServerConfig>>,
}

impl Peer {
    pub fn wanting(mechanism: &'static str) -> Self {
        Self { mechanism, ..Self::default() }
    }
}

/// Starts it. It answers until it is asked to write, which it never answers.
pub async fn kafka(peer: Peer) -> Server {
    Server::raw(move |stream, _| {
        let peer = peer.clone();
        async move {
            let own = stream.local_addr().expect("an address").port();
            match peer.tls.clone() {
                None => drop(serve(peer, stream, own.into()).await),
                Some(config) => {
                    if let Ok(stream) = TlsAcceptor::from(config).accept(stream).await {
                        drop(serve(peer, stream, own.into()).await);
                    }
                }
            }
        }
    })
    .await
}

async fn serve(peer: Peer, mut stream: impl Stream, port: i32) -> std::io::Result<()> {
    let mut challenged = None;
    loop {
        let mut request = vec![0; stream.read_u32().await? as usize];
        stream.read_exact(&mut request).await?;
        let key = i16::from_be_bytes([request[0], request[1]]);
        let name = usize::from(u16::from_be_bytes([request[8], request[9]]));
        let body = &request[10 + name..];
        let answer = match key {
            // It says that it describes groups, and nothing of the rest.
            18 => [0, 0, 0, 0, 0, 1, 0, 15, 0, 0, 0, 5].to_vec(),
            10 => [&[0; 6][..], &[0xff, 0xff], &7_i32.to_be_bytes(), &text("127.0.0.1"), &port.to_be_bytes()].concat(),
            15 => describe(),
            // The group took two of the five records of `orders`.
            9 => [&length(1)[..], &text("orders"), &length(1), &[0; 4], &2_i64.to_be_bytes(), &[0xff, 0xff], &[0; 4]]
                .concat(),
            2 => [&length(1)[..], &text("orders"), &length(1), &[0; 6], &[0xff; 8], &5_i64.to_be_bytes()].concat(),
            17 => {
                let asked = String::from_utf8_lossy(&body[2..]).to_lowercase();
                let code: i16 = if asked == peer.mechanism { 0 } else { 33 };
                [&code.to_be_bytes()[..], &1_i32.to_be_bytes(), &text(&peer.mechanism.to_uppercase())].concat()
            }
            36 => {
                let said = String::from_utf8_lossy(&body[4..]).into_owned();
                match sign_in(&peer, &said, &mut challenged) {
                    Some(said) => [&[0, 0, 0xff, 0xff][..], &length(said.len()), said.as_bytes()].concat(),
                    None => [&58_i16.to_be_bytes()[..], &text("no such user"), &[0; 4]].concat(),
                }
            }
            3 => metadata(&peer, body, port),
            _ => std::future::pending().await,
        };
        stream.write_all(&length(answer.len() + 4)).await?;
        stream.write_all(&request[4..8]).await?;
        stream.write_all(&answer).await?;
        stream.flush().await?;
    }
}

/// What is said back; nothing to somebody else.
fn sign_in(peer: &Peer, said: &str, challenged: &mut Option<String>) -> Option<String> {
    if peer.mechanism == "plain" {
        return (said == format!("\0ada\0{PASSWORD}")).then(String::new);
    }
    let Some(begun) = challenged else {
        let bare = said.strip_prefix("n,,").expect("the first message");
        let nonce = bare.strip_prefix("n=ada,r=").expect("a user and a nonce");
        let challenge = format!("r={nonce}more,s=c2FsdA==,i=4096");
        *challenged = Some(format!("{bare},{challenge}"));
        return Some(challenge);
    };
    if peer.impostor {
        return Some("v=bm90aGluZw==".to_owned());
    }
    let (bound, proof) = said.rsplit_once(",p=").expect("a proof");
    let whole = format!("{begun},{bound}");
    let (hash, mac, derived) = if peer.mechanism == "scram-sha-256" {
        (&digest::SHA256, hmac::HMAC_SHA256, pbkdf2::PBKDF2_HMAC_SHA256)
    } else {
        (&digest::SHA512, hmac::HMAC_SHA512, pbkdf2::PBKDF2_HMAC_SHA512)
    };
    let mut salted = vec![0; hash.output_len()];
    pbkdf2::derive(derived, NonZeroU32::new(4_096).expect("rounds"), b"salt", PASSWORD.as_bytes(), &mut salted);
    let signed = |key: &[u8], what: &[u8]| hmac::sign(&hmac::Key::new(mac, key), what).as_ref().to_vec();
    // RFC 5802, section 3: the key that the proof hides has to be the one that the server stored.
    let stored = digest::digest(hash, &signed(&salted, b"Client Key"));
    let mask = signed(stored.as_ref(), whole.as_bytes());
    let hidden = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, proof).expect("base64");
    let shown: Vec<u8> = hidden.iter().zip(mask).map(|(hidden, mask)| hidden ^ mask).collect();
    let server = signed(&signed(&salted, b"Server Key"), whole.as_bytes());
    let proven = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, server);
    (digest::digest(hash, &shown).as_ref() == stored.as_ref()).then(|| format!("v={proven}"))
}

/// Version 4: one broker, and what was asked of `orders` (led by it), `orphaned` (led by nobody) and others (not there).
fn metadata(peer: &Peer, body: &[u8], port: i32) -> Vec<u8> {
    let (host, port) = peer.leader.unwrap_or(("127.0.0.1", port));
    let node = 7_i32.to_be_bytes();
    let mut answer = [&[0; 4][..], &length(1), &node, &text(host), &port.to_be_bytes(), &[0xff, 0xff]].concat();
    answer.extend([&text("made-up")[..], &node].concat());
    let asked = body[..4].to_vec();
    answer.extend(&asked);
    if asked == [0, 0, 0, 1] {
        let name = String::from_utf8_lossy(&body[6..body.len() - 1]).into_owned();
        let (code, partitions, leader) = match name.as_str() {
            "orders" => (0_i16, 1, 7_i32),
            "orphaned" => (5, 1, -1),
            _ => (3, 0, 0),
        };
        answer.extend([&code.to_be_bytes()[..], &text(&name), &[0], &length(partitions)].concat());
        if partitions > 0 {
            answer.extend([&[0; 6][..], &leader.to_be_bytes(), &length(1), &node, &length(1), &node].concat());
        }
    }
    answer
}

/// A group of one consumer.
fn describe() -> Vec<u8> {
    let mut answer =
        [&length(1)[..], &[0, 0], &text("billing"), &text("Stable"), &text("consumer"), &text("range")].concat();
    answer.extend(
        [&length(1)[..], &text("one"), &text("client"), &text("/127.0.0.1"), &length(2), b"ab", &length(0)].concat(),
    );
    answer
}

fn text(text: &str) -> Vec<u8> {
    [&u16::try_from(text.len()).expect("short").to_be_bytes()[..], text.as_bytes()].concat()
}

fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).expect("short").to_be_bytes()
}
