//! Who comes in: people, how they sign in, what they stay signed in by.
//!
//! ```text
//! setup (the first administrator) --+
//! people (invited, changed)         +--> links (one use) --> passwords (argon2id, one at a time)
//! sign_in <- failures (who waits) --+--> sessions (browsers) <-- vouched (by a provider)
//! tokens (programs)                 caller of a session or token -> `acting_as`
//! ```
//!
//! What opens something (a link, a session, a token) is 32 random bytes that are shown once; only their SHA-256 is kept. They are
//! too long to be guessed, so that a fast hash is enough for them; passwords are not, and get a slow one.

pub(crate) mod links;
pub(crate) mod people;
pub(crate) mod sessions;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod tokens;
pub(crate) mod vouched;

mod failures;
mod fields;
mod passwords;

use std::{net::IpAddr, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use model::{Caller, Identity, Person, PersonId, SignIn, Span, Timestamp};
use ring::digest::{SHA256, digest};
use rules::canonical::hex;
use serde::{Deserialize, Serialize};
use store::{NewEntry, PasswordHash, PersonRecord, Store};

pub use links::LinkSeen;
pub use passwords::HashCost;
pub use sessions::NewSession;
pub use sign_in::NotSignedIn;
pub use vouched::Vouched;

use crate::{
    audit::{self, Act},
    core::Keys,
    sight::Sight,
};
use failures::{Told, Tries};
use passwords::Hasher;

/// How long people stay signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// A session that was not used for so long ends.
    pub idle: Span,
    /// A session that is so old ends, used or not.
    pub absolute: Span,
}

impl Default for Stay {
    fn default() -> Self {
        Self { idle: Span::hours(12), absolute: Span::hours(7 * 24) }
    }
}

/// Where somebody comes from who signs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visit {
    /// Their address, as far as it is known.
    pub from: Option<IpAddr>,
    /// What their browser calls itself.
    pub browser: Option<String>,
    /// Whom this browser signed in as the last time, if it can prove it.
    pub known: Option<Known>,
}

/// A browser that signed in as somebody: others cannot keep them waiting there by wrong passwords, wherever those come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// As whom.
    pub person: PersonId,
    /// Under which password: after another it is known no more.
    pub password: PasswordMark,
    /// Which browser: random bytes that nobody else was given.
    pub browser: [u8; 16],
}

/// Which password somebody had when they signed in: part of a hash of what is kept of it, so that another, even the same word chosen
/// anew, has another mark. It opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordMark([u8; 16]);

impl PasswordMark {
    fn of(kept: &PasswordHash) -> Self {
        let mut mark = [0; 16];
        mark.copy_from_slice(&digest(&SHA256, kept.0.as_bytes()).as_ref()[..16]);
        Self(mark)
    }
}

/// What sign-in keeps in memory.
pub(crate) struct Gate {
    hasher: Hasher,
    tries: Tries,
    told: Told,
    stay: Stay,
}

impl Gate {
    /// An open gate. The dummy that unknown people's passwords are held against is hashed here, at the same cost.
    pub fn new(cost: HashCost, stay: Stay, keys: &Keys) -> Result<Self, String> {
        Ok(Self { hasher: Hasher::new(cost, keys)?, tries: Tries::default(), told: Told::default(), stay })
    }
}

/// What people and links are changed with, also where no engine runs.
pub(crate) struct Office<'a> {
    pub store: &'a Store,
    pub keys: &'a Keys,
    pub caller: &'a Caller,
    pub now: Timestamp,
}

impl<'a> Office<'a> {
    /// In the service, for whoever asks.
    pub fn of(sight: &'a Sight<'_>) -> Self {
        Self { store: &sight.store, keys: &sight.keys, caller: sight.caller(), now: sight.now() }
    }

    /// What the audit keeps of it.
    pub fn entry(&self, act: Act) -> NewEntry {
        audit::entry(self.caller, act, self.now)
    }
}

/// What opens something, and what is kept of it.
pub(crate) struct Opener {
    /// Shown once.
    pub clear: String,
    /// Kept.
    pub hash: String,
}

impl Opener {
    /// A new one.
    pub fn new(keys: &Keys, prefix: &str) -> Self {
        let clear = format!("{prefix}{}", URL_SAFE_NO_PAD.encode(keys.bytes::<32>()));
        Self { hash: hash(&clear), clear }
    }
}

/// The SHA-256 of what opens something, in hex.
pub(crate) fn hash(clear: &str) -> String {
    hex(digest(&SHA256, clear.as_bytes()).as_ref())
}

/// A person as a call knows them.
fn identity(person: &PersonRecord) -> Arc<Identity> {
    let spec = &person.spec;
    let (name, email) = (spec.name.clone(), Some(spec.email.clone()));
    Arc::new(Identity { name, email, role: spec.role, scope: spec.scope.clone() })
}

/// A person who acts, before they have a session or without one.
fn acting(person: &PersonRecord, from: Option<IpAddr>) -> Caller {
    Caller::Person { id: person.id, identity: identity(person), session: None, from }
}

/// A person as administrators see them.
fn view(person: PersonRecord) -> Person {
    let PersonRecord { id, spec, created_at, last_seen_at, .. } = person;
    let signed_in_by = spec.provider.map_or(SignIn::Password, |at| SignIn::Provider(at.provider));
    let (email, name, role, scope, state) = (spec.email, spec.name, spec.role, spec.scope, spec.state);
    Person { id, email, name, role, scope, state, signed_in_by, last_seen_at, created_at }
}

/// The row of whoever asks; `None` for this machine, for nobody, and for programs.
pub(crate) fn own_id(caller: &Caller) -> Option<PersonId> {
    match caller {
        Caller::Person { id, .. } => Some(*id),
        Caller::Local | Caller::Nobody | Caller::Token { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use rand::{SeedableRng, rngs::StdRng};

    use super::{Opener, hash};
    use crate::core::Keys;

    #[test]
    fn what_opens_something_is_long_fits_an_address_and_is_kept_as_a_hash() {
        let keys = Keys::new(StdRng::from_seed([7; 32]));
        let (one, other) = (Opener::new(&keys, "bw_"), Opener::new(&keys, "bw_"));
        assert_ne!(one.clear, other.clear);
        assert_eq!(one.clear.len(), 3 + 43, "32 bytes in base64");
        assert!(one.clear.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
        assert_eq!(one.hash, hash(&one.clear));
        // FIPS 180-4, of "abc".
        assert_eq!(hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
