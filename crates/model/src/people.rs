//! What is told of people, of the browsers they are signed in with, and of tokens.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{PersonId, Role, Scope, SessionId, Slug, Timestamp, TokenId};

crate::outcome::words! {
    /// Where with us a person is.
    PersonState, "a state of a person" {
        /// Has a link and did not use it yet.
        Invited = "invited",
        /// May sign in.
        Active = "active",
        /// May not any more; what they did stays in the audit.
        Disabled = "disabled",
    }
}

/// How a person signs in: `password`, or the name of a provider, which is therefore never called `password`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum SignIn {
    /// By a password kept here, or one that is yet to be chosen.
    Password,
    /// By single sign-on at this provider.
    Provider(String),
}

impl From<String> for SignIn {
    fn from(word: String) -> Self {
        if word == "password" { Self::Password } else { Self::Provider(word) }
    }
}

impl From<SignIn> for String {
    fn from(by: SignIn) -> Self {
        match by {
            SignIn::Password => "password".to_owned(),
            SignIn::Provider(name) => name,
        }
    }
}

impl fmt::Display for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Password => "password",
            Self::Provider(name) => name.as_str(),
        })
    }
}

/// A person as administrators see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct Person {
    /// Their number.
    pub id: PersonId,
    /// Their address, lower-case: what they sign in with.
    pub email: String,
    /// Their name.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// What they see.
    pub scope: Scope,
    /// Whether they may sign in.
    pub state: PersonState,
    /// How they do: `password`, or a provider's name.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub signed_in_by: SignIn,
    /// When they last asked for anything.
    pub last_seen_at: Option<Timestamp>,
    /// Since when they are known.
    pub created_at: Timestamp,
}

/// A signed-in browser, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct SessionView {
    /// Its number.
    pub id: SessionId,
    /// When they signed in.
    pub begun_at: Timestamp,
    /// When it was last used, to a minute.
    pub last_used_at: Timestamp,
    /// The address that they signed in from.
    pub address: Option<String>,
    /// What the browser calls itself.
    pub browser: Option<String>,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// A token without what is secret of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct TokenView {
    /// Its number.
    pub id: TokenId,
    /// What it is for, in its maker's words.
    pub name: String,
    /// In whose name it asks: a person's, or an integration's.
    pub of: String,
    /// The integration that it sends runs of; absent for a person's.
    pub integration: Option<Slug>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// When it was last used, to a minute.
    pub last_used_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// A token just made: the only time that it is shown.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(crate::ToSchema))]
pub struct NewToken {
    /// What goes behind `Authorization: Bearer`. Only its hash is kept.
    pub token: String,
    /// What is shown of it from now on.
    pub view: TokenView,
}

/// Without the token, which must not get into a log.
impl fmt::Debug for NewToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewToken").field("view", &self.view).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{NewToken, SignIn, Timestamp, TokenId, TokenView};

    #[test]
    fn how_someone_signs_in_is_one_word() {
        for (by, word) in [(SignIn::Password, "password"), (SignIn::Provider("entra".to_owned()), "entra")] {
            assert_eq!(by.to_string(), word);
            assert_eq!(serde_json::to_value(&by).ok(), Some(Value::from(word)));
            assert_eq!(serde_json::from_value::<SignIn>(json!(word)).ok(), Some(by));
        }
    }

    #[test]
    fn a_new_token_does_not_get_into_a_log() {
        let view = TokenView {
            id: TokenId(1),
            name: "deploy".to_owned(),
            of: "Ada".to_owned(),
            integration: None,
            created_at: Timestamp(0),
            expires_at: None,
            last_used_at: None,
            revoked_at: None,
        };
        let shown = format!("{:?}", NewToken { token: "bw_c4n4ry".to_owned(), view });
        assert!(shown.contains("deploy") && !shown.contains("c4n4ry"), "{shown}");
    }
}
