//! A session of SSH: the server's key, the user, and a channel for SFTP.

use std::{
    borrow::Cow,
    io,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};

use model::Reason;
use rules::assess::Trouble;
use russh::{
    ChannelMsg, ChannelStream, Disconnect, Error, SshId,
    client::{self, AuthResult, Config, Handle, Handler, Msg},
    keys::{HashAlg, PrivateKeyWithHashAlg, PublicKeyOrCertificate},
};
use tokio_util::sync::DropGuard;

use super::{Proof, Whom, keyboard, leash::leashed};
use crate::{attempt::Attempt, dial::Stream, said};

/// Nothing that is listed here takes so long; the attempt's own deadline is nearer.
const LONGEST: Duration = Duration::from_hours(1);

/// A user who is signed in.
pub(super) struct Session {
    handle: Handle<Keeper>,
    _leash: DropGuard,
}

/// Trusts the keys that are written down, and nobody else.
struct Keeper {
    trusted: Vec<String>,
    shown: Arc<OnceLock<String>>,
}

impl Handler for Keeper {
    type Error = Error;

    async fn check_server_key(&mut self, key: &PublicKeyOrCertificate) -> Result<bool, Error> {
        let key = match key {
            PublicKeyOrCertificate::PublicKey { key, .. } => key.fingerprint(HashAlg::Sha256),
            PublicKeyOrCertificate::Certificate(certificate) => certificate.public_key().fingerprint(HashAlg::Sha256),
        };
        let key = key.to_string();
        let known = self.trusted.contains(&key);
        // Only the first key is asked about; a later exchange must show the same.
        let first = self.shown.get_or_init(|| key.clone());
        Ok(known && *first == key)
    }
}

impl Session {
    /// Shakes hands over a connection and signs in.
    pub(super) async fn open(stream: Stream, whom: &Whom, peer: &str, attempt: &mut Attempt) -> Result<Self, Trouble> {
        let began = Instant::now();
        attempt.waiting_for("the server's key");
        let config = Config {
            client_id: SshId::Standard(Cow::Borrowed(concat!("SSH-2.0-bridgewatch_", env!("CARGO_PKG_VERSION")))),
            inactivity_timeout: Some(LONGEST),
            ..Config::default()
        };
        let shown = Arc::new(OnceLock::new());
        let keeper = Keeper { trusted: whom.host_keys.clone(), shown: Arc::clone(&shown) };
        let (stream, leash) = leashed(stream);
        let opened = client::connect_stream(Arc::new(config), stream, keeper).await;
        let handle = opened.map_err(|error| match shown.get().filter(|key| !whom.host_keys.contains(key)) {
            Some(key) => {
                let message = format!("{peer} shows the key {key}, which is not the one of host_key");
                Trouble::new(Reason::Tls, message)
            }
            None => broken(peer, &error),
        })?;
        attempt.put_time("handshake_time", began);
        let mut session = Self { handle, _leash: leash };
        let began = Instant::now();
        attempt.waiting_for("the answer to signing in");
        session.sign_in(whom, peer).await?;
        attempt.put_time("login_time", began);
        Ok(session)
    }

    async fn sign_in(&mut self, whom: &Whom, peer: &str) -> Result<(), Trouble> {
        let user = whom.username.as_str();
        let answer = match (&whom.proof, whom.proof.key()) {
            (Proof::Password(password), _) => match self.handle.authenticate_password(user, password).await {
                Ok(answer) if keyboard::is_left(&answer) => {
                    Ok(keyboard::sign_in(&mut self.handle, user, password, peer).await?)
                }
                answer => answer,
            },
            (_, Some(key)) => {
                let hash = if key.algorithm().is_rsa() {
                    // Keys of RSA are signed with by a hash that is agreed on; the oldest is never taken.
                    let agreed = self.handle.best_supported_rsa_hash().await.map_err(|error| broken(peer, &error))?;
                    Some(agreed.flatten().unwrap_or(HashAlg::Sha256))
                } else {
                    None
                };
                let key = PrivateKeyWithHashAlg::new(Arc::clone(key), hash);
                self.handle.authenticate_publickey(user, key).await
            }
            (_, None) => return Err(Trouble::new(Reason::Config, "the private key was not filled in")),
        };
        match answer.map_err(|error| broken(peer, &error))? {
            AuthResult::Success => Ok(()),
            AuthResult::Failure { remaining_methods, partial_success } => {
                let others: Vec<&str> = remaining_methods.iter().map(Into::into).collect();
                let others = if others.is_empty() { "nothing".to_owned() } else { others.join(", ") };
                let message = if partial_success {
                    format!("{peer} takes more than that to let {user} in: {others}")
                } else {
                    format!("{peer} does not let {user} sign in that way; it would take {others}")
                };
                Err(Trouble::new(Reason::Auth, message))
            }
        }
    }

    /// A channel on which SFTP is spoken.
    pub(super) async fn sftp(&self, peer: &str) -> Result<ChannelStream<Msg>, Trouble> {
        let mut channel = self.handle.channel_open_session().await.map_err(|error| broken(peer, &error))?;
        channel.request_subsystem(true, "sftp").await.map_err(|error| broken(peer, &error))?;
        loop {
            match channel.wait().await {
                Some(ChannelMsg::Success) => return Ok(channel.into_stream()),
                Some(ChannelMsg::WindowAdjusted { .. }) => {}
                _ => return Err(Trouble::new(Reason::Protocol, format!("{peer} offers the user no SFTP"))),
            }
        }
    }

    /// A word of farewell; whether it arrives tells nothing.
    pub(super) async fn close(&self) {
        let _farewell = self.handle.disconnect(Disconnect::ByApplication, "", "").await;
    }
}

/// The trouble of a session that did not come about, or broke.
pub(super) fn broken(peer: &str, error: &Error) -> Trouble {
    if let Some(error) = said::find::<io::Error>(error) {
        return said::broke_off(peer, error);
    }
    let reason = match error {
        Error::Disconnect | Error::HUP | Error::SendError => {
            return Trouble::new(Reason::Connect, format!("{peer} closed the connection"));
        }
        Error::NoAuthMethod | Error::UnsupportedAuthMethod => Reason::Auth,
        Error::UnknownKey | Error::WrongServerSig => Reason::Tls,
        Error::ConnectionTimeout | Error::KeepaliveTimeout | Error::InactivityTimeout => Reason::Timeout,
        _ => Reason::Protocol,
    };
    Trouble::new(reason, format!("SSH with {peer} failed: {error}"))
}
