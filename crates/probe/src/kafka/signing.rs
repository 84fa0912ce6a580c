//! Who signs in to the brokers of a cluster.

use model::Reason;
use rules::assess::Trouble;
use tokio::time::Instant;

use super::scram::{Hash, Salting};
use crate::aside::aside;

/// Salts that one attempt hashes the password with at most. A cluster keeps one for each user; while he is given a new password, some
/// of its brokers may know the old one still.
const MOST_SALTS: usize = 2;

/// How to sign in.
pub(super) struct Login {
    /// `None`: PLAIN.
    pub(super) hash: Option<Hash>,
    pub(super) username: String,
    pub(super) password: String,
}

impl Login {
    /// By Kafka's word.
    pub(super) const fn mechanism(&self) -> &'static str {
        match self.hash {
            None => "PLAIN",
            Some(Hash::Sha256) => "SCRAM-SHA-256",
            Some(Hash::Sha512) => "SCRAM-SHA-512",
        }
    }
}

/// Signing in to all brokers that one attempt asks: they know the user by the same salt, so his password is hashed once.
pub(super) struct Signing<'k> {
    pub(super) login: Option<&'k Login>,
    salted: Vec<(Salting, Vec<u8>)>,
}

impl<'k> Signing<'k> {
    /// In one attempt.
    pub(super) const fn by(login: Option<&'k Login>) -> Self {
        Self { login, salted: Vec::new() }
    }

    /// The password as `peer` asks to have it salted.
    pub(super) async fn salted(
        &mut self,
        deadline: Instant,
        peer: &str,
        (hash, password): (Hash, &str),
        salting: &Salting,
    ) -> Result<Vec<u8>, Trouble> {
        if let Some((_, salted)) = self.salted.iter().find(|(known, _)| known == salting) {
            return Ok(salted.clone());
        }
        if self.salted.len() == MOST_SALTS {
            let why = format!("{peer} knows the user by another salt than the rest of its cluster");
            return Err(Trouble::new(Reason::Protocol, why));
        }
        let (password, asked) = (password.to_owned(), salting.clone());
        let salted = aside(deadline, "hashing the password", move || asked.salted(hash, &password)).await?;
        self.salted.push((salting.clone(), salted.clone()));
        Ok(salted)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::Reason;
    use tokio::time::Instant;

    use super::Signing;
    use crate::kafka::scram::{Hash, Salting, begin};

    fn salting(salt: &str) -> Salting {
        let begun = begin(Hash::Sha256, "ada", "abc".to_owned());
        begun.read(&format!("r=abcd,s={salt},i=4096")).expect("a challenge").salting
    }

    #[tokio::test]
    async fn a_password_is_hashed_once_for_all_brokers_of_a_cluster() {
        let (mut signing, deadline) = (Signing::by(None), Instant::now() + Duration::from_secs(20));
        let one = salting("c2FsdA==");
        let first = signing.salted(deadline, "mq-1:9092", (Hash::Sha256, "four words"), &one).await.expect("hashed");
        assert_eq!(first, one.salted(Hash::Sha256, "four words"));

        // Were it hashed anew, another password would show.
        let second = signing.salted(deadline, "mq-2:9092", (Hash::Sha256, "another"), &one).await.expect("kept");
        assert_eq!(second, first);

        let other = salting("cGVwcGVy");
        let third = signing.salted(deadline, "mq-3:9092", (Hash::Sha256, "four words"), &other).await;
        assert_ne!(third.expect("hashed"), first, "a broker that knows an older password");
        let trouble = signing.salted(deadline, "mq-4:9092", (Hash::Sha256, "four words"), &salting("dGhpcmQ=")).await;
        assert_eq!(trouble.expect_err("trouble").reason, Reason::Protocol);
    }
}
