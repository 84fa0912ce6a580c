//! Signing in by SCRAM (RFC 5802, RFC 7677) without channel binding: the password itself is never sent, and the server has to prove
//! that it knows it too.

use std::num::NonZeroU32;

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::{digest, hmac, pbkdf2};

/// Rounds that a server may ask for; Kafka allows itself 16,384.
const MOST_ROUNDS: u32 = 65_536;

/// Bytes of a salt at most; Kafka makes some twenty.
const LONGEST_SALT: usize = 1_024;

/// With which hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hash {
    /// SCRAM-SHA-256.
    Sha256,
    /// SCRAM-SHA-512.
    Sha512,
}

impl Hash {
    fn hmac(self) -> hmac::Algorithm {
        match self {
            Self::Sha256 => hmac::HMAC_SHA256,
            Self::Sha512 => hmac::HMAC_SHA512,
        }
    }

    fn digest(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha512 => &digest::SHA512,
        }
    }

    fn pbkdf2(self) -> pbkdf2::Algorithm {
        match self {
            Self::Sha256 => pbkdf2::PBKDF2_HMAC_SHA256,
            Self::Sha512 => pbkdf2::PBKDF2_HMAC_SHA512,
        }
    }
}

/// An exchange that has begun.
pub(super) struct Begun {
    hash: Hash,
    /// `n=user,r=nonce`
    bare: String,
    nonce: String,
}

/// What a server challenges us with.
pub(super) struct Challenge {
    whole: String,
    nonce: String,
    pub(super) salting: Salting,
}

/// How a password is hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Salting {
    salt: Vec<u8>,
    rounds: NonZeroU32,
}

impl Salting {
    /// The salted password. It takes as long as the server likes, some tens of milliseconds at most.
    pub(super) fn salted(&self, hash: Hash, password: &str) -> Vec<u8> {
        let mut salted = vec![0; hash.digest().output_len()];
        pbkdf2::derive(hash.pbkdf2(), self.rounds, &self.salt, password.as_bytes(), &mut salted);
        salted
    }
}

/// An exchange in which the server has yet to prove itself.
pub(super) struct Proven {
    /// What is sent.
    pub(super) last: String,
    signature: String,
}

/// Begins; the first thing to send is [`Begun::first`]. `nonce` are printable characters without a comma, new each time.
pub(super) fn begin(hash: Hash, username: &str, nonce: String) -> Begun {
    let name = username.replace('=', "=3D").replace(',', "=2C");
    Begun { hash, bare: format!("n={name},r={nonce}"), nonce }
}

impl Begun {
    /// What is sent first.
    pub(super) fn first(&self) -> String {
        format!("n,,{}", self.bare)
    }

    /// Reads the server's challenge; what is wrong with it otherwise.
    pub(super) fn read(&self, challenge: &str) -> Result<Challenge, &'static str> {
        let field = |name: &str| challenge.split(',').find_map(|part| part.strip_prefix(name));
        let nonce = field("r=").filter(|nonce| nonce.len() > self.nonce.len() && nonce.starts_with(&self.nonce));
        let nonce = nonce.ok_or("its challenge does not go on from our nonce")?.to_owned();
        let salt = field("s=").and_then(|salt| STANDARD.decode(salt).ok()).ok_or("its challenge holds no salt")?;
        if salt.len() > LONGEST_SALT {
            return Err("its challenge holds a salt of more than 1024 bytes");
        }
        let rounds = field("i=").and_then(|rounds| rounds.parse::<u32>().ok()).and_then(NonZeroU32::new);
        let rounds = rounds.filter(|rounds| rounds.get() <= MOST_ROUNDS);
        let rounds = rounds.ok_or("its challenge asks for no number of rounds, or for more than 65536")?;
        Ok(Challenge { whole: challenge.to_owned(), nonce, salting: Salting { salt, rounds } })
    }

    /// Answers it with the password as it asks to have it salted.
    pub(super) fn answer(&self, challenge: &Challenge, salted: &[u8]) -> Proven {
        let Challenge { whole: challenge, nonce, .. } = challenge;
        let salted = hmac::Key::new(self.hash.hmac(), salted);
        let client = hmac::sign(&salted, b"Client Key");
        let stored = digest::digest(self.hash.digest(), client.as_ref());
        let bound = format!("c=biws,r={nonce}");
        let whole = format!("{},{challenge},{bound}", self.bare);
        let signed = hmac::sign(&hmac::Key::new(self.hash.hmac(), stored.as_ref()), whole.as_bytes());
        let proof: Vec<u8> = client.as_ref().iter().zip(signed.as_ref()).map(|(key, sign)| key ^ sign).collect();
        let server = hmac::sign(&salted, b"Server Key");
        let signature = hmac::sign(&hmac::Key::new(self.hash.hmac(), server.as_ref()), whole.as_bytes());
        Proven {
            last: format!("{bound},p={}", STANDARD.encode(proof)),
            signature: format!("v={}", STANDARD.encode(signature.as_ref())),
        }
    }
}

impl Proven {
    /// Whether the server knows the password too.
    pub(super) fn knows(&self, said: &str) -> bool {
        said.split(',').next() == Some(self.signature.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{Hash, begin};

    /// RFC 7677, section 3.
    const CHALLENGE: &str = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";

    #[test]
    fn the_example_of_the_rfc_comes_out() {
        let begun = begin(Hash::Sha256, "user", "rOprNGfwEbeRWgbNEkqO".to_owned());
        assert_eq!(begun.first(), "n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        let challenge = begun.read(CHALLENGE).expect("a challenge");
        let proven = begun.answer(&challenge, &challenge.salting.salted(Hash::Sha256, "pencil"));
        assert_eq!(
            proven.last,
            "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        );
        assert!(proven.knows("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="));
        assert!(!proven.knows("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G5="));
    }

    #[test]
    fn a_challenge_that_is_none_is_refused() {
        let begun = begin(Hash::Sha512, "a=b,c", "abc".to_owned());
        assert_eq!(begun.first(), "n,,n=a=3Db=2Cc,r=abc");
        for challenge in [
            "",
            "e=unknown-user",
            "r=xyz1,s=AAAA,i=4096",
            "r=abc,s=AAAA,i=4096",
            "r=abcd,s=?,i=4096",
            "r=abcd,s=AAAA,i=0",
            "r=abcd,s=AAAA,i=100000000",
        ] {
            assert!(begun.read(challenge).is_err(), "{challenge}");
        }
        let too_long = format!("r=abcd,s={},i=1", "AAAA".repeat(342));
        assert!(begun.read(&too_long).is_err(), "a salt of 1026 bytes");
        assert!(begun.read("r=abcd,s=AAAA,i=1").is_ok());
    }
}
