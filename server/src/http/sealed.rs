//! What a browser keeps for us without being able to read or change it.
//!
//! A sign-in by a provider that is under way is kept by the browser that began it, sealed, and not in our memory: a flood of
//! beginnings fills nothing here and pushes nobody out, and another node (or this one after a restart) can go on with it. That it is
//! used once is the provider's promise about its code, and ours about the cookie, which goes with the answer whatever comes of it.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use serde::{Serialize, de::DeserializeOwned};

/// Where randomness comes from: 32 fresh bytes at every call.
pub type Random = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// Seals with AES-256-GCM and a random nonce.
pub struct Sealer {
    key: Option<LessSafeKey>,
    random: Random,
}

impl Sealer {
    /// With a key of its own made from this one.
    pub fn new(secret: &[u8; 32], random: Random) -> Self {
        let own = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), b"bridgewatch cookies");
        let key = UnboundKey::new(&AES_256_GCM, own.as_ref()).ok().map(LessSafeKey::new);
        Self { key, random }
    }

    /// Seals a thing for one use; `about` must be the same when it is opened. None only if it cannot be written as JSON.
    pub fn seal<T: Serialize>(&self, about: &str, thing: &T) -> Option<String> {
        let mut sealed = serde_json::to_vec(thing).ok()?;
        let mut nonce = [0; NONCE_LEN];
        nonce.copy_from_slice(&(self.random)()[..NONCE_LEN]);
        let key = self.key.as_ref()?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(about.as_bytes()), &mut sealed)
            .ok()?;
        let mut whole = nonce.to_vec();
        whole.append(&mut sealed);
        Some(URL_SAFE_NO_PAD.encode(whole))
    }

    /// A number that nobody can guess.
    pub fn number(&self) -> [u8; 16] {
        let mut number = [0; 16];
        number.copy_from_slice(&(self.random)()[..16]);
        number
    }

    /// Opens what was sealed for that use; none if it was changed, or sealed by somebody or for something else.
    pub fn open<T: DeserializeOwned>(&self, about: &str, text: &str) -> Option<T> {
        let mut whole = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (nonce, sealed) = whole.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let opened = self.key.as_ref()?.open_in_place(nonce, Aad::from(about.as_bytes()), sealed).ok()?;
        serde_json::from_slice(opened).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    };

    use super::Sealer;

    fn sealer(secret: u8) -> Sealer {
        let count = AtomicU8::new(0);
        Sealer::new(&[secret; 32], Arc::new(move || [count.fetch_add(1, Ordering::SeqCst); 32]))
    }

    #[test]
    fn only_what_was_sealed_here_and_for_that_is_opened() {
        let ours = sealer(1);
        let sealed = ours.seal("a", &"secret").expect("sealed");
        assert_eq!(ours.open::<String>("a", &sealed).as_deref(), Some("secret"));
        assert_eq!(sealer(1).open::<String>("a", &sealed).as_deref(), Some("secret"), "another node has the same key");
        assert_eq!(ours.open::<String>("b", &sealed), None);
        assert_eq!(sealer(2).open::<String>("a", &sealed), None);
        assert_ne!(ours.seal("a", &"secret"), Some(sealed.clone()), "never twice the same");
        for place in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("text");
            assert_eq!(ours.open::<String>("a", &changed), None, "{place}");
        }
        for short in ["", "AAAA", "%"] {
            assert_eq!(ours.open::<String>("a", short), None, "{short}");
        }
    }
}
