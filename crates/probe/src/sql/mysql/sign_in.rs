//! Signing in to `MySQL` and `MariaDB`: by the hash of either generation, or in clear over TLS.

use model::Reason;
use ring::digest::{Algorithm, Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use rules::assess::Trouble;

use super::packet::{Fields, Talk, text};
use crate::{attempt::Attempt, sql::Server, wire::Wire};

/// What both sides can do, bit by bit. Several statements in one query and files of ours are not among it.
const LONG_PASSWORD: u32 = 1;
const WITH_DATABASE: u32 = 1 << 3;
const PROTOCOL_41: u32 = 1 << 9;
const TLS: u32 = 1 << 11;
const TRANSACTIONS: u32 = 1 << 13;
const SECURE_CONNECTION: u32 = 1 << 15;
const PLUGINS: u32 = 1 << 19;

/// All characters there are: `utf8mb4_general_ci`, which every server knows.
const UTF8: u8 = 45;

const BY_SHA1: &str = "mysql_native_password";
const BY_SHA256: &str = "caching_sha2_password";
const IN_CLEAR: &str = "mysql_clear_password";

/// Signs in; gives the server's version as well.
pub(super) async fn sign_in<'p>(
    mut talk: Talk<'p>,
    server: &Server,
    attempt: &mut Attempt,
) -> Result<(Talk<'p>, String), Trouble> {
    let greeting = talk.packet(attempt, "the greeting").await?;
    let greeting = Greeting::read(&greeting).ok_or_else(|| talk.unlike())?;
    let login = &server.login;
    let mut can = LONG_PASSWORD | PROTOCOL_41 | TRANSACTIONS | SECURE_CONNECTION | PLUGINS;
    if !login.database.is_empty() {
        can |= WITH_DATABASE;
    }
    if let Some(tls) = &server.tls {
        if greeting.can & TLS == 0 {
            return Err(Trouble::new(Reason::Tls, format!("{} does not offer TLS", talk.peer)));
        }
        can |= TLS;
        talk.send(attempt, &settings(can)).await?;
        let (peer, (wire, go_on)) = (talk.peer, talk.leave());
        let stream = server.dial.secure(attempt, tls, wire.into_stream()?).await?;
        talk = go_on(Wire::unkept(stream, peer));
    }

    let password = login.password.as_deref().unwrap_or_default();
    let (mut plugin, mut nonce) = (greeting.plugin, greeting.nonce);
    let (peer, secure) = (talk.peer, server.tls.is_some());
    // A way that is not known here may be left for another, which the server then names.
    let first = proof(peer, &plugin, password, &nonce, secure).unwrap_or_default();
    let mut body = settings(can);
    body.extend_from_slice(
        &[login.user.as_bytes(), b"\0", &[u8::try_from(first.len()).unwrap_or(0)], first.as_slice()].concat(),
    );
    if can & WITH_DATABASE != 0 {
        body.extend_from_slice(&[login.database.as_bytes(), b"\0"].concat());
    }
    body.extend_from_slice(&[plugin.as_bytes(), b"\0"].concat());
    talk.send(attempt, &body).await?;

    // A server asks for another way once, and for a password in clear once.
    for _turn in 0..4 {
        let answer = talk.packet(attempt, "the answer to signing in").await?;
        match answer.split_first() {
            Some((0, _)) => return Ok((talk, greeting.version)),
            Some((0xfe, rest)) if !rest.is_empty() => {
                let mut fields = Fields(rest);
                plugin = text(fields.until_nul());
                nonce = without_end(fields.0).to_vec();
                talk.send(attempt, &proof(peer, &plugin, password, &nonce, secure)?).await?;
            }
            // It knows the hash already: its word that all is well follows.
            Some((1, [3])) if plugin == BY_SHA256 => {}
            Some((1, [4])) if plugin == BY_SHA256 => {
                talk.send(attempt, &proof(peer, IN_CLEAR, password, &nonce, secure)?).await?;
            }
            _ => return Err(talk.unlike()),
        }
    }
    Err(talk.unlike())
}

/// What every answer to the greeting begins with.
fn settings(can: u32) -> Vec<u8> {
    let longest = 0x0100_0000_u32;
    [&can.to_le_bytes()[..], &longest.to_le_bytes(), &[UTF8], &[0; 23]].concat()
}

/// What the server says first.
struct Greeting {
    version: String,
    can: u32,
    nonce: Vec<u8>,
    plugin: String,
}

impl Greeting {
    fn read(packet: &[u8]) -> Option<Self> {
        let mut fields = Fields(packet);
        fields.byte().filter(|version| *version == 10)?;
        let version = text(fields.until_nul());
        let _thread = fields.take(4)?;
        let mut nonce = fields.take(8)?.to_vec();
        let _filler = fields.take(1)?;
        let low = fields.short()?;
        let _charset_and_status = fields.take(1 + 2)?;
        let can = u32::from(low) | u32::from(fields.short()?) << 16;
        let length = usize::from(fields.byte()?);
        let _reserved = fields.take(10)?;
        nonce.extend_from_slice(without_end(fields.take(length.saturating_sub(8).max(13))?));
        Some(Self { version, can, nonce, plugin: text(fields.until_nul()) })
    }
}

/// A nonce is closed by a zero that is no part of it.
fn without_end(nonce: &[u8]) -> &[u8] {
    nonce.strip_suffix(&[0]).unwrap_or(nonce)
}

/// What shows that we know the password, by the way that the server names.
fn proof(peer: &str, plugin: &str, password: &str, nonce: &[u8], secure: bool) -> Result<Vec<u8>, Trouble> {
    let password = password.as_bytes();
    match plugin {
        BY_SHA1 | BY_SHA256 if password.is_empty() => Ok(Vec::new()),
        BY_SHA1 => {
            let once = hash(&SHA1_FOR_LEGACY_USE_ONLY, &[password]);
            let twice = hash(&SHA1_FOR_LEGACY_USE_ONLY, &[&once]);
            Ok(xor(&once, &hash(&SHA1_FOR_LEGACY_USE_ONLY, &[nonce, &twice])))
        }
        BY_SHA256 => {
            let once = hash(&SHA256, &[password]);
            let twice = hash(&SHA256, &[&once]);
            Ok(xor(&once, &hash(&SHA256, &[&twice, nonce])))
        }
        IN_CLEAR if secure => Ok([password, b"\0"].concat()),
        IN_CLEAR => {
            let message = format!("{peer} asks for the password itself, which is sent only with tls: true");
            Err(Trouble::new(Reason::Auth, message))
        }
        other => {
            let message = format!("{peer} signs the user in by {other}, which is not known here");
            Err(Trouble::new(Reason::Auth, message))
        }
    }
}

fn hash(algorithm: &'static Algorithm, parts: &[&[u8]]) -> Vec<u8> {
    let mut context = Context::new(algorithm);
    for part in parts {
        context.update(part);
    }
    context.finish().as_ref().to_vec()
}

fn xor(one: &[u8], other: &[u8]) -> Vec<u8> {
    one.iter().zip(other).map(|(one, other)| one ^ other).collect()
}

#[cfg(test)]
mod tests {
    use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256};

    use super::{BY_SHA1, BY_SHA256, IN_CLEAR, hash, proof, xor};

    /// As a server verifies it, which knows the password hashed twice.
    #[test]
    fn a_proof_shows_the_password_to_who_knows_it_hashed_twice() {
        let (password, nonce) = (b"four unrelated words", b"01234567890123456789");
        for (plugin, algorithm, nonce_first) in
            [(BY_SHA1, &SHA1_FOR_LEGACY_USE_ONLY, true), (BY_SHA256, &SHA256, false)]
        {
            let known = hash(algorithm, &[&hash(algorithm, &[password])]);
            let proof = proof("db:1", plugin, "four unrelated words", nonce, false).expect("a proof");
            let parts: [&[u8]; 2] = if nonce_first { [nonce, &known] } else { [&known, nonce] };
            let once = xor(&proof, &hash(algorithm, &parts));
            assert_eq!(hash(algorithm, &[&once]), known, "{plugin}");
        }
    }

    #[test]
    fn the_password_itself_is_sent_only_over_tls() {
        assert!(proof("db:1", IN_CLEAR, "words", b"", false).is_err());
        assert_eq!(proof("db:1", IN_CLEAR, "words", b"", true).expect("a proof"), b"words\0");
        assert_eq!(proof("db:1", BY_SHA1, "", b"nonce", false).expect("a proof"), b"");
    }
}
