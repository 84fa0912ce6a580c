//! SCRAM-SHA-256 from the client's side (RFC 5802 and 7677), without binding to the channel.

use std::num::NonZeroU32;

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::{digest, hmac, pbkdf2};

/// Rounds of hashing that are gone at most, since it is the other side that asks for them: some 100 ms.
const MOST_ROUNDS: u32 = 200_000;

/// Bytes of a salt at most.
const LONGEST_SALT: usize = 1_024;

/// One exchange.
pub(super) struct Scram {
    /// Empty with PostgreSQL, to which it was said before.
    user: &'static str,
    nonce: String,
}

impl Scram {
    /// With a nonce of random bytes.
    pub(super) fn begin(nonce: &[u8]) -> Self {
        Self { user: "", nonce: BASE64_STANDARD.encode(nonce) }
    }

    /// The first message.
    pub(super) fn first(&self) -> String {
        format!("n,,{}", self.bare())
    }

    fn bare(&self) -> String {
        format!("n={},r={}", self.user, self.nonce)
    }

    /// The answer to a challenge, and what the server has to say to it; or what is wrong with the challenge.
    pub(super) fn answer(&self, password: &str, challenge: &str) -> Result<(String, String), &'static str> {
        let field = |name: &str| challenge.split(',').find_map(|field| field.strip_prefix(name));
        let nonce = field("r=").filter(|nonce| nonce.starts_with(&self.nonce) && nonce.len() > self.nonce.len());
        let nonce = nonce.ok_or("its nonce does not go on from ours")?;
        let salt = field("s=").and_then(|salt| BASE64_STANDARD.decode(salt).ok());
        let salt = salt.filter(|salt| salt.len() <= LONGEST_SALT).ok_or("its salt cannot be read")?;
        let rounds = field("i=").and_then(|rounds| rounds.parse::<NonZeroU32>().ok());
        let rounds = rounds.filter(|rounds| rounds.get() <= MOST_ROUNDS).ok_or("it asks for too many rounds")?;

        let mut salted = [0; digest::SHA256_OUTPUT_LEN];
        pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, &salt, password.as_bytes(), &mut salted);
        let key = sign(&salted, b"Client Key");
        let stored = digest::digest(&digest::SHA256, key.as_ref());
        let without_proof = format!("c=biws,r={nonce}");
        let all = format!("{},{challenge},{without_proof}", self.bare());
        let signature = sign(stored.as_ref(), all.as_bytes());
        let proof: Vec<u8> = key.as_ref().iter().zip(signature.as_ref()).map(|(key, sign)| key ^ sign).collect();
        let server = sign(sign(&salted, b"Server Key").as_ref(), all.as_bytes());
        let answer = format!("{without_proof},p={}", BASE64_STANDARD.encode(proof));
        Ok((answer, format!("v={}", BASE64_STANDARD.encode(server))))
    }
}

fn sign(key: &[u8], data: &[u8]) -> hmac::Tag {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), data)
}

#[cfg(test)]
mod tests {
    use super::{MOST_ROUNDS, Scram};

    #[test]
    fn a_challenge_that_asks_too_much_or_is_not_ours_is_not_answered() {
        let scram = Scram::begin(b"nonce of ours");
        let ours = &scram.nonce;
        for (challenge, why) in [
            (format!("r={ours}x,s=c2FsdA==,i={}", MOST_ROUNDS + 1), "it asks for too many rounds"),
            (format!("r={ours}x,s=c2FsdA==,i=0"), "it asks for too many rounds"),
            (format!("r={ours}x,s=c2FsdA==,i=4294967296"), "it asks for too many rounds"),
            (format!("r={ours}x,s=?,i=4096"), "its salt cannot be read"),
            (format!("r={ours},s=c2FsdA==,i=4096"), "its nonce does not go on from ours"),
            ("r=theirs,s=c2FsdA==,i=4096".to_owned(), "its nonce does not go on from ours"),
            (String::new(), "its nonce does not go on from ours"),
        ] {
            assert_eq!(scram.answer("words", &challenge), Err(why), "{challenge}");
        }
    }

    #[test]
    fn the_exchange_of_the_standard_comes_out() {
        // RFC 7677, section 3.
        let scram = Scram { user: "user", nonce: "rOprNGfwEbeRWgbNEkqO".to_owned() };
        let challenge = "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
        let (answer, server) = scram.answer("pencil", challenge).expect("an answer");
        assert!(answer.ends_with(",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="), "{answer}");
        assert_eq!(server, "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    }
}
