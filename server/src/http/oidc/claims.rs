//! What a provider's tokens and answers say of somebody.

use std::collections::BTreeMap;

use openidconnect::{
    AdditionalClaims, Client, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken,
    IdTokenClaims, IdTokenFields, StandardClaims, StandardErrorResponse, StandardTokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Claims beyond the standard's: the groups are among them, under a name that the configuration says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Further {
    /// By name.
    #[serde(flatten)]
    pub claims: BTreeMap<String, Value>,
}

impl AdditionalClaims for Further {}

/// An id token with them.
pub type Token = IdToken<Further, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
/// What it says.
pub type Claims = IdTokenClaims<Further, CoreGenderClaim>;
/// What a provider tells when asked with the access token.
pub type Told = UserInfoClaims<Further, CoreGenderClaim>;
type Fields = IdTokenFields<
    Further,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
/// The library's client with these claims, as it comes from what a provider says of itself.
pub type Asking = Client<
    Further,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What is known of somebody so far.
pub struct Person {
    /// Their name, or what they are known as.
    pub name: Option<String>,
    /// Their address, if the provider says that it is theirs.
    pub email: Option<String>,
    /// The claims beyond the standard's.
    pub further: BTreeMap<String, Value>,
}

impl Person {
    /// From an id token that was verified.
    /// `trusted`: whether an address counts of which the provider does not say whether it is verified.
    pub fn of(claims: &Claims, trusted: bool) -> Self {
        let name = claims.name().and_then(|name| name.iter().next().map(|(_, name)| name.as_str().to_owned()));
        let known_as = claims.preferred_username().map(|name| name.as_str().to_owned());
        Self {
            name: name.or(known_as),
            email: verified_email(claims.email().map(|email| email.as_str()), claims.email_verified(), trusted),
            further: claims.additional_claims().claims.clone(),
        }
    }

    /// What the token said stands; what it did not say is learned.
    pub fn learns(&mut self, told: &Told, trusted: bool) {
        let standard: &StandardClaims<CoreGenderClaim> = told.standard_claims();
        let name = standard.name().and_then(|name| name.iter().next().map(|(_, name)| name.as_str().to_owned()));
        let known_as = || standard.preferred_username().map(|name| name.as_str().to_owned());
        self.name = self.name.take().or(name).or_else(known_as);
        let email = standard.email().map(|email| email.as_str());
        self.email = self.email.take().or_else(|| verified_email(email, standard.email_verified(), trusted));
        for (claim, value) in &told.additional_claims().claims {
            self.further.entry(claim.clone()).or_insert_with(|| value.clone());
        }
    }
}

/// An address counts only if it is theirs: the provider says so, or the configuration does for one that says nothing.
fn verified_email(email: Option<&str>, verified: Option<bool>, trusted: bool) -> Option<String> {
    email.filter(|_| verified.unwrap_or(trusted)).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::verified_email;

    #[test]
    fn an_address_counts_only_if_it_is_verified() {
        for (verified, trusted, counts) in
            [(Some(true), false, true), (Some(false), true, false), (None, false, false), (None, true, true)]
        {
            let email = verified_email(Some("Ann@Example.com"), verified, trusted);
            assert_eq!(email, counts.then(|| "ann@example.com".to_owned()), "{verified:?} {trusted}");
        }
    }
}
