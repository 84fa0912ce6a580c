//! Signing in to PostgreSQL: by SCRAM, by MD5 as older servers ask, in clear over TLS, or without a password.

use std::fmt::Write;

use md5::{Digest, Md5};
use model::Reason;
use ring::rand::{SecureRandom, SystemRandom};
use rules::assess::Trouble;

use super::{
    message::{Fields, Talk, framed, length},
    scram::Scram,
};
use crate::{aside::aside, attempt::Attempt, sql::login::Login};

/// Version 3.0 of the protocol.
const VERSION: u32 = 196_608;

/// What the request for a password may be, by its number.
const OK: u32 = 0;
const IN_CLEAR: u32 = 3;
const BY_MD5: u32 = 5;
const BY_SASL: u32 = 10;

/// Signs in, and waits until the server is ready for a query. A password goes in clear only over TLS.
pub(super) async fn sign_in(
    talk: &mut Talk<'_>,
    attempt: &mut Attempt,
    login: &Login,
    secure: bool,
) -> Result<(), Trouble> {
    talk.wire.send(attempt, &startup(login)).await?;
    loop {
        let body = asked(talk, attempt).await?;
        let mut fields = Fields(&body);
        match fields.int() {
            Some(OK) => break,
            Some(IN_CLEAR) if !secure => {
                let message =
                    format!("{} asks for the password in clear, which is sent only with tls: true", talk.peer);
                return Err(Trouble::new(Reason::Auth, message));
            }
            Some(IN_CLEAR) => {
                let password = password(talk, login)?;
                talk.wire.send(attempt, &framed(b'p', &[password.as_bytes(), b"\0"].concat())).await?;
            }
            Some(BY_MD5) => {
                let hashed = md5(&login.user, password(talk, login)?, fields.0);
                talk.wire.send(attempt, &framed(b'p', &[hashed.as_bytes(), b"\0"].concat())).await?;
            }
            Some(BY_SASL) => {
                let password = password(talk, login)?;
                by_scram(talk, attempt, password, &mut fields).await?;
            }
            _ => {
                let message = format!("{} asks for a way to sign in that is not known here", talk.peer);
                return Err(Trouble::new(Reason::Auth, message));
            }
        }
    }
    loop {
        match talk.message(attempt, "the end of signing in").await?.0 {
            b'K' => {}
            b'Z' => return Ok(()),
            _ => return Err(talk.unlike()),
        }
    }
}

fn startup(login: &Login) -> Vec<u8> {
    let mut body = VERSION.to_be_bytes().to_vec();
    let database = if login.database.is_empty() { &login.user } else { &login.database };
    let settings = [
        ("user", login.user.as_str()),
        ("database", database),
        ("application_name", "bridgewatch"),
        ("client_encoding", "UTF8"),
    ];
    for text in settings.iter().flat_map(|(name, value)| [*name, *value]) {
        body.extend_from_slice(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    [&length(&body)[..], &body].concat()
}

/// What the server asks for next.
async fn asked(talk: &mut Talk<'_>, attempt: &mut Attempt) -> Result<Vec<u8>, Trouble> {
    match talk.message(attempt, "the answer to signing in").await? {
        (b'R', body) => Ok(body),
        _ => Err(talk.unlike()),
    }
}

fn password<'l>(talk: &Talk<'_>, login: &'l Login) -> Result<&'l str, Trouble> {
    let none = || Trouble::new(Reason::Auth, format!("{} asks for a password, and none is given", talk.peer));
    login.password.as_deref().ok_or_else(none)
}

/// RFC 5802, with the numbers that PostgreSQL gives its messages.
async fn by_scram(
    talk: &mut Talk<'_>,
    attempt: &mut Attempt,
    password: &str,
    offered: &mut Fields<'_>,
) -> Result<(), Trouble> {
    const MECHANISM: &[u8] = b"SCRAM-SHA-256";
    let mut names = std::iter::from_fn(|| offered.until_nul().filter(|name| !name.is_empty()));
    if !names.any(|name| name == MECHANISM) {
        let message = format!("{} does not offer SCRAM-SHA-256 to sign in", talk.peer);
        return Err(Trouble::new(Reason::Auth, message));
    }
    let mut nonce = [0; 18];
    let random = SystemRandom::new().fill(&mut nonce);
    random.map_err(|_| Trouble::new(Reason::Internal, "no random number is to be had"))?;
    let scram = Scram::begin(&nonce);
    let first = scram.first();
    let body = [MECHANISM, b"\0", &u32::try_from(first.len()).unwrap_or(u32::MAX).to_be_bytes(), first.as_bytes()];
    talk.wire.send(attempt, &framed(b'p', &body.concat())).await?;

    let challenge = asked(talk, attempt).await?;
    let challenge = String::from_utf8_lossy(challenge.get(4..).unwrap_or_default()).into_owned();
    let wrong = |why: &str| Trouble::new(Reason::Protocol, format!("{} signs in by SCRAM, but {why}", talk.peer));
    let password = password.to_owned();
    let hashing = aside(attempt.deadline, "hashing the password", move || scram.answer(&password, &challenge));
    let (answer, expected) = hashing.await?.map_err(wrong)?;
    talk.wire.send(attempt, &framed(b'p', answer.as_bytes())).await?;

    let last = asked(talk, attempt).await?;
    if last.get(4..) == Some(expected.as_bytes()) {
        return Ok(());
    }
    let message = format!("{} does not know the password itself: somebody else may stand in its place", talk.peer);
    Err(Trouble::new(Reason::Auth, message))
}

fn md5(user: &str, password: &str, salt: &[u8]) -> String {
    let inner = hex(Md5::new().chain_update(password).chain_update(user).finalize().as_slice());
    format!("md5{}", hex(Md5::new().chain_update(inner).chain_update(salt).finalize().as_slice()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a text cannot fail.
        let _written = write!(text, "{byte:02x}");
        text
    })
}
