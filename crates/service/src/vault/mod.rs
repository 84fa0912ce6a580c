//! Secrets: named values that options refer to. They are sealed under a `key` before the store gets them, and go out again by
//! `fill` alone, into what a probe sends. Nobody is ever shown one. What administrators do with them is in `desk`.

mod desk;
mod fill;
mod key;

use std::{
    collections::BTreeSet,
    fmt,
    sync::{PoisonError, RwLock},
};

use model::{Caller, Timestamp};
use rand::{SeedableRng, rngs::StdRng};
use ring::{
    aead::{Aad, NONCE_LEN, Nonce},
    hmac,
};
use serde_json::json;
use store::{SealedSecret, SecretRecord, Store};

pub(crate) use desk::{delete, list, put};
pub use fill::{Filled, Filler};
pub use key::KeySource;

use crate::{
    ServiceError,
    audit::{self, Act},
    core::Keys,
};
use key::Key;

/// Seals and opens. The first key seals; those behind it open what was sealed before a rotation.
pub struct Vault {
    source: KeySource,
    keys: RwLock<Vec<Key>>,
    random: Keys,
}

/// Where its keys come from, and nothing of them.
impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Vault").field(&self.source).finish()
    }
}

impl Vault {
    /// With the key from there. A key file that is not there is made as soon as a key is needed: by the first start of a server,
    /// which seals cookies too, or by the first secret that is put before. `seed` comes from the system's randomness.
    ///
    /// # Errors
    /// [`ServiceError::Key`] and [`ServiceError::KeyFile`], if there is a key that cannot be used.
    pub fn open(source: KeySource, seed: [u8; 32]) -> Result<Self, ServiceError> {
        let keys = source.read()?;
        Ok(Self { source, keys: RwLock::new(keys), random: Keys::new(StdRng::from_seed(seed)) })
    }

    /// Which key seals; `None`: none was needed yet.
    pub fn key_id(&self) -> Option<String> {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).first().map(|key| key.id.clone())
    }

    /// A value as the store keeps it. Its name and the hosts that it may be sent to are sealed with it: it opens under no other.
    pub fn seal(&self, name: &str, hosts: &[String], clear: &str) -> Result<SealedSecret, ServiceError> {
        self.follow()?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let broken = || ServiceError::Sealed(name.to_owned());
        let key = keys.first().ok_or_else(broken)?;
        let nonce: [u8; NONCE_LEN] = self.random.bytes();
        let mut sealed = clear.as_bytes().to_vec();
        key.aead
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), sealed_with(name, hosts), &mut sealed)
            .map_err(|_| broken())?;
        let (name, hosts) = (name.to_owned(), hosts.to_vec());
        Ok(SealedSecret { name, key_id: key.id.clone(), hosts, nonce: nonce.to_vec(), sealed })
    }

    /// 32 bytes for something else that has to be the same at the next start: an HMAC, by the first key, of what they are for,
    /// so that they tell nothing of the key.
    pub fn derived(&self, purpose: &str) -> Result<[u8; 32], ServiceError> {
        self.need_key()?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = keys.first().ok_or_else(|| ServiceError::Sealed(purpose.to_owned()))?;
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hmac::sign(&key.mac, purpose.as_bytes()).as_ref());
        Ok(bytes)
    }

    /// Makes a key if there is none yet.
    fn need_key(&self) -> Result<(), ServiceError> {
        if self.key_id().is_none() { self.follow() } else { Ok(()) }
    }

    /// Takes the keys as they are now, and makes the first. What is sealed under a key that another process gave up meanwhile
    /// could be opened by nobody any more.
    fn follow(&self) -> Result<(), ServiceError> {
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        let found = self.source.read()?;
        *keys = match (found.is_empty(), keys.is_empty()) {
            (false, _) => found,
            (true, true) => self.source.make(self.random.bytes())?,
            (true, false) => return Err(self.source.wrong("it was there before and is gone: put it back")),
        };
        Ok(())
    }

    /// The value.
    pub fn unseal(&self, secret: &SealedSecret) -> Result<String, ServiceError> {
        if !self.has(&secret.key_id) {
            // Another process may have rotated.
            let found = self.source.read()?;
            if !found.is_empty() {
                *self.keys.write().unwrap_or_else(PoisonError::into_inner) = found;
            }
        }
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let Some(key) = keys.iter().find(|key| key.id == secret.key_id) else {
            return Err(ServiceError::OtherKey { name: secret.name.clone(), key_id: secret.key_id.clone() });
        };
        let broken = || ServiceError::Sealed(secret.name.clone());
        let nonce = Nonce::try_assume_unique_for_key(&secret.nonce).map_err(|_| broken())?;
        let mut sealed = secret.sealed.clone();
        let clear = key.aead.open_in_place(nonce, sealed_with(&secret.name, &secret.hosts), &mut sealed);
        let clear = clear.map_err(|_| broken())?.to_vec();
        String::from_utf8(clear).map_err(|_| broken())
    }

    fn has(&self, key_id: &str) -> bool {
        self.keys.read().unwrap_or_else(PoisonError::into_inner).iter().any(|key| key.id == key_id)
    }

    /// Seals every secret anew under a new key, in one transaction, and forgets the old one. Answers how many there are, and the new
    /// key's id. Whatever interrupts it, every secret can be opened: a key is kept as long as anything is sealed under it.
    ///
    /// # Errors
    /// [`ServiceError::Key`] where the key comes from the environment and no new one stands before the old.
    pub async fn rotate(&self, store: &Store, now: Timestamp) -> Result<(usize, String), ServiceError> {
        let source = self.source.clone();
        // Two at once would each take the other's key out of the file.
        let locked = tokio::task::spawn_blocking(move || source.lock()).await;
        let _alone = locked.map_err(|error| self.source.wrong(&error.to_string()))??;
        let keys = self.source.begin(self.random.bytes())?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
        let reseal =
            |SecretRecord { secret, .. }: &SecretRecord| self.seal(&secret.name, &secret.hosts, &self.unseal(secret)?);
        let key_id = self.key_id().unwrap_or_default();
        let act = Act::new("secret.rotate", "secrets").after(json!({ "key_id": key_id }));
        let entry = audit::entry(&Caller::Local, act, now);
        let resealed = store.reseal_secrets(reseal, Some(&entry)).await.map_err(ServiceError::Store)??;
        // A server that runs may have put one meanwhile.
        let sealed = store.secrets().await?;
        let used: BTreeSet<String> = sealed.into_iter().map(|record| record.secret.key_id).collect();
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = self.source.end(&used)?;
        Ok((resealed, key_id))
    }
}

/// What is sealed with a value without being hidden. Neither names nor hosts have line breaks.
fn sealed_with(name: &str, hosts: &[String]) -> Aad<Vec<u8>> {
    let parts: Vec<&str> = [name].into_iter().chain(hosts.iter().map(String::as_str)).collect();
    Aad::from(parts.join("\n").into_bytes())
}

#[cfg(test)]
mod tests;
